"""The intervals of a range say what the walk of the OSV schema says."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.ranges import stretches
from clearinghouse.packages.versions import ZERO
from clearinghouse.records import RangeEvent


def key(version: str) -> bytes:
    return b"\x01" + int(version).to_bytes(2, "big")


def walk(version: int, events: Sequence[RangeEvent]) -> bool:
    """OSV schema, "Evaluation", read literally; events at one version stay in the order in which they are written."""
    limits = [event.limit for event in events if event.limit is not None]
    if limits and "*" not in limits and not any(version < int(limit) for limit in limits):
        return False
    points = [event for event in events if event.limit is None]
    affected = False
    for event in sorted(points, key=_at):
        if event.introduced is not None and (event.introduced == "0" or version >= int(event.introduced)):
            affected = True
        elif (event.fixed is not None and version >= int(event.fixed)) or (
            event.last_affected is not None and version > int(event.last_affected)
        ):
            affected = False
    return affected


def _at(event: RangeEvent) -> int:
    text = event.introduced or event.fixed or event.last_affected or ""
    return -1 if event.introduced == "0" else int(text)


number = st.integers(1, 9).map(str)
point = st.one_of(
    st.builds(lambda at: RangeEvent(introduced=at), number | st.just("0")),
    st.builds(lambda at: RangeEvent(fixed=at), number),
    st.builds(lambda at: RangeEvent(last_affected=at), number),
)
event = point | st.builds(lambda at: RangeEvent(limit=at), number | st.just("*"))


@given(st.lists(event, max_size=8), st.integers(1, 10))
def test_a_version_is_in_an_interval_if_and_only_if_the_walk_says_so(events: list[RangeEvent], version: int) -> None:
    found = stretches(events, key)
    assert any(key(str(version)) in stretch for stretch in found) == walk(version, events)


@given(st.lists(event, max_size=8))
def test_intervals_stand_in_version_order_and_are_not_empty(events: list[RangeEvent]) -> None:
    found = stretches(events, key)
    for stretch in found:
        assert not stretch.high or stretch.low < stretch.high or (stretch.closed and stretch.low == stretch.high)
    assert list(found) == sorted(found, key=lambda stretch: stretch.low)


@given(st.lists(point, max_size=8, unique_by=_at))
def test_the_order_in_which_events_are_written_means_nothing(events: list[RangeEvent]) -> None:
    """What stands in order is read in a short way, and what does not by the walk."""
    assert stretches(sorted(events, key=_at), key) == stretches(sorted(events, key=_at, reverse=True), key)


def test_the_ends_are_told_as_they_are_written() -> None:
    first, second = stretches(
        [
            RangeEvent(introduced="0"),
            RangeEvent(fixed="3"),
            RangeEvent(introduced="5"),
            RangeEvent(last_affected="7"),
        ],
        key,
    )
    assert (first.low, first.introduced, first.fixed, first.last_affected) == (ZERO, "0", "3", None)
    assert (second.introduced, second.fixed, second.last_affected) == ("5", None, "7")


def test_nothing_is_affected_without_a_beginning() -> None:
    assert stretches([RangeEvent(fixed="3")], key) == ()


def test_everything_is_affected_from_zero_without_an_end() -> None:
    (stretch,) = stretches([RangeEvent(introduced="0")], key)
    assert stretch.is_everything


def test_many_events_cost_their_number() -> None:
    events = [RangeEvent(introduced="1"), *(RangeEvent(fixed="2") for _ in range(100_000))]
    assert len(stretches(events, key)) == 1
