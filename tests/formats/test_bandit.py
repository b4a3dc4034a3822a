from pathlib import Path

import pytest

from clearinghouse.formats.bandit import FORMAT
from clearinghouse.formats.document import Document
from clearinghouse.records import Finding, Level, Problem

REPORT = (Path(__file__).parent / "scanners" / "bandit.json").read_bytes()


def read(data: bytes = REPORT) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_result():
    first = read()[0][0]
    assert (first.rule, first.weaknesses, first.observed) == ("B602", ("CWE-78",), "2026-03-01T07:30:00Z")
    place = first.locations[0]
    assert (place.path, place.line, place.column, place.end_line) == ("app/run.py", 8, 5, 9)
    assert first.severities[0].value == "HIGH"


def test_snippet_has_no_line_numbers_and_only_the_issue():
    assert read()[0][0].locations[0].snippet == "    subprocess.run(\n        name, shell=True)"


def test_moved_code_has_the_same_snippet():
    moved = REPORT.replace(b'"6 \\n7 def run(name):\\n8 ', b'"13 \\n14 def run(name):\\n15 ')
    moved = moved.replace(b"\\n9         name", b"\\n16         name").replace(b"[8, 9]", b"[15, 16]")
    assert moved != REPORT
    assert read(moved)[0][0].locations[0].snippet == read()[0][0].locations[0].snippet


def test_bad_result_keeps_its_place_and_unread_files_are_told():
    findings, problems = read()
    assert [f.index for f in findings] == [0, 2]
    assert [(p.pointer, p.level) for p in problems] == [
        ("/results/1/line_number", Level.ERROR),
        ("/errors/0", Level.NOTICE),
    ]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (REPORT, 95),
        (b'{"errors": [], "metrics": {"_totals": {"CONFIDENCE.HIGH": 0, "SEVERITY.HIGH": 0}}, "results": []}', 90),
        (b'{"errors": [], "results": []}', 0),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("r", text).sample).score == score
