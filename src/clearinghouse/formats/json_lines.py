"""Lines of a document, and JSON lines: one JSON value a line (https://jsonlines.org), each read on its own.

Memory holds one line. A line longer than the limit is passed over and is one problem, so a file without
line ends costs no more than its limit.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from clearinghouse.formats.document import Document
from clearinghouse.records import Problem

MAX_LINE = 64 << 20
"""Longest line in bytes; the longest published CVE records have a few MiB."""

_BOM = b"\xef\xbb\xbf"


class Entry(NamedTuple):
    """One JSON value of a document that holds many.

    Attributes:
        raw: its bytes, not decoded yet.
        pointer: JSON Pointer of the value within the document; empty for a line, which is a document of its own.
        line: its line, from 1, in JSON lines; None elsewhere.
    """

    raw: bytes | msgspec.Raw
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


def too_long(source: str, number: int, limit: int, what: str = "Line") -> Problem:
    """Return the problem of a line, or of a record that begins on it, of more than ``limit`` bytes or characters."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"
    return Problem(
        source=source,
        code="line_too_long",
        message=f"{what} {number} is longer than {size} and is passed over.",
        line=number,
        expected=f"one record of at most {size} on each line",
    )


def is_json_lines(document: Document, limit: int = MAX_LINE) -> bool:
    """Whether the first line that is not blank is one JSON object and another object begins on the next such line.

    A pretty-printed document fails at its first line and a document on one line at the second.
    """
    objects = 0
    for item in numbered_lines(document, limit):
        if isinstance(item, Problem):
            return False
        line = item[1].strip()
        if not line:
            continue
        if objects:
            return line[:1] == b"{"
        if line[:1] != b"{" or line[-1:] != b"}":
            return False
        objects = 1
    return False


def json_lines(document: Document, limit: int = MAX_LINE) -> Iterator[Entry | Problem]:
    """Yield every line that is not blank as an :class:`Entry`; the caller decodes it."""
    for item in numbered_lines(document, limit):
        if isinstance(item, Problem):
            yield item
        elif stripped := item[1].strip():
            yield Entry(stripped, line=item[0])
