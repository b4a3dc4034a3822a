"""A crash log as a format: from a document to a finding."""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.crash import tables
from clearinghouse.formats.crash.parser import MAX_LOG, parse
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import Losses
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line
from clearinghouse.records import (
    ClearinghouseError,
    Component,
    Crash,
    Finding,
    Frame,
    Level,
    Location,
    Problem,
    Provenance,
)

MAX_LOCATIONS = 32
"""Most frames given as locations of a finding."""

_NAMES_ITSELF = re.compile(
    r"(?:ERROR|WARNING|SUMMARY): (?:\w*Sanitizer|libFuzzer): |^==\d+==ERROR: |:\d+:\d+: runtime error: "
    r"|^(?:\[[^\]\n]{1,40}\] ?)?BUG: K\w*SAN: |^goroutine \d+ \[running|^thread '[^'\n]*' panicked at "
    r"|^== Java Exception: |=== Uncaught Python exception: ===|^== ?\d*=* ?Uncaught Exception: |===BUG DETECTED: "
    r"|^# Fatal error in |Program received signal SIG|^signal \d+ \(SIG|^Received signal \d+|Kernel panic - not syncing"
    r"|^\([0-9a-f]+\.[0-9a-f]+\): .{1,80} - code [0-9a-f]{8}|FATAL:[^\]\n]{1,200}\] |^F\d{4} \d\d:\d\d:\d\d\."
    r"|error while loading shared libraries: |Sanitizer:DEADLYSIGNAL|^# V8 correctness failure",
    re.MULTILINE,
)
_RUN_LOG = re.compile(
    r"^INFO: Seed: ?\d+|^INFO: Running with entropic|^INFO: Loaded \d+ (?:modules|PC tables)|^JUnit4 Test Runner"
    r"|^\[\d+:\d+:\d{4}/\d{6}\.\d+:[A-Z]+\d*:|^\[ *\d+\.\d{6}\] \S|^CENTIPEDE_RUNNER_FLAGS=|^Build fingerprint: ",
    re.MULTILINE,
)
_OTHER_DOCUMENT = re.compile(
    r"\s*(?:\{|\[\s*[\[{\"\]]|<[!?a-zA-Z/]|%PDF|---\s*\n|```|diff --git |From [0-9a-f]{40} |#!|#{1,6} [A-Z])"
    r"|\s*(?:id|schema_version|modified|advisory|details|name|version): "
)
_SUMMARY = re.compile(r"^(?:==\d+==)?SUMMARY: (.{1,400})", re.MULTILINE)
_HEADER = re.compile(
    r"^.{0,200}(?:ERROR: \w+: |runtime error: |panicked at |^panic: |failed: |Exception: ).{0,400}", re.MULTILINE
)


def detect(sample: Sample) -> Match:
    """Say whether a text is a crash log: it holds a crash header, or is the log of a fuzzing run or a kernel."""
    if is_other(sample):
        return NO_MATCH
    text = sample.text
    named = _NAMES_ITSELF.search(text) is not None
    if parse(text) is not None:
        return Match(95 if named else 60)
    if not sample.complete and _RUN_LOG.search(text):
        return Match(55)
    return Match(20, "it mentions a crash but shows none") if named else NO_MATCH


def is_other(sample: Sample) -> bool:
    """Whether a document is plainly something else: binary, JSON, markup, a patch, an advisory."""
    head = sample.head[:4096]
    if not head or b"\x00" in head:
        return True
    return _OTHER_DOCUMENT.match(sample.text) is not None


def read(document: Document) -> Iterator[Record]:
    """Yield the one finding of a crash log, or the problem that it shows no crash."""
    try:
        data = document.read()
    except ClearinghouseError as error:
        yield Problem(source=document.source, code="unreadable", message=f"{error.what}.")
        return
    text = Sample(data, complete=True).text
    if len(text) > MAX_LOG:
        yield Problem(
            source=document.source,
            code="log_cut",
            message=f"Only the last {MAX_LOG >> 20} MiB of this log were read.",
            level=Level.NOTICE,
        )
    crash = parse(text)
    if crash is None:
        yield no_crash(document.source)
        return
    yield finding(document.source, crash, summary(text))
    yield from too_many_frames(document.source, crash)


def too_many_frames(source: str, crash: Crash) -> Iterator[Problem]:
    """Yield the notice that a stack has more places than a finding keeps; the crash itself keeps its frames."""
    if len(placed(crash)) > MAX_LOCATIONS:
        losses = Losses(source)
        losses.add(f"more than {MAX_LOCATIONS} locations, of which the first {MAX_LOCATIONS} are kept.")
        yield from losses.problems()


def placed(crash: Crash) -> list[Frame]:
    """The frames of which the place in source code is known."""
    return [frame for frame in crash.frames if frame.file and frame.line]


def no_crash(source: str) -> Problem:
    """The problem that a text shows no crash."""
    return Problem(
        source=source,
        code="no_crash",
        message="No crash was recognised in this text.",
        expected="the output of a sanitizer, fuzzer, kernel, debugger or language runtime that ends in a crash",
    )


def finding(source: str, crash: Crash, description: str = "", *, format_name: str = "crash") -> Finding:
    """Return the finding for a crash."""
    component = Component(name=clean_line(crash.target)) if crash.target else None
    return Finding(
        source=source,
        index=0,
        format=format_name,
        title=title(crash),
        finder=crash.tool,
        description=clean(description),
        rule=crash.type.replace("\n", " "),
        components=(component,) if component else (),
        weaknesses=weaknesses(crash),
        locations=tuple(location(frame) for frame in placed(crash)[:MAX_LOCATIONS]),
        fingerprints=(("crashState/v1", crash.signature),) if crash.signature else (),
        crash=crash,
        provenance=Provenance(tool=crash.tool),
    )


def title(crash: Crash) -> str:
    """Return one line such as ``Heap-buffer-overflow READ in png_read_row``."""
    kind = crash.type.replace("\n", " ")
    if crash.access:
        kind = f"{kind} {crash.access}"
    where = crash.state[0] if crash.state else ""
    if not where:
        return kind
    joint = ": " if " " in where and "::" not in where else " in "
    return clean_line(f"{kind}{joint}{where}", 160)


def location(frame: Frame) -> Location:
    """Return a frame as a place in source code."""
    return Location(path=clean_line(frame.file or "", 2048), line=frame.line, symbol=clean_line(frame.function, 2048))


def weaknesses(crash: Crash) -> tuple[str, ...]:
    """Return the CWE that the type suggests: by type and access, else by type, else by its last part."""
    known = tables.types().cwe
    last = crash.type.rsplit("\n", 1)[-1]
    for name in (crash.type, last):
        cwe = known.get(f"{name} {crash.access}") or known.get(name)
        if cwe:
            return (cwe,)
    return ()


def summary(text: str) -> str:
    """Return the line that sums the crash up: the tool's own, else the last header."""
    if found := _SUMMARY.search(text):
        return clean_line(found[1])
    tail = text[:65536]
    if found := _HEADER.search(tail):
        return clean_line(found[0])
    return ""


FORMAT = Format(name="crash", title="crash log", detect=detect, read=read)
