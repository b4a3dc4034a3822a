"""Turning a Mantis finding into a canonical one.

Its verdicts are its sender's: they travel as claims and change nothing, so that a finding whose patch is said to be
verified stays open. Commands and files are never used.
"""

from typing import Any

from clearinghouse.formats.ecosystem import parse_purl
from clearinghouse.formats.locator import parse_locator
from clearinghouse.formats.mantis.claims import claims_of
from clearinghouse.formats.mantis.schema import RANGES, MantisFinding, Sast
from clearinghouse.formats.parts import Losses, paragraphs, patch_digest, severities, timestamp
from clearinghouse.formats.text import clean_line, distinct_line, first_sentence
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import Component, Credit, Finding, Location, Provenance, Remedy, Severity, State

_TOOL = "Mantis"
_FORMAT = "mantis"
MAX_LOCATIONS = 1000
_SCORES = ("mantis_risk_score", "impact_score", "likelihood_score")


def finding_of(found: MantisFinding, untyped: dict[str, Any], *, source: str, index: int, losses: Losses) -> Finding:
    """Return the canonical finding.

    Args:
        found: the fields that are used. untyped: all of them. losses: counts what is left out.
    """
    model, tool = _named(found.model), _named(found.agent) or _named(found.harness) or _named(found.tool)
    finder = model or tool or _TOOL
    seed = found.sast_provenance or Sast()
    seeded_by = clean_line(seed.tool or "")
    component = _component(found)
    if len(found.code_paths or ()) > MAX_LOCATIONS:
        losses.add(f"more than {MAX_LOCATIONS} code paths, of which the first {MAX_LOCATIONS} are kept.")
    return Finding(
        source=source,
        index=index,
        format=_FORMAT,
        title=clean_line(found.title, 256) or "(no title)",
        finder=finder,
        description=paragraphs(found.description, found.impact),
        native_id=distinct_line(found.id or "", 100) or None,
        rule=distinct_line(seed.rule_id or "", 200) or None,
        components=(component,) if component else (),
        weaknesses=weaknesses_of(found.cwe),
        locations=_locations(found.code_paths or []),
        fingerprints=_fingerprints(found),
        severities=_severities(found, seed),
        remedies=_remedies(found),
        credits=(Credit(name=finder), *((Credit(name=seeded_by, role="TOOL"),) if seeded_by else ())),
        provenance=Provenance(
            tool=tool or _TOOL, model=model, snapshot=clean_line(found.discovery_commit or "", 200) or None
        ),
        state=_state(found.status),
        observed=next((when for step in found.history or () if (when := timestamp(step.timestamp))), None),
        claims=claims_of(untyped, finder, losses),
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


def _severities(found: MantisFinding, seed: Sast) -> tuple[Severity, ...]:
    """The sender's words and scores, and the word of the scanner that the finding was seeded by."""
    given = list(severities((_TOOL, found.severity, ""), ()))
    for field in _SCORES:
        score, (low, high) = getattr(found, field), RANGES[field]
        if isinstance(score, int | float) and low <= score <= high:
            system = f"Mantis {field.removeprefix('mantis_').replace('_', ' ')}"
            given.append(Severity(system=system, value=f"{score:g}"))
    if found.priority:
        given.append(Severity(system="Mantis priority", value=clean_line(found.priority, 60)))
    by = clean_line(seed.tool or "", 60)
    return (*given, *severities((by or "SAST", seed.original_severity, by), ()))


def _remedies(found: MantisFinding) -> tuple[Remedy, ...]:
    digest = patch_digest(found.patch_diff or "")
    patch = (Remedy(kind="patch", value=digest),) if digest else ()
    advice = paragraphs(found.mitigation) if isinstance(found.mitigation, str) else ""
    return (*patch, Remedy(kind="mitigation", value=first_sentence(advice), description=advice)) if advice else patch


def _component(found: MantisFinding) -> Component | None:
    """Return what was examined, if the finding says so; the schema leaves it to the run's own records."""
    if found.purl and (component := parse_purl(clean_line(found.purl, 2048))):
        return component
    repository = clean_line(found.repository or found.repository_url or found.repo or "", 1024)
    name = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return Component(name=name, repository=repository) if name else None
