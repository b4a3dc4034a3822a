"""What one entry says of versions."""

import pytest
from tests.packages.products.builders import span

from clearinghouse.packages.products.prose import read_prose
from clearinghouse.packages.products.said import Said, stretches_of
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import RangeEvent, VersionRange


def said(*texts: str, vendor: str = "v", product: str = "EdgeGuard", beginnings: dict[str, str] | None = None) -> Said:
    gathered = Said((vendor,), product, beginnings or {})
    for text in texts:
        gathered.take_text(text)
    return gathered


def test_versions_ranges_and_what_is_not_understood() -> None:
    gathered = said("7.2.4", "< 8.0", "EdgeGuard 9.1", "see 5 notes", "various", "All versions only with X")
    assert gathered.listed == ["7.2.4", "9.1"]
    assert gathered.stretches == [Stretch("", "8.0")]
    assert gathered.unread == ["see 5 notes"]
    assert [each.condition for each in gathered.conditional] == ["only with X"]


def test_slips_in_bounds_are_mended() -> None:
    gathered = said()
    gathered.take_range(span(">= 1.0.0-beta4", fixed="4.4.13"))
    gathered.take_range(span("10.0.0", fixed="10.0.20348..2762"))
    assert gathered.stretches == [Stretch("1.0.0-beta4", "4.4.13"), Stretch("10.0.0", "10.0.20348.2762")]


def test_an_end_that_is_not_understood_is_still_an_end() -> None:
    gathered = said()
    gathered.take_range(span("9.00", fixed="vEL9.00.1774 (see note 2)"))
    assert gathered.stretches == [Stretch("9.00", "vEL9.00.1774 (see note 2)")]


def test_commits_are_no_versions() -> None:
    gathered = said("7a8aa775e5a267cf8660d83140011a0b7f91e003")
    assert gathered.commits
    assert not gathered.listed
    gathered.take_range(span("0", fixed="abcdef1", kind="git"))
    assert not gathered.stretches


@pytest.mark.parametrize(
    ("words", "stretches", "listed"),
    [
        ("Fixed in version 1.2.37.", [Stretch("", "1.2.37")], []),
        ("prior to 1.2.37", [Stretch("", "1.2.37")], []),
        ("up to 1.2.37", [Stretch("", "1.2.37", closed=True)], ["1.2.37"]),
        ("plugin <= 1.2.37 is vulnerable", [Stretch("", "1.2.37", closed=True)], ["1.2.37"]),
        ("before 1.2.40", [], ["1.2.37"]),
    ],
)
def test_a_listed_version_may_be_an_end(words: str, stretches: list[Stretch], listed: list[str]) -> None:
    gathered = said("1.2.37")
    gathered.correct(read_prose(words))
    assert (gathered.stretches, gathered.listed) == (stretches, listed)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (span("7.2.0", fixed="7.2.5"), [Stretch("7.2.0", "7.2.5")]),
        (span("0", last="7.2.5"), [Stretch("", "7.2.5", closed=True)]),
        (span("all versions", fixed="7.2.5"), [Stretch("", "7.2.5")]),
        (span("7.2.0"), [Stretch("7.2.0")]),
        (span("0", fixed="EdgeGuard 7.2.5"), [Stretch("", "7.2.5")]),
        (span("0", fixed="9.18.0 and below"), [Stretch("", "9.18.0", closed=True)]),
        (span("0", fixed="2022.10.6, 2023.05.6"), [Stretch("", "2022.10.6"), Stretch("", "2023.05.6")]),
        (
            VersionRange(type="x", events=(RangeEvent(introduced="1.0"),), until="publication"),
            [Stretch("1.0", until="publication")],
        ),
    ],
)
def test_ranges(given: VersionRange, expected: list[Stretch]) -> None:
    gathered = said()
    gathered.take_range(given)
    assert gathered.stretches == expected


def test_a_range_of_one_version_is_that_version() -> None:
    gathered = said()
    gathered.take_range(span("5.4.1", last="5.4.1"))
    assert gathered.listed == ["5.4.1"]


def test_an_empty_range_begins_where_another_entry_says() -> None:
    gathered = said(beginnings={"112.0": "100.0"})
    gathered.take_range(span("112.0", fixed="112.0"))
    assert gathered.stretches == [Stretch("100.0", "112.0")]
    assert gathered.empty


def test_builds_of_a_version() -> None:
    gathered = said(vendor="netscaler")
    gathered.take_range(span("13.1", fixed="53.17", kind="patch"))
    assert gathered.stretches == [Stretch("13.1", "13.1-53.17")]


def test_a_hotfix_mends_its_own_release_alone() -> None:
    events = (RangeEvent(introduced="10.2.0"), RangeEvent(fixed="10.2.4-h2"), RangeEvent(fixed="10.2.5"))
    gathered = said()
    gathered.take_range(VersionRange(type="custom", events=events))
    assert gathered.stretches == [Stretch("10.2.0", "10.2.5")]
    assert gathered.carved == [Stretch("10.2.4-h2", "10.2.4.*", closed=True)]


def test_lines_of_releases_in_the_description() -> None:
    gathered = said(vendor="adobe")
    gathered.take_range(span("0", last="24.7.1"))
    gathered.take_lines("Versions 24.7.1 (and earlier) and 25.0 (and earlier) are affected by a flaw")
    assert gathered.stretches == [Stretch("", "24.7.1", closed=True), Stretch("", "25.0", closed=True)]


def test_stretches_of_another_status() -> None:
    assert stretches_of([span(">= 8.3.2", last=">= 8.3.2")], ("v",)) == (Stretch("8.3.2"),)
    assert stretches_of([span("2022 su3", fixed="2022 su3")], ("v",)) == ()
