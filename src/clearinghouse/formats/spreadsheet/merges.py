"""Merged cells, of which only the first holds the value, and the names of columns.

Source: ECMA-376, part 1, section 18.3.1.55 (``mergeCell``).
"""

import re
from bisect import bisect_right

from clearinghouse.formats.document import Document
from clearinghouse.formats.spreadsheet.header import Row

MAX_COLUMN = 16_384
MAX_LINE = 1_048_576
"""Columns and rows of the largest sheet that there is."""
_MERGE = re.compile(rb'mergeCell\s[^<>]{0,100}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_TAG = b"mergeCell "
_TAG_LENGTH = 256
_MAX_MERGES = 20_000
_MAX_FILLED = 64
_CHUNK = 1 << 18


class Merges:
    """The merged cells of a sheet.

    They stand behind the rows in the document, which is why it is looked through for them first.
    """

    def __init__(self) -> None:
        self._wide: set[int] = set()
        self._tall: dict[int, list[tuple[int, int]]] = {}
        self._values: dict[int, tuple[int, str]] = {}

    @classmethod
    def of(cls, part: Document) -> "Merges":
        """Find the merged cells of a sheet.

        Raises:
            ClearinghouseError: its packing is broken.
        """
        merges = cls()
        count, held = 0, b""
        with part.open() as stream:
            while count < _MAX_MERGES and (chunk := stream.read(_CHUNK)):
                data = held + chunk
                end = 0
                if _TAG in data:
                    for match in _MERGE.finditer(data):
                        merges.add(*(group.decode() for group in match.groups()))
                        end = match.end()
                        count += 1
                held = data[max(end, len(data) - _TAG_LENGTH) :]
        for stretches in merges._tall.values():
            stretches.sort()
        return merges

    def add(self, left: str, top: str, right: str, bottom: str) -> None:
        """Note one range by the letters and numbers of its corners."""
        first, last = int(top), int(bottom)
        if left != right and first == last:
            self._wide.add(first)
        column = column_of(left)
        if last > first and column is not None and (column in self._tall or len(self._tall) < _MAX_FILLED):
            self._tall.setdefault(column, []).append((first, last))

    def is_heading(self, line: int, row: Row) -> bool:
        """Whether a row is one text across several columns."""
        return len(row) == 1 and line in self._wide

    def fill(self, line: int, row: dict[int, str]) -> None:
        """Give a row the values of the merged cells that reach into it. Rows come in their order."""
        for column, stretches in self._tall.items():
            position = bisect_right(stretches, (line, MAX_LINE + 1)) - 1
            if position < 0 or line > stretches[position][1]:
                continue
            start = stretches[position][0]
            if line == start:
                self._values[column] = start, row.get(column, "")
            elif column not in row:
                known, text = self._values.get(column, (0, ""))
                if known == start and text:
                    row[column] = text


def column_of(letters: str) -> int | None:
    """Return the number of a column from 0 by its letters (``A``, ``XFD``); None if there is no such column."""
    if not 1 <= len(letters) <= 3 or not letters.isascii():
        return None
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return None
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number <= MAX_COLUMN else None


def letters_of(column: int) -> str:
    """Return the letters of a column by its number from 0: the inverse of :func:`column_of`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
