"""What a document is made of, before it is a page, a text or data.

A document is said once and rendered three ways, so that no form can tell what another one keeps to itself. What others
wrote stands in a :class:`Said`; a bare ``str`` is of this project.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from clearinghouse.evaluation.reports.plots.frame import Frame
from clearinghouse.formats.markup import Markup

NAME, SENTENCE, DIGEST = 60, 900, 140
"""Columns that names, sentences and digests of others may take."""


class Said(msgspec.Struct, frozen=True):
    """Words of others: shown as one line, cut at ``limit`` columns, apart from the direction of the words around."""

    text: str
    limit: int = NAME


class Code(msgspec.Struct, frozen=True):
    """A digest, an identifier or a command, in a face whose characters are told apart."""

    text: str


class Strong(msgspec.Struct, frozen=True):
    """Words that are read first."""

    text: str


class Link(msgspec.Struct, frozen=True):
    """Words that lead to a section of the same document."""

    text: str
    section: str


Piece: TypeAlias = "str | Said | Code | Strong | Link"
Words: TypeAlias = "Piece | tuple[Piece, ...]"


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph; one that is ``quiet`` explains what stands above it."""

    words: Words
    quiet: bool = False


class Listing(msgspec.Struct, frozen=True):
    """A list, an item each."""

    items: tuple[Words, ...]


class Pairs(msgspec.Struct, frozen=True):
    """Terms, each with what it is."""

    pairs: tuple[tuple[Words, Words], ...]


class Table(msgspec.Struct, frozen=True):
    """A table. The first cell of a row is its heading.

    Attributes:
        folded: whether it is opened by whoever wants to see it. size: what is said then of how much it holds; without
            it the number of rows. words: whether rows are headed by short words, none of which is broken.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    folded: bool = False
    size: str = ""
    words: bool = False


class Figure(msgspec.Struct, frozen=True):
    """A drawing with the table of the same numbers beneath; where nothing can be drawn, the table alone is shown.

    Attributes:
        name: within the document. title, says: for whoever does not see it. draw: makes it for a frame.
        table: the numbers.
    """

    name: str
    title: str
    says: str
    draw: Callable[[Frame], Markup]
    table: Table


class Notice(msgspec.Struct, frozen=True):
    """What nobody may miss, in a box.

    Attributes:
        kind: ``stop`` where the document cannot serve its purpose, ``mark`` for who may see it, ``note`` else.
    """

    kind: str
    title: str
    words: tuple[Words, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """A verdict or conclusion: its mark, which is told apart without colour, its word, and a sentence."""

    kind: str
    mark: str
    word: str
    words: Words


Block: TypeAlias = "Paragraph | Listing | Pairs | Table | Figure | Notice | Outcome"


class Section(msgspec.Struct, frozen=True):
    """One part of a document, by the name that leads to it."""

    name: str
    title: str
    parts: tuple[Block, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document.

    Attributes:
        kind: ``assessment``, ``determination``, ``letter`` or ``summary``. title: in a line. subtitle: the day and the
            like. head: blocks before the first section. sections: in order. short: whether it needs no list of its
            sections.
    """

    kind: str
    title: Words
    subtitle: Words
    head: tuple[Block, ...]
    sections: tuple[Section, ...]
    short: bool = False
