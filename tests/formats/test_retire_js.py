"""The vulnerability repositories of Retire.js."""

import json
from pathlib import Path

import pytest

from clearinghouse.formats import retire_js
from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding, Problem

REPOSITORY = {
    "retire-example": {"vulnerabilities": [{"below": "0.0.2", "identifiers": {"CVE": ["CVE-XXXX-XXXX"]}}]},
    "demo.js": {
        "npmname": "demo",
        "vulnerabilities": [
            {
                "atOrAbove": "1.0.0",
                "below": "1.4.0",
                "severity": "medium",
                "cwe": ["CWE-79"],
                "identifiers": {
                    "summary": "A script runs",
                    "CVE": ["CVE-2026-0001"],
                    "githubID": "GHSA-2222-2222-2222",
                },
                "info": ["https://example.org/1"],
            },
            {"below": "0.9", "excludes": ["0.8.1-ours"], "identifiers": {"summary": "An old flaw"}, "info": []},
        ],
    },
}


def read(value: object) -> list[Finding | Problem]:
    document = Document.from_bytes("repository.json", json.dumps(value).encode())
    assert retire_js.FORMAT.detect(document.sample).score >= 50
    return list(retire_js.FORMAT.read(document))


def test_each_vulnerability_is_a_finding_on_the_npm_package():
    first, second = read(REPOSITORY)
    assert first.title == "A script runs"
    assert first.identifiers == ("CVE-2026-0001", "GHSA-2222-2222-2222")
    assert (first.components[0].name, first.components[0].ecosystem) == ("demo", "npm")
    events = first.advisory.affected[0].ranges[0].events
    assert [(event.introduced, event.fixed) for event in events] == [("1.0.0", None), (None, "1.4.0")]
    assert second.advisory.affected[0].ranges[0].events[0].introduced == "0"
    assert second.advisory.affected[0].unaffected
    assert first.native_id != second.native_id


def test_a_bad_vulnerability_leaves_the_others():
    bad = json.loads(json.dumps(REPOSITORY))
    del bad["demo.js"]["vulnerabilities"][0]["below"]
    problem, finding = read(bad)
    assert (problem.pointer, problem.code) == ("/demo.js/vulnerabilities/0/below", "missing_field")
    assert finding.title == "An old flaw"


@pytest.mark.data
def test_the_repositories_are_read_whole(data: Path) -> None:
    counts = {}
    for report in read_paths([data / "advisories" / "retirejs"]):
        records = list(report.records)
        counts[Path(report.source).name] = sum(isinstance(record, Finding) for record in records)
        assert report.format is None or not any(isinstance(record, Problem) for record in records)
    # one of each is the example by which the repository shows its format
    assert (counts["jsrepository-v6.json"], counts["npmrepository.json"]) == (722, 544)
