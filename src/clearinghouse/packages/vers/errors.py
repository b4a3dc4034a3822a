"""What is wrong with a range of versions, as an error."""

from clearinghouse.records import ClearinghouseError


class VersError(ClearinghouseError):
    """A text that is no range of versions. ``what`` is one sentence that says why."""

    def __init__(self, what: str, remedy: str = "write it as vers:type/>=1.0|<2.0 (VERS)") -> None:
        super().__init__(what, remedy)
