"""Ranges that are written as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.text_ranges import contradicts, read_range


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All versions < V4.33", ["before V4.33"]),
        ("vers:all/*", ["all versions"]),
        ("All versions", ["all versions"]),
        ("5.5.59 and prior", ["up to 5.5.59"]),
        (">= 1.0 | < 2.0", ["from 1.0 before 2.0"]),
        ("from 7.0.0 through 7.0.4", ["from 7.0.0 up to 7.0.4"]),
        ("V16.0 to V17.2", ["from V16.0 up to V17.2"]),
        ("12.2.1-12.2.11", ["from 12.2.1 up to 12.2.11"]),
        ("6.7.0-8.6.3", ["from 6.7.0 up to 8.6.3"]),
        ("12.4.*", ["12.4.*"]),
        ("7.4 and later", ["from 7.4"]),
        ("5.6.37 and earlier 5.7.19 and earlier", ["up to 5.6.37", "up to 5.7.19"]),
    ],
)
def test_stretches(text: str, expected: list[str]) -> None:
    reading = read_range(text)
    assert reading is not None
    assert [str(stretch) for stretch in reading.stretches] == expected


def test_single_versions() -> None:
    reading = read_range("7.1, 7.2 and 7.3")
    assert reading is not None
    assert reading.listed == ("7.1", "7.2", "7.3")
    assert reading.stretches == ()


def test_a_condition_is_kept() -> None:
    reading = read_range("All versions only with Ethernet interface")
    assert reading is not None
    assert "Ethernet" in reading.condition


@pytest.mark.parametrize(
    "text",
    [
        "",
        "various",
        "see the notes",
        "< 17 | 4",
        "<= 8.1 | >= 8.1.10",
        "all but not 3.1",
        "x" * 3000,
        "< 1.0 and < 2.0 maybe",
    ],
)
def test_what_is_not_understood_whole_has_no_reading(text: str) -> None:
    assert read_range(text) is None


def test_two_readings_that_say_the_same() -> None:
    one, same, other = read_range("< V4.33"), read_range("prior to 4.33"), read_range("< 4.40")
    assert one
    assert same
    assert other
    assert not contradicts(one, same)
    assert contradicts(one, other)


@given(st.text("<>=|,-* v0123456789.andortlies()", max_size=120))
def test_it_never_raises(text: str) -> None:
    reading = read_range(text)
    assert reading is None or reading.listed or reading.stretches
