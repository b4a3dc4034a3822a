"""The rows of a table in text, and which character divides its cells."""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from clearinghouse.formats.document import Document
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.json_lines import too_long
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.spreadsheet.header import Header, Row, find_header
from clearinghouse.formats.tabular.reader import MAX_ROW, why_no_row
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

DELIMITERS = (",", ";", "\t", "|")
HEAD_ROWS = 60
"""Rows among which the header is looked for."""
_HEAD = 48 * 1024
_STATED = "sep="
"""With this and one character, Excel states in the first line what divides the cells."""


def sniff(sample: Sample) -> tuple[str, Header] | None:
    """Return the delimiter of a table by its beginning, and its header; None if there is no header of a known list.

    It is the delimiter by which the header says most.
    """
    head = sample.head[:_HEAD]
    repaired = repair(head)
    text = (repaired.data if repaired else head).decode("utf-8", "replace")
    stated = _stated(text)
    best: tuple[str, Header] | None = None
    for delimiter in (stated,) if stated else DELIMITERS:
        found = find_header(_first_rows(text, delimiter), fewest=2)
        if found and (best is None or found[1].known > best[1].known):
            best = delimiter, found[1]
    return best


def _stated(text: str) -> str:
    if text[:4].lower() != _STATED:
        return ""
    line = text[:8].splitlines()[0]
    return line[4] if len(line) == 5 and line[4] in DELIMITERS else ""


def _first_rows(text: str, delimiter: str) -> list[Row]:
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for values in reader:
            if row := _row(values):
                rows.append(row)
            if len(rows) == HEAD_ROWS:
                break
    except csv.Error:
        pass  # what stands before it may do
    return rows


def rows(document: Document, delimiter: str) -> Iterator[tuple[int, Row] | Problem]:
    """Yield (first line, cells) for each row that is not blank, and a problem for each that cannot be read."""
    with document.open_repaired() as stream:
        lines = _Lines(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            lines.begin()
            line = lines.first
            try:
                values = next(reader, None)
            except _TooLongError:
                yield too_long(document.source, line, MAX_ROW, "line" if line == lines.number else "row")
                continue
            except csv.Error as error:
                message = clean_line(f"The row cannot be read: {why_no_row(error)}.")
                yield Problem(source=document.source, code="malformed_row", message=message, line=line)
                continue
            if values is None:
                return
            row = _row(values)
            if row and not (line == 1 and _stated(delimiter.join(values))):
                yield line, row


def _row(values: list[str]) -> Row:
    return {column: value for column, value in enumerate(values) if value and not value.isspace()}


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
