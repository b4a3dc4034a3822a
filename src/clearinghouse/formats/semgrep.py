"""Semgrep's own JSON (``semgrep --json``), also written by its fork Opengrep.

Source: https://semgrep.dev/docs/semgrep-appsec-platform/json-and-sarif and the interface definition
https://github.com/semgrep/semgrep-interfaces, ``semgrep_output_v1.atd``.
"""

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
    identifiers,
    links,
    read_elements,
    severities,
    tool_messages,
)
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import Component, Finding, Location, Problem, Provenance, Remedy, SenderClaim, State

_TOOL = "Semgrep"
_WITHHELD = "requires login"  # stands in the place of values that Semgrep gives only to signed-in users
_NOT_VALIDATED = "NO_VALIDATOR"
_FINGERPRINT = "matchBasedId/v1"  # the name under which Semgrep's SARIF gives the same value
MAX_TRACE = 100


class _Place(msgspec.Struct, gc=False):
    line: int
    col: int | None = None


class _Dependency(msgspec.Struct, gc=False):
    package: str
    version: str | None = None
    ecosystem: str | None = None


class _Match(msgspec.Struct, gc=False):
    found_dependency: _Dependency | None = None


class _Supply(msgspec.Struct, gc=False):
    dependency_match: _Match | None = None


class _Extra(msgspec.Struct):
    message: str | None = None
    severity: str | None = None
    metadata: dict[str, Any] | None = None
    fingerprint: str | None = None
    lines: str | None = None
    is_ignored: bool | None = None
    dataflow_trace: Any = None
    sca_info: _Supply | None = None
    validation_state: Any = None


class _Result(msgspec.Struct):
    check_id: str
    path: str
    start: _Place
    end: _Place | None = None
    extra: _Extra = msgspec.field(default_factory=_Extra)


class _Error(msgspec.Struct, gc=False):
    message: str | None = None
    long_msg: str | None = None
    path: str | None = None


class _Report(msgspec.Struct):
    results: list[msgspec.Raw] | None = None
    errors: list[msgspec.Raw] | None = None
    version: str | None = None


_REPORT = Decoder(_Report, "Semgrep report")
_RESULT = Decoder(_Result, "result")
_ERROR = Decoder(_Error, "error")


def detect(sample: Sample) -> Match:
    """Recognise results with ``check_id``, or an empty report by the fields that only Semgrep writes."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("results[].check_id", "results[].path", "results[].start.line"):
        return Match(95)
    if sample.has("results", "errors") and (sample.has("paths.scanned") or sample.has("paths._comment")):
        return Match(90)
    if sample.has("errors[].level", "errors[].type", "errors[].code") and not sample.complete:
        return Match(60)  # the results come after more errors than the sample holds
    if sample.complete and sample.keys == {"results", "results[]", "errors", "errors[]"}:
        return Match(30, "it holds no result and nothing else that tells one tool from another")
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding a result, and a notice for each error that Semgrep met during its scan."""
    return read_whole(document, _REPORT, _records)


def _records(report: _Report, source: str) -> Iterator[Finding | Problem]:
    provenance = Provenance(tool=_TOOL, tool_version=clean_line(report.version or "", 60) or None)
    positions = Positions()
    losses = Losses(source)
    convert = partial(_finding, source=source, provenance=provenance, losses=losses)
    yield from read_elements(report.results, _RESULT, positions, convert, source=source, pointer="/results")
    yield from losses.problems()
    yield from tool_messages(_messages(report.errors or []), source=source, tool=_TOOL, pointer="/errors")


def _messages(raws: list[msgspec.Raw]) -> Iterator[str]:
    for raw in raws:
        error = _ERROR.decode(raw, source="")
        text = None if isinstance(error, tuple) else error.message or error.long_msg
        where = None if isinstance(error, tuple) else error.path
        yield f"{where}: {text or 'an error'}" if where else text or "an error"


