"""Turning Trivy's vulnerabilities, misconfigurations and secrets into findings."""

import msgspec

from clearinghouse.formats.ecosystem import package
from clearinghouse.formats.parts import fixed_versions, headline, identifiers, links, paragraphs, severities
from clearinghouse.formats.text import clean, clean_line, distinct_line
from clearinghouse.formats.trivy.shapes import Cause, Misconfiguration, Secret, Vulnerability
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.packages.ecosystems import OPERATING_SYSTEMS
from clearinghouse.records import Component, Finding, Location, Provenance, State

_TOOL = "Trivy"
_FORMAT = "trivy"
_COLLECTIONS = frozenset({"Python", "Node.js", "Java", "Ruby", "Conda", "Rust", "PHP"})
"""Targets that stand for all packages of a language in an image: no path."""


class Run(msgspec.Struct, frozen=True):
    """What all findings of one report share. ``image`` and ``repository`` name what was scanned, if it was one."""

    source: str
    provenance: Provenance
    image: str = ""
    repository: str = ""
    observed: str | None = None


class Place(msgspec.Struct, frozen=True):
    """The result in which a finding stands. ``resource`` is ``namespace/kind/name`` in Kubernetes reports."""

    resource: str = ""
    target: str = ""
    class_: str = ""
    type: str = ""


def of_vulnerability(found: Vulnerability, run: Run, place: Place, index: int, state: State) -> Finding:
    """One advisory on one package."""
    name = clean_line(found.pkg_name)
    flaw = clean_line(found.vulnerability_id)
    ref = found.ref if found.ref and found.ref.startswith("pkg:") else None
    purl = (found.pkg_identifier.purl if found.pkg_identifier else None) or ref
    vectors = [
        (vector, source)
        for source, block in (found.cvss or {}).items()
        for vector in (block.v40_vector, block.v3_vector, block.v2_vector)
    ]
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=clean_line(found.title or "") or headline(found.description) or f"{flaw} in {name}",
        finder=_TOOL,
        description=paragraphs(found.description),
        components=(package(name, clean_line(found.installed_version or ""), type_=place.type, purl=purl),),
        identifiers=identifiers([found.vulnerability_id, *_same_flaw(found.vendor_ids)]),
        weaknesses=weaknesses_of(found.cwe_ids or ()),
        locations=_package_location(found, place),
        fingerprints=_fingerprints(found.fingerprint),
        severities=severities((_TOOL, found.severity, found.severity_source or ""), vectors),
        remedies=fixed_versions([found.fixed_version]),
        references=links([found.primary_url, *(found.references or ())]),
        provenance=run.provenance,
        state=state,
        observed=run.observed,
    )


def of_misconfiguration(found: Misconfiguration, run: Run, place: Place, index: int, state: State) -> Finding:
    """One failed check on one file or resource."""
    cause = found.cause_metadata or Cause()
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=clean_line(found.title or found.message or found.id),
        finder=_TOOL,
        description=paragraphs(found.message, found.description, found.resolution),
        rule=clean_line(found.id),
        components=_scanned(run, place),
        locations=(
            Location(
                path=place.target,
                line=cause.start_line or None,
                end_line=cause.end_line or None,
                symbol=clean_line(cause.resource or "") or None,
                snippet=_snippet(cause),
            ),
        ),
        fingerprints=_fingerprints(found.fingerprint),
        severities=severities((_TOOL, found.severity, ""), ()),
        references=links([found.primary_url, *(found.references or ())]),
        provenance=run.provenance,
        state=state,
        observed=run.observed,
    )


def of_secret(found: Secret, run: Run, place: Place, index: int, state: State) -> Finding:
    """One secret in one file."""
    title = clean_line(found.title or found.rule_id)
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=f"{title} in {place.target}" if place.target else title,
        finder=_TOOL,
        description=paragraphs(found.category),
        rule=clean_line(found.rule_id),
        components=_scanned(run, place),
        locations=(
            Location(
                path=place.target,
                line=found.start_line or None,
                end_line=found.end_line or None,
                snippet=clean(found.match or "").strip("\n") or None,
            ),
        ),
        fingerprints=_fingerprints(found.fingerprint),
        severities=severities((_TOOL, found.severity, ""), ()),
        provenance=run.provenance,
        state=state,
        observed=run.observed,
    )


def _same_flaw(vendor_ids: list[str] | None) -> list[str]:
    """Keep GitHub's identifiers. Others (``DSA``, ``RHSA``) are advisories, which gather several flaws."""
    return [name for name in vendor_ids or () if name.upper().startswith("GHSA-")]


def _package_location(found: Vulnerability, place: Place) -> tuple[Location, ...]:
    """Where the package is declared or installed. The target of system packages is the image itself, no place."""
    path = distinct_line(found.pkg_path or "", 1024)
    if not path and place.class_ != "os-pkgs" and place.type not in OPERATING_SYSTEMS:
        path = "" if place.target in _COLLECTIONS else place.target
    return (Location(path=path),) if path else ()


def _scanned(run: Run, place: Place) -> tuple[Component, ...]:
    """What a misconfiguration or secret is in: the Kubernetes resource, image or repository, if it has a name."""
    if place.resource:
        return (Component(name=place.resource),)
    if run.repository:
        return (Component(name=run.repository, repository=run.repository),)
    return (Component(name=run.image),) if run.image else ()


def _snippet(cause: Cause) -> str | None:
    lines = [line for line in (cause.code.lines if cause.code else None) or () if line.is_cause]
    return clean("\n".join(line.content or "" for line in lines)).strip("\n") or None


def _fingerprints(value: str | None) -> tuple[tuple[str, str], ...]:
    return (("trivy/fingerprint", distinct_line(value, 200)),) if value else ()
