"""OSV records in JSON and YAML."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.osv import FORMAT
from clearinghouse.formats.osv.crash import crash_of
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Finding, Level, Problem, Remedy, Severity, State

FIX = "0123456789abcdef0123456789abcdef01234567"
RECORD: dict[str, Any] = {
    "schema_version": "1.7.0",
    "id": "PYSEC-2030-7",
    "modified": "2030-02-02T00:00:00Z",
    "published": "2030-02-01T00:00:00Z",
    "aliases": ["cve-2030-1234", "GHSA-2222-3333-4444"],
    "related": ["CVE-2030-9"],
    "upstream": ["CVE-2030-8888"],
    "summary": "The parser follows its own tail",
    "details": "The parser follows its own tail. It never comes back.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "source": "CNA"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "tailspin", "purl": "pkg:pypi/tailspin"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]},
                {
                    "type": "GIT",
                    "repo": "https://github.com/Example/TailSpin.git",
                    "events": [{"introduced": "0"}, {"fixed": FIX}],
                },
            ],
            "versions": ["1.0", 2, "2.0"],
            "database_specific": {"cwes": [{"cweId": "CWE-835"}]},
        },
        {"package": {"ecosystem": "npm", "name": "tailspin-js"}, "versions": None, "ranges": None},
    ],
    "references": [
        {"type": "FIX", "url": f"https://github.com/example/tailspin/commit/{FIX}"},
        {"type": "WEB", "url": f"https://github.com/example/tailspin/commit/{'b' * 40}"},
    ],
    "credits": [{"name": "Ada", "type": "FINDER", "contact": ["https://ada.example"]}, {"name": "Bob"}],
    "database_specific": {"cwe_ids": ["CWE-400"], "severity": "HIGH"},
}


def _read(content: Any) -> list[Any]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(FORMAT.read(Document.from_bytes("memory", data)))


def _score(content: Any) -> int:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return FORMAT.detect(Sample(data, complete=True)).score


def test_a_record_is_one_finding_with_all_its_parts() -> None:
    (finding,) = _read(RECORD)
    assert finding.id == "memory#0"
    assert finding.finder == "PyPA"
    assert finding.identifiers == ("PYSEC-2030-7", "CVE-2030-1234", "GHSA-2222-3333-4444")
    assert finding.advisory.related == ("CVE-2030-9",)
    assert finding.advisory.upstream == ("CVE-2030-8888",)
    assert [c.label for c in finding.components] == ["pkg:pypi/tailspin", "npm/tailspin-js"]
    assert finding.advisory.affected[0].versions == ("1.0", "2", "2.0")
    assert finding.weaknesses == ("CWE-400", "CWE-835")
    assert finding.severities == (
        Severity(system="CVSS:3.0", value="CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", source="CNA"),
        Severity(system="PyPA", value="HIGH"),
    )
    assert [(c.name, c.role) for c in finding.credits] == [("Ada", "FINDER"), ("Bob", "OTHER")]


def test_fixes_come_from_ranges_and_from_links_of_type_fix_each_once() -> None:
    (finding,) = _read(RECORD)
    assert finding.remedies == (
        Remedy(kind="version", value="2.1"),
        Remedy(kind="commit", value=FIX, repository="https://github.com/example/tailspin"),
    )


def test_yaml_keeps_versions_as_they_are_written() -> None:
    text = b"""\
id: PYSEC-2030-8
details: First sentence. Second sentence.
modified: 2030-02-02T00:00:00Z
aliases:
withdrawn: null
affected:
- package: {name: spin, ecosystem: PyPI}
  versions: [1.10, "1.20", 2]
