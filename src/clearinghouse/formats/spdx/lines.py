"""Tags and values of an SPDX document, line by line.

A line is looked at and forgotten; of a text over many lines (``<text>...</text>``) only the first is kept. Lines
may end as on any system.

Source: SPDX 2.3, clause 5 (https://spdx.github.io/spdx-spec/v2.3/composition-of-an-SPDX-document/).
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from clearinghouse.formats.document import Document
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.json_lines import too_long
from clearinghouse.records import Problem

MAX_LINE = 1 << 20
_CHUNK = 1 << 18
_TEXT, _TEXT_END = b"<text>", b"</text>"
_CR, _LF = b"\r", b"\n"


class Tag(NamedTuple):
    """A tag with its value, without white space around it, and its line from 1."""

    name: str
    value: str
    line: int


def tags(document: Document, names: tuple[str, ...], *, repaired: bool = True) -> Iterator[Tag | Problem]:
    """Yield the tags of these names, and what is wrong with the lines.

    Args:
        document: what to read. names: of the tags that are wanted.
        repaired: bytes that are not UTF-8 are counted for the document's notices: once is enough.
    """
    wanted = {name.encode(): name for name in names}
    text_began = 0
    with document.open_repaired() if repaired else document.open() as stream:
        for first, found in batches(stream):
            for number, line in enumerate(found, first):
                if line is None:  # a text may have ended in it
                    text_began = 0
                    yield too_long(document.source, number, MAX_LINE)
                elif text_began:
                    text_began = 0 if _TEXT_END in line else text_began
                else:
                    tag, _, value = line.partition(b":")
                    if _TEXT in value and _TEXT_END not in value and value.lstrip().startswith(_TEXT):
                        text_began = number
                    if tag in wanted:
                        yield Tag(wanted[tag], _readable(value), number)
    if text_began:
        yield Problem(
            source=document.source,
            code="text_never_ends",
            message="A text begins here and never ends; what follows was taken for a part of it.",
            line=text_began,
            expected="</text> at its end",
        )


def _readable(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        mended = repair(value)
        text = mended.data.decode() if mended else ""
    text = text.strip()
    return text.removeprefix("<text>").removesuffix("</text>").strip() if text[:1] == "<" else text


def batches(stream: BinaryIO) -> Iterator[tuple[int, Sequence[bytes | None]]]:
    """Yield lines without their ends, many at a time, and the number of the first of them, from 1.

    Of a line over :data:`MAX_LINE`, None stands for the line.
    """
    read = getattr(stream, "read1", stream.read)  # read would lose what came before a failure
    number, rest, passing = 1, b"", False
    while chunk := read(_CHUNK):
        data = rest + chunk
        found: list[bytes | None] = [*data.splitlines()]
        rest = b"" if data.endswith(_LF) else found.pop() or b""
        if data.endswith(_CR):  # the other half of a line end may follow
            rest += _CR
        if passing and found:  # the end of the line that is too long
            found[0], passing = None, False
        yield number, found
        number += len(found)
        if len(rest) > MAX_LINE:
            rest, passing = b"", True
    if rest or passing:
        yield number, [None if passing else rest.rstrip(_CR)]
