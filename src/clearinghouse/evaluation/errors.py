"""What goes wrong in an assessment that a person can do something about."""

from clearinghouse.records import ClearinghouseError
from clearinghouse.records.errors import install


class EvaluationError(ClearinghouseError):
    """Something in an assessment cannot be read, believed or computed. Its kinds stand beside what raises them."""


class MissingExtraError(EvaluationError):
    """A library of the extra ``evaluation`` is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not installed", install("evaluation"))
