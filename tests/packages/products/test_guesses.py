"""Items whose name no advisory has as it is written."""

import pytest

from clearinghouse.packages.products import ProductIndex, match_item
from clearinghouse.records import Exposure, Finding, MatchClass, Unjudged

from .builders import entry, item, record, span, statements

RECORDS = (
    record(entry("Cscope", "Horner Automation", ranges=(span(last="9.90"),)), cve="CVE-2026-0001"),
    record(entry("Valleyline FT10 Energy Platform", "Medtide", ranges=(span(fixed="2.1"),)), cve="CVE-2026-0002"),
    record(entry("Valleyline FX8 Energy Platform", "Medtide", ranges=(span(fixed="2.1"),)), cve="CVE-2026-0003"),
    record(
        entry("Nexus Panel", "Swisslodge Healthcare", ranges=(span(fixed="7.2"),)),
        cve="ICSMA-26-001-01",
        title="Swisslodge Healthcare Transtube PTS",
        format_="csaf",
    ),
    record(entry("Grand Telephone Adaptor (GTA)", "Palisade", ranges=(span(fixed="12.0"),)), cve="CVE-2026-0005"),
    record(entry("Looseware", "", ranges=(span(fixed="3.0"),)), cve="CVE-2026-0006"),
)


@pytest.fixture(scope="module")
def index() -> ProductIndex:
    return ProductIndex(statements(*RECORDS))


def ask(index: ProductIndex, *written: str) -> tuple[list[Exposure], list[Unjudged]]:
    vendor, name, version = written
    return match_item(item(vendor, name, version), index)


def test_a_vendor_without_a_word_such_as_automation_is_certain(index: ProductIndex) -> None:
    (found,), _ = ask(index, "Horner", "Cscope", "9.80")
    assert found.match is MatchClass.RANGE


def test_a_beginning_of_a_vendor_is_a_question(index: ProductIndex) -> None:
    (found,), _ = ask(index, "Horner APG", "Cscope", "9.80")
    assert found.match is MatchClass.POSSIBLE
    assert found.question


@pytest.mark.parametrize(
    ("written", "advisory"),
    [
        (("Medtide", "Valleyline FT10 electrosurgical generator", "2.0"), "CVE-2026-0002"),
        (("Covidale", "Valleyline FT10", "2.0"), "CVE-2026-0002"),
        (("Swisslodge", "Transtube pneumatic tube system", ""), "ICSMA-26-001-01"),
        (("Palisade", "GTA 192 phone adapter", "11.1"), "CVE-2026-0005"),
        (("", "Looseware viewer", "2.9"), "CVE-2026-0006"),
    ],
)
def test_near_names_are_questions(index: ProductIndex, written: tuple[str, str, str], advisory: str) -> None:
    exposures, _ = ask(index, *written)
    assert [each.advisory for each in exposures] == [advisory]
    assert all(each.match is MatchClass.POSSIBLE and each.question for each in exposures)


def test_a_version_outside_is_not_told_of_a_near_name_either(index: ProductIndex) -> None:
    assert ask(index, "Medtide", "Valleyline FT10 generator", "2.1")[0] == []


def test_another_model_is_not_told_and_the_nearest_is_named(index: ProductIndex) -> None:
    exposures, (unjudged,) = ask(index, "Medtide", "Valleyline Energy LS10", "1.0")
    assert exposures == []
    assert "the nearest is Medtide Valleyline" in unjudged.reason


def test_a_slip_in_the_vendors_name_is_named(index: ProductIndex) -> None:
    _, (unjudged,) = ask(index, "Swislodge Healthcare", "Unheard Of", "1.0")
    assert unjudged.reason.endswith("the nearest is Swisslodge Healthcare.")


def test_a_name_that_nobody_knows_is_said_to_be_unknown(index: ProductIndex) -> None:
    _, (unjudged,) = ask(index, "", "Zzqqy Wxyzzy", "1.0")
    assert unjudged.code == "not_covered"
    _, (unnamed,) = ask(index, "", "", "")
    assert unnamed.code == "no_name"


def test_what_is_certain_comes_before_what_is_near() -> None:
    records: list[Finding] = [
        record(entry("Vista V600", "Palisade", versions=("zz",)), cve="CVE-2020-0001"),
        *(
            record(entry(f"Vista V600 Type {number // 2}", "Palisade"), cve=f"CVE-2026-{number:04}")
            for number in range(1000, 1120)
        ),
    ]
    exposures, unjudged = ask(ProductIndex(statements(*records)), "Palisade", "Vista V600", "1.0")
    assert "CVE-2020-0001" in [each.advisory for each in exposures]
    assert [each.code for each in unjudged] == ["too_many"]
