"""A document as plain text: lines of at most 78 characters, where no word of others is longer."""

import textwrap
from collections.abc import Iterator
from functools import singledispatch

from clearinghouse import __version__
from clearinghouse.evaluation.reports.blocks import (
    Block,
    Code,
    Document,
    Figure,
    Link,
    Listing,
    Notice,
    Outcome,
    Pairs,
    Paragraph,
    Piece,
    Said,
    Strong,
    Table,
    Words,
)
from clearinghouse.evaluation.reports.words import MADE_WITH
from clearinghouse.formats.width import columns, short

WIDTH = 78
_GAP = "  "
_CODE = 120


def render(made: Document) -> str:
    """Return a document as text that ends with a newline."""
    title = line_of(made.title)
    parts = [*_wrapped(title), line_of(made.subtitle), "=" * WIDTH, ""]
    for block in made.head:
        parts += [*_form(block), ""]
    for section in made.sections:
        parts += [section.title.upper(), "-" * WIDTH]
        for block in section.parts:
            parts += [*_form(block), ""]
    parts.append(f"{MADE_WITH} {__version__}.")
    return "\n".join(each.rstrip() for each in parts) + "\n"


def line_of(words: Words) -> str:
    """Return words as one line."""
    return "".join(map(_piece, words)) if isinstance(words, tuple) else _piece(words)


def _piece(piece: Piece) -> str:
    match piece:
        case Said():
            return short(piece.text, piece.limit)
        case Code():
            return short(piece.text, _CODE)
        case Strong() | Link():
            return piece.text
    return piece


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    """Lines of a paragraph. A digest or another long word is not divided, so that it can be copied."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


@singledispatch
def _form(block: Block) -> Iterator[str]:
    raise TypeError(f"{type(block).__name__} is no block")


@_form.register
def _(block: Paragraph) -> Iterator[str]:
    yield from _wrapped(line_of(block.words))


@_form.register
def _(block: Listing) -> Iterator[str]:
    for each in block.items:
        yield from _wrapped(line_of(each), "- ", "  ")


@_form.register
def _(block: Pairs) -> Iterator[str]:
    for term, words in block.pairs:
        yield from _wrapped(f"{line_of(term)}: {line_of(words)}", "", "    ")


@_form.register
def _(block: Table) -> Iterator[str]:
    if not block.rows:
        return
    yield from _wrapped(f"{block.caption}:")
    rows = [tuple(map(line_of, row)) for row in block.rows]
    widths = [max(map(_width, column)) for column in zip(block.columns, *rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) <= WIDTH:
        yield from (_GAP.join(map(_padded, row, widths)) for row in (block.columns, *rows))
        return
    if len(block.columns) == 2:
        for term, words in rows:
            yield from _wrapped(f"{term}: {words}", "* ", "    ")
        return
    for row in rows:
        yield from _wrapped(row[0], "* ", "  ")
        for column, cell in zip(block.columns[1:], row[1:], strict=True):
            yield from _wrapped(f"{column}: {cell}", "    ", "      ")


@_form.register
def _(block: Figure) -> Iterator[str]:
    yield from _form(block.table)


@_form.register
def _(block: Notice) -> Iterator[str]:
    yield "*" * WIDTH
    yield from _wrapped(block.title.upper() if block.kind == "stop" else block.title)
    for each in block.words:
        yield from _wrapped(line_of(each))
    yield "*" * WIDTH


@_form.register
def _(block: Outcome) -> Iterator[str]:
    yield from _wrapped(f"{block.word.upper()}: {line_of(block.words)}")


def _width(text: str) -> int:
    return len(text) if text.isascii() else max(len(text), round(columns(text)))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
