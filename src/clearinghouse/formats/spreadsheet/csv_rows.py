"""The rows of a table in text, and which character divides its cells."""

import csv
import io
from collections.abc import Iterator

from clearinghouse.formats.document import Document
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.spreadsheet.header import Header, Row, find_header
from clearinghouse.formats.spreadsheet.unnamed import nearest_header
from clearinghouse.formats.tabular.rows import numbered_rows
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
    best: tuple[str, Header] | None = None
    for delimiter, first in _tables(sample):
        found = find_header(first, fewest=2)
        if found and (best is None or found[1].known > best[1].known):
            best = delimiter, found[1]
    return best


def nearly(sample: Sample) -> Header | None:
    """Return the row of a table that is most like a header, where :func:`sniff` finds none; None if none is."""
    best: Header | None = None
    for _, first in _tables(sample):
        found = nearest_header(first)
        if found and (best is None or found.known > best.known):
            best = found
    return best


def _tables(sample: Sample) -> Iterator[tuple[str, list[Row]]]:
    """Yield each delimiter that may be meant, and the first rows by it."""
    head = sample.head[:_HEAD]
    repaired = repair(head)
    text = (repaired.data if repaired else head).decode("utf-8", "replace")
    stated = _stated(text)
    for delimiter in (stated,) if stated else DELIMITERS:
        yield delimiter, _first_rows(text, delimiter)


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
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        for item in numbered_rows(text, delimiter, document.source):
            if isinstance(item, Problem):
                yield item
                continue
            line, values = item
            if line > 1 or not _stated(delimiter.join(values)):
                yield line, _row(values)


def _row(values: list[str]) -> Row:
    return {column: value for column, value in enumerate(values) if value and not value.isspace()}
