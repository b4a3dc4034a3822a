"""Grype's JSON (``grype -o json``).

Source: https://github.com/anchore/grype, ``grype/presenter/models``.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.ecosystem import package
from clearinghouse.formats.parts import (
    Losses,
    Positions,
    fixed_versions,
    headline,
    identifiers,
    links,
    paragraphs,
    read_elements,
    severities,
    timestamp,
    unique,
)
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import Advisory, Finding, Location, Problem, Provenance, State

_TOOL = "Grype"
_NAMES_ITSELF = re.compile(r'"descriptor"\s*:\s*\{\s*"name"\s*:\s*"grype"')
MAX_LOCATIONS = 100


class _Cvss(msgspec.Struct, gc=False):
    vector: str | None = None
    source: str | None = None


class _Fix(msgspec.Struct, gc=False):
    versions: list[str] | None = None


class _Weakness(msgspec.Struct, gc=False):
    cwe: str | None = None


class _Vulnerability(msgspec.Struct):
    id: str
    dataSource: str | None = None  # noqa: N815 - Grype's name
    namespace: str | None = None
    severity: str | None = None
    urls: list[str] | None = None
    description: str | None = None
    cvss: list[_Cvss] | None = None
    fix: _Fix | None = None
    cwes: list[_Weakness] | None = None


class _Place(msgspec.Struct, gc=False):
    path: str | None = None


class _Artifact(msgspec.Struct):
    name: str
    version: str | None = None
    type: str | None = None
    purl: str | None = None
    locations: list[_Place] | None = None


class _Match(msgspec.Struct):
    vulnerability: _Vulnerability
    artifact: _Artifact
    relatedVulnerabilities: list[_Vulnerability] | None = None  # noqa: N815 - Grype's name


class _Source(msgspec.Struct, gc=False):
    target: Any = None


class _Descriptor(msgspec.Struct, gc=False):
    version: str | None = None
    timestamp: str | None = None


class _Report(msgspec.Struct):
    matches: list[msgspec.Raw] | None = None
    ignoredMatches: list[msgspec.Raw] | None = None  # noqa: N815 - Grype's name
    source: _Source | None = None
    descriptor: _Descriptor | None = None


_REPORT = Decoder(_Report, "Grype report")
_MATCH = Decoder(_Match, "match")


class _Run(msgspec.Struct, frozen=True):
    """What all findings of one report share."""

    source: str
    provenance: Provenance
    observed: str | None
    losses: Losses


def detect(sample: Sample) -> Match:
    """Recognise matches of a vulnerability and an artifact, or an empty report that names Grype."""
    if not sample.is_json or not sample.has("matches"):
        return NO_MATCH
    if sample.has("matches[].vulnerability.id", "matches[].artifact") or _NAMES_ITSELF.search(sample.text):
        return Match(100)
    if sample.has("matches[].vulnerability.id", "matches[].vulnerability.dataSource"):
        return Match(80)  # one match larger than the sample
    if not sample.complete and sample.has("matches[]", "source.type", "distro") and not sample.has("descriptor"):
        return Match(60)  # an empty report in which the image's manifest fills the sample
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding a match; matches that a rule of the user's or a VEX statement put aside are suppressed ones."""
    return read_whole(document, _REPORT, _records)


def _records(report: _Report, source: str) -> Iterator[Finding | Problem]:
    run = _run(report, source)
    positions = Positions()
    for key, raws, state in (
        ("matches", report.matches, State.OPEN),
        ("ignoredMatches", report.ignoredMatches, State.SUPPRESSED),
    ):
        convert = partial(_finding, run=run, state=state)
        yield from read_elements(raws, _MATCH, positions, convert, source=source, pointer=f"/{key}")
    yield from run.losses.problems()


def _run(report: _Report, source: str) -> _Run:
    descriptor = report.descriptor or _Descriptor()
    target = report.source.target if report.source else None
    image = target.get("imageID") if isinstance(target, dict) else None
    return _Run(
        source=source,
        provenance=Provenance(
            tool=_TOOL,
            tool_version=clean_line(descriptor.version or "", 60) or None,
            snapshot=clean_line(image, 100) or None if isinstance(image, str) else None,
        ),
        observed=timestamp(descriptor.timestamp),
        losses=Losses(source),
    )


def _finding(match: _Match, index: int, run: _Run, state: State) -> Finding:
    found, artifact = match.vulnerability, match.artifact
    same, upstream = _related(match)
    told = [found, *same]
    name = clean_line(artifact.name)
    text = next((one.description for one in told if one.description), None)
    return Finding(
        source=run.source,
        index=index,
        format=FORMAT.name,
        title=headline(text) or f"{clean_line(found.id)} in {name}",
        finder=_TOOL,
        description=paragraphs(text),
        components=(
            package(name, clean_line(artifact.version or ""), type_=artifact.type or "", purl=artifact.purl or None),
        ),
        identifiers=identifiers(one.id for one in told),
        weaknesses=weaknesses_of([weakness.cwe for one in told for weakness in one.cwes or ()]),
        locations=_locations(artifact, run.losses),
        advisory=Advisory(upstream=upstream) if upstream else None,
        severities=severities(
            (_TOOL, found.severity, found.namespace or ""),
            [(score.vector, score.source or one.namespace or "") for one in told for score in one.cvss or ()],
        ),
        remedies=fixed_versions(found.fix.versions or () if found.fix else ()),
        references=links(address for one in told for address in (one.dataSource, *(one.urls or ()))),
        provenance=run.provenance,
        state=state,
        observed=run.observed,
    )


def _locations(artifact: _Artifact, losses: Losses) -> tuple[Location, ...]:
    paths = unique(distinct_line(place.path or "", 1024) for place in artifact.locations or ())
    if len(paths) > MAX_LOCATIONS:
        losses.add(f"more than {MAX_LOCATIONS} locations, of which the first {MAX_LOCATIONS} are kept.")
    return tuple(Location(path=path) for path in paths[:MAX_LOCATIONS])


def _related(match: _Match) -> tuple[list[_Vulnerability], tuple[str, ...]]:
    """Divide the related records into those of the same flaw, and the flaws that an advisory gathers.

    Grype relates a record to the CVE records behind it. One CVE behind a GitHub or vendor record is the same flaw
    under another name; several are an advisory (``ALAS``, ``ELSA``, ``RHSA``) on several flaws, and to call those
    one would merge what is not the same. They are kept as upstream identifiers.
    """
    related = match.relatedVulnerabilities or []
    own = identifiers([match.vulnerability.id])
    others = [name for name in identifiers(one.id for one in related) if name not in own]
    both_cve = bool(own and others) and own[0].startswith("CVE-") and others[0].startswith("CVE-")
    if len(others) > 1 or both_cve:
        return [one for one in related if identifiers([one.id]) == own], tuple(others)
    return related, ()


FORMAT = Format(name="grype", title="Grype JSON", detect=detect, read=read)
