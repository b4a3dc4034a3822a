"""The JSON of ``npm audit --json``: the registry's answer that npm 6 prints, and npm's own report since version 7.

Source: https://docs.npmjs.com/cli/commands/npm-audit and https://github.com/npm/npm-audit-report.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.document import Document
from clearinghouse.formats.ecosystem import package
from clearinghouse.formats.parts import (
    Positions,
    fixed_versions,
    headline,
    identifiers,
    links,
    paragraphs,
    severities,
)
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import (
    Credit,
    Finding,
    Location,
    Problem,
    Provenance,
    Remedy,
    State,
    find_identifiers,
)

_TOOL = "npm audit"
_VERSION = re.compile(r'"auditReportVersion"\s*:\s*(\d{1,9})')
_ERROR_CODE = re.compile(r"E[A-Z0-9]{3,}")
_ADDRESS = re.compile(r"https?://[^\s)\]>\"']+")


class _Cvss(msgspec.Struct, gc=False):
    vectorString: str | None = None  # noqa: N815 - npm's name


class _Person(msgspec.Struct, gc=False):
    name: str | None = None


class _Installed(msgspec.Struct, gc=False):
    version: str | None = None
    paths: list[str] | None = None


class _Advisory(msgspec.Struct):
    """One advisory as npm 6 prints it."""

    module_name: str
    id: int | str | None = None
    title: str | None = None
    findings: list[_Installed] | None = None
    cves: list[str] | None = None
    github_advisory_id: str | None = None
    patched_versions: str | None = None
    overview: str | None = None
    recommendation: str | None = None
    references: str | None = None
    severity: str | None = None
    cwe: str | list[str] | None = None
    cvss: _Cvss | None = None
    found_by: _Person | str | None = None
    deleted: str | bool | None = None
    url: str | None = None
    updated: str | None = None


class _Via(msgspec.Struct):
    """One advisory as npm 7 and later print it, inside ``via``."""

    name: str
    source: int | str | None = None
    title: str | None = None
    url: str | None = None
    severity: str | None = None
    cwe: str | list[str] | None = None
    cvss: _Cvss | None = None


class _Fix(msgspec.Struct, gc=False):
    name: str | None = None
    version: str | None = None


class _Package(msgspec.Struct):
    """One vulnerable package: ``via`` holds its advisories (objects) and the packages it gets others from (strings)."""

    via: list[msgspec.Raw] | None = None
    nodes: list[str] | None = None
    fixAvailable: bool | _Fix | None = None  # noqa: N815 - npm's name


class _Error(msgspec.Struct, gc=False):
    code: str | None = None
    summary: str | None = None
    detail: str | None = None


class _Report(msgspec.Struct):
    advisories: dict[str, msgspec.Raw] | None = None
    vulnerabilities: dict[str, msgspec.Raw] | None = None
    error: _Error | None = None
    message: str | None = None


_REPORT = Decoder(_Report, "npm audit report")
_ADVISORY = Decoder(_Advisory, "advisory")
_PACKAGE = Decoder(_Package, "package")
_VIA = Decoder(_Via, "advisory")


def detect(sample: Sample) -> Match:
    """Recognise both reports, and npm's error document."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("auditReportVersion"):
        version = _VERSION.search(sample.text)
        if version and version[1] == "2":
            return Match(100)
        return Match(30, f"its auditReportVersion is {version[1] if version else 'not a number'}, and 2 is read")
    if sample.has("advisories"):
        return _detect_6(sample)
    code = sample.value_of("code") or ""
    if sample.has("error.summary", "error.detail") and (sample.has("error.code") or sample.has("statusCode", "uri")):
        return Match(80) if _ERROR_CODE.fullmatch(code) or sample.has("statusCode") else NO_MATCH
    return NO_MATCH


