"""Recognising Mantis findings and turning them into canonical ones.

The sender's verdicts (``repro_status``, ``patch_status``) are claims and change nothing here: a patch that is said to
be verified leaves the finding open. Commands and files are never used by this module.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.ecosystem import parse_purl
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import decoded, entries
from clearinghouse.formats.locator import parse_locator
from clearinghouse.formats.mantis.rules import violations
from clearinghouse.formats.mantis.schema import MantisFinding
from clearinghouse.formats.parts import notice, paragraphs, patch_digest, severities, timestamp
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import (
    Component,
    Credit,
    Finding,
    Level,
    Location,
    Problem,
    Provenance,
    Remedy,
    Severity,
    State,
)

_TOOL = "Mantis"
_FORMAT = "mantis"
MAX_LOCATIONS = 1000
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
_ONE = Decoder(MantisFinding, "finding")


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
    index = 0
    for entry in entries(document):
        if isinstance(entry, Problem):
            yield entry
        else:
            yield from _read_one(entry, document.source, index)
            index += 1


def _read_one(entry: Entry, source: str, index: int) -> Iterator[Finding | Problem]:
    found = decoded(_ONE, entry, source)
    if isinstance(found, tuple):
        yield from found
        return
    yield _finding(found, source, index)
    untyped: dict[str, Any] = msgspec.json.decode(entry.raw)
    for code, field, message, expected in violations(untyped):
        yield Problem(
            source=source,
            code=code,
            message=message,
            pointer=f"{entry.pointer}/{field}",
            line=entry.line,
            expected=expected,
            level=Level.NOTICE,
        )
    count = len(found.code_paths or ())
    if count > MAX_LOCATIONS:
        said = f"Only the first {MAX_LOCATIONS} of {count} code paths are kept."
        yield notice(source, "too_many", said, f"{entry.pointer}/code_paths")


def _finding(found: MantisFinding, source: str, index: int) -> Finding:
    model, tool = _named(found.model), _named(found.agent) or _named(found.harness) or _named(found.tool)
    finder = model or tool or _TOOL
    seed = found.sast_provenance
    seeded_by = clean_line(seed.tool or "") if seed else ""
    digest = patch_digest(found.patch_diff or "")
    component = _component(found)
    return Finding(
        source=source,
        index=index,
        format=_FORMAT,
        title=clean_line(found.title, 256) or "(no title)",
        finder=finder,
        description=paragraphs(found.description, found.impact),
        native_id=distinct_line(found.id or "", 100) or None,
        rule=distinct_line(seed.rule_id or "", 200) or None if seed else None,
        components=(component,) if component else (),
        weaknesses=weaknesses_of(found.cwe),
        locations=_locations(found.code_paths or []),
        fingerprints=_fingerprints(found),
        severities=_severities(found),
        remedies=(Remedy(kind="patch", value=digest),) if digest else (),
        credits=(Credit(name=finder), *((Credit(name=seeded_by, role="TOOL"),) if seeded_by else ())),
        provenance=Provenance(
            tool=tool or _TOOL, model=model, snapshot=clean_line(found.discovery_commit or "", 200) or None
        ),
        state=_state(found.status),
        observed=next((when for step in found.history or () if (when := timestamp(step.timestamp))), None),
    )


def _state(status: str | None) -> State:
    """Only a false positive is told apart; a duplicate stays open, because that it is one is for us to find out."""
    word = (status or "").strip().upper().replace(" ", "_")
    return State.FALSE_POSITIVE if word == "FALSE_POSITIVE" else State.OPEN


def _named(value: Any) -> str | None:
    """Return the name in a field that a run may write as text or as an object with a ``name`` or ``id``."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("id")
    return clean_line(value, 200) or None if isinstance(value, str) else None


def _locations(code_paths: list[str]) -> tuple[Location, ...]:
    places = (parse_locator(path) for path in code_paths[:MAX_LOCATIONS])
    return tuple(dict.fromkeys(place for place in places if place))


def _fingerprints(found: MantisFinding) -> tuple[tuple[str, str], ...]:
    pairs = (("mantis/signature", found.signature), ("mantis/lineage", found.lineage_id))
    return tuple((name, distinct_line(value, 100)) for name, value in pairs if value and value.strip())


def _severities(found: MantisFinding) -> tuple[Severity, ...]:
    given = list(severities((_TOOL, found.severity, ""), ()))
    if found.mantis_risk_score is not None:
        given.append(Severity(system="Mantis risk score", value=f"{found.mantis_risk_score:g}"))
    if found.priority:
        given.append(Severity(system="Mantis priority", value=clean_line(found.priority, 60)))
    return tuple(given)


def _component(found: MantisFinding) -> Component | None:
    """Return what was examined, if the finding says so; the schema leaves it to the run's own records."""
    if found.purl and (component := parse_purl(clean_line(found.purl, 2048))):
        return component
    repository = clean_line(found.repository or found.repository_url or found.repo or "", 1024)
    name = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return Component(name=name, repository=repository) if name else None
