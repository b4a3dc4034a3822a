"""A document as data, for programs: what the page says, without its drawings."""

from functools import singledispatch
from typing import Any

import msgspec

from clearinghouse.evaluation.reports.blocks import (
    Block,
    Document,
    Figure,
    Listing,
    Notice,
    Outcome,
    Pairs,
    Paragraph,
    Table,
)
from clearinghouse.evaluation.reports.plain import line_of

SCHEMA = "clearinghouse frontier report 1"


def render(made: Document) -> str:
    """Return a document as JSON: its title, and its sections with their blocks in order."""
    found = {
        "schema": SCHEMA,
        "kind": made.kind,
        "title": line_of(made.title),
        "subtitle": line_of(made.subtitle),
        "head": [_form(each) for each in made.head],
        "sections": [
            {"name": each.name, "title": each.title, "blocks": [_form(block) for block in each.parts]}
            for each in made.sections
        ],
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


@singledispatch
def _form(block: Block) -> dict[str, Any]:
    raise TypeError(f"{type(block).__name__} is no block")


@_form.register
def _(block: Paragraph) -> dict[str, Any]:
    return {"type": "paragraph", "text": line_of(block.words)}


@_form.register
def _(block: Listing) -> dict[str, Any]:
    return {"type": "list", "items": [line_of(each) for each in block.items]}


@_form.register
def _(block: Pairs) -> dict[str, Any]:
    return {"type": "terms", "terms": [[line_of(term), line_of(words)] for term, words in block.pairs]}


@_form.register
def _(block: Table) -> dict[str, Any]:
    rows = [[line_of(cell) for cell in row] for row in block.rows]
    return {"type": "table", "caption": block.caption, "columns": list(block.columns), "rows": rows}


@_form.register
def _(block: Figure) -> dict[str, Any]:
    return {"type": "figure", "title": block.title, "says": block.says, "table": _form(block.table)}


@_form.register
def _(block: Notice) -> dict[str, Any]:
    return {"type": "notice", "kind": block.kind, "title": block.title, "text": [line_of(each) for each in block.words]}


@_form.register
def _(block: Outcome) -> dict[str, Any]:
    return {"type": "outcome", "kind": block.kind, "word": block.word, "text": line_of(block.words)}
