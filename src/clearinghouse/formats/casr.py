"""CASR reports: one crash each, as JSON with the stack that gdb or a sanitizer printed.

Source: https://github.com/ispras/casr, `docs/usage.md` and `libcasr/src/report.rs` (field names).
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.crash.parser import parse
from clearinghouse.formats.crash.report import finding, too_many_frames
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.parts import timestamp
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError, Component, Crash, Finding, Location, Severity

MAX_COMMAND = 2048
"""Longest command line kept, in characters."""

_REPORTS = ("AsanReport", "UbsanReport", "MsanReport", "GoReport", "RustReport", "JavaReport", "PythonReport")
_LINE = re.compile(r"^(.{1,1000}?):(\d{1,9})(?::(\d{1,9}))?$")
_SIGNALS = {
    "AbortSignal": "SIGABRT",
    "FPE": "SIGFPE",
    "BadInstruction": "SIGILL",
    "TrapSignal": "SIGTRAP",
    "AccessViolation": "SIGSEGV",
}


class CrashSeverity(msgspec.Struct, rename="pascal"):
    """CASR's own judgement: ``Type`` is how exploitable it takes the crash to be."""

    type: str = ""
    short_description: str = ""
    description: str = ""
    explanation: str = ""


class Report(msgspec.Struct, kw_only=True):
    """The fields of a report that are read."""

    CrashSeverity: CrashSeverity
    Stacktrace: list[str]
    ExecutablePath: str | None = None
    ProcCmdline: str | None = None
    Package: str | None = None
    PackageVersion: str | None = None
    CrashLine: str | None = None
    Date: str | None = None
    AsanReport: list[str] = []
    UbsanReport: list[str] = []
    MsanReport: list[str] = []
    GoReport: list[str] = []
    RustReport: list[str] = []
    JavaReport: list[str] = []
    PythonReport: list[str] = []


_DECODER = Decoder(Report, "CASR report")


def detect(sample: Sample) -> Match:
    """A JSON object with CASR's own field names."""
    if not sample.is_json or not sample.head.lstrip().startswith(b"{"):
        return NO_MATCH
    if sample.has("CrashSeverity", "Stacktrace"):
        return Match(100)
    own = sum(sample.has(name) for name in ("ProcCmdline", "ProcEnviron", "ProcMaps", "ExecutablePath", "Uname"))
    return Match(70) if own >= 4 else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the one finding of a CASR report, or every violation in it."""
    try:
        raw = document.read()
    except ClearinghouseError as error:
        yield unreadable(document.source, error)
        return
    report = _DECODER.decode(raw, source=document.source)
    if isinstance(report, tuple):
        yield from report
        return
    crash = crash_of(report)
    yield _finding(document.source, report, crash)
    yield from too_many_frames(document.source, crash)


def _finding(source: str, report: Report, crash: Crash) -> Finding:
    severity = report.CrashSeverity
    kind = clean_line(severity.type, 60)
    made = finding(source, crash, f"{severity.description}. {severity.explanation}".strip(". "), format_name="casr")
    place = _crash_line(report)
    locations = tuple(place) + tuple(location for location in made.locations if location not in place)
    component = made.component
    if report.Package:
        component = Component(name=clean_line(report.Package), version=clean_line(report.PackageVersion or "") or None)
    return msgspec.structs.replace(
        made,
        locations=locations,
        components=(component,) if component else (),
        severities=(Severity(system="CASR", value=kind, source="CASR"),) if kind else (),
        observed=timestamp(report.Date),
    )


def crash_of(report: Report) -> Crash:
    """Return the crash: from the text of a sanitizer or runtime if the report quotes one, else from the stack."""
    crash = _quoted(report) or _stack(report)
    place = _crash_line(report)
    return msgspec.structs.replace(
        crash,
        command=clean_line(report.ProcCmdline or "", MAX_COMMAND) or crash.command,
        place=place[0] if place else crash.place,
    )


def _quoted(report: Report) -> Crash | None:
    for name in _REPORTS:
        lines: list[str] = getattr(report, name)
        if lines and (crash := parse("\n".join(lines), target=report.ExecutablePath)):
            return crash
    return None


def _stack(report: Report) -> Crash:
    """The crash that gdb's stack shows. What gdb would print before it is ours, and is not quoted."""
    short = report.CrashSeverity.short_description
    signal = _SIGNALS.get(short, "SIGSEGV")
    header = f"Program received signal {signal}\n"
    crash = parse(header + "\n".join(report.Stacktrace), target=report.ExecutablePath)
    crash = crash or parse(header, target=report.ExecutablePath)  # a "stack" may take the crash back
    if crash is None:  # the header alone is a crash, so this cannot be
        raise AssertionError("a signal is a crash")
    access = "WRITE" if short.startswith("DestAv") else "READ" if short.startswith("SourceAv") else None
    near_null = short.endswith("NearNull")
    return msgspec.structs.replace(
        crash,
        access=access,
        security=crash.security and not near_null,
        summary=clean_line(report.CrashSeverity.description) or None,
        signal=signal if short in _SIGNALS or "Av" in short or "SegFault" in short else None,
    )


def _crash_line(report: Report) -> tuple[Location, ...]:
    found = _LINE.match(clean_line(report.CrashLine or "", 2048))
    if not found:
        return ()
    return (Location(path=found[1], line=int(found[2]), column=int(found[3]) if found[3] else None),)


FORMAT = Format(name="casr", title="CASR report", detect=detect, read=read)
