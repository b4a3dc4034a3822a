"""Which of several stretches is about the line to which a version belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.lines import doubt_of_own_line, own_lines, passed_end
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import Version, read_version


def read(text: str) -> Version:
    version = read_version(text)
    assert version is not None
    return version


@pytest.mark.parametrize(
    ("version", "ends", "own"),
    [
        ("16.5.1", ("16.7.2", "17.0.1"), ["16.7.2"]),
        ("17.0.0", ("16.7.2", "17.0.1"), ["17.0.1"]),
        ("16.5.1", ("16.7.2", "16.6.3", "17.0.1"), ["16.7.2", "16.6.3"]),
        ("15.0", ("16.7.2", "17.0.1"), []),
        ("15.0", ("who knows",), []),
        ("15.0", (), []),
    ],
)
def test_the_ends_of_the_own_line(version: str, ends: tuple[str, ...], own: list[str]) -> None:
    read = read_version(version)
    assert read is not None
    assert [end.high for end in own_lines(read, [Stretch(high=text) for text in ends])] == own


def test_the_end_that_was_passed() -> None:
    ends = [Stretch(high="16.7"), Stretch(high="17.0.1")]
    assert passed_end(read("16.7.1"), ends) == ends[0]
    assert passed_end(read("17.0.0"), ends) is None
    assert passed_end(read("3.1"), ends) is None


@pytest.mark.parametrize(
    ("version", "wide", "narrow", "answer"),
    [
        ("2023.2.5", Stretch("2023.1", "2024.1.3"), Stretch("2023.1", "2023.2.4"), Inside.NO),
        ("2023.2.3", Stretch("2023.1", "2024.1.3"), Stretch("2023.1", "2023.2.4"), None),
        ("17.1.0.2", Stretch("13.1.0"), Stretch("17.1.0", "17.1.0.2"), Inside.NO),
        ("17.1.0", Stretch("13.1.0"), Stretch("17.1.0", "17.1.0.2"), Inside.COARSE),
        ("9.5", Stretch("1.0", "10.0"), Stretch("2.0", "2.4"), None),
        ("4.3.3", Stretch("4.0", "4.3.3", closed=True), Stretch("4.2", "4.2.6", closed=True), None),
    ],
)
def test_what_the_own_line_says(version: str, wide: Stretch, narrow: Stretch, answer: Inside | None) -> None:
    doubt = doubt_of_own_line(read(version), wide, [wide, narrow])
    assert doubt == ((answer, narrow) if answer else None)


_NUMBERS = st.from_regex(r"[1-3](\.[0-3]){0,2}", fullmatch=True)
_STRETCHES = st.builds(Stretch, _NUMBERS, st.one_of(st.just(""), _NUMBERS), closed=st.booleans())


@given(_NUMBERS, _STRETCHES, st.lists(_STRETCHES, max_size=5))
def test_there_is_no_doubt_where_every_stretch_holds_the_version(
    text: str, stretch: Stretch, others: list[Stretch]
) -> None:
    version = read(text)
    holding = [each for each in (stretch, *others) if where(version, each) is Inside.YES]
    assert all(doubt_of_own_line(version, each, holding) is None for each in holding)
