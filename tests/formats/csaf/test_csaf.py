"""CSAF documents: a finding for each vulnerability, with what it says of each product."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.csaf import FORMAT
from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding, Problem, State, Tlp

WHOLE: dict[str, Any] = {
    "document": {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "distribution": {"tlp": {"label": "WHITE"}},
        "publisher": {"category": "vendor", "name": "Demo Vendor", "namespace": "https://example.org"},
        "title": "Demo Pump",
        "tracking": {
            "id": "DEMO-2026-1",
            "current_release_date": "2026-01-02T00:00:00Z",
            "initial_release_date": "2026-01-01T00:00:00Z",
            "revision_history": [{"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "first"}],
            "status": "final",
            "version": "1",
        },
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Demo Vendor",
                "branches": [
                    {
                        "category": "product_name",
                        "name": "Pump 3",
                        "branches": [
                            {
                                "category": "product_version_range",
                                "name": "< V4.33",
                                "product": {"name": "Pump 3 < V4.33", "product_id": "P1"},
                            },
                            {
                                "category": "product_version",
                                "name": "V4.40",
                                "product": {"name": "Pump 3 V4.40", "product_id": "P2"},
                            },
                        ],
                    }
                ],
            }
        ]
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2026-0001",
            "product_status": {"known_affected": ["P1"], "known_not_affected": ["P2"]},
            "remediations": [
                {"category": "mitigation", "details": "Close port 502 at the firewall.", "product_ids": ["P1"]},
                {"category": "vendor_fix", "details": "Update to V4.33 or later.", "product_ids": ["P1"]},
            ],
        }
    ],
}


def read(value: Any) -> list[Finding | Problem]:
    document = Document.from_bytes("one.json", json.dumps(value).encode())
    assert FORMAT.detect(document.sample).score >= 50
    return [record for record in FORMAT.read(document) if isinstance(record, Finding | Problem)]


def changed(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(WHOLE) | parts


def test_a_vulnerability_is_a_finding() -> None:
    (finding,) = read(WHOLE)
    assert isinstance(finding, Finding)
    assert (finding.native_id, finding.identifiers, finding.finder) == (
        "CVE-2026-0001",
        ("CVE-2026-0001",),
        "Demo Vendor",
    )
    assert finding.marking is not None
    assert finding.marking.tlp is Tlp.CLEAR
    assert finding.advisory is not None
    products = {(each.component.vendor, each.component.name) for each in finding.advisory.affected}
    assert products == {("Demo Vendor", "Pump 3")}


def test_advice_is_kept_in_its_own_words() -> None:
    (finding,) = read(WHOLE)
    assert isinstance(finding, Finding)
    advice = [remedy for remedy in finding.remedies if remedy.kind == "mitigation"]
    assert "Close port 502 at the firewall." in {remedy.description or remedy.value for remedy in advice}


def test_several_vulnerabilities_of_one_document_are_several_findings() -> None:
    second = copy.deepcopy(WHOLE["vulnerabilities"][0]) | {"cve": "CVE-2026-0002"}
    findings = read(changed(vulnerabilities=[WHOLE["vulnerabilities"][0], second]))
    assert [finding.native_id for finding in findings if isinstance(finding, Finding)] == [
        "CVE-2026-0001",
        "CVE-2026-0002",
    ]


def test_a_withdrawn_document_is_withdrawn() -> None:
    document = copy.deepcopy(WHOLE["document"]) | {"category": "csaf_withdrawn"}
    (finding,) = read(changed(document=document))
    assert isinstance(finding, Finding)
    assert finding.state is State.WITHDRAWN


@pytest.mark.parametrize(
    "change",
    [{"vulnerabilities": "none"}, {"product_tree": []}, {"vulnerabilities": [{"cve": 5}]}],
)
def test_what_is_wrong_is_a_problem(change: dict[str, Any]) -> None:
    assert any(isinstance(record, Problem) for record in read(changed(**change)))


@pytest.mark.parametrize("length", range(0, 2400, 97))
def test_a_document_that_breaks_off_never_raises(length: int) -> None:
    data = json.dumps(WHOLE).encode()[:length]
    list(FORMAT.read(Document.from_bytes("one.json", data)))


@pytest.mark.data
def test_every_advisory_of_cisa_is_read(data: Path) -> None:
    found = expected = 0
    for path in sorted((data / "csaf-cisa").rglob("*.json")):
        value = json.loads(path.read_bytes())
        if "vulnerabilities" not in value or "document" not in value:
            continue
        expected += len(value["vulnerabilities"])
        for report in read_paths([path]):
            records = list(report.records)
            found += sum(isinstance(record, Finding) for record in records)
            assert not [record for record in records if isinstance(record, Problem) and record.level == "error"], path
    assert found == expected > 2000