def _detect_6(sample: Sample) -> Match:
    """npm 6 lists what to do under ``actions``, at least one for any advisory; pnpm and Yarn print the answer bare."""
    if sample.has("actions[].action") or sample.has("actions", "runId"):
        return Match(95)
    if any(key.startswith("advisories.") and key.endswith(".module_name") for key in sample.keys):
        return Match(40, "it has no actions, as the audits of pnpm and Yarn have none")
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each advisory on each package; npm's own failure is a problem with its message."""
    source = document.source
    report = _REPORT.decode(document.read(), source=source)
    if isinstance(report, tuple):
        yield from report
        return
    if report.error:
        said = paragraphs(report.error.summary or report.message, report.error.detail)
        text = clean_line(": ".join(part for part in (report.error.code, said) if part), 600) or "no reason given"
        yield Problem(
            source=source,
            code="tool_failed",
            message=f"npm audit did not run and says: {text}",
            pointer="/error",
            expected="a report",
        )
    positions = Positions()
    for key, raw in (report.advisories or {}).items():
        advisory = _ADVISORY.decode(raw, source=source, pointer=f"/advisories/{escape(key)}")
        index = positions.take()
        if isinstance(advisory, tuple):
            yield from advisory
        else:
            yield _of_advisory(advisory, source, index)
    for key, raw in (report.vulnerabilities or {}).items():
        yield from _package(raw, positions, source, f"/vulnerabilities/{escape(key)}")


def _of_advisory(advisory: _Advisory, source: str, index: int) -> Finding:
    name = clean_line(advisory.module_name)
    installed = advisory.findings or []
    versions = list(dict.fromkeys(clean_line(found.version or "") for found in installed)) or [""]
    number = clean_line(str(advisory.id)) if advisory.id is not None else None
    person = advisory.found_by.name if isinstance(advisory.found_by, _Person) else advisory.found_by
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=clean_line(advisory.title or "") or headline(advisory.overview) or f"Advisory {number} on {name}",
        finder=_TOOL,
        description=paragraphs(advisory.overview, advisory.recommendation),
        native_id=number,
        components=tuple(package(name, version, type_="npm") for version in versions),
        identifiers=identifiers(
            [*(advisory.cves or ()), advisory.github_advisory_id, *find_identifiers(advisory.url or "")]
        ),
        weaknesses=weaknesses_of(advisory.cwe),
        severities=severities(
            (_TOOL, advisory.severity, ""), [(advisory.cvss.vectorString if advisory.cvss else None, "")]
        ),
        remedies=fixed_versions([advisory.patched_versions]),
        references=links([advisory.url, *_ADDRESS.findall(advisory.references or "")]),
        credits=(Credit(name=clean_line(person)),) if person else (),
        provenance=_PROVENANCE,
        state=State.WITHDRAWN if advisory.deleted else State.OPEN,
    )


def _package(raw: msgspec.Raw, positions: Positions, source: str, pointer: str) -> Iterator[Finding | Problem]:
    found = _PACKAGE.decode(raw, source=source, pointer=pointer)
    if isinstance(found, tuple):
        yield from found
        return
    for number, via in enumerate(found.via or ()):
        if bytes(via).lstrip()[:1] == b'"':
            continue  # the name of a package through which the flaw reaches this one: told there, not a new flaw
        index = positions.take()
        advisory = _VIA.decode(via, source=source, pointer=f"{pointer}/via/{number}")
        if isinstance(advisory, tuple):
            yield from advisory
        else:
            yield _of_via(advisory, found, source, index)


def _of_via(advisory: _Via, found: _Package, source: str, index: int) -> Finding:
    name = clean_line(advisory.name)
    number = clean_line(str(advisory.source)) if advisory.source is not None else None
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=clean_line(advisory.title or "") or f"Advisory {number} on {name}",
        finder=_TOOL,
        native_id=number,
        components=(package(name, None, type_="npm"),),
        identifiers=identifiers(find_identifiers(advisory.url or "")),
        weaknesses=weaknesses_of(advisory.cwe),
        locations=tuple(Location(path=distinct_line(node, 1024)) for node in found.nodes or () if node.strip()),
        severities=severities(
            (_TOOL, advisory.severity, ""), [(advisory.cvss.vectorString if advisory.cvss else None, "")]
        ),
        remedies=_fix(found.fixAvailable, advisory.name),
        references=links([advisory.url]),
        provenance=_PROVENANCE,
    )


def _fix(fix: bool | _Fix | None, name: str) -> tuple[Remedy, ...]:
    """Return the fix if it is one of the package itself; often it is the version of a package that depends on it."""
    return fixed_versions([fix.version]) if isinstance(fix, _Fix) and fix.name == name else ()


_PROVENANCE = Provenance(tool=_TOOL)
FORMAT = Format(name="npm_audit", title="npm audit JSON", detect=detect, read=read)
