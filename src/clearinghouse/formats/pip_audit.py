"""pip-audit's JSON (``pip-audit --format json``), the present form and the array of before version 2.

Source: https://github.com/pypa/pip-audit, ``pip_audit/_format/json.py``.
"""

from collections.abc import Iterator
from functools import partial

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.ecosystem import package
from clearinghouse.formats.parts import (
    Positions,
    fixed_versions,
    headline,
    identifiers,
    notice,
    read_elements,
    read_groups,
)
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line
from clearinghouse.records import Component, Finding, Problem, Provenance

_TOOL = "pip-audit"


class _Vulnerability(msgspec.Struct, gc=False):
    id: str
    fix_versions: list[str] | None = None
    aliases: list[str] | None = None
    description: str | None = None


class _Dependency(msgspec.Struct):
    name: str
    version: str | None = None
    vulns: list[msgspec.Raw] | None = None
    skip_reason: str | None = None


class _Report(msgspec.Struct):
    dependencies: list[msgspec.Raw]


_REPORT: Decoder[_Report | list[msgspec.Raw]] = Decoder(_Report | list[msgspec.Raw], "pip-audit report")  # type: ignore[arg-type]
_DEPENDENCY = Decoder(_Dependency, "dependency")
_VULNERABILITY = Decoder(_Vulnerability, "vulnerability")


def detect(sample: Sample) -> Match:
    """Recognise ``dependencies`` (or a bare array) whose members have ``vulns`` or ``skip_reason``."""
    if not sample.is_json:
        return NO_MATCH
    for prefix in ("dependencies[]", "[]"):
        if sample.has(f"{prefix}.name") and (
            sample.has(f"{prefix}.version", f"{prefix}.vulns") or sample.has(f"{prefix}.skip_reason")
        ):
            return Match(95)
    empty = {"dependencies", "dependencies[]"}
    if sample.complete and empty <= sample.keys <= empty | {"fixes", "fixes[]"}:
        return Match(70)
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each vulnerability of each dependency, and a notice for each dependency not audited."""
    return read_whole(document, _REPORT, _records)


def _records(report: _Report | list[msgspec.Raw], source: str) -> Iterator[Finding | Problem]:
    pointer, raws = ("", report) if isinstance(report, list) else ("/dependencies", report.dependencies)
    convert = partial(_dependency, positions=Positions(), source=source)
    yield from read_groups(raws, _DEPENDENCY, convert, source=source, pointer=pointer)


def _dependency(
    dependency: _Dependency, pointer: str, positions: Positions, source: str
) -> Iterator[Finding | Problem]:
    name = clean_line(dependency.name)
    if dependency.skip_reason:
        reason = clean_line(dependency.skip_reason)
        yield notice(source, "not_audited", f"pip-audit did not audit {name}: {reason}", pointer)
    component = package(name, clean_line(dependency.version or ""), type_="pypi")
    convert = partial(_finding, component=component, source=source)
    pointer = f"{pointer}/vulns"
    yield from read_elements(dependency.vulns, _VULNERABILITY, positions, convert, source=source, pointer=pointer)


def _finding(found: _Vulnerability, index: int, component: Component, source: str) -> Finding:
    title = headline(found.description) or f"{clean_line(found.id)} in {component.name}"
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=title,
        finder=_TOOL,
        description=clean(found.description or ""),
        components=(component,),
        identifiers=identifiers([found.id, *(found.aliases or ())]),
        remedies=fixed_versions(found.fix_versions or ()),
        provenance=_PROVENANCE,
    )


_PROVENANCE = Provenance(tool=_TOOL)
FORMAT = Format(name="pip_audit", title="pip-audit JSON", detect=detect, read=read)
