"""Cargo's requirements, and what is affected where none of them is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.rustsec.requirements import Bound, Interval, RequirementError, affected_between, interval_of
from clearinghouse.packages.ranges import stretches
from clearinghouse.packages.versions.semver import SEMVER


@pytest.mark.parametrize(
    ("requirement", "low", "high"),
    [
        ("^1.2.3", ("1.2.3", True), ("2.0.0", False)),
        ("1.2.3", ("1.2.3", True), ("2.0.0", False)),
        ("^0.2.3", ("0.2.3", True), ("0.3.0", False)),
        ("^0.0.3", ("0.0.3", True), ("0.0.4", False)),
        ("^0.0", ("0.0.0", True), ("0.1.0", False)),
        ("^0", ("0.0.0", True), ("1.0.0", False)),
        ("~1.2.3", ("1.2.3", True), ("1.3.0", False)),
        ("~1.2", ("1.2.0", True), ("1.3.0", False)),
        ("~1", ("1.0.0", True), ("2.0.0", False)),
        (">= 1.2.3", ("1.2.3", True), None),
        (">1.2.3", ("1.2.3", False), None),
        ("> 1.2", ("1.3.0", True), None),
        ("<2", None, ("2.0.0", False)),
        ("<= 1.2.3", None, ("1.2.3", True)),
        ("<= 1.2", None, ("1.3.0", False)),
        ("=1.2.3", ("1.2.3", True), ("1.2.3", True)),
        ("= 1.2", ("1.2.0", True), ("1.3.0", False)),
        ("1.*", ("1.0.0", True), ("2.0.0", False)),
        ("*", None, None),
        (">= 1.2.3, < 1.5.0", ("1.2.3", True), ("1.5.0", False)),
        (">=1.0.0-alpha.1", ("1.0.0-alpha.1", True), None),
    ],
)
def test_what_a_requirement_means(requirement, low, high):
    found = interval_of(requirement)
    assert found == Interval(Bound(*low) if low else None, Bound(*high) if high else None)


@pytest.mark.parametrize("text", ["", "latest", ">= ", "1.2.3 || 2", "=> 1", "1.2.3.4", ", ".join(["1"] * 30)])
def test_what_is_none(text):
    with pytest.raises(RequirementError):
        interval_of(text)


version = st.builds("{}.{}.{}".format, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))
part = st.builds("{}{}".format, st.sampled_from([">=", "<", "<=", ">", "=", "^", "~", ""]), version)
requirement = st.lists(part, min_size=1, max_size=2).map(", ".join)


def meets(one: str, requirement: str) -> bool:
    """The Cargo Book, read literally, for versions that are no pre-releases."""
    return all(_meets(tuple(map(int, one.split("."))), each.strip()) for each in requirement.split(","))


def _meets(one: tuple[int, ...], part: str) -> bool:
    bare = part.lstrip("<>=^~")
    sign, other = part[: len(part) - len(bare)], tuple(map(int, bare.split(".")))
    if sign in ("^", ""):
        first = next((place for place, number in enumerate(other) if number), 2)
        return one >= other and one[: first + 1] == other[: first + 1]
    if sign == "~":
        return one >= other and one[:2] == other[:2]
    return {">=": one >= other, ">": one > other, "<": one < other, "<=": one <= other, "=": one == other}[sign]


@given(st.lists(requirement, max_size=4), version)
def test_what_meets_no_requirement_is_affected_and_nothing_else_is(requirements, one):
    events = affected_between(map(interval_of, requirements))
    affected = any(SEMVER.key(one) in stretch for stretch in stretches(events, SEMVER.key))
    assert affected == (not any(meets(one, each) for each in requirements))


def test_the_fix_is_an_event():
    events = affected_between([interval_of(">= 1.5.0"), interval_of("< 1.0.0")])
    assert [(event.introduced, event.fixed) for event in events] == [("1.0.0", None), (None, "1.5.0")]
