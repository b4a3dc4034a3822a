"""Records out of a document that holds many: each is decoded on its own and keeps its number, whatever its neighbours.

Where the entries come from is for :mod:`clearinghouse.formats.json_records` to say; what a record becomes, for its
format. Between the two stands this one loop.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.records import Problem

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def read_records(
    found: Iterable[Entry | Problem],
    decoder: Decoder[T],
    convert: Callable[[T, int, Entry], Iterable[R | Problem]],
    *,
    source: str,
) -> Iterator[R | Problem]:
    """Yield what ``convert`` makes of each record, and a problem for each violation.

    Args:
        found: the entries of the document, and what was wrong between them.
        decoder: for the bytes of one entry.
        convert: gets the record, its position from 0 (bad records counted) and the entry in which it stood.
        source: the document.

    Problems of an entry that is a line carry the line's number.
    """
    index = -1
    for entry in found:
        if isinstance(entry, Problem):
            yield entry
            continue
        index += 1
        record = decoder.decode(entry.raw, source=source, pointer=entry.pointer)
        made = record if isinstance(record, tuple) else convert(record, index, entry)
        yield from made if entry.line is None else on_line(made, entry.line)


def on_line(made: Iterable[T | Problem], line: int) -> Iterator[T | Problem]:
    """Yield the same, with the number of a line on each problem that has none."""
    for item in made:
        if isinstance(item, Problem) and item.line is None:
            yield msgspec.structs.replace(item, line=line)
        else:
            yield item


def read_whole(
    document: Document, decoder: Decoder[T], convert: Callable[[T, str], Iterable[R | Problem]]
) -> Iterator[R | Problem]:
    """Yield what ``convert`` makes of a document that is one value, and of its source; or all that is wrong with it."""
    report = decoder.decode(document.read(), source=document.source)
    yield from report if isinstance(report, tuple) else convert(report, document.source)
