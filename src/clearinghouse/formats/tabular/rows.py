"""The rows of a table in text, each with its line, whatever stands in them: within bounds, and a bad one alone."""

import csv
from collections.abc import Iterator
from typing import TextIO

from clearinghouse.formats.json_lines import too_long
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

MAX_ROW = 4 << 20
"""Longest row, in characters; a quoted cell, and so a row, may have many lines."""


def numbered_rows(
    text: TextIO, delimiter: str, source: str, expected: str | None = None
) -> Iterator[tuple[int, list[str]] | Problem]:
    """Yield (first line, cells) for each row that is not blank, and a problem for each that is no row.

    Args:
        text: with line ends as they are. source: the document. expected: how a good row would look.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        line = lines.first
        try:
            values = next(reader, None)
        except _TooLongError:
            yield too_long(source, line, MAX_ROW, "line" if line == lines.number else "row")
            continue
        except csv.Error as error:
            yield bad_row(source, line, "malformed_row", f"cannot be read: {why_no_row(error)}", expected)
            continue
        if values is None:
            return
        if any(value and not value.isspace() for value in values):
            yield line, values


def bad_row(source: str, line: int, code: str, said: str, expected: str | None) -> Problem:
    """Return the problem of a row; ``said`` is the end of "The row ..."."""
    return Problem(source=source, code=code, message=clean_line(f"The row {said}."), line=line, expected=expected)


class _TooLongError(Exception):
    """A row goes beyond :data:`MAX_ROW`; what is left of its line has been passed over."""


class _Lines:
    """The lines of a table for a CSV reader, which by itself would hold a line, or a quoted cell, of any size.

    Attributes:
        number: lines read so far. first: the line on which the present row begins.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.first = self.number + 1
        self._room = MAX_ROW

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._room + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._room -= len(line)
        if self._room < 0:
            while line and line[-1] not in "\r\n":
                line = self._text.readline(1 << 16)
            raise _TooLongError
        return line


def why_no_row(error: csv.Error) -> str:
    """Say what a CSV reader found wrong, as the end of a sentence."""
    said = str(error)
    if said.startswith("field larger"):
        return f"a cell has more than {csv.field_size_limit():,} characters"
    if said.startswith("new-line character"):
        return "a line ends inside a cell that has no quotes"
    return said
