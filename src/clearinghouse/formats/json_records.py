"""The records of a JSON document, however they are packed: one record, an array, an answer, or JSON lines.

Arrays and lines are streamed; the reader of a format gets one record's bytes at a time.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry, is_json_lines, json_lines
from clearinghouse.formats.json_stream import BrokenJsonError, walk
from clearinghouse.records import Problem

T = TypeVar("T")


def entries(document: Document, envelope: str | None = None) -> Iterator[Entry | Problem]:
    """Yield the records of a JSON document in order.

    Args:
        document: an array of records, JSON lines of records, or one object.
        envelope: if given, the document is one object that holds the records in the array of this name
            (``vulns`` in an answer of api.osv.dev).
    """
    sample = document.sample
    if sample.head.lstrip()[:1] == b"[":
        yield from members(document, "")
    elif envelope:
        yield from members(document, envelope)
    elif sample.is_json_lines if sample.complete else is_json_lines(document):
        yield from json_lines(document)
    else:
        yield Entry(sample.head if sample.complete else document.read())


def members(document: Document, name: str) -> Iterator[Entry | Problem]:
    """Yield the members of the root array (``name`` empty) or of the root object's array ``name``.

    Where the document breaks off, what stood before has been yielded and one problem says so. A missing or null
    array has no members.
    """
    prefix = f"/{name}" if name else ""
    path = (name,) if name else ()
    enter = frozenset({""} if name else set())
    try:
        with document.open() as stream:
            for piece in walk(stream, enter, frozenset({name})):
                if piece.path in (path, ()) and piece.first < 0:
                    if bytes(piece.raws[0]) != b"null":
                        yield _no_array(document.source, "/".join(("", *map(str, piece.path))))
                elif piece.first >= 0:
                    for position, raw in enumerate(piece.raws, piece.first):
                        yield Entry(raw, f"{prefix}/{position}")
    except BrokenJsonError as error:
        yield broken_json(document.source, error)


def decoded(decoder: Decoder[T], entry: Entry, source: str) -> T | tuple[Problem, ...]:
    """Decode one entry; its problems carry its pointer and, in JSON lines, its line."""
    record = decoder.decode(entry.raw, source=source, pointer=entry.pointer)
    if isinstance(record, tuple) and entry.line is not None:
        return tuple(msgspec.structs.replace(problem, line=entry.line) for problem in record)
    return record


def broken_json(source: str, error: BrokenJsonError) -> Problem:
    """The problem of a document that stops being JSON somewhere."""
    return Problem(
        source=source,
        code="malformed_json",
        message=f"{source} is not whole: {error}. What stands before it was read.",
        pointer="",
        expected="one complete JSON document",
    )


def _no_array(source: str, pointer: str) -> Problem:
    return Problem(
        source=source,
        code="wrong_type",
        message=f"At {pointer or '/'} stands something else where an array was expected.",
        pointer=pointer,
        expected="array",
    )
