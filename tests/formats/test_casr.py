"""CASR reports: from JSON to a finding; every violation told."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.casr import FORMAT
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Finding, Level, Problem


def report(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Date": "2026-01-02T03:04:05.000000+00:00",
        "ExecutablePath": "/opt/codec/bin/codec",
        "ProcCmdline": "/opt/codec/bin/codec in.bin",
        "CrashSeverity": {
            "Type": "EXPLOITABLE",
            "ShortDescription": "DestAv",
            "Description": "Access violation on destination operand",
            "Explanation": "The target wrote where it may not",
        },
        "Stacktrace": [
            "#0  __memcpy_sse2 () at ../sysdeps/x86_64/memcpy.S:41",
            "#1  0x0000000000401136 in codec_next (c=0x0) at src/codec.c:9",
            "#2  0x0000000000401199 in codec_read (n=3) at src/codec.c:20",
            "#3  0x00000000004011aa in main () at src/main.c:4",
        ],
        "CrashLine": "src/codec.c:9:5",
        "AsanReport": [],
    }
    return made | changes


def read(document: object) -> list[Finding | Problem]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    records = list(FORMAT.read(Document.from_bytes("a.casrep", data)))
    assert all(isinstance(record, Finding | Problem) for record in records)
    return records  # type: ignore[return-value]


def test_a_report_of_gdb() -> None:
    (finding,) = read(report())
    assert isinstance(finding, Finding)
    assert finding.format == "casr"
    assert finding.crash is not None
    assert finding.crash.state == ("codec_next", "codec_read")
    assert (finding.crash.type, finding.crash.access, finding.crash.security) == ("SIGSEGV", "WRITE", True)
    assert finding.weaknesses == ("CWE-119",) or finding.weaknesses == ("CWE-787",)
    assert (finding.locations[0].path, finding.locations[0].line, finding.locations[0].column) == ("src/codec.c", 9, 5)
    assert finding.severities[0].value == "EXPLOITABLE"
    assert finding.component is not None
    assert finding.component.name == "codec"
    assert finding.observed == "2026-01-02T03:04:05.000000+00:00"
    assert finding.crash.command == "/opt/codec/bin/codec in.bin"
    assert finding.crash.place == finding.locations[0]
    assert finding.crash.summary == "Access violation on destination operand"
    assert finding.crash.signal == "SIGSEGV"


def test_near_null_is_no_security_issue() -> None:
    severity = {"Type": "PROBABLY_EXPLOITABLE", "ShortDescription": "SourceAvNearNull"}
    (finding,) = read(report(CrashSeverity=severity))
    assert isinstance(finding, Finding)
    assert finding.crash is not None
    assert (finding.crash.access, finding.crash.security) == ("READ", False)


def test_a_quoted_sanitizer_report_is_read_itself() -> None:
    lines = [
        "==9==ERROR: AddressSanitizer: heap-use-after-free on address 0x6030 at pc 0x1 bp 0x2 sp 0x3",
        "READ of size 4 at 0x6030 thread T0",
        "    #0 0x1 in codec_next /src/codec.c:9:5",
    ]
    (finding,) = read(report(AsanReport=lines))
    assert isinstance(finding, Finding)
    assert finding.crash is not None
    assert (finding.crash.type, finding.crash.tool) == ("Heap-use-after-free", "AddressSanitizer")
    assert finding.crash.summary == lines[0]
    assert finding.crash.command == "/opt/codec/bin/codec in.bin"


@pytest.mark.parametrize(
    ("short", "signal"), [("AbortSignal", "SIGABRT"), ("SourceAvNearNull", "SIGSEGV"), ("heap-buffer-overflow", None)]
)
def test_the_signal_is_what_the_report_implies(short: str, signal: str | None) -> None:
    (finding,) = read(report(CrashSeverity={"Type": "NOT_EXPLOITABLE", "ShortDescription": short}))
    assert isinstance(finding, Finding)
    assert finding.crash is not None
    assert finding.crash.signal == signal


def test_a_stack_that_takes_its_crash_back() -> None:
    """What stands in a stack may be a header; one of them says only that there may be leaks."""
    (finding,) = read(report(Stacktrace=["==1==ERROR: LeakSanitizer: detected memory leaks"]))
    assert isinstance(finding, Finding)
    assert finding.crash is not None
    assert finding.crash.type == "SIGSEGV"


def test_every_violation_is_told() -> None:
    problems = read({"Stacktrace": [1, "#1"], "CrashSeverity": {"Type": 3}, "ExecutablePath": []})
    assert {problem.pointer for problem in problems if isinstance(problem, Problem)} == {
        "/Stacktrace/0",
        "/CrashSeverity/Type",
        "/ExecutablePath",
    }


def test_broken_json_is_one_problem() -> None:
    (problem,) = read(b'{"CrashSeverity": ')
    assert isinstance(problem, Problem)
    assert problem.code == "malformed_json"


def test_an_empty_stack_is_a_crash_that_nothing_identifies() -> None:
    (finding,) = read(report(Stacktrace=[], CrashLine=None, ExecutablePath=None))
    assert isinstance(finding, Finding)
    assert finding.crash is not None
    assert finding.crash.signature is None


@pytest.mark.parametrize(("document", "mine"), [(report(), True), ({"runs": []}, False), ([report()], False)])
def test_detection(document: object, mine: bool) -> None:
    match = FORMAT.detect(Sample(json.dumps(document).encode(), complete=True))
    assert (match.score >= RECOGNISED) is mine


@pytest.mark.data
def test_all_outside_reports_are_read_and_group_by_crash_line(data: Path) -> None:
    """Reports with one signature have one crash line, but for one pair; there are hardly more signatures than lines."""
    groups: dict[str | None, set[tuple[str, int | None]]] = {}
    for path in sorted((data / "crash-casr" / "test_clustering_gdb").glob("*.casrep")):
        (finding,) = read(path.read_bytes())
        assert isinstance(finding, Finding)
        assert finding.crash is not None
        place = finding.locations[0]
        groups.setdefault(finding.crash.signature, set()).add((place.path, place.line))
    assert None not in groups
    assert sum(len(places) > 1 for places in groups.values()) <= 1
    assert len(groups) <= len(set().union(*groups.values())) + 2


def test_places_that_are_left_out_are_told() -> None:
    stack = [f"#{number}  0x01 in f{number} (c=0x0) at src/a.c:{number + 1}" for number in range(40)]
    finding, problem = read(report(Stacktrace=stack, CrashLine=None))
    assert isinstance(finding, Finding)
    assert (len(finding.locations), len(finding.crash.frames if finding.crash else ())) == (32, 40)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.level) == ("left_out", Level.NOTICE)
