"""Reading rows and lines into cells by field, and saying where they cannot be read."""

import io
from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.decode import describe, why_not_json
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import json_lines
from clearinghouse.formats.tabular.columns import FIELD_OF, MANY, NOTHING, plain
from clearinghouse.formats.tabular.convert import Cells, Notes, to_finding
from clearinghouse.formats.tabular.detection import header_of
from clearinghouse.formats.tabular.rows import bad_row, numbered_rows
from clearinghouse.records import Finding, Problem

_BAD_ROW = "a row of the header's length"


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
        header: list[str | None] | None = None
        for row in numbered_rows(text, delimiter, document.source, _BAD_ROW):
            if isinstance(row, Problem):
                yield row
                continue
            line, values = row
            if header is None:
                header = [FIELD_OF.get(plain(value)) for value in values]
            elif any(value and not value.isspace() for value in values[len(header) :]):
                yield bad_row(document.source, line, "too_many_cells", "has more cells than the header", _BAD_ROW)
            else:
                yield line, _cells(zip(header, values, strict=False))


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
            yield bad_row(source, line, "malformed_json", why_not_json(error), "one JSON object")
            continue
        if not isinstance(record, dict):
            yield bad_row(source, line, "wrong_type", f"is {describe(record)}, and no object", "one JSON object")
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
