"""OSV-Scanner's JSON: which packages of a source are affected, each with its OSV records.

Source: https://google.github.io/osv-scanner/output/ ("JSON"). One record against one package in one source is
one finding, as the tool counts them.
"""

from collections.abc import Iterator
from functools import partial

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import members
from clearinghouse.formats.osv.convert import finding_of
from clearinghouse.formats.osv.schema import Record
from clearinghouse.formats.parts import Positions, missing
from clearinghouse.formats.record_stream import read_records
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.records import Component, Finding, Location, Problem, Provenance

FINDER = "OSV-Scanner"


class _Source(msgspec.Struct, frozen=True, gc=False):
    path: str | None = None
    type: str | None = None


class _Package(msgspec.Struct, frozen=True, gc=False):
    name: str | None = None
    version: str | float | None = None
    ecosystem: str | None = None
    commit: str | None = None


class _Packaged(msgspec.Struct, frozen=True):
    package: _Package | None = None
    vulnerabilities: list[msgspec.Raw] | None = None


class _Result(msgspec.Struct, frozen=True):
    source: _Source | None = None
    packages: list[_Packaged] | None = None


_RESULT = Decoder(_Result, "result")
_RECORD = Decoder(Record, "OSV record")


def detect(sample: Sample) -> Match:
    """``results`` with a ``source`` that has a path and with ``packages``, or none and the tool's own configuration."""
    if not sample.is_json or not sample.has("results"):
        return NO_MATCH
    if sample.has("results[].packages", "results[].source.path"):
        if '"vulnerabilities"' in sample.text or '"groups"' in sample.text:
            return Match(90)
        return Match(30, "its packages have no vulnerabilities")
    return Match(60) if sample.has("experimental_config") else NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield a finding for each vulnerability of each package, and a problem for each violation."""
    source = document.source
    convert = partial(_result, positions=Positions(), source=source)
    return read_records(members(document, "results"), _RESULT, convert, source=source)


def _result(
    result: _Result, _index: int, entry: Entry, *, positions: Positions, source: str
) -> Iterator[Finding | Problem]:
    if result.packages is None:
        yield missing(source, f"{entry.pointer}/packages", "A result has no packages.", "array")
    for number, packaged in enumerate(result.packages or ()):
        pointer = f"{entry.pointer}/packages/{number}"
        if packaged.package is None:
            yield missing(source, f"{pointer}/package", "What was scanned is not named.", "object")
        for position, raw in enumerate(packaged.vulnerabilities or ()):
            where = f"{pointer}/vulnerabilities/{position}"
            index = positions.take()
            record = _RECORD.decode(raw, source=source, pointer=where)
            if isinstance(record, tuple):
                yield from record
            else:
                found = finding_of(record, source=source, index=index, pointer=where)
                yield from _scanned(found, packaged.package, result.source)


def _scanned(
    found: Iterator[Finding | Problem], package: _Package | None, source: _Source | None
) -> Iterator[Finding | Problem]:
    """Turn a record about packages in general into a finding about the one that was scanned."""
    path = distinct_line((source and source.path) or "", 4096)
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        yield msgspec.structs.replace(
            item,
            format="osv_scanner",
            finder=FINDER,
            rule=item.native_id,
            components=(_component(package),) if package and package.name else item.components,
            locations=(Location(path=path),) if path else (),
            provenance=Provenance(tool=FINDER, snapshot=clean_line((package and package.commit) or "", 200) or None),
        )


def _component(package: _Package) -> Component:
    return Component(
        name=clean_line(package.name or ""),
        ecosystem=clean_line(package.ecosystem or "", 100),
        version=clean_line(str(package.version), 256) if package.version else None,
    )


FORMAT = Format(name="osv_scanner", title="OSV-Scanner JSON", detect=detect, read=read)
