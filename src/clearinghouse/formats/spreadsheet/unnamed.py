"""What is said of a table of which no row names the columns of an inventory: what would be understood, what is seen."""

from collections.abc import Sequence
from itertools import pairwise

from clearinghouse.formats.spreadsheet.columns import IDENTIFYING, MAX_HEADER
from clearinghouse.formats.spreadsheet.header import Header, Row, header_of
from clearinghouse.formats.text import quoted

UNDERSTOOD = "Vendor or Manufacturer, Product or Model, Version or Firmware"
_TELLING = frozenset({*IDENTIFYING, "vendor", "version"})
"""A row with one of these may be meant to name the columns of an inventory."""
_ENOUGH = 2
_FEWEST = 3
_MOST_SEEN = 10
_WIDTH = 24


def nearest_header(rows: Sequence[Row]) -> Header | None:
    """Return the row that is most like a header, though it is none of an inventory; None if no row is like one.

    It has three names or more, one of which says what the thing is or two of which are known, and the row below it has
    about as many cells: a sentence with commas has not.
    """
    best: Header | None = None
    for row, below in pairwise(rows):
        if len(row) < _FEWEST or len(below) < len(row) - 1 or not _are_names(row):
            continue
        header = header_of(row)
        if header and _is_like_one(header) and (best is None or header.known > best.known):
            best = header
    return best


def _is_like_one(header: Header) -> bool:
    return not header.findings and (
        header.known >= _ENOUGH or not _TELLING.isdisjoint(header.columns.keys() - header.vague)
    )


def _are_names(row: Row) -> bool:
    texts = [text.strip().lower() for text in row.values()]
    if len(set(texts)) < len(texts):
        return False
    return all(len(text) <= MAX_HEADER and any(map(str.isalpha, text)) for text in texts)


def unnamed(header: Header) -> str:
    """Say which names of columns are understood and which stand there, as the end of a sentence."""
    seen = [quoted(name, _WIDTH) for name in list(header.names.values())[:_MOST_SEEN]]
    rest = len(header.names) - len(seen)
    return f"understood are {UNDERSTOOD}; seen: {', '.join(seen)}{f' and {rest} more' if rest else ''}"
