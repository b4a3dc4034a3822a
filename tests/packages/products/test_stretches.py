"""Whether a version lies in a stretch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import compare, read_version


@pytest.mark.parametrize(
    ("version", "stretch", "answer"),
    [
        ("7.2.4", Stretch("7.2.0", "7.2.5"), Inside.YES),
        ("7.2.5", Stretch("7.2.0", "7.2.5"), Inside.NO),
        ("7.2.5", Stretch("7.2.0", "7.2.5", closed=True), Inside.YES),
        ("7.2.0", Stretch("7.2.0", above=True), Inside.NO),
        ("7.2", Stretch("", "7.2.5"), Inside.COARSE),
        ("10.5.3", Stretch("", "10.5", closed=True), Inside.BOUND_COARSE),
        ("2019", Stretch("", "7.2.5"), Inside.SCHEME),
        ("7.3", Stretch("7.0", until="publication"), Inside.UNTIL),
        ("12.4.9", Stretch("12.4.*", "12.4.*", closed=True), Inside.YES),
        ("10.7.0", Stretch("", "10.7.0 Update 15"), Inside.COARSE),
        ("1.0", Stretch(), Inside.YES),
    ],
)
def test_where(version: str, stretch: Stretch, answer: Inside) -> None:
    read = read_version(version)
    assert read is not None
    assert where(read, stretch) is answer


def test_no_version_lies_only_in_everything() -> None:
    assert where(None, Stretch()) is Inside.YES
    assert where(None, Stretch("1.0")) is Inside.NO_VERSION


def test_words() -> None:
    assert str(Stretch("1.0", "2.0")) == "from 1.0 before 2.0"
    assert str(Stretch("", "2.0", closed=True)) == "up to 2.0"
    assert str(Stretch()) == "all versions"


VERSIONS = st.lists(st.integers(0, 20), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, VERSIONS, VERSIONS, st.booleans())
def test_inside_agrees_with_the_order(version: str, low: str, high: str, closed: bool) -> None:
    """The law: of whole versions, inside means between the ends."""
    read, start, end = read_version(version), read_version(low), read_version(high)
    assert read
    assert start
    assert end
    above, below = compare(read, start), compare(read, end)
    assert above is not None
    assert below is not None
    expected = above >= 0 and (below < 0 or (closed and below == 0))
    assert (where(read, Stretch(low, high, closed=closed)) is Inside.YES) is expected
