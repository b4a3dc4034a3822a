"""The advisory index: what advisories say of packages, prepared as one file."""

from clearinghouse.packages.index.builder import IndexBuilder
from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.packages.index.gathered import Gathered, gather
from clearinghouse.packages.index.store import LAYOUT, AdvisoryIndex, IndexFileError, Known

__all__ = [
    "LAYOUT",
    "AdvisoryIndex",
    "Entry",
    "Gathered",
    "IndexBuilder",
    "IndexFileError",
    "Known",
    "entries_of",
    "gather",
]
