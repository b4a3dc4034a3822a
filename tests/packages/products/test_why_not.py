"""Why an advisory does not meet an item."""

import pytest
from tests.packages.products.builders import entry, item, matched, record, span, statements

from clearinghouse.packages.products import ProductIndex, statement_of_kev
from clearinghouse.packages.products.match import MOST_OPEN
from clearinghouse.packages.products.why_not import NotMet, why_not
from clearinghouse.records import Affected, Exposure, InventoryItem, KevEntry

CVE = "CVE-2026-0001"
OS = entry("EdgeGuard OS", ranges=(span("7.2.0", fixed="7.4.0"),))


@pytest.mark.parametrize(
    ("asked", "affected", "named", "kin", "why"),
    [
        (
            item("Palisade Networks", "EdgeGuard OS", "7.4.1"),
            (OS,),
            True,
            False,
            "7.4.1 is not among the affected versions of Palisade Networks EdgeGuard OS: from 7.2.0 before 7.4.0.",
        ),
        (
            item("Palisade Networks", "EdgeGuard OS", "7.0.3"),
            (entry("EdgeGuard OS", versions=("7.0.1", "7.0.2")),),
            True,
            False,
            "7.0.3 is not among the affected versions of Palisade Networks EdgeGuard OS: 7.0.1, 7.0.2.",
        ),
        (
            item("Palisade Networks", "Mail Warden", "2.0"),
            (OS, entry("EdgeProxy", versions=("1.0",))),
            False,
            True,
            f"{CVE} names other products of this vendor: Palisade Networks EdgeGuard OS, Palisade Networks EdgeProxy.",
        ),
        (
            item("Barnaclesoft", "Desk", "2021"),
            tuple(entry(f"Edge{name}", versions=("1.0",)) for name in ("Guard", "Proxy", "Mail", "Switch", "Voice")),
            False,
            False,
            f"{CVE} does not name it; it names Palisade Networks EdgeGuard, Palisade Networks EdgeProxy, "
            "Palisade Networks EdgeMail and 2 more.",
        ),
    ],
)
def test_why_it_is_not_met(
    asked: InventoryItem, affected: tuple[Affected, ...], named: bool, kin: bool, why: str
) -> None:
    finding = record(*affected)
    assert matched(asked, finding)[0] == []
    found = why_not(asked, CVE, ProductIndex(statements(finding)))
    assert isinstance(found, NotMet)
    assert (found.named, found.kin, found.why) == (named, kin, why)


def test_of_an_advisory_that_was_not_read_nothing_is_said() -> None:
    assert (
        why_not(item("Palisade Networks", "EdgeGuard OS", "7.4.1"), "CVE-1999-0001", ProductIndex(statements())) is None
    )


def test_what_is_left_out_as_one_question_of_many_is_no_clean_answer() -> None:
    findings = [record(OS, cve=f"CVE-2026-{number:04}") for number in range(MOST_OPEN + 5)]
    asked = item("Palisade Networks", "EdgeGuard OS")
    told = {each.advisory for each in matched(asked, *findings)[0]}
    (left, *_) = sorted({each.native_id for each in findings if each.native_id} - told)
    found = why_not(asked, left, ProductIndex(statements(*findings)))
    assert isinstance(found, Exposure)
    assert found.question


def test_a_guess_that_is_left_out_is_no_clean_answer_either() -> None:
    thing = entry("WX5000 Thing", ranges=(span("0", fixed="3.0"),))
    findings = [record(thing, cve=f"CVE-2026-{number:04}") for number in range(MOST_OPEN + 5)]
    asked = item("Palisade Networks", "Widgetron WX5000", "2.0")
    told = {each.advisory for each in matched(asked, *findings)[0]}
    assert len(told) == MOST_OPEN
    index = ProductIndex(statements(*findings))
    for finding in findings:
        found = why_not(asked, finding.native_id or "", index)
        assert isinstance(found, Exposure)
        assert found.question


def test_a_near_name_that_is_not_affected_is_no_word_of_the_item() -> None:
    finding = record(entry("WX5000 Thing", ranges=(span("0", fixed="3.0"),)))
    found = why_not(item("Palisade Networks", "Widgetron WX5000", "3.0"), CVE, ProductIndex(statements(finding)))
    assert isinstance(found, NotMet)
    assert (found.named, found.kin) == (False, True)


def test_what_only_the_catalogue_names_is_a_question() -> None:
    listed = KevEntry(
        source="k",
        cve=CVE,
        vendor="Palisade Networks",
        product="Widgetron",
        name="A flaw",
        date_added="2026-01-05",
    )
    kev = statement_of_kev(listed)
    assert kev is not None
    for said in ([], statements(record(OS))):
        found = why_not(item("Palisade Networks", "Widgetron", "3.0"), CVE, ProductIndex([*said, kev]))
        assert isinstance(found, Exposure)
        assert found.question