def _finding(result: _Result, index: int, source: str, provenance: Provenance, losses: Losses) -> Finding:
    extra = result.extra
    metadata = extra.metadata or {}
    fingerprint = distinct_line(extra.fingerprint or "", 300)
    component = _component(extra)
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=first_sentence(extra.message or "") or clean_line(result.check_id),
        finder=_TOOL,
        description=clean(extra.message or ""),
        rule=distinct_line(result.check_id),
        components=(component,) if component else (),
        identifiers=identifiers(_texts(metadata.get("sca-vuln-database-identifier"))),
        weaknesses=weaknesses_of(metadata.get("cwe")),
        locations=(_location(result.path, result.start, result.end, extra.lines),),
        trace=_trace(extra.dataflow_trace, losses),
        fingerprints=((_FINGERPRINT, fingerprint),) if fingerprint not in ("", _WITHHELD) else (),
        severities=severities((_TOOL, extra.severity, ""), ()),
        remedies=_fixes(metadata.get("sca-fix-versions"), component),
        references=links([*_texts(metadata.get("references")), *_texts(metadata.get("source"))]),
        provenance=provenance,
        state=State.SUPPRESSED if extra.is_ignored else State.OPEN,
        claims=_claims(extra.validation_state),
    )


def _claims(validated: Any) -> tuple[SenderClaim, ...]:
    """Semgrep tries some of the secrets that it finds; every other result says that there was nothing to try."""
    word = clean_line(validated, 60) if isinstance(validated, str) else ""
    if word in ("", _NOT_VALIDATED):
        return ()
    return (SenderClaim(subject="validity of the secret", word=word, by=_TOOL),)


def _texts(value: Any) -> list[str]:
    """Return the strings of a metadata field, which a rule's author may write as one string or as a list."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _component(extra: _Extra) -> Component | None:
    """Return the dependency of a supply-chain result; code results are about the scanned project, which has no name."""
    match = extra.sca_info.dependency_match if extra.sca_info else None
    found = match.found_dependency if match else None
    if not found:
        return None
    return package(clean_line(found.package), clean_line(found.version or ""), type_=found.ecosystem or "")


def _fixes(value: Any, component: Component | None) -> tuple[Remedy, ...]:
    """Return the fixed versions of a supply-chain rule, which are written as ``[{package: version}, ...]``."""
    if not component or not isinstance(value, list):
        return ()
    fixes = [item.get(component.name) for item in value if isinstance(item, dict)]
    return fixed_versions(fix for fix in fixes if isinstance(fix, str))


def _location(path: str, start: _Place, end: _Place | None, lines: str | None) -> Location:
    snippet = clean(lines or "").strip("\n")
    return Location(
        path=distinct_line(path, 1024),
        line=start.line,
        column=start.col,
        end_line=end.line if end else None,
        snippet=snippet if snippet not in ("", _WITHHELD) else None,
    )


def _trace(flow: Any, losses: Losses) -> tuple[Location, ...]:
    """Return the places of a taint trace, source first. A shape that is not understood yields none."""
    if not isinstance(flow, dict):
        return ()
    places = [*_call_places(flow.get("taint_source"))]
    steps = flow.get("intermediate_vars")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            places += _place(step.get("location"), step.get("content"))
    places += _call_places(flow.get("taint_sink"))
    if len(places) > MAX_TRACE:
        losses.add(f"a data flow of more than {MAX_TRACE} places, of which the first {MAX_TRACE} are kept.")
    return tuple(places[:MAX_TRACE])


def _call_places(node: Any) -> Iterator[Location]:
    """Yield the places of ``["CliLoc", [place, content]]`` or ``["CliCall", [[place, content], steps, node]]``."""
    for _ in range(MAX_TRACE):
        if not (isinstance(node, list) and len(node) == 2 and isinstance(node[1], list) and node[1]):
            return
        kind, body = node
        head = body if kind == "CliLoc" else body[0]
        if isinstance(head, list) and len(head) == 2:
            yield from _place(head[0], head[1])
        if kind != "CliCall" or len(body) != 3:
            return
        node = body[2]


def _place(location: Any, content: Any) -> list[Location]:
    try:
        start = msgspec.convert(location["start"], _Place)
        path = msgspec.convert(location["path"], str)
    except (KeyError, TypeError, msgspec.ValidationError):
        return []
    return [_location(path, start, None, content if isinstance(content, str) else None)]


FORMAT = Format(name="semgrep", title="Semgrep JSON", detect=detect, read=read)
