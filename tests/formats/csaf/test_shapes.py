"""The shapes of a product tree, a product status and remediations (CSAF 2.0, sections 3.1.2, 3.2.2 and 3.2.3)."""

import pytest
from tests.formats.csaf.shapes import STATUS, TREE, WHOLE, branch, finding, read, version

from clearinghouse.formats.csaf.tree import MAX_DEPTH
from clearinghouse.packages.products import statements_of
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import Affected, Finding, Problem


def affected(**status: list[str]) -> tuple[Affected, ...]:
    found = finding(status)
    assert found.advisory is not None
    return found.advisory.affected


def test_the_path_through_the_branches_names_a_product() -> None:
    (one,) = affected(known_affected=["OLD"])
    assert (one.component.vendor, one.component.name) == ("Demo Vendor", "Pump 3")
    assert one.versions == ("V4.10",)
    assert one.models == ("DP-3-A", "4711")


def test_a_range_in_the_notation_of_vers_and_one_in_words() -> None:
    ranges = {each.component.name: each.ranges for each in affected(known_affected=["RANGE", "WORDS"])}
    assert [event.fixed for event in ranges["Pump 3"][0].events if event.fixed] == ["V4.33"]
    assert [event.fixed for event in ranges["Panel"][0].events if event.fixed] == ["V2"]


def test_a_product_that_stands_alone() -> None:
    (one,) = affected(known_affected=["ALONE"])
    assert (one.component.vendor, one.component.name) == ("", "Demo Console 7")


def test_a_product_on_another_is_limited_to_that() -> None:
    (one,) = affected(known_affected=["ON"])
    assert (one.component.name, one.versions) == ("Pump 3", ("V4.10",))
    assert one.platforms == ("Demo Console 7",)


def test_identification_helpers() -> None:
    (cpe,) = affected(known_affected=["NEW"])
    assert cpe.cpes == ("cpe:2.3:o:demo:pump_3:4.33:*:*:*:*:*:*:*",)
    (purl,) = affected(known_affected=["PURL"])
    assert (purl.component.purl, purl.versions) == ("pkg:pypi/pump@1.2.3", ("1.2.3",))


@pytest.mark.parametrize("kind", ["known_not_affected", "fixed", "first_fixed", "recommended"])
def test_versions_without_the_flaw(kind: str) -> None:
    (one,) = affected(**{kind: ["OLD"]})
    assert not one.versions
    assert [event.introduced for event in one.unaffected[0].events if event.introduced] == ["V4.10"]


@pytest.mark.parametrize("kind", ["under_investigation", "unknown"])
def test_what_is_not_known(kind: str) -> None:
    (one,) = affected(**{kind: ["OLD"]})
    assert not one.versions
    assert one.unknown


def test_the_first_and_the_last_affected_are_a_stretch() -> None:
    found = finding(
        {"first_affected": ["FIRST"], "last_affected": ["LAST"]},
        {
            "branches": [
                branch("vendor", "V", branch("product_name", "P", version("FIRST", "1.0"), version("LAST", "2.0")))
            ]
        },
    )
    (statement,) = statements_of(found)
    assert Stretch("1.0", "2.0", closed=True) in statement.stretches


def test_all_kinds_of_status_together() -> None:
    found = finding(STATUS)
    assert found.advisory is not None
    by_name = {(each.component.name, each.platforms): each for each in found.advisory.affected}
    assert {name for name, _ in by_name} == {"Pump 3", "Panel", "Demo Console 7"}
    assert by_name["Demo Console 7", ()].unaffected


def test_an_identifier_that_nothing_defines_is_a_problem() -> None:
    broken = WHOLE | {"vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {"known_affected": ["NOBODY"]}}]}
    problems = [record for record in read(broken) if isinstance(record, Problem)]
    assert [(problem.code, problem.pointer) for problem in problems] == [
        ("unknown_product", "/vulnerabilities/0/product_status")
    ]


def test_branches_that_lie_too_deep_are_told() -> None:
    inner = version("DEEP", "1.0")
    for _ in range(MAX_DEPTH + 1):
        inner = branch("product_family", "x", inner)
    problems = [
        record for record in read(WHOLE | {"product_tree": {"branches": [inner]}}) if isinstance(record, Problem)
    ]
    assert "nested_too_deep" in {problem.code for problem in problems}


def test_remediations_say_for_which_products_they_are() -> None:
    found = finding(STATUS)
    assert ("version", "V4.33") in {(remedy.kind, remedy.value) for remedy in found.remedies}
    words = [remedy.description or "" for remedy in found.remedies]
    assert "Close the port." in words
    assert "Panel: Switch it off." in words
    assert any("Update to V4.33" in text and text.startswith("Pump 3: ") for text in words)


def test_what_else_a_vulnerability_says() -> None:
    first, second = (record for record in read(WHOLE) if isinstance(record, Finding))
    assert first.identifiers == ("CVE-2026-0001", "GHSA-2345-6789-cfgh")
    assert second.native_id == "CVE-2026-0002"
    assert first.weaknesses
    assert first.severities
    assert {credit.name for credit in first.credits} == {"Ada (Demo Lab)"}
    assert "https://example.org/advisory" in first.references


def test_a_document_without_a_tree() -> None:
    without = {key: value for key, value in WHOLE.items() if key != "product_tree"}
    records = read(without)
    assert sum(isinstance(record, Finding) for record in records) == 2
    assert any(isinstance(record, Problem) for record in records)
    assert TREE["branches"]
