"""What findings say of what somebody has."""

from clearinghouse.packages.match import Matcher
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Finding,
    MatchClass,
    RangeEvent,
    Remedy,
    Severity,
    State,
    VersionRange,
)
from clearinghouse.triage.found import index_of, scanned


def reported(**more: object) -> Finding:
    made: dict[str, object] = {
        "source": "scan.json",
        "index": 0,
        "format": "grype",
        "title": "a flaw",
        "finder": "grype",
        "identifiers": ("CVE-2026-0001", "GHSA-aaaa-bbbb-cccc"),
        "components": (Component(name="demo", purl="pkg:pypi/demo@1.0", version="1.0"),),
        "remedies": (Remedy(kind="version", value="1.2"), Remedy(kind="url", value="https://example.org")),
        "severities": (Severity(system="CVSS:3.1", value="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", source="x"),),
    }
    return Finding(**{**made, **more})  # type: ignore[arg-type]


def test_a_scanner_names_a_package_its_flaw_and_the_fix() -> None:
    ((item, package, exposure),) = scanned([reported()])
    assert (item.inventory, item.written) == ("scan.json", "pkg:pypi/demo@1.0")
    assert (package.ecosystem, package.name, package.version) == ("PyPI", "demo", "1.0")
    assert (exposure.advisory, exposure.aliases, exposure.match) == (
        "CVE-2026-0001",
        ("GHSA-aaaa-bbbb-cccc",),
        MatchClass.EXACT,
    )
    assert exposure.fixed == ("1.2",)
    assert exposure.why.text == "grype reports it"
    assert exposure.cvss.startswith("CVSS:3.1/")


def test_what_is_closed_or_without_a_version_says_nothing_of_what_is_there() -> None:
    nameless = (Component(name="demo", purl="pkg:pypi/demo"),)
    unknown = (Component(name="demo", purl="pkg:oci/demo@sha256:00"),)
    findings = [
        reported(state=State.WITHDRAWN),
        reported(components=nameless),
        reported(components=unknown),
        reported(components=()),
        reported(advisory=Advisory()),
    ]
    assert list(scanned(findings)) == []


def test_the_newest_vector_counts() -> None:
    vectors = ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/AV:L", "CVSS:3.1/AV:P", "high")
    scores = tuple(Severity(system="x", value=value) for value in vectors)
    ((_, _, exposure),) = scanned([reported(severities=scores)])
    assert exposure.cvss == "CVSS:4.0/AV:L"


def test_a_finding_without_identifiers_is_named_by_itself() -> None:
    ((_, _, exposure),) = scanned([reported(identifiers=())])
    assert exposure.advisory == "scan.json#0"


def test_advisories_among_findings_are_an_index() -> None:
    events = (RangeEvent(introduced="0"), RangeEvent(fixed="1.2"))
    affected = Affected(
        component=Component(name="demo", ecosystem="PyPI"), ranges=(VersionRange(type="ECOSYSTEM", events=events),)
    )
    index = index_of([reported(), reported(native_id="PYSEC-1", advisory=Advisory(affected=(affected,)))])
    assert len(index) == 1
    ((_, package, _),) = scanned([reported()])
    (found,) = Matcher(index).match(package).exposures
    assert (found.advisory, found.fixed) == ("PYSEC-1", ("1.2",))
    index.close()
