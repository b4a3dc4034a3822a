import re
from pathlib import Path

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.tabular import FORMAT
from clearinghouse.formats.tabular.columns import COLUMNS, FIELD_OF, plain
from clearinghouse.formats.tabular.rows import MAX_ROW
from clearinghouse.records import Finding, Level, Problem, State, Tlp

SCANNERS = Path(__file__).parent / "scanners"
CSV = (SCANNERS / "table.csv").read_bytes()
LINES = (SCANNERS / "table.jsonl").read_bytes()


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    document = Document.from_bytes("r", data)
    assert FORMAT.detect(document.sample).score >= 50
    records = [*FORMAT.read(document), *document.notices()]
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_row_in_full():
    first = read(CSV)[0][0]
    assert first.native_id == "F-1"
    assert first.title == "Links are followed; out of the folder"
    assert first.finder == "Ada Example"
    assert first.identifiers == ("CVE-2099-0101", "GHSA-5555-6666-7777")
    assert first.weaknesses == ("CWE-22",)
    assert first.component.purl == "pkg:pypi/demo-parser@2.4.0"
    place = first.locations[0]
    assert (place.path, place.line, place.end_line, place.symbol) == ("src/parse.py", 10, 12, "follow")
    assert [(r.kind, r.value) for r in first.remedies] == [("version", "2.4.1"), ("commit", "0f1e2d3c4b")]
    assert first.references == ("https://example.org/a", "https://example.org/b")
    assert first.state is State.FIXED
    assert first.observed == "2026-03-01T00:00:00Z"
    assert [s.system for s in first.severities] == ["Ada Example", "CVSS:3.1"]
    assert first.marking.tlp is Tlp.AMBER


def test_formulas_are_data_and_bad_cells_are_notices():
    findings, problems = read(CSV)
    assert findings[1].title == '=HYPERLINK("x")'
    assert (findings[1].identifiers, findings[1].observed, findings[1].state) == ((), None, State.OPEN)
    assert {p.code for p in problems if p.level is Level.NOTICE} == {"bad_date", "unknown_state"}


def test_bad_rows_are_problems_with_their_line_and_keep_their_place():
    findings, problems = read(CSV)
    assert [(f.native_id, f.index) for f in findings] == [("F-1", 0), ("F-2", 1), ("F-5", 4)]
    assert [(p.code, p.line) for p in problems if p.level is Level.ERROR] == [
        ("missing_field", 5),
        ("too_many_cells", 6),
    ]


def test_a_path_may_carry_its_line():
    last = read(CSV)[0][2]
    assert last.title == "Two lines"
    assert (last.locations[0].path, last.locations[0].line) == ("lib/a.c", 77)
    assert (last.state, last.observed, last.marking.tlp) == (
        State.FALSE_POSITIVE,
        "2026-03-01T10:00:00+02:00",
        Tlp.RED,
    )


