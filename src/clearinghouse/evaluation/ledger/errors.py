"""What can be wrong with what is kept."""

from pathlib import Path

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.formats.text import printable_name


class LedgerError(EvaluationError):
    """A file or a log that cannot be read or written."""


class TamperedLogError(LedgerError):
    """A log that is not as it was written."""

    def __init__(self, path: Path, why: str) -> None:
        name = printable_name(str(path))
        remedy = "do not rely on it; compare it with another copy, or with a signed head of it"
        super().__init__(f"{name} was changed: {why}", remedy, source=name)


def unusable(path: Path, why: str, remedy: str) -> LedgerError:
    """Return the error of a file, ``why`` being the end of a sentence that begins with its path."""
    name = printable_name(str(path))
    return LedgerError(f"{name} {why}", remedy, source=name)
