"""Reading rows and lines into cells by field, and saying where they cannot be read."""

import csv
import io
from collections.abc import Iterator
from typing import Any, TextIO

import msgspec

from clearinghouse.formats.decode import describe, why_not_json
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import json_lines, too_long
from clearinghouse.formats.tabular.columns import FIELD_OF, MANY, NOTHING, plain
from clearinghouse.formats.tabular.convert import Cells, Notes, to_finding
from clearinghouse.formats.tabular.detection import header_of
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Finding, Problem

_BAD_ROW = "a row of the header's length"
MAX_ROW = 4 << 20
"""Longest row, in characters; a quoted cell, and so a row, may have many lines."""


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each row that is not blank. A row that cannot be read is a problem with its line number.

    Cells that cannot be used (a date in no known order, say) are counted and told once a column, at the end.
    """
    notes = Notes(document.source)
    rows = _json_rows(document) if document.sample.is_json else _csv_rows(document)
    for index, row in enumerate(rows):  # a bad row keeps its position
        if isinstance(row, Problem):
            yield row
        else:
            line, cells = row
            yield to_finding(cells, document.source, index, line, notes)
    yield from notes.problems()


def _csv_rows(document: Document) -> Iterator[tuple[int, Cells] | Problem]:
    sample = document.sample
    delimiter, _ = header_of(sample.text)
    with document.open_repaired() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        rows = _numbered(_Rows(text), delimiter, document.source)
        header: list[str | None] | None = None
        for row in rows:
            if isinstance(row, Problem):
                yield row
                continue
            line, values = row
            if header is None:
                header = [FIELD_OF.get(plain(value)) for value in values]
            elif any(value and not value.isspace() for value in values[len(header) :]):
                yield _problem(document.source, line, "too_many_cells", "has more cells than the header", _BAD_ROW)
            else:
                yield line, _cells(zip(header, values, strict=False))


class _TooLongError(Exception):
    """A row goes beyond :data:`MAX_ROW`; what is left of its line has been passed over."""


class _Rows:
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

    def __iter__(self) -> "_Rows":
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


def _numbered(lines: _Rows, delimiter: str, source: str) -> Iterator[tuple[int, list[str]] | Problem]:
    """Yield (first line, cells) for each row that is not blank, and a problem for each that is no row."""
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
            yield _problem(source, line, "malformed_row", f"cannot be read: {why_no_row(error)}", _BAD_ROW)
            continue
        if values is None:
            return
        if any(value and not value.isspace() for value in values):
            yield line, values


def _json_rows(document: Document) -> Iterator[tuple[int, Cells] | Problem]:
    source = document.source
    for entry in json_lines(document):
        if isinstance(entry, Problem):
            yield entry
            continue
        line = entry.line or 0
        try:
            record = msgspec.json.decode(entry.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield _problem(source, line, "malformed_json", why_not_json(error), "one JSON object")
            continue
        if not isinstance(record, dict):
            yield _problem(source, line, "wrong_type", f"is {describe(record)}, and no object", "one JSON object")
            continue
        yield line, _cells((FIELD_OF.get(plain(key)), value) for key, value in _flat(record))


def _flat(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, text) for each value; lists give one pair a member, inner objects have dotted keys."""
    for key, value in record.items():
        if isinstance(value, dict):
            for inner, deeper in value.items():
                yield from ((f"{key}.{inner}", text) for text in _texts(deeper))
        else:
            yield from ((key, text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, bool):
            yield "true" if item else "false"
        elif isinstance(item, str | int | float):
            yield str(item)


def _cells(pairs: Any) -> Cells:
    """Gather values by field; of a field that has one value, the first that is there."""
    cells: Cells = {}
    for field, value in pairs:
        if field is None or value.strip().lower() in NOTHING:
            continue
        if field in MANY:
            cells.setdefault(field, []).append(value)
        else:
            cells.setdefault(field, [value])
    return cells


def why_no_row(error: csv.Error) -> str:
    """Say what a CSV reader found wrong, as the end of a sentence."""
    said = str(error)
    if said.startswith("field larger"):
        return f"a cell has more than {csv.field_size_limit():,} characters"
    if said.startswith("new-line character"):
        return "a line ends inside a cell that has no quotes"
    return said


def _problem(source: str, line: int, code: str, said: str, expected: str) -> Problem:
    return Problem(source=source, code=code, message=clean_line(f"The row {said}."), line=line, expected=expected)
