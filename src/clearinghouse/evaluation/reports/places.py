"""Where a document may be written: where nothing is yet, or in the place of an earlier document."""

from pathlib import Path

from clearinghouse.evaluation.reports.data import SCHEMA
from clearinghouse.evaluation.reports.errors import ReportError
from clearinghouse.evaluation.reports.words import MADE_WITH
from clearinghouse.formats.text import printable_name

_LOOKED_AT = 400


def require_room(path: Path) -> None:
    """See that a document takes the place of nothing but an earlier one.

    Raises:
        ReportError: something else is there, or the folder is not.
    """
    name = printable_name(str(path))
    if not path.parent.is_dir():
        raise ReportError(f"the folder of {name} does not exist", "make it, or name another", source=str(path))
    if path.is_symlink() or path.exists():
        if path.is_symlink() or not path.is_file():
            raise ReportError(f"{name} is no plain file", "name a new file", source=str(path))
        if not _is_ours(path):
            raise ReportError(f"{name} exists and is no report", "name a new file", source=str(path))


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            begins = file.read(_LOOKED_AT)
            file.seek(max(0, path.stat().st_size - _LOOKED_AT))
            ends = file.read(_LOOKED_AT)
    except OSError as error:
        raise ReportError(f"{printable_name(str(path))} cannot be read: {error.strerror}", "name a new file") from None
    return not begins or SCHEMA.encode() in begins or MADE_WITH.encode() in ends
