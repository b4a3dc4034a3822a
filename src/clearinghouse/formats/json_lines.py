"""Lines of a document, and JSON lines: one JSON value a line (https://jsonlines.org), each read on its own.

Memory holds one line. A line longer than the limit is passed over and is one problem, so a file without
line ends costs no more than its limit.
"""

from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import begin_json_lines
from clearinghouse.records import Problem

MAX_LINE = 64 << 20
"""Longest line in bytes; the longest published CVE records have a few MiB."""

_BOM = b"\xef\xbb\xbf"


class Entry(NamedTuple):
    """One JSON value of a document that holds many.

    Attributes:
        raw: its bytes in UTF-8, not decoded yet.
        pointer: JSON Pointer of the value within the document; empty for a line, which is a document of its own.
        line: its line, from 1, in JSON lines; None elsewhere.
    """

    raw: bytes
    pointer: str = ""
    line: int | None = None


def numbered_lines(document: Document, limit: int = MAX_LINE) -> Iterator[tuple[int, bytes] | Problem]:
    """Yield (number from 1, line without its end) for every line; a line over ``limit`` bytes is a problem."""
    with document.open() as stream:
        number = 0
        while line := stream.readline(limit + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(_BOM)
            if len(line) > limit and not line.endswith(b"\n"):
                yield too_long(document.source, number, limit)
                while line and not line.endswith(b"\n"):
                    line = stream.readline(1 << 20)
                continue
            yield number, line.rstrip(b"\r\n")


def too_long(source: str, number: int, limit: int, what: str = "line") -> Problem:
    """Return the problem of a line, or of a row that begins on it, of more than ``limit`` bytes or characters."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"
    return Problem(
        source=source,
        code="line_too_long",
        message=f"The {what} is longer than {size} and was passed over.",
        line=number,
        expected=f"one record of at most {size} on each line",
    )


def is_json_lines(document: Document, limit: int = MAX_LINE) -> bool:
    """Whether the document is one JSON object a line, see :func:`~clearinghouse.formats.sample.begin_json_lines`."""
    first = b""
    for item in numbered_lines(document, limit):
        if isinstance(item, Problem):
            return False
        line = item[1].strip()
        if line and first:
            return begin_json_lines(first, line)
        first = first or line
    return False


def json_lines(document: Document, limit: int = MAX_LINE) -> Iterator[Entry | Problem]:
    """Yield every line that is not blank as an :class:`Entry`; the caller decodes it."""
    for item in numbered_lines(document, limit):
        if isinstance(item, Problem):
            yield item
        elif stripped := item[1].strip():
            yield Entry(document.in_utf8(stripped), line=item[0])
