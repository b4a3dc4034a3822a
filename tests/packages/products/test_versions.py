"""Versions of products: what is read, and in which order they stand."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clearinghouse.packages.products.versions import (
    Version,
    begins_with,
    compare,
    compare_with_series,
    is_coarse,
    is_shorter,
    read_version,
)


def version(text: str) -> Version:
    read = read_version(text)
    assert read is not None, text
    return read


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("7.2.4", "7.2.5", -1),
        ("7.10", "7.9.1", 1),
        ("V4.7 HF33", "V4.7 HF4", 1),
        ("21.2R3-S4", "21.2R3-S5", -1),
        ("2019 CU12", "2019 CU2", 1),
        ("8.0 U3", "8.0 Update 3", 0),
        ("v1.0", "1.0.0", 0),
        ("1.0-rc1", "1.0", -1),
        ("10.2.9", "10.2.9-h1", -1),
        ("16.9(3)a", "16.9(3)b", -1),
        ("2019", "10.0.17763", None),
        ("V4.03", "V4.1", None),
        ("V1.0 SP3", "V1.0.3", None),
        ("8.5", "8.30.01", None),
        ("8.5", "8.30.1", -1),
        ("R14A", "14.2", None),
        ("6.5.0.160bc1e", "6.5.0.160cd2f", None),
        ("7.0 U3n", "7.0 U3p", -1),
        ("1.0p", "1.0p1", None),
        ("7.0 U3p", "7.0 U3q", -1),
        ("7.0 U3 (20328353)", "7.0 U3 build 20328353", 0),
        ("7.0 U3 build 20328353", "ESXi70U3p-23307199", -1),
        ("7.0 Update 3q build 23794027", "ESXi70U3p-23307199", 1),
        ("7.0 U3n", "ESXi70U3p-23307199", -1),
        ("7.0 U3p", "ESXi70U3p-23307199", 0),
        ("7.0 U2a", "ESXi-7.0U3n-21930508-standard", -1),
        ("8.0 U2", "ESXi80U3-24022510", -1),
        ("7.0.3-20328353", "ESXi70U3p-23307199", None),
        ("7.0 SP3 (12.1.3)", "7.0.3 (12.1.4)", None),
        ("9.00.1774 (MR2)", "9.00.1774", 0),
    ],
)
def test_order(one: str, other: str, order: int | None) -> None:
    assert compare(version(one), version(other)) == order
    assert compare(version(other), version(one)) == (None if order is None else -order)


@pytest.mark.parametrize(
    "text",
    ["", "unspecified", "all versions", "see advisory", "<1.0", "7a8aa775e5a267cf8660d83140011a0b7f91e003", "x" * 200],
)
def test_what_is_no_version(text: str) -> None:
    assert read_version(text) is None


@pytest.mark.parametrize(
    ("short", "bound", "answer"),
    [
        ("7.2", "7.2.5", True),
        ("7.2.4", "7.2.5", False),
        ("10.2.9", "10.2.9-h1", False),
        ("10.7.0", "10.7.0 Update 15", True),
        ("V4.7 SP10", "v4.7_sp10_hf5", True),
        ("8.0 U2", "8.0 U2d", False),
        ("7.2.4", "7.2.4.1", True),
    ],
)
def test_a_version_that_is_too_short(short: str, bound: str, answer: bool) -> None:
    assert is_coarse(version(short), version(bound)) is answer


def test_series_and_zeros() -> None:
    assert begins_with(version("7.2.4"), version("7.2"))
    assert not begins_with(version("7.20"), version("7.2"))
    assert compare_with_series(version("12.4.9"), version("12.4.*")) == 0
    assert is_shorter(version("6"), version("6.0.0"))
    assert not is_shorter(version("6.0.0"), version("6.0.0.0"))


def test_a_second_version_in_parentheses_is_tried() -> None:
    assert compare(version("2022.1.9 (14.1.9)"), version("14.1.10")) == -1


TEXTS = st.from_regex(r"v?[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-?(rc|b|p|q|sp|hf|u)[0-9]{0,2}){0,2}", fullmatch=True)


WITH_OTHERS = st.one_of(
    TEXTS,
    st.builds("{} ({})".format, TEXTS, TEXTS),
    st.from_regex(r"esxi[67][05](u[123])?[a-z]{0,2}-[0-9]{7,8}", fullmatch=True),
    st.from_regex(r"[67]\.[05] u[123][a-z]?( build [0-9]{7,8})?", fullmatch=True),
)


@given(WITH_OTHERS, WITH_OTHERS)
@example("7.0-h1 (8.0.1)", "7.0a1 (8.0.1)")
def test_the_other_way_round_it_is_the_other_answer(one: str, other: str) -> None:
    left, right = read_version(one), read_version(other)
    assume(left and right)
    order = compare(left, right)  # type: ignore[arg-type]
    assert compare(right, left) == (None if order is None else -order)  # type: ignore[arg-type]


@given(TEXTS, TEXTS, TEXTS)
def test_no_two_answers_contradict_a_third(one: str, two: str, three: str) -> None:
    """The law: where there is an order, the bytes of the keys stand in it; so it is one order."""
    read = [read_version(text) for text in (one, two, three)]
    assume(all(read))
    first, second, third = (each for each in read if each)
    for left, right in ((first, second), (second, third), (first, third)):
        order = compare(left, right)
        assert order is None or order == (left.key > right.key) - (left.key < right.key)
        back = compare(right, left)
        assert back == (None if order is None else -order)
    if compare(first, second) == -1 and compare(second, third) == -1:
        assert compare(first, third) in (-1, None)


@given(st.text(max_size=130))
def test_reading_never_raises_and_equals_itself(text: str) -> None:
    read = read_version(text)
    if read is not None:
        assert compare(read, read) == 0
        assert not is_coarse(read, read)
