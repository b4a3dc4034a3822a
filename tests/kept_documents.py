"""Every document that is signed or kept, and the fields of it: what ``tests/evaluation/kept_documents.txt`` holds.

A field that comes or goes makes a document another one, so its schema (or the number at the end of its type) is raised
with it. Then ``python tests/kept_documents.py`` adds the line of the new one; that of the old one stays.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from clearinghouse.evaluation.assessment import facts, verifier
from clearinghouse.evaluation.determination import events, record
from clearinghouse.evaluation.determination.disclosure import copies
from clearinghouse.evaluation.determination.package import manifest as package
from clearinghouse.evaluation.ledger import chain
from clearinghouse.evaluation.plan import fields as plan
from clearinghouse.evaluation.plan import thresholds
from clearinghouse.evaluation.pools import draw, manifest, sealed, shares, terms
from clearinghouse.evaluation.running import asked
from clearinghouse.evaluation.running.sealing import lines, statement
from clearinghouse.evaluation.tasks import fields as task
from clearinghouse.evaluation.tasks.recipes import consent

DOCUMENTS: tuple[tuple[str, type], ...] = (
    (task.SCHEMA, task.Written),
    (consent.PREDICATE_TYPE, consent.Consent),
    (plan.SCHEMA, plan.Plan),
    (thresholds.SCHEMA, thresholds.Opening),
    (manifest.SCHEMA, manifest.Manifest),
    (manifest.SCHEMA, manifest.Revealed),
    (sealed.MAGIC.decode().strip(), sealed.Index),
    (shares.SCHEMA, shares.Share),
    (terms.SCHEMA, terms.Terms),
    (terms.SCHEMA, draw.Draw),
    (chain.HEAD_TYPE, chain.Entry),
    (asked.SCHEMA, asked.Asked),
    (statement.PREDICATE_TYPE, statement.Said),
    (lines.SCHEMA, lines.Begin),
    (lines.SCHEMA, lines.Sample),
    (lines.SCHEMA, lines.End),
    (facts.SCHEMA, facts.Assessment),
    (facts.SCHEMA, verifier.Sound),
    (record.SCHEMA, record.Determination),
    (record.SCHEMA, record.Opening),
    (events.PREDICATE_TYPE, events.Event),
    (package.SCHEMA, package.Manifest),
    (package.SCHEMA, package.Cover),
    (copies.SCHEMA, copies.Copy),
)
"""The schema of each document, and what it is read as."""
PINNED = Path(__file__).parent / "evaluation" / "kept_documents.txt"


def lines_of_documents() -> list[str]:
    """Return one line a document: its schema, its name, and all fields, those of structs within it behind a dot."""
    return [f"{schema} | {kind.__name__} | {' '.join(sorted(set(fields_of(kind))))}" for schema, kind in DOCUMENTS]


def fields_of(kind: Any, before: str = "") -> Iterator[str]:
    """Yield the fields of a struct and of those in it, by the names that they have in the document."""
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        name = f"{before}{field.encode_name}"
        yield name
        for inner in _structs(hints[field.name]):
            yield from fields_of(inner, f"{name}.")


def _structs(hint: Any) -> Iterator[Any]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and get_origin(hint) is None:
        yield hint
    for each in get_args(hint):
        yield from _structs(each)


def pinned() -> dict[str, str]:
    """Return the fields of every document that there was, by its schema and name."""
    return dict(each.rsplit(" | ", 1) for each in PINNED.read_text().splitlines()) if PINNED.exists() else {}


def unraised() -> Iterator[str]:
    """Yield what changed while its schema did not."""
    known = pinned()
    for line in lines_of_documents():
        document, fields = line.rsplit(" | ", 1)
        if document in known and (changed := set(fields.split()) ^ set(known[document].split())):
            yield f"{document}: {' '.join(sorted(changed))}"


if __name__ == "__main__":
    if wrong := list(unraised()):
        sys.exit("raise the schema of these first:\n" + "\n".join(wrong))
    before = [f"{document} | {fields}" for document, fields in pinned().items()]
    PINNED.write_text("\n".join(sorted({*before, *lines_of_documents()})) + "\n")
