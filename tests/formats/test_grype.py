from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.grype import FORMAT
from clearinghouse.records import Finding, Level, Problem, State

REPORT = (Path(__file__).parent / "scanners" / "grype.json").read_bytes()


def read(data: bytes = REPORT) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_one_finding_a_match_and_a_bad_one_keeps_its_place():
    findings, problems = read()
    assert [f.index for f in findings] == [0, 1, 3, 4]
    assert [(p.code, p.pointer) for p in problems] == [("missing_field", "/matches/2/artifact/name")]
    assert [f.state for f in findings] == [State.OPEN] * 3 + [State.SUPPRESSED]


def test_github_record_and_its_cve_are_one_flaw():
    first = read()[0][0]
    assert first.identifiers == ("GHSA-5555-6666-7777", "CVE-2099-0101")
    assert first.advisory is None
    assert first.title == "The demo parser follows links out of its folder."
    assert first.weaknesses == ("CWE-22",)
    assert [(s.system, s.source) for s in first.severities] == [
        ("Grype", "github:language:python"),
        ("CVSS:3.1", "security-advisories@github.com"),
        ("CVSS:2.0", "nvd:cpe"),
    ]
    assert [place.path for place in first.locations] == [
        "/usr/lib/python3/site-packages/demo_parser/METADATA",
        "/opt/copy/METADATA",
    ]
    assert first.component.purl == "pkg:pypi/demo-parser@2.4.0"
    assert first.component.ecosystem == "PyPI"
    assert (first.provenance.tool_version, first.provenance.snapshot) == ("0.90.0", "sha256:1111")
    assert first.observed == "2026-03-01T07:30:00Z"


def test_advisory_on_several_flaws_is_none_of_them():
    second = read()[0][1]
    assert second.identifiers == ("ALAS-2099-123",)
    assert second.advisory.upstream == ("CVE-2099-0102", "CVE-2099-0103")
    assert [r.value for r in second.remedies] == ["1:3.0-2"]


def test_description_of_the_same_cve_elsewhere_is_used():
    third = read()[0][2]
    assert third.identifiers == ("CVE-2099-0105",)
    assert third.title == "An old thing in demolib."
    assert third.remedies == ()
    assert third.component.ecosystem == "Debian"


def test_npm_purl_is_made():
    assert read()[0][3].component.purl == "pkg:npm/demo-left@1.0.0"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (REPORT, 100),
        (b'{"matches": [], "source": {"type": "directory", "target": "."}, "descriptor": {"name": "grype"}}', 100),
        (b'{"matches": [], "source": {"type": "image"}, "distro": {}, "descriptor": {"name": "xeol"}}', 0),
        (b'{"matches": [{"name": "x"}]}', 0),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("r", text).sample).score == score


def test_locations_that_are_left_out_are_told():
    match = {"vulnerability": {"id": "CVE-2099-0001"}, "artifact": {"name": "demo", "locations": []}}
    match["artifact"]["locations"] = [{"path": f"/lib/{number}"} for number in range(101)]
    findings, problems = read(msgspec.json.encode({"matches": [match, match], "descriptor": {"name": "grype"}}))
    assert [len(finding.locations) for finding in findings] == [100, 100]
    assert [(problem.code, problem.level) for problem in problems] == [("left_out", Level.NOTICE)]
    assert "2 findings" in problems[0].message
