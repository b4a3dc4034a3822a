"""CVE records of format 5."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.cve import FORMAT
from clearinghouse.formats.document import Document
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import (
    Component,
    Credit,
    Finding,
    KevEntry,
    Problem,
    RangeEvent,
    Remedy,
    Severity,
    SsvcPoint,
    State,
    VersionRange,
)

CISA = {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"}
PROGRAM = {"orgId": "af854a3a-2127-422b-91ae-364da2661108", "shortName": "CVE"}
FIX = "0123456789abcdef0123456789abcdef01234567"


def _ssvc(*options: dict[str, str]) -> dict[str, Any]:
    content = {"role": "CISA Coordinator", "version": "2.0.3", "timestamp": "2030-01-03", "options": list(options)}
    return {"other": {"type": "ssvc", "content": content}}


def _record(cna: dict[str, Any] | None = None, *adp: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    base = {
        "title": "Tail spin",
        "providerMetadata": {"orgId": "x", "shortName": "examplecna"},
        "descriptions": [{"lang": "de", "value": "Dreht sich."}, {"lang": "en-US", "value": "It spins. Forever."}],
        "affected": [{"vendor": "Example", "product": "Spin", "versions": [{"version": "1.0", "status": "affected"}]}],
    }
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2030-1234", "state": "PUBLISHED", "assignerShortName": "examplecna", **metadata},
        "containers": {"cna": {**base, **(cna or {})}, "adp": list(adp)},
    }


def _read(content: Any) -> list[Any]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(FORMAT.read(Document.from_bytes("memory", data)))


def _score(content: Any) -> int:
    return FORMAT.detect(Document.from_bytes("memory", json.dumps(content).encode()).sample).score


def _affected(**product: Any) -> Any:
    (finding,) = _read(_record({"affected": [{"vendor": "Example", "product": "Spin", **product}]}))
    return finding


def test_a_record_is_a_finding_of_its_cna() -> None:
    record = _record(
        {
            "problemTypes": [{"descriptions": [{"cweId": "CWE-835"}, {"description": "CWE-400 something"}, {}]}],
            "metrics": [{"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N"}}, {"cvssV2_0": {"vectorString": "AV:N/AC:L"}}],
            "references": [
                {"url": f"https://github.com/A/B/commit/{FIX}", "tags": ["patch"]},
                {"url": "https://x.example"},
            ],
            "credits": [{"value": "Ada", "lang": "en"}, {"value": "Bob", "type": "remediation developer"}],
        }
    )
    (finding,) = _read(record)
    assert finding.finder == "examplecna"
    assert finding.identifiers == ("CVE-2030-1234",)
    assert finding.description == "It spins. Forever."
    assert finding.components == (Component(name="Spin", vendor="Example"),)
    assert finding.weaknesses == ("CWE-835", "CWE-400")
    assert finding.severities == (
        Severity(system="CVSS:3.1", value="CVSS:3.1/AV:N", source="examplecna"),
        Severity(system="CVSS:2.0", value="AV:N/AC:L", source="examplecna"),
    )
    assert finding.remedies == (Remedy(kind="commit", value=FIX, repository="https://github.com/a/b"),)
    assert finding.credits == (Credit(name="Ada"), Credit(name="Bob", role="REMEDIATION_DEVELOPER"))


def test_cisa_adds_ssvc_kev_and_what_the_cna_left_out() -> None:
    adp = {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": CISA,
        "metrics": [
            _ssvc({"Exploitation": "PoC"}, {"automatable": "YES"}, {"technicalImpact": "Total"}),
            {"other": {"type": "kev", "content": {"dateAdded": "2030-01-05", "reference": "https://x"}}},
        ],
        "problemTypes": [{"descriptions": [{"cweId": "CWE-1"}]}],
        "affected": [{"vendor": "example", "product": "spin"}, {"vendor": "example", "product": "spin_pro"}],
    }
    finding, point, kev = _read(_record(None, {"providerMetadata": PROGRAM, "references": [{"url": "https://y"}]}, adp))
    assert point == SsvcPoint(
        cve="CVE-2030-1234",
        source="memory",
        exploitation="poc",
        automatable="yes",
        technical_impact="total",
        date="2030-01-03",
        version="2.0.3",
        role="CISA Coordinator",
    )
    assert kev == KevEntry(cve="CVE-2030-1234", date_added="2030-01-05", source="memory", partial=True)
    assert [c.name for c in finding.components] == ["Spin", "spin_pro"]
    assert finding.weaknesses == ("CWE-1",)
    assert finding.references == ("https://y",)


def test_containers_that_are_not_known_are_passed_over() -> None:
    stranger = {
        "providerMetadata": {"orgId": "0", "shortName": "stranger"},
        "metrics": [_ssvc({"Exploitation": "active"})],
        "problemTypes": [{"descriptions": [{"cweId": "CWE-9"}]}],
    }
    (finding,) = _read(_record(None, stranger))
    assert finding.weaknesses == ()


def test_signals_that_are_not_understood_are_problems_with_a_pointer() -> None:
    metrics = [
        _ssvc({"Exploitation": "rumoured"}, {"Automatable": "no"}),
        {"other": {"type": "kev", "content": {"dateAdded": "soon"}}},
    ]
    _, unknown, point, no_date = _read(_record(None, {"providerMetadata": CISA, "metrics": metrics}))
    assert unknown.code == "unknown_ssvc_value"
    assert unknown.pointer == "/containers/adp/0/metrics/0/other/content/options/0"
    assert (point.exploitation, point.automatable) == (None, "no")
    assert no_date.pointer == "/containers/adp/0/metrics/1/other/content/dateAdded"


def test_a_rejected_record_is_withdrawn_and_about_nothing() -> None:
    record = _record(
        {"rejectedReasons": [{"lang": "en", "value": "Not a flaw."}]}, state="REJECTED", dateRejected="2030"
    )
    (finding,) = _read(record)
    assert finding.state is State.WITHDRAWN
    assert finding.components == ()
    assert finding.title == "Rejected: Not a flaw."
    assert finding.advisory.withdrawn == "2030"


@pytest.mark.parametrize(
    ("entry", "versions", "events"),
    [
        ({"version": "1.0"}, ("1.0",), ()),
        ({"version": "1", "lessThan": "2"}, (), ({"introduced": "1"}, {"fixed": "2"})),
        ({"version": "0", "lessThanOrEqual": "2"}, (), ({"introduced": "0"}, {"last_affected": "2"})),
        ({"version": "unspecified", "lessThan": "2"}, (), ({"introduced": "0"}, {"fixed": "2"})),
        ({"version": "1", "lessThan": "*"}, (), ({"introduced": "1"},)),
        ({"version": "*"}, (), ({"introduced": "0"},)),
        ({"version": "n/a"}, (), ()),
        (
            {"version": "1", "lessThan": "3", "changes": [{"at": "2", "status": "unaffected"}]},
            (),
            ({"introduced": "1"}, {"fixed": "2"}, {"fixed": "3"}),
        ),
    ],
)
def test_versions(entry: dict[str, Any], versions: tuple[str, ...], events: tuple[dict[str, str], ...]) -> None:
    affected = _affected(versions=[{"status": "affected", **entry}]).advisory.affected[0]
    assert affected.versions == versions
    assert tuple(e for r in affected.ranges for e in r.events) == tuple(RangeEvent(**event) for event in events)


def test_unaffected_stretches_and_the_default_status_are_kept() -> None:
    finding = _affected(
        defaultStatus="affected",
        versions=[{"version": "2.1", "lessThanOrEqual": "2.*", "status": "unaffected", "versionType": "semver"}],
    )
    affected = finding.advisory.affected[0]
    assert affected.default_status == "affected"
    assert affected.ranges == ()
    events = (RangeEvent(introduced="2.1"), RangeEvent(last_affected="2.*"))
    assert affected.unaffected == (VersionRange(type="semver", events=events),)


def test_git_versions_name_fix_commits() -> None:
    finding = _affected(
        repo="https://git.example/Spin.git",
        versions=[
            {"version": "1" * 12, "lessThan": "2" * 12, "status": "affected", "versionType": "git"},
            {"version": FIX, "status": "unaffected", "versionType": "original_commit_for_fix"},
            {"version": "1.0", "lessThan": "1.5", "status": "affected", "versionType": "semver"},
        ],
    )
    assert finding.remedies == (
        Remedy(kind="commit", value="2" * 12, repository="https://git.example/Spin"),
        Remedy(kind="commit", value=FIX, repository="https://git.example/Spin"),
        Remedy(kind="version", value="1.5"),
    )


def test_what_helps_is_advice_and_what_is_required_is_kept() -> None:
    record = _record(
        {
            "workarounds": [
                {"lang": "de", "value": "Abschalten."},
                {"lang": "en", "value": "Turn the console off.\n\n   *  Then   restart.\u202e"},
                {"lang": "eng", "value": "Turn the console off.\n*  Then restart."},
            ],
            "solutions": [{"lang": "en", "value": "Update to 1.5."}, {"lang": "en"}],
            "configurations": [{"lang": "en", "value": "The console  must be on."}],
        }
    )
    (finding,) = _read(record)
    whole = "Turn the console off.\n* Then restart."
    assert finding.remedies[:2] == (
        Remedy(kind="workaround", value="Turn the console off.", description=whole),
        Remedy(kind="mitigation", value="Update to 1.5.", description="Update to 1.5."),
    )
    assert finding.advisory.configurations == ("The console must be on.",)


@pytest.mark.parametrize(
    "text",
    [
        "There are no known workarounds for this issue.",
        "No known workarounds exist for this issue.",
        "None",
        "N/A",
        "There is currently no workaround.",
        "We are not aware of any workaround.",
        "Mitigation for this issue is either not available or the options do not meet the criteria.",
        "None known at this time.",
        "No user action is required.",
        "No solution reported at this time.",
        "No fix or workaround is currently available for this flaw.",
        "Unfortunately, there is no known workaround. No patch is planned.",
        "Mitigation for this issue is either not available or the currently available options don't meet the criteria.",
    ],
)
def test_that_there_is_no_advice_is_none(text: str) -> None:
    (finding,) = _read(_record({"workarounds": [{"lang": "en", "value": text}]}))
    assert [remedy for remedy in finding.remedies if remedy.kind == "workaround"] == []


@pytest.mark.parametrize(
    "text",
    [
        "There is no workaround for this issue other than disabling the billing feature entirely.",
        "No fix is available; disable the web service on port 8443",
        "No fix is available, so keep the console behind a firewall.",
        "There is no workaround but to turn the console off.",
        "No patch is planned unless you have a contract.",
        "There is no workaround. Turn the console off.",
        "There is no workaround.\nTurn the console off.",
        "No solution exists for devices that are exposed; however, an access list helps.",
        "Unknown hosts must be blocked in the access list",
        "No user interaction needed if you set allow_remote=false",
        "None of the ports should be reachable from outside.",
        "No untrusted host should reach the console.",
        "Not applicable to the cloud service, whose customers need a new token.",
        "Mitigation for this issue is either not available or the options do not meet the criteria. Turn it off.",
    ],
)
def test_advice_that_begins_with_no_is_kept(text: str) -> None:
    (finding,) = _read(_record({"workarounds": [{"lang": "en", "value": text}]}))
    assert [remedy.description for remedy in finding.remedies if remedy.kind == "workaround"] == [text]


def test_advice_is_bounded() -> None:
    texts = [{"lang": "en", "value": f"{number} {'a ' * 10_000}"} for number in range(100)]
    (finding,) = _read(_record({"workarounds": texts, "configurations": texts}))
    found = [remedy.description for remedy in finding.remedies if remedy.kind == "workaround"]
    assert len(found) == len(finding.advisory.configurations) == 20
    assert all(len(text or "") <= 4_001 for text in (*found, *finding.advisory.configurations))


def test_a_package_in_a_known_collection_has_an_ecosystem() -> None:
    finding = _affected(collectionURL="https://www.npmjs.com", packageName="@example/spin")
    assert finding.components[0] == Component(name="@example/spin", ecosystem="npm", vendor="Example")
    assert _affected(vendor="n/a", product="n/a").components == ()


def test_json_lines_whose_first_line_is_longer_than_the_sample() -> None:
    long = _record({"descriptions": [{"lang": "en", "value": "a" * 200_000}]})
    lines = b"\n".join([json.dumps(long).encode(), b'{"containers": 1}', json.dumps(_record()).encode()])
    first, *problems, last = _read(lines)
    assert (first.index, last.index) == (0, 2)
    assert {p.pointer: p.line for p in problems} == {"/cveMetadata": 2, "/containers": 2}


def test_an_identifier_that_is_none_is_a_problem() -> None:
    (problem,) = _read(_record(cveId="CVE-30-1"))
    assert problem.pointer == "/cveMetadata/cveId"


def test_detection() -> None:
    assert _score(_record()) == 100
    assert _score([_record()]) == 100
    assert 10 <= _score({"data_type": "CVE", "CVE_data_meta": {"ID": "CVE-2020-1"}}) <= 40
    assert 10 <= _score({**_record(), "dataVersion": "6.0"}) <= 40
    assert _score({"cve": "CVE-2030-1"}) == 0


_FIELDS = ["affected", "metrics", "descriptions", "problemTypes", "credits", "configurations", "workarounds"]
_JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "versions", "other"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_nothing_raises_whatever_stands_in_the_fields(changes: dict[str, Any]) -> None:
    for item in _read(_record(changes, {"providerMetadata": CISA, **changes})):
        assert isinstance(item, Finding | Problem)


@pytest.mark.data
def test_vulnrichment_is_read_whole(data: Path) -> None:
    """35,323 records, 87 of them rejected; 35,237 SSVC objects, one of which is the CNA's; 170 KEV dates."""
    (document,) = documents(data / "cve5/vulnrichment_dev.jsonl", "dev")
    assert isinstance(document, Document)
    counts: dict[Any, int] = {}
    for item in FORMAT.read(document):
        kind = (type(item), item.state) if isinstance(item, Finding) else type(item)
        counts[kind] = counts.get(kind, 0) + 1
        if isinstance(item, SsvcPoint):
            assert item.exploitation
            assert item.automatable
            assert item.technical_impact
    assert counts == {(Finding, State.OPEN): 35_236, (Finding, State.WITHDRAWN): 87, SsvcPoint: 35_236, KevEntry: 170}