def test_json_lines():
    findings, problems = read(LINES)
    assert [(f.native_id, f.index) for f in findings] == [("J-1", 0), ("J-4", 3)]
    first, second = findings
    assert first.identifiers == ("CVE-2099-0301", "DEMO-2026-1")
    assert first.component.purl == "pkg:npm/%40demo/reader@1.0"
    assert (first.locations[0].path, first.locations[0].line) == ("src/a.c", 7)
    assert first.weaknesses == ("CWE-787", "CWE-20")
    assert (first.finder, first.state) == ("DemoScan", State.OPEN)
    assert (second.finder, second.component.name, second.state) == ("Lab", "demo", State.SUPPRESSED)
    assert [(p.code, p.line) for p in problems] == [("malformed_json", 2), ("wrong_type", 3)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_dialects_and_encodings(delimiter, encoding):
    text = "\r\n".join(delimiter.join(row) for row in (["TITLE", "c-v_e"], ["Überlauf", "cve-2099-1"], ["x", ""]))
    findings, problems = read(text.replace("2099-1", "2099-0001").encode(encoding))
    assert [(f.title, f.identifiers) for f in findings] == [("Überlauf", ("CVE-2099-0001",)), ("x", ())]
    assert [p.code for p in problems] == (["not_utf8"] if encoding == "cp1252" else [])


def test_what_is_not_utf_8_far_behind_the_head_is_read_and_told_too():
    rows = ["title,cve", *(f"t{n}," for n in range(20_000)), "Überlauf,", "x,"]
    findings, problems = read("\n".join(rows).encode("cp1252"))
    assert findings[20_000].title == "Überlauf"
    assert [(p.code, p.message) for p in problems] == [
        ("not_utf8", "1 byte that is not UTF-8 was read as Windows-1252.")
    ]


def test_json_lines_that_are_not_utf_8():
    lines = '{"title": "Überlauf", "größe": 1}\n{"title": "x", "cve": "CVE-2099-0001"}\n'
    findings, problems = read(lines.encode("cp1252"))
    assert [finding.title for finding in findings] == ["Überlauf", "x"]
    assert [problem.code for problem in problems] == ["not_utf8"]


def test_an_unclosed_quote_costs_one_problem_and_not_the_file():
    rows = ["title,cve", 'a,"CVE-2099-0001'] + [f"row {n},CVE-2099-{n:05}" for n in range(20_000)]
    findings, problems = read("\n".join(rows).encode())
    assert len(problems) == 1
    assert problems[0].line == 2
    assert len(findings) > 5_000


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_without_an_end_costs_one_problem_and_is_not_held(end):
    long = "x" * (MAX_ROW + 10)
    findings, problems = read(end.join(["title,cve", "a,", long, "b,", f'"{long}",', "c,", ""]).encode())
    assert [finding.title for finding in findings] == ["a", "b", "c"]
    assert [(problem.code, problem.line) for problem in problems] == [("line_too_long", 3), ("line_too_long", 5)]


def test_a_row_of_many_quoted_cells_has_a_limit_too():
    cell = '"' + "\n" * 100_000 + '"'
    rows = ["title,cve", "a,", ",".join([cell] * (MAX_ROW // 100_000 + 2))]
    findings, problems = read("\n".join(rows).encode())
    assert findings[0].title == "a"
    assert (problems[0].code, problems[0].line) == ("line_too_long", 3)
    assert problems[0].message == "The row is longer than 4 MiB and was passed over."


def test_an_identifier_that_is_almost_one_for_a_whole_cell():
    findings, _ = read(f"title,cve\na,{'A-' * 1900}\nb,{'X1-' * 60}Y\nc,DEMO-1\n".encode())
    assert [len(finding.identifiers) for finding in findings] == [0, 1, 1]


def test_many_bad_cells_are_one_notice():
    rows = ["title,date,status"] + [f"t{n},{n}/13/2026,odd{n}" for n in range(1000)]
    findings, problems = read("\n".join(rows).encode())
    assert (len(findings), len(problems)) == (1000, 2)
    assert "the first of 1,000 such rows" in problems[0].message


@pytest.mark.parametrize(
    ("cell", "label", "terms"),
    [("WHITE", Tlp.CLEAR, None), ("TLP:AMBER+STRICT", Tlp.AMBER_STRICT, None), ("ask first", None, "ask first")],
)
def test_a_marking_is_never_dropped(cell, label, terms):
    (finding,), _ = read(f"title,tlp\nx,{cell}\n".encode())
    assert (finding.marking.tlp, finding.marking.embargo) == (label, terms)


@pytest.mark.parametrize(
    ("word", "state"),
    [("closed", State.OPEN), ("Risk-Accepted", State.SUPPRESSED), ("FP", State.FALSE_POSITIVE), ("", State.OPEN)],
)
def test_status_words(word, state):
    assert read(f"title,status\nx,{word}\n".encode())[0][0].state is state


@pytest.mark.parametrize(
    "header",
    [
        "#model_version:v2025,score_date:2026-01-01\ncve,epss,percentile",
        "cve,epss,percentile",
        "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate",
        "id,fqdn/ip,port,severity,finding,cve,cwe",
        "source,image,id,title,severity,status,description,fixVersion",
        "Problem,Package,File,Priority,Line,Description,Rule set,Rule",
        "Title,Host,Port,Zone,Rack,Room",
        "severity,version,package",
        "title",
        "",
        '{"dataType": "CVE_RECORD", "title": "x", "description": "y"}',
        '{"title": "x", "goal": "y", "score": 1, "prompt": "z"}',
        "One sentence, and then another that goes on and on beyond what any header does,title",
    ],
)
def test_other_tables_are_not_claimed(header):
    assert FORMAT.detect(Document.from_bytes("r", header.encode()).sample).score < 50


def test_no_header_means_two_fields():
    headers = [plain(header) for names in COLUMNS.values() for header in names]
    assert len(FIELD_OF) == len(set(headers))
    assert all(FIELD_OF[plain(header)] == field for field, names in COLUMNS.items() for header in names)


def test_the_documented_column_map_is_the_one_in_use():
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text.partition("## Column map")[2], re.MULTILINE))
    assert {field: tuple(cell.strip().split(", ")) for field, cell in rows.items()} == COLUMNS