"""
    assert _score(text) == 100
    (finding,) = _read(text)
    assert finding.title == "First sentence."
    assert finding.advisory.affected[0].versions == ("1.10", "1.20", "2")
    assert finding.advisory.modified == "2030-02-02T00:00:00Z"
    assert finding.state is State.OPEN


@pytest.mark.parametrize(
    "packed",
    [
        json.dumps([RECORD, RECORD]).encode(),
        json.dumps([RECORD, RECORD], indent=2).encode(),
        json.dumps({"vulns": [RECORD, RECORD], "next_page_token": "x"}).encode(),
        b"\n".join(json.dumps(RECORD).encode() for _ in range(2)),
    ],
    ids=["array", "pretty", "answer", "lines"],
)
def test_records_packed_in_every_way_are_the_same_findings(packed: bytes) -> None:
    assert _score(packed) == 100
    findings = _read(packed)
    assert [f.index for f in findings] == [0, 1]
    assert {f.native_id for f in findings} == {"PYSEC-2030-7"}


def test_a_bad_record_is_a_problem_and_the_others_are_read() -> None:
    problem, finding = _read([{"affected": "none", "aliases": [3]}, RECORD])[-2:]
    assert isinstance(problem, Problem)
    assert finding.index == 1
    pointers = {p.pointer for p in _read([{"affected": "none", "aliases": [3]}])}
    assert pointers == {"/0/id", "/0/affected", "/0/aliases/0"}


def test_in_json_lines_a_problem_names_its_line() -> None:
    lines = b"\n".join([json.dumps(RECORD).encode(), b"{broken", b"", json.dumps(RECORD).encode()])
    first, problem, last = _read(lines)
    assert (problem.code, problem.line) == ("malformed_json", 2)
    assert (first.index, last.index) == (0, 2)


def test_a_broken_array_yields_what_stands_before_the_break() -> None:
    data = json.dumps([RECORD, RECORD]).encode()[:-20]
    finding, problem = _read(data)
    assert isinstance(finding, Finding)
    assert problem.code == "malformed_json"


def test_withdrawn_records_say_so() -> None:
    (finding,) = _read({**RECORD, "withdrawn": "2030-03-01T00:00:00Z"})
    assert finding.state is State.WITHDRAWN
    assert finding.advisory.withdrawn == "2030-03-01T00:00:00Z"


def test_the_year_one_is_no_date() -> None:
    (finding,) = _read({**RECORD, "published": "0001-01-01T00:00:00Z"})
    assert finding.advisory.published is None


def test_a_repository_alone_is_a_component() -> None:
    affected = [{"ranges": [{"type": "GIT", "repo": "https://github.com/A/B", "events": [{"introduced": "0"}]}]}]
    (finding,) = _read({**RECORD, "affected": affected})
    assert finding.components[0].name == "a/b"
    assert finding.components[0].repository == "https://github.com/A/B"


def test_a_range_that_is_not_understood_is_left_out_with_a_notice() -> None:
    package = {"ecosystem": "PyPI", "name": "x"}
    strange = [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"end_of_life": "3"}]},
        {"type": "CALENDAR", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"fixed": "3"}]},
    ]
    *notices, finding = _read({**RECORD, "affected": [{"package": package, "ranges": strange}]})
    assert [p.code for p in notices] == ["unknown_event", "unknown_range_type", "range_without_introduced"]
    assert {p.level for p in notices} == {Level.NOTICE}
    assert notices[0].pointer == "/affected/0/ranges/0/events/1"
    assert len(finding.advisory.affected[0].ranges) == 1


def test_a_missing_modified_is_a_notice() -> None:
    notice, finding = _read({key: value for key, value in RECORD.items() if key != "modified"})
    assert (notice.code, notice.level) == ("missing_field", Level.NOTICE)
    assert isinstance(finding, Finding)


@pytest.mark.parametrize(
    ("written", "kind", "access", "size"),
    [
        ("Heap-buffer-overflow READ 4", "Heap-buffer-overflow", "READ", 4),
        ("Heap-buffer-overflow WRITE {*}", "Heap-buffer-overflow", "WRITE", None),
        ("UNKNOWN READ", "UNKNOWN", "READ", None),
        ("Use-of-uninitialized-value", "Use-of-uninitialized-value", None, None),
    ],
)
@pytest.mark.parametrize("fence", ["```\n", ""])
def test_crash_of_oss_fuzz(written: str, kind: str, access: str | None, size: int | None, fence: str) -> None:
    details = f"OSS-Fuzz report: x\n\n{fence}Crash type: {written}\nCrash state:\none::two\nthree\nfour\n{fence}"
    crash = crash_of(details)
    assert crash is not None
    assert (crash.type, crash.access, crash.size) == (kind, access, size)
    assert crash.state == ("one::two", "three", "four")
    assert crash.security


def test_the_state_null_identifies_nothing() -> None:
    crash = crash_of("Crash type: Segv on unknown address\nCrash state:\nNULL")
    assert crash is not None
    assert crash.state == ()
    assert crash_of("There was a crash, type unknown.") is None


def test_a_querybatch_answer_is_a_near_miss() -> None:
    answer = {"results": [{"vulns": [{"id": "A-1", "modified": "2030-01-01T00:00:00Z"}]}]}
    assert 10 <= _score(answer) <= 40


@pytest.mark.parametrize(
    "other",
    [b"", b"plain text", b"affected: yes\nstatus: open\n", b'{"id": 1, "name": "x"}', b'{"runs": []}', b"[1, 2]"],
)
def test_other_documents_are_not_claimed(other: bytes) -> None:
    assert _score(other) < 50


def test_hostile_yaml_is_one_problem() -> None:
    for text in (
        b"id: x\naffected: " + b"[" * 5000,
        b"id: x\naffected: [\x00]",
        b"id: &a [*a]\naffected: x\nmodified: y",
    ):
        (problem,) = _read(text)
        assert problem.code == "malformed_yaml"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "events"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), _JSON))
def test_nothing_raises_whatever_stands_in_the_fields(changes: dict[str, Any]) -> None:
    for item in _read({**RECORD, **changes}):
        assert isinstance(item, Finding | Problem)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_nothing_raises_whatever_the_bytes(junk: bytes, at: int) -> None:
    good = json.dumps([RECORD]).encode()
    for data in (junk, good[:at] + junk + good[at:]):
        for item in _read(data):
            assert isinstance(item, Finding | Problem)


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "records", "withdrawn"),
    [
        ("advisories/pypa", 2661, 10),
        ("advisories/go", 4291, 17),
        ("advisories/bitnami", 7444, 0),
        ("oss-fuzz-vulns", 2675, 7),
    ],
)
def test_every_published_record_is_one_finding_without_a_problem(
    data: Path, folder: str, records: int, withdrawn: int
) -> None:
    found = []
    for path in (data / folder).rglob("*"):
        if path.suffix in (".json", ".yaml"):
            for document in documents(path, path.name):
                assert isinstance(document, Document)
                assert FORMAT.detect(document.sample).score == 100
                found += FORMAT.read(document)
    assert len(found) == records
    assert all(isinstance(item, Finding) and item.components for item in found)
    assert sum(item.state is State.WITHDRAWN for item in found) == withdrawn
    if folder == "oss-fuzz-vulns":
        assert all(item.crash and item.crash.state for item in found)
