"""What the statements of one advisory say of one version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.judge import Claim, Verdict, judge
from clearinghouse.packages.products.prose import read_prose
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.stretches import Inside, Stretch
from clearinghouse.packages.products.versions import read_version


def says(**parts: object) -> Statement:
    return Statement(advisory="A", origin="cve", vendor="v", product="p", **parts)  # type: ignore[arg-type]


def verdict(version: str, *statements: Statement, branch: str = "") -> Verdict | None:
    found = judge([Claim(each, branch) for each in statements], read_version(version) if version else None)
    return found.verdict if found else None


SPAN = says(stretches=(Stretch("7.2.0", "7.2.5"),))


@pytest.mark.parametrize(
    ("version", "statement", "expected"),
    [
        ("7.2.4", SPAN, Verdict.RANGE),
        ("7.2.5", SPAN, None),
        ("7.2", SPAN, Verdict.OPEN),
        ("", SPAN, Verdict.NO_VERSION),
        ("7.2.4", says(listed=("7.2.4",)), Verdict.EXACT),
        ("7.2.9", says(listed=("7.2.4",)), None),
        ("7.2.4", says(stretches=(Stretch(),), unaffected=(Stretch("7.2.4", "7.2.4", closed=True),)), None),
        ("7.2.4", says(stretches=(Stretch("7.2", "7.3"),), unaffected=(Stretch("7.1", ""),)), Verdict.RANGE),
        ("7.2.4", says(stretches=(Stretch("", "7.3"),), unaffected=(Stretch("7.1", ""),)), None),
        ("7.3.0", says(stretches=(Stretch("7.2", "7.3"),), unaffected=(Stretch("7.1", ""),)), None),
        ("7.2.4", says(default="affected"), Verdict.RANGE),
        ("7.2.4", says(), Verdict.NO_VERSION),
        ("7.2.4", says(unread=("see note 5",)), Verdict.OPEN),
        ("7.2.4", says(unknown=(Stretch("7.0", "8.0"),)), Verdict.OPEN),
        ("7.2.4", says(commits=True), None),
        ("2019", SPAN, Verdict.OPEN),
    ],
)
def test_verdicts(version: str, statement: Statement, expected: Verdict | None) -> None:
    assert verdict(version, statement) is expected


def test_lines_of_releases_that_were_fixed_one_by_one() -> None:
    lines = says(stretches=(Stretch("", "16.7"), Stretch("", "17.0.1")))
    assert verdict("16.6", lines) is Verdict.RANGE
    assert verdict("17.0.0", lines) is Verdict.RANGE
    assert verdict("16.7.1", lines) is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2023.2.3", Verdict.RANGE),
        ("2023.2.5", Verdict.OPEN),
        ("2023.3.4", Verdict.RANGE),
        ("2023.3.5", None),
        ("2022.1", None),
        ("2023.4.1", None),
    ],
)
def test_ends_of_several_lines_that_begin_alike(version: str, expected: Verdict | None) -> None:
    """CVE-2024-37051: 2023.2.4 has the fix, and is before 2023.3.5."""
    lines = says(stretches=tuple(Stretch("2023.1", end) for end in ("2023.1.7", "2023.2.4", "2023.3.5")))
    assert verdict(version, lines) is expected


def test_an_end_of_another_line_decides_where_the_own_line_has_none() -> None:
    lines = says(stretches=(Stretch("8.0", "8.0 U3b"), Stretch("7.0", "7.0 U3s"), Stretch("8.0", "8.0 U3d")))
    assert verdict("8.0 U2e", lines) is Verdict.RANGE


@pytest.mark.parametrize(
    ("version", "expected", "reason"),
    [
        ("13.1.5", Verdict.RANGE, None),
        ("16.1.3.4", Verdict.RANGE, None),
        ("16.1.3.5", Verdict.OPEN, Inside.UNSAID),
        ("17.1.0.1", Verdict.RANGE, None),
        ("17.1.0", Verdict.OPEN, Inside.COARSE),
        ("17.1.0.2", Verdict.OPEN, Inside.UNSAID),
        ("12.0.0", None, None),
    ],
)
def test_a_line_without_an_end_does_not_reach_into_those_that_have_one(
    version: str, expected: Verdict | None, reason: Inside | None
) -> None:
    """CVE-2023-38138: "from 13.1.0 on" is said of 13.1."""
    lines = (Stretch("17.1.0", "17.1.0.2"), Stretch("16.1.0", "16.1.3.5"), Stretch("13.1.0"))
    found = judge([Claim(says(stretches=lines))], read_version(version))
    assert (found and found.verdict, found and found.reason) == (expected, reason)


def test_a_wide_stretch_does_not_speak_against_the_end_of_a_narrow_one() -> None:
    """CVE-2024-35253: "from 1.0.0 before 18.1", and "from 17.0.0 before 17.3"."""
    lines = says(stretches=(Stretch("1.0.0", "18.1"), Stretch("17.0.0", "17.3")))
    expected = {"16.2": Verdict.RANGE, "17.2": Verdict.RANGE, "17.3": Verdict.OPEN, "18.0": Verdict.RANGE, "18.1": None}
    assert {version: verdict(version, lines) for version in expected} == expected


def test_a_narrow_stretch_of_another_line_says_nothing() -> None:
    """Moodle 4.3.3 is the last affected version of "from 4.0", and behind "from 4.2 up to 4.2.6"."""
    lines = says(stretches=(Stretch("4.0", "4.3.3", closed=True), Stretch("4.2", "4.2.6", closed=True)))
    expected = {"4.3.3": Verdict.RANGE, "4.3.2": Verdict.RANGE, "4.2.6": Verdict.RANGE, "4.2.7": Verdict.OPEN}
    assert {version: verdict(version, lines) for version in expected} == expected
    wide = says(stretches=(Stretch("1.0", "10.0"), Stretch("2.0", "2.4")))
    assert verdict("9.5", wide) is Verdict.RANGE


def test_all_others_are_affected_but_perhaps_not_what_is_behind_an_end() -> None:
    """CVE-2024-1369: every line has an end, and what is not named is called affected."""
    statement = says(default="affected", stretches=(Stretch("3.10.0", "3.10.7"), Stretch("3.11.0", "3.11.5")))
    assert verdict("3.10.4", statement) is Verdict.RANGE
    assert verdict("3.10.7", statement) is Verdict.OPEN
    assert verdict("4.0.0", statement) is Verdict.RANGE


def test_the_branch_in_the_products_name() -> None:
    statement = says(stretches=(Stretch("", "13.3.0.9"),))
    assert verdict("13.3.0.1", statement, branch="13.3") is Verdict.RANGE
    assert verdict("12.1.0.1", statement, branch="13.3") is None


def test_words_that_speak_against_the_fields_make_a_question() -> None:
    statement = says(stretches=(Stretch(),), prose=read_prose("versions prior to 1.9.02"))
    found = judge([Claim(statement)], read_version("1.10.00"))
    assert found is not None
    assert (found.verdict, found.reason) == (Verdict.OPEN, Inside.UNSAID)
    assert "1.9.02" in found.detail
    assert verdict("1.9.01", statement) is Verdict.RANGE
    listed = says(listed=("1.2.37",), prose=read_prose("fixed in 1.2.37"))
    assert verdict("1.2.37", listed) is Verdict.OPEN


VERSIONS = st.lists(st.integers(0, 12), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))


def test_all_versions_beside_a_stretch_that_ends_is_a_question() -> None:
    everything, ended = says(stretches=(Stretch(),)), says(stretches=(Stretch("", "16.0", closed=True),))
    found = judge([Claim(everything), Claim(ended)], read_version("16.1"))
    assert found is not None
    assert (found.verdict, found.reason) == (Verdict.OPEN, Inside.UNSAID)
    assert "all versions" in found.detail
    assert verdict("15.0", everything, ended) is Verdict.RANGE
    assert verdict("16.1", everything, everything) is Verdict.RANGE
    assert verdict("", everything, ended) is Verdict.NO_VERSION


@given(VERSIONS, VERSIONS, VERSIONS)
def test_what_is_called_unaffected_is_never_a_hit(version: str, low: str, high: str) -> None:
    statement = says(stretches=(Stretch(low, high),), unaffected=(Stretch(version, version, closed=True),))
    assert verdict(version, statement) is None


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20))
def test_it_never_raises(version: str, listed: list[str], end: str) -> None:
    verdict(version, says(listed=tuple(listed), stretches=(Stretch("", end), Stretch(end)), unread=tuple(listed)))
