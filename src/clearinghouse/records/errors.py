"""The base of every error that a person is meant to read and act on."""

from collections.abc import Iterator
from contextlib import contextmanager


class ClearinghouseError(Exception):
    """Something the caller can put right.

    Attributes:
        what: one sentence that says what is wrong and where.
        remedy: one sentence that says what to do about it (shown as ``try: ...``).
        source: the document or path that it is about, as a :class:`~clearinghouse.records.Problem` names it; None where
            it is about none alone.
    """

    def __init__(self, what: str, remedy: str, *, source: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.source = source


@contextmanager
def about(source: str) -> Iterator[None]:
    """Name the document that an error is about, where it names none."""
    try:
        yield
    except ClearinghouseError as error:
        if error.source is None:
            error.what, error.source = f"{source}: {error.what}", source
            error.args = (error.what,)
        raise


def install(extra: str) -> str:
    """Return how an extra of this software is installed.

    No package index has this software, and what stands there as ``clearinghouse`` is somebody else's. So it is
    installed from its source, whose folder need not be the one in which somebody reads this.
    """
    return (
        f"in the folder of this software's source: pip install '.[{extra}]' "
        "(what package indexes call clearinghouse is another program)"
    )


WHILE = "while reading "
"""How the note begins that an exception gets which ends the reading of a document; its name follows."""
