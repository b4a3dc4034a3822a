"""Reads a table of runs: CSV as spreadsheets write it, Parquet, or JSON lines. Packed with gzip or zip as well."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.evaluation.runs.columns import COLUMNS, EXPECTED, NEEDED, RUNS, Wanted, find
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.run import BadCellError, Run, run_of
from clearinghouse.evaluation.runs.table import Problems, Read, table_of
from clearinghouse.formats.document import Document, Limits
from clearinghouse.formats.inputs import inputs
from clearinghouse.formats.json_lines import json_lines
from clearinghouse.formats.spreadsheet.csv_rows import DELIMITERS, rows
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

LARGEST = 512 << 20
"""Most bytes of a table, unpacked."""
LONGEST_LINE = 1 << 20
_LIMITS = Limits(unpacked=LARGEST, whole=LARGEST, members=16)
_PARQUET = b"PAR1"
_HEAD_LINES = 200
"""JSON lines by whose names the columns are found; a column that comes later is found by our name of it."""

_ONE_A_LINE = f"one JSON object a line with {', '.join(NEEDED)}"

_Row = tuple[int, dict[str, Any]]
"""A row: its line from 1, and what stands in it, by the names of the table."""

_Cell = str | int | float | bool | None
_LINE = msgspec.json.Decoder(
    msgspec.defstruct(
        "JsonLine",
        [(name, _Cell, None) for name in dict.fromkeys(name for known in COLUMNS.values() for name in known)],
    )
)


def read_table(path: Path) -> Read:
    """Return the table of a file; ``-`` is standard input.

    Raises:
        MissingPathError: there is none. NoInputError: nothing comes from standard input. TableError: it is no table of
            runs, or none of its rows can be used. MissingExtraError: it is Parquet, and pyarrow is not installed.
        DocumentError: it cannot be unpacked or is too large.
    """
    return read_document(one_document(path))


def one_document(path: Path) -> Document:
    """Return what a path holds, unpacked; raises as :func:`read_table`, but for what stands in it."""
    found = [item.item for item in islice(inputs([path], _LIMITS), 2)]
    documents = [item for item in found if isinstance(item, Document)]
    if len(found) != 1 or not documents:
        told = next((item.message for item in found if isinstance(item, Problem)), "it is a folder or several files.")
        raise TableError(f"{path}: {told.rstrip('.')}", "name one table", source=str(path))
    return documents[0]


def read_document(document: Document) -> Read:
    """Return the table of a document; raises as :func:`read_table`."""
    problems = Problems(document.source)
    if document.sample.head.startswith(_PARQUET):
        from clearinghouse.evaluation.runs.parquet import parquet_rows  # noqa: PLC0415 - pyarrow is large and optional

        columns, found = parquet_rows(document)
    elif document.sample.head.lstrip().startswith(b"{"):
        columns, found = _json_columns(document), _json_rows(document, problems)
    elif document.sample.head.lstrip().startswith(b"["):
        what = f"{document.source}: a JSON array, and no table of runs"
        raise TableError(what, f"write {_ONE_A_LINE}, as `jq -c '.[]'` does", source=document.source)
    else:
        columns, found = csv_rows(document, problems)
    named = find(columns, document.source)
    if named.others:
        said = ", ".join(f"{name} as {ours}" for name, ours in named.others.items())
        problems.notice("other_names", f"Columns are read by other names: {said}.", EXPECTED)
    places = {name: name for name in COLUMNS} | named.places
    return table_of(document.source, _runs(found, places, problems), problems)


def _runs(found: Iterator[_Row], places: dict[str, str], problems: Problems) -> Iterator[tuple[int, Run]]:
    """Yield the attempts of rows that can be read."""
    for line, row in found:
        try:
            run = run_of(lambda name, row=row: row.get(places[name]))  # type: ignore[misc]
        except BadCellError as error:
            code = f"bad_{error.column}"
            problems.row(line, code, f"{error.column} {error.says}, and should be {error.expected}", error.expected)
            continue
        yield line, run


def csv_rows(document: Document, problems: Problems, wanted: Wanted = RUNS) -> tuple[list[str], Iterator[_Row]]:
    """Return the header of a table in text, and its rows, by the delimiter that finds most of our columns."""
    best: tuple[int, str, list[str]] = (-1, ",", [])
    known = wanted.names
    for delimiter in DELIMITERS:
        first = next(rows(document, delimiter), None)
        if isinstance(first, Problem):
            what = f"{document.source}, line {first.line}, where the header is looked for: {first.message.rstrip('.')}"
            raise TableError(what, f"begin with {EXPECTED}", source=document.source)
        header = list(first[1].values()) if first else []
        count = sum(name.strip().lower() in known for name in header)
        if count > best[0]:
            best = count, delimiter, header
    return best[2], _csv_rows(document, best[1], problems)


def _csv_rows(document: Document, delimiter: str, problems: Problems) -> Iterator[_Row]:
    header: Mapping[int, str] | None = None
    for item in rows(document, delimiter):
        if isinstance(item, Problem):
            problems.add(item)
        elif header is None:
            header = item[1]
        elif max(item[1], default=0) > max(header):
            said = f"It has more cells than the header has ({max(item[1]) + 1}, and {max(header) + 1})"
            expected = "one cell a column: numbers with a point, or a comma within quotes"
            problems.row(item[0], "too_many_cells", said, expected)
        else:
            yield item[0], {name: item[1].get(column) for column, name in header.items()}


def _json_columns(document: Document) -> list[str]:
    """Return the names in the first lines; one may have what another leaves out.

    Raises:
        TableError: not one line of them can be read as an object.
    """
    names: dict[str, None] = {}
    wrong = ""
    for entry in islice(json_lines(document, LONGEST_LINE), _HEAD_LINES):
        if isinstance(entry, Problem):
            wrong = wrong or f"line {entry.line}: {entry.message}"
            continue
        try:
            names |= dict.fromkeys(msgspec.json.decode(entry.raw, type=dict[str, msgspec.Raw]))
        except RecursionError:
            wrong = wrong or f"line {entry.line}: its JSON is nested too deeply"
        except msgspec.DecodeError as error:
            wrong = wrong or f"line {entry.line}: {clean_line(str(error).replace('`', ''), 200)}"
    if wrong and not names:
        raise TableError(f"{document.source}: {wrong.rstrip('.')}", _ONE_A_LINE, source=document.source)
    return list(names)


def _json_rows(document: Document, problems: Problems) -> Iterator[_Row]:
    """Yield the lines."""
    for entry in json_lines(document, LONGEST_LINE):
        if isinstance(entry, Problem):
            problems.add(entry)
            continue
        try:
            line = _LINE.decode(entry.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            said = f"It is no run: {clean_line(str(error).replace('`', ''), 200)}"
            problems.row(entry.line or 0, "malformed_line", said, _ONE_A_LINE)
            continue
        yield entry.line or 0, {name: getattr(line, name) for name in line.__struct_fields__}
