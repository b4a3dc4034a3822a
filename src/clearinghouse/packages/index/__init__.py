"""The advisory index: what advisories say of packages, prepared as one file."""

from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.packages.index.store import (
    LAYOUT,
    AdvisoryIndex,
    IndexBuilder,
    IndexFileError,
    Known,
    package_number,
    update,
)

__all__ = [
    "LAYOUT",
    "AdvisoryIndex",
    "Entry",
    "IndexBuilder",
    "IndexFileError",
    "Known",
    "entries_of",
    "package_number",
    "update",
]
