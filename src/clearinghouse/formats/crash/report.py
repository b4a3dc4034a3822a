"""A crash log as a format: from a document to a finding."""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.crash import tables
from clearinghouse.formats.crash.events import Scanner
from clearinghouse.formats.crash.parser import MAX_LOG, parse, shows_crash
from clearinghouse.formats.crash.systems import KERNEL
from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import unreadable
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
_NULS_OF_TEXT = 100
"""A text has fewer NUL bytes than one in so many; serial consoles and fuzzers put one here and there."""

_NAMES_ITSELF = re.compile(
    r"(?:ERROR|WARNING|SUMMARY): (?:\w*Sanitizer|libFuzzer): |^==\d+==ERROR: |:\d+:\d+: runtime error: "
    r"|^(?:\[[^\]]{1,40}\] ?)?BUG: K\w*SAN: |^goroutine \d+ \[running|^thread '[^']*' panicked at "
    r"|^== Java Exception: |=== Uncaught Python exception: ===|^==(?: ?\d*=*) Uncaught Exception: |===BUG DETECTED: "
    r"|^# Fatal error in |Program received signal SIG|^signal \d+ \(SIG|^Received signal \d+|Kernel panic - not syncing"
    r"|^\([0-9a-f]+\.[0-9a-f]+\): .{1,80} - code [0-9a-f]{8}|FATAL:[^\]]{1,200}\] |^F\d{4} \d\d:\d\d:\d\d\."
    r"|error while loading shared libraries: |Sanitizer:DEADLYSIGNAL|^# V8 correctness failure"
)
"""What stands in a line of a detector's output and hardly anywhere else."""
_NAMING = Scanner(
    dict.fromkeys(
        (
            *("Sanitizer: ", "libFuzzer: ", "==ERROR: ", "runtime error: ", "BUG: K", "\ngoroutine ", "\nthread '"),
            *("== Java Exception: ", "=== Uncaught Python exception: ===", "= Uncaught Exception: "),
            *("===BUG DETECTED: ", "\n# Fatal error in ", "Program received signal SIG", "\nsignal "),
            *("\nReceived signal ", "Kernel panic - not syncing", " - code ", "FATAL:", "\nF0", "\nF1"),
            *("error while loading shared libraries: ", "Sanitizer:DEADLYSIGNAL", "\n# V8 correctness failure"),
        ),
        lambda *_: False,
    )
)
"""Finds the lines in which that can stand."""
_RUN_LOG = re.compile(
    r"\n(?:INFO: (?:Seed: ?\d+|Running with entropic|Loaded \d+ (?:modules|PC tables))|JUnit4 Test Runner"
    r"|\[\d+:\d+:\d{4}/\d{6}\.\d+:[A-Z]+\d*:|\[ *\d+\.\d{6}\] \S|CENTIPEDE_RUNNER_FLAGS=|Build fingerprint: )"
)
_OTHER_DOCUMENT = re.compile(
    r"\s*(?:\{|\[\s*[\[{\"\]]|<[!?a-zA-Z/]|%PDF|---\s*\n|```|diff --git |From [0-9a-f]{40} |#!|#{1,6} [A-Z])"
    r"|\s*(?:id|schema_version|modified|advisory|details|name|version): "
)


def detect(sample: Sample) -> Match:
    """Say whether a text is a crash log: it holds a crash header, or is the log of a fuzzing run or a kernel."""
    if is_other(sample):
        return NO_MATCH
    text = f"\n{sample.text}"
    named = _names_itself(text)
    if shows_crash(text):
        return Match(95 if named else 60)
    if not sample.complete and _RUN_LOG.search(text):
        return Match(55)
    return Match(20, "it mentions a crash but shows none") if named else NO_MATCH


def _names_itself(text: str) -> bool:
    """Whether a line of ``text`` is the output of a detector."""
    scan = _NAMING.scan(text)
    while met := scan.line():
        _, line = met
        if _NAMES_ITSELF.search(line.content):
            return True
    return False


def is_other(sample: Sample) -> bool:
    """Whether a document is plainly something else: binary, JSON, markup, a patch, an advisory."""
    head = sample.head[:4096]
    if not head or head.count(b"\x00") * _NULS_OF_TEXT > len(head):
        return True
    return _OTHER_DOCUMENT.match(sample.text) is not None


def read(document: Document) -> Iterator[Record]:
    """Yield the one finding of a crash log, or the problem that it shows no crash."""
    try:
        data = document.read()
    except ClearinghouseError as error:
        yield unreadable(document.source, error)
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
    yield finding(document.source, crash, crash.summary or "")
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
        rule=crash.type,
        components=(component,) if component else (),
        weaknesses=weaknesses(crash),
        locations=tuple(location(frame) for frame in placed(crash)[:MAX_LOCATIONS]),
        fingerprints=(("crashState/v1", crash.signature),) if crash.signature else (),
        crash=crash,
        provenance=Provenance(tool=crash.tool),
    )


def title(crash: Crash) -> str:
    """Return one line such as ``Heap-buffer-overflow READ in png_read_row``."""
    kind = f"{crash.type} {crash.access}" if crash.access else crash.type
    where = crash.state[0] if crash.state else ""
    if not where:
        return kind
    joint = ": " if " " in where and "::" not in where else " in "
    return clean_line(f"{kind}{joint}{where}", 160)


def location(frame: Frame) -> Location:
    """Return a frame as a place in source code."""
    return Location(path=clean_line(frame.file or "", 2048), line=frame.line, symbol=clean_line(frame.function, 2048))


def weaknesses(crash: Crash) -> tuple[str, ...]:
    """Return the CWE that the type suggests: by type and access, else by type; of a kernel by what failed in it."""
    known = tables.types().cwe
    for name in (crash.type, crash.type.removeprefix(f"{KERNEL} ")):
        cwe = known.get(f"{name} {crash.access}") or known.get(name)
        if cwe:
            return (cwe,)
    return ()


FORMAT = Format(name="crash", title="crash log", detect=detect, read=read)
