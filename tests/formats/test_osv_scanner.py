"""OSV-Scanner's JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.osv_scanner import FORMAT
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Component, Problem

VULNERABILITY = {
    "id": "GHSA-2222-3333-4444",
    "aliases": ["CVE-2030-1"],
    "summary": "Loops",
    "affected": [
        {"package": {"ecosystem": "npm", "name": "spin"}, "database_specific": {"cwes": [{"cweId": "CWE-835"}]}}
    ],
}
REPORT: dict[str, Any] = {
    "results": [
        {
            "source": {"path": "app/yarn.lock", "type": "lockfile"},
            "packages": [
                {
                    "package": {"name": "spin", "version": "1.0.0", "ecosystem": "npm"},
                    "vulnerabilities": [VULNERABILITY, {"summary": "no id"}, VULNERABILITY],
                    "groups": [{"ids": ["GHSA-2222-3333-4444"]}],
                }
            ],
        }
    ]
}


def _document(content: Any) -> Document:
    return Document.from_bytes("memory", json.dumps(content).encode())


def test_a_vulnerability_of_a_package_is_a_finding_about_the_version_that_was_scanned() -> None:
    first, problem, last = FORMAT.read(_document(REPORT))
    assert (first.index, last.index) == (0, 2)
    assert first.finder == "OSV-Scanner"
    assert first.components == (Component(name="spin", ecosystem="npm", version="1.0.0"),)
    assert first.identifiers == ("GHSA-2222-3333-4444", "CVE-2030-1")
    assert first.weaknesses == ("CWE-835",)
    assert first.locations[0].path == "app/yarn.lock"
    assert isinstance(problem, Problem)
    assert problem.pointer == "/results/0/packages/0/vulnerabilities/1/id"


def test_detection() -> None:
    assert FORMAT.detect(_document(REPORT).sample).score >= 50
    assert FORMAT.detect(_document({"results": [], "experimental_config": {}}).sample).score >= 50
    for other in ({"results": []}, {"results": [{"check_id": "x"}]}, {"results": [{"packages": []}]}):
        assert FORMAT.detect(_document(other).sample).score < 50
    assert FORMAT.detect(Sample(b"results: none", complete=True)).score == 0


def test_results_of_the_wrong_kind_are_problems() -> None:
    assert [p.code for p in FORMAT.read(_document({"results": {"a": 1}}))] == ["wrong_type"]
    assert [p.pointer for p in FORMAT.read(_document({"results": [3]}))] == ["/results/0"]
    assert list(FORMAT.read(_document({"results": None}))) == []


def test_what_names_neither_package_nor_source_is_told() -> None:
    report = {"results": [{"unknown": 1}, {"packages": [{"unknown": 1}]}, {"packages": [{"package": {"name": "x"}}]}]}
    assert [p.pointer for p in FORMAT.read(_document(report))] == [
        "/results/0/packages",
        "/results/1/packages/0/package",
    ]


@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), [("some_findings", 1), ("multi_cwe_fabricated", 1)])
def test_real_reports_have_the_expected_count(data: Path, name: str, count: int) -> None:
    (document,) = documents(data / f"scanner-reports/osv_scanner/{name}.json", name)
    assert isinstance(document, Document)
    assert len(list(FORMAT.read(document))) == count
