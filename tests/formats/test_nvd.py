"""Answers of the NVD API 2.0."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.nvd import FORMAT
from clearinghouse.records import Component, Finding, KevEntry, Problem, RangeEvent, Severity, SsvcPoint, State

FIX = "0123456789abcdef0123456789abcdef01234567"
CVE: dict[str, Any] = {
    "id": "CVE-2030-1234",
    "published": "2030-01-01T00:00:00.000",
    "lastModified": "2030-01-02T00:00:00.000",
    "vulnStatus": "Analyzed",
    "descriptions": [{"lang": "es", "value": "Gira."}, {"lang": "en", "value": "It spins. Forever."}],
    "weaknesses": [{"description": [{"lang": "en", "value": "CWE-835"}, {"lang": "en", "value": "NVD-CWE-noinfo"}]}],
    "metrics": {
        "cvssMetricV31": [{"source": "nvd@nist.gov", "cvssData": {"vectorString": "CVSS:3.1/AV:N"}}],
        "ssvcV203": [
            {
                "source": "134c704f-9b21-4f2e-91b3-4a467353bcc0",
                "ssvcData": {
                    "timestamp": "2030-01-03T00:00:00Z",
                    "role": "CISA Coordinator",
                    "version": "2.0.3",
                    "options": [{"exploitation": "active"}, {"automatable": "no"}, {"technicalImpact": "total"}],
                },
            }
        ],
    },
    "configurations": [
        {
            "nodes": [
                {
                    "cpeMatch": [
                        {
                            "vulnerable": True,
                            "criteria": "cpe:2.3:a:example:spin\\:tool:*:*:*:*:*:*:*:*",
                            "versionStartIncluding": "1.0",
                            "versionEndExcluding": "2.0",
                        },
                        {"vulnerable": True, "criteria": "cpe:2.3:a:example:spin\\:tool:3.0:*:*:*:*:*:*:*"},
                        {"vulnerable": False, "criteria": "cpe:2.3:o:example:os:-:*:*:*:*:*:*:*"},
                    ]
                }
            ]
        }
    ],
    "references": [{"url": f"https://github.com/a/b/commit/{FIX}", "tags": ["Patch"]}],
    "cisaExploitAdd": "2030-01-05",
    "cisaActionDue": "2030-01-26",
    "cisaVulnerabilityName": "Example Spin Loop",
}


def _answer(*cves: Any) -> dict[str, Any]:
    return {
        "resultsPerPage": len(cves),
        "format": "NVD_CVE",
        "version": "2.0",
        "vulnerabilities": [{"cve": c} for c in cves],
    }


def _read(content: Any) -> list[Any]:
    return list(FORMAT.read(Document.from_bytes("memory", json.dumps(content).encode())))


def _score(content: Any) -> int:
    return FORMAT.detect(Document.from_bytes("memory", json.dumps(content).encode()).sample).score


def test_a_record_is_a_finding_an_ssvc_point_and_a_kev_date() -> None:
    finding, point, kev = _read(_answer(CVE))
    assert isinstance(point, SsvcPoint)
    assert (point.exploitation, point.automatable, point.technical_impact) == ("active", "no", "total")
    assert isinstance(kev, KevEntry)
    assert (kev.date_added, kev.due_date, kev.name) == ("2030-01-05", "2030-01-26", "Example Spin Loop")
    assert kev.partial
    assert finding.description == "It spins. Forever."
    assert finding.weaknesses == ("CWE-835",)
    assert finding.components == (Component(name="spin:tool", vendor="example"),)
    assert finding.advisory.affected[0].versions == ("3.0",)
    assert finding.advisory.affected[0].ranges[0].events == (RangeEvent(introduced="1.0"), RangeEvent(fixed="2.0"))
    assert finding.severities == (Severity(system="CVSS:3.1", value="CVSS:3.1/AV:N", source="nvd@nist.gov"),)
    assert finding.remedies[0].value == FIX


@pytest.mark.parametrize(
    "names", [("Exploitation", "Automatable", "Technical Impact"), ("EXPLOITATION", "automatable", "technical_impact")]
)
def test_every_spelling_of_the_points_is_read(names: tuple[str, ...]) -> None:
    options = [{names[0]: "PoC"}, {names[1]: "Yes"}, {names[2]: "Partial"}]
    cve = {**CVE, "metrics": {"ssvcV203": [{"ssvcData": {"options": options}}]}, "cisaExploitAdd": None}
    _, point = _read(_answer(cve))
    assert (point.exploitation, point.automatable, point.technical_impact) == ("poc", "yes", "partial")


def test_a_rejected_record_is_withdrawn() -> None:
    (finding,) = _read(
        _answer(
            {"id": "CVE-2030-1", "vulnStatus": "Rejected"},
        )
    )[-1:]
    assert isinstance(finding, Problem)  # an identifier needs four digits
    (finding,) = _read(_answer({"id": "CVE-2030-1000", "vulnStatus": "Rejected", "lastModified": "2030"}))
    assert finding.state is State.WITHDRAWN
    assert finding.components == ()


def test_detection() -> None:
    assert _score(_answer(CVE)) == 100
    assert _score(_answer()) == 100
    assert 10 <= _score({"CVE_Items": []}) <= 40
    assert _score({"vulnerabilities": [{"cve": "CVE-2030-1234"}]}) == 0


_JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "nodes", "ssvcV203"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(CVE)), _JSON))
def test_nothing_raises_whatever_stands_in_the_fields(changes: dict[str, Any]) -> None:
    for item in _read(_answer({**CVE, **changes})):
        assert isinstance(item, Finding | Problem | SsvcPoint | KevEntry)
