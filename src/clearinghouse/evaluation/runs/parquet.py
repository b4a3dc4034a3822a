"""Reads a table of runs in Parquet, with pyarrow."""

import io
from collections.abc import Iterator
from typing import Any

from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.runs.columns import RUNS, Wanted
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.table import MOST_ROWS
from clearinghouse.formats.document import Document
from clearinghouse.formats.text import clean_line

MOST_COLUMNS = 2_000
LARGEST_UNPACKED = 2 << 30
"""Most bytes of our columns, as the file says, once they are unpacked."""
_BATCH = 16_384


def parquet_rows(document: Document, wanted: Wanted = RUNS) -> tuple[list[str], Iterator[tuple[int, dict[str, Any]]]]:
    """Return the names of columns, and the rows, numbered from 1.

    Raises:
        MissingExtraError: pyarrow is not installed. TableError: it is no Parquet file, or too large.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - large and optional
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError("pyarrow") from None
    source = document.source
    known = wanted.names
    with document.open() as stream:
        data = stream.read()
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        names = [each for each in file.schema_arrow.names if each.strip().lower() in known]
        unpacked = sum(
            file.metadata.row_group(group).column(column).total_uncompressed_size
            for group in range(file.metadata.num_row_groups)
            for column in range(min(file.metadata.num_columns, MOST_COLUMNS))
            if file.metadata.row_group(group).column(column).path_in_schema in names
        )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(source, error) from None
    if file.metadata.num_rows > MOST_ROWS or unpacked > LARGEST_UNPACKED or file.metadata.num_columns > MOST_COLUMNS:
        what = f"{source}: {file.metadata.num_rows:,} rows, {file.metadata.num_columns:,} columns, {unpacked:,} bytes"
        raise TableError(what, f"give at most {MOST_ROWS:,} rows and the columns that are read", source=source)
    return list(file.schema_arrow.names), _rows(file, names, source)


def _rows(file: Any, names: list[str], source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow as pa  # noqa: PLC0415

    number = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH, columns=names, use_threads=False):
            columns = [batch.column(place).to_pylist() for place in range(batch.num_columns)]
            for values in zip(*columns, strict=True):
                number += 1
                yield number, dict(zip(batch.schema.names, values, strict=True))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(source, error) from None


def _broken(source: str, error: Exception) -> TableError:
    what = f"{source} cannot be read as Parquet: {clean_line(str(error), 200)}"
    return TableError(what, "write it anew, or as CSV", source=source)
