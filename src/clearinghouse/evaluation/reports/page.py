"""A document as one HTML page that is complete in itself: no script, nothing that is loaded, and a policy against both.

What others wrote becomes text of elements and nothing else (:mod:`clearinghouse.formats.markup`).
"""

from collections.abc import Sequence
from functools import cache, singledispatch
from importlib import resources

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
    Section,
    Strong,
    Table,
    Words,
)
from clearinghouse.evaluation.reports.plain import line_of
from clearinghouse.evaluation.reports.plots.frame import NARROW, WIDE, Frame
from clearinghouse.evaluation.reports.words import MADE_WITH
from clearinghouse.formats.markup import Markup, Node, document, element, style
from clearinghouse.formats.width import short

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LONGEST_TITLE = 120
_SHORT_TABLE = 12
"""Rows of a table that is not divided over two sheets."""
_FOOT = f"{MADE_WITH} {__version__}. This page loads nothing and sends nothing."


def render(made: Document) -> str:
    """Return a document as a page."""
    header = element(
        "header",
        element("a", "Go to the content", href="#main", class_="skip"),
        element("h1", inline(made.title), " ", element("span", inline(made.subtitle), class_="day")),
    )
    sections = [_section(each) for each in made.sections]
    main = element("main", [_form(each) for each in made.head], _contents(made), sections, id="main")
    footer = element("footer", element("p", _FOOT))
    body = element("div", header, main, footer, class_=f"document {made.kind}")
    return document(_head(line_of(made.title)), body)


def _head(title: str) -> list[Markup]:
    return [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", short(title, _LONGEST_TITLE)),
        style(_css()),
    ]


@cache
def _css() -> str:
    return (resources.files("clearinghouse.evaluation.reports") / "page.css").read_text(encoding="utf-8")


def _contents(made: Document) -> Markup | None:
    if made.short:
        return None
    links = [element("li", element("a", each.title, href=f"#{each.name}")) for each in made.sections]
    return element("nav", element("ul", links), aria_label="On this page")


def _section(made: Section) -> Markup:
    return element(
        "section",
        element("h2", made.title, id=made.name),
        [_form(each) for each in made.parts],
        aria_labelledby=made.name,
    )


def inline(words: Words) -> Node:
    """Return words as they stand in a line."""
    return [_piece(each) for each in words] if isinstance(words, tuple) else _piece(words)


def _piece(piece: Piece) -> Node:
    match piece:
        case Said():
            return element("bdi", short(piece.text, piece.limit))
        case Code():
            return element("code", element("bdi", short(piece.text, _LONGEST_TITLE)))
        case Strong():
            return element("strong", piece.text)
        case Link():
            return element("a", piece.text, href=f"#{piece.section}")
    return piece


@singledispatch
def _form(block: Block) -> Node:
    raise TypeError(f"{type(block).__name__} is no block")


@_form.register
def _(block: Paragraph) -> Node:
    return element("p", inline(block.words), class_="quiet" if block.quiet else None)


@_form.register
def _(block: Listing) -> Node:
    return element("ul", [element("li", inline(each)) for each in block.items]) if block.items else None


@_form.register
def _(block: Pairs) -> Node:
    rows = [[element("dt", inline(term)), element("dd", inline(words))] for term, words in block.pairs]
    return element("dl", rows) if rows else None


@_form.register
def _(block: Table) -> Node:
    if not block.rows:
        return None
    made = element(
        "table",
        element("caption", block.caption),
        element("thead", element("tr", [element("th", each, scope="col") for each in block.columns])),
        element("tbody", [_row(block.columns, row) for row in block.rows]),
        class_=" ".join(["short"] * (len(block.rows) <= _SHORT_TABLE) + ["words"] * block.words) or None,
    )
    return (
        element("details", element("summary", f"{block.caption} ({block.size or f'{len(block.rows):,}'})"), made)
        if block.folded
        else made
    )


def _row(columns: Sequence[str], cells: Sequence[Words]) -> Markup:
    others = [
        element("td", inline(cell), data_label=column) for column, cell in zip(columns[1:], cells[1:], strict=True)
    ]
    return element("tr", element("th", inline(cells[0]), scope="row"), others)


@_form.register
def _(block: Figure) -> Node:
    drawings = [
        element("div", block.draw(Frame(width, f"{block.name}-{size}")), class_=size)
        for size, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return element("figure", element("figcaption", block.title), drawings, _form(block.table))


@_form.register
def _(block: Notice) -> Node:
    return element(
        "div",
        element("p", element("strong", block.title)),
        [element("p", inline(each)) for each in block.words],
        class_=f"notice {block.kind}",
        role="note",
    )


@_form.register
def _(block: Outcome) -> Node:
    return element(
        "div",
        element("p", element("span", block.mark, class_="mark", aria_hidden="true"), " ", block.word, class_="word"),
        element("p", inline(block.words), class_="lead"),
        class_=f"outcome {block.kind}",
    )
