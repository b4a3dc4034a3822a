"""Recognising Mantis findings and reading them: each is decoded once, checked against its schema, and converted."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import entries
from clearinghouse.formats.mantis.claims import Remainder
from clearinghouse.formats.mantis.convert import finding_of
from clearinghouse.formats.mantis.rules import violations
from clearinghouse.formats.mantis.schema import MantisFinding
from clearinghouse.formats.parts import Losses, notice
from clearinghouse.formats.record_stream import read_records
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Finding, Problem

_BASE = ("title", "description", "code_paths")
_TELLING = (
    "impact",
    "mitigation",
    "history",
    "attacker_position",
    "privileges_required",
    "user_interaction",
    "repro_status",
    "patch_status",
    "reattack_status",
    "production_viability",
    "mantis_risk_score",
    "lineage_id",
    "signature",
)
_UNTYPED = Decoder(dict[str, Any], "finding")
_TYPED = Decoder(MantisFinding, "finding")


def detect(sample: Sample) -> Match:
    """Recognise ``code_paths`` beside the field names that only Mantis puts together."""
    if not sample.is_json:
        return NO_MATCH
    prefix = "[]." if sample.head.lstrip()[:1] == b"[" else ""
    if not sample.has(f"{prefix}code_paths", f"{prefix}title"):
        return NO_MATCH
    telling = sum(sample.has(prefix + key) for key in _TELLING)
    based = sum(sample.has(prefix + key) for key in _BASE)
    if based == len(_BASE) and telling >= 3:
        return Match(95)
    if based == len(_BASE) and telling and sample.has(f"{prefix}severity", f"{prefix}status"):
        return Match(70)
    if based + telling >= 3 and not sample.complete:
        return Match(55)  # a text larger than the sample hides the rest
    return Match(30, "it has code_paths as a Mantis finding does, and lacks most of its other fields")


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding an object, and a notice for each departure from the Mantis schema."""
    source = document.source
    losses, remainder = Losses(source), Remainder(source)
    convert = partial(_convert, source=source, losses=losses, remainder=remainder)
    yield from read_records(entries(document), _UNTYPED, convert, source=source)
    yield from losses.problems()
    yield from remainder.problems()


def _convert(
    untyped: dict[str, Any], index: int, entry: Entry, *, source: str, losses: Losses, remainder: Remainder
) -> Iterator[Finding | Problem]:
    found = _TYPED.convert(untyped, source=source, pointer=entry.pointer)
    if isinstance(found, tuple):
        yield from found
        return
    yield finding_of(found, untyped, source=source, index=index, losses=losses)
    remainder.add(untyped)
    for code, field, message, expected in violations(untyped):
        yield notice(source, code, message, f"{entry.pointer}/{field}", expected)
