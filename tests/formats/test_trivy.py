from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.trivy import FORMAT
from clearinghouse.records import Finding, Level, Problem, State

SCANNERS = Path(__file__).parent / "scanners"


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    document = Document.from_bytes("r", data)
    assert FORMAT.detect(document.sample).score >= RECOGNISED
    records = list(FORMAT.read(document))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_reads_vulnerabilities_checks_and_secrets_in_document_order():
    findings, _ = read((SCANNERS / "trivy.json").read_bytes())
    assert [(f.index, f.rule or f.identifiers[0], f.state) for f in findings] == [
        (0, "CVE-2099-0001", State.OPEN),
        (2, "GHSA-2222-3333-4444", State.OPEN),  # 1 is the one that cannot be read
        (3, "CVE-2099-0002", State.SUPPRESSED),
        (5, "AVD-DEMO-0001", State.OPEN),  # 4 is a licence, 6 a check that passed: no findings, but in their places
        (7, "AVD-DEMO-0003", State.SUPPRESSED),
        (8, "demo-token", State.OPEN),
    ]
    assert {f.observed for f in findings} == {"2026-03-01T08:30:00.123456789+01:00"}
    assert findings[0].provenance.snapshot == "sha256:1111"


def test_vulnerability_in_full():
    first = read((SCANNERS / "trivy.json").read_bytes())[0][0]
    assert first.identifiers == ("CVE-2099-0001",)  # the DSA is an advisory, which may gather several flaws
    assert first.component.purl.startswith("pkg:deb/debian/libexample1@1.2-3")
    assert first.component.ecosystem == "Debian"
    assert first.locations == ()
    assert first.weaknesses == ("CWE-787", "CWE-20")
    assert [r.value for r in first.remedies] == ["1.2-3+deb12u1", "1.3-1"]
    assert [(s.system, s.source) for s in first.severities] == [
        ("Trivy", "debian"),
        ("CVSS:3.1", "nvd"),
        ("CVSS:2.0", "nvd"),
        ("CVSS:4.0", "vendor"),
    ]
    assert first.references == ("https://avd.example/cve-2099-0001", "https://example.org/advisory")


def test_purl_is_made_where_name_and_version_determine_it():
    second = read((SCANNERS / "trivy.json").read_bytes())[0][1]
    assert second.component.purl == "pkg:npm/%40demo/parse@0.9.0"
    assert second.locations[0].path == "app/package-lock.json"
    assert [r.value for r in second.remedies] == ["0.9.4"]


def test_misconfiguration_and_secret_places():
    findings, _ = read((SCANNERS / "trivy.json").read_bytes())
    place = findings[3].locations[0]
    assert (place.path, place.line, place.end_line, place.symbol) == ("deploy/main.tf", 4, 6, "demo_bucket.b")
    assert place.snippet == "  public = true"
    assert findings[5].locations[0].snippet == "TOKEN=********"
    assert findings[5].component.name == "registry.example/shop:1.4"


def test_bad_element_lists_all_violations_and_licences_are_counted():
    _, problems = read((SCANNERS / "trivy.json").read_bytes())
    assert {(p.pointer, p.code) for p in problems if p.level is Level.ERROR} == {
        ("/Results/0/Vulnerabilities/1/VulnerabilityID", "missing_field"),
        ("/Results/0/Vulnerabilities/1/Severity", "wrong_type"),
    }
    assert [p.message for p in problems if p.code == "licences_skipped"] == [
        "3 licence results were passed over: a licence is not a flaw."
    ]


def test_kubernetes_report_names_the_resource():
    findings, problems = read((SCANNERS / "trivy_kubernetes.json").read_bytes())
    assert [f.component.name for f in findings] == ["default/Deployment/shop", "demolib"]
    assert [p.code for p in problems] == ["tool_message"]


@pytest.mark.parametrize("key", ["Vulnerabilities", "Misconfigurations", "Findings"])
def test_older_kubernetes_lists(key):
    report = msgspec.json.decode((SCANNERS / "trivy_kubernetes.json").read_bytes())
    report[key] = report.pop("Resources")
    assert len(read(msgspec.json.encode(report))[0]) == 2


def test_legacy_array():
    results = msgspec.json.decode((SCANNERS / "trivy.json").read_bytes())["Results"]
    for result in results:
        result.pop("Class")
    findings, _ = read(msgspec.json.encode(results))
    assert len(findings) == 6
    assert findings[0].locations == ()  # "debian" is known as an operating system without its class
    assert findings[0].observed is None


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (b'{"SchemaVersion": 2, "ArtifactName": "x", "ArtifactType": "filesystem"}', 100, 100),
        (b'{"SchemaVersion": 3, "ArtifactName": "x", "Results": []}', 10, 40),
        (b'{"apiVersion": "aquasecurity.github.io/v1alpha1", "kind": "VulnerabilityReport"}', 10, 40),
        (b'{"version": "2.1.0", "runs": []}', 0, 0),
        (b"null", 0, 0),
    ],
)
def test_detection(text, least, most):
    assert least <= FORMAT.detect(Document.from_bytes("r", text).sample).score <= most


def modified(*findings: object) -> bytes:
    report = {"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"ExperimentalModifiedFindings": list(findings)}]}
    return msgspec.json.encode(report)


def test_what_was_put_aside_is_told_at_its_own_place():
    flaw = {"Type": "vulnerability", "Finding": {"VulnerabilityID": "CVE-2099-0001", "PkgName": "demo"}}
    findings, problems = read(modified({}, {"Type": "opinion", "Finding": {}}, {**flaw, "Finding": {}}, flaw))
    assert [(f.index, f.state) for f in findings] == [(3, State.SUPPRESSED)]
    where = "/Results/0/ExperimentalModifiedFindings"
    assert [p.pointer for p in problems] == [
        f"{where}/0/Type",
        f"{where}/0/Finding",
        f"{where}/1/Type",
        f"{where}/2/Finding/VulnerabilityID",
        f"{where}/2/Finding/PkgName",
    ]
    assert problems[2].expected == "vulnerability or misconfiguration or secret or license"


def test_a_result_of_which_nothing_is_known_is_told():
    _, problems = read(b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"target": "lower case"}]}')
    assert [(p.code, p.pointer) for p in problems] == [("missing_field", "/Results/0/Target")]
    _, problems = read(b'{"ClusterName": "c", "Resources": [{"Kind": "Pod", "Name": "p"}, {"kind": "Pod"}]}')
    assert [(p.code, p.pointer) for p in problems] == [("missing_field", "/Resources/1/Name")]
