"""The records of a JSON document, however they are packed: one record, an array, an answer, or JSON lines.

Arrays and lines are streamed; the reader of a format gets one record's bytes at a time.
"""

from collections.abc import Iterator

from clearinghouse.formats.decode import describe_raw, wrong_type
from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.json_lines import Entry, is_json_lines, json_lines
from clearinghouse.formats.json_stream import BrokenJsonError, walk
from clearinghouse.records import Problem


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
        yield Entry(document.in_utf8(sample.head) if sample.complete else document.read())


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
                if name and piece.path and piece.path[0] == 0:
                    yield wrong_type(document.source, "", "object", "a list")
                    return
                if piece.path in (path, ()) and piece.first < 0:
                    if bytes(piece.raws[0]) != b"null":
                        pointer = "/".join(("", *map(str, piece.path)))
                        yield wrong_type(document.source, pointer, "array", describe_raw(piece.raws[0]))
                elif piece.first >= 0:
                    for position, raw in enumerate(piece.raws, piece.first):
                        yield Entry(document.in_utf8(bytes(raw)), f"{prefix}/{position}")
    except BrokenJsonError as error:
        yield broken_json(document, error)


def broken_json(document: Document, error: BrokenJsonError) -> Problem:
    """The problem of a document that stops being JSON somewhere, or whose packing is damaged there."""
    damage = document.why_packing_is_broken()
    if damage:
        return unreadable(document.source, damage)
    return Problem(
        source=document.source,
        code="malformed_json",
        message=f"It is not one whole JSON document: {error}. What stands before that was read.",
        pointer="",
        expected="one complete JSON document",
    )
