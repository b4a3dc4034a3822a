from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.semgrep import FORMAT
from clearinghouse.records import Finding, Level, Problem, State

REPORT = (Path(__file__).parent / "scanners" / "semgrep.json").read_bytes()


def read(data: bytes = REPORT) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_code_result():
    first = read()[0][0]
    assert first.title == "The value of `q` reaches eval."
    assert first.rule == "demo.python.eval-of-input"
    assert first.identifiers == ()
    assert first.weaknesses == ("CWE-95", "CWE-94")
    assert first.fingerprints == (("matchBasedId/v1", "aabbccdd_0"),)
    place = first.locations[0]
    assert (place.path, place.line, place.column, place.end_line) == ("app/views.py", 12, 5, 13)
    assert place.snippet == "    result = eval(\n        q)"
    assert [(t.path, t.line, t.snippet) for t in first.trace] == [
        ("app/views.py", 10, 'request.args["q"]'),
        ("app/views.py", 10, "q"),
        ("app/views.py", 12, "run(q)"),
        ("app/run.py", 3, "eval(q)"),
    ]
    assert first.provenance.tool_version == "1.100.0"


def test_withheld_values_are_no_values():
    second = read()[0][1]
    assert second.fingerprints == ()
    assert second.locations[0].snippet is None
    assert second.state is State.SUPPRESSED
    assert second.weaknesses == ("CWE-546",)


def test_supply_chain_result_is_about_the_dependency():
    third = read()[0][2]
    assert third.identifiers == ("CVE-2099-0101",)
    assert third.component.purl == "pkg:pypi/demo-parser@2.4.0"
    assert [r.value for r in third.remedies] == ["2.4.1"]


def test_errors_of_the_scan_are_notices_and_of_the_report_are_errors():
    problems = read()[1]
    assert [p.message for p in problems if p.level is Level.NOTICE] == [
        "Semgrep says: app/bad.py: Syntax error at line 2"
    ]
    assert {p.pointer for p in problems if p.level is Level.ERROR} == {"/results/3/path", "/results/3/start"}


@pytest.mark.parametrize(
    ("state", "words"),
    [("CONFIRMED_VALID", ["CONFIRMED_VALID"]), ("NO_VALIDATOR", []), (None, []), (7, []), (" ", [])],
)
def test_whether_a_secret_was_tried_is_a_claim(state, words):
    report = msgspec.json.decode(REPORT)
    report["results"][0]["extra"]["validation_state"] = state
    finding = read(msgspec.json.encode(report))[0][0]
    assert [claim.word for claim in finding.claims] == words
    assert all(claim.claimed is None and claim.by == "Semgrep" for claim in finding.claims)


@pytest.mark.parametrize("flow", [[], {"taint_source": 5}, {"taint_sink": ["CliCall", [[]]], "intermediate_vars": [1]}])
def test_traces_of_unknown_shape_are_passed_over(flow):
    report = msgspec.json.decode(REPORT)
    report["results"][0]["extra"]["dataflow_trace"] = flow
    assert read(msgspec.json.encode(report))[0][0].trace == ()


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (REPORT, 95),
        (b'{"version": "1.0", "results": [], "errors": [], "paths": {"scanned": []}}', 90),
        (b'{"results": [], "errors": []}', 30),
        (b'{"results": {"failed_checks": [{"check_id": "CKV_1"}]}}', 0),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("r", text).sample).score == score
