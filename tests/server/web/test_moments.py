import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.server.web.moments import State, moment

NOW = dt.datetime(2026, 11, 9, 14, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("distance", "relative", "left"),
    [
        (dt.timedelta(seconds=20), "now", "0 minutes left"),
        (dt.timedelta(minutes=1), "in 1 minute", "1 minute left"),
        (dt.timedelta(minutes=119), "in 119 minutes", "119 minutes left"),
        (dt.timedelta(hours=2), "in 2 hours", "2 hours left"),
        (dt.timedelta(hours=47, minutes=59), "in 47 hours", "47 hours left"),
        (dt.timedelta(days=3, hours=23), "in 3 days", "3 days left"),
        (dt.timedelta(days=1200), "in 3 years", "3 years left"),
        (dt.timedelta(minutes=-4), "4 minutes ago", "overdue by 4 minutes"),
        (dt.timedelta(days=-12), "12 days ago", "overdue by 12 days"),
    ],
)
def test_how_far_off_a_moment_is(distance, relative, left):
    made = moment(NOW + distance, NOW)
    assert (made.relative, made.left) == (relative, left)


@pytest.mark.parametrize(
    ("day", "relative", "left", "state"),
    [
        (dt.date(2026, 11, 9), "today", "due today", State.DUE),
        (dt.date(2026, 11, 10), "tomorrow", "due tomorrow", State.DUE),
        (dt.date(2026, 11, 8), "yesterday", "overdue by 1 day", State.OVERDUE),
        (dt.date(2026, 11, 23), "in 14 days", "14 days left", State.DUE),
        (dt.date(2026, 11, 24), "in 15 days", "15 days left", State.LATER),
    ],
)
def test_how_far_off_a_day_is(day, relative, left, state):
    made = moment(day, NOW)
    assert (made.relative, made.left, made.state) == (relative, left, state)
    assert made.past is (state is State.OVERDUE)


def test_both_are_told_in_the_zone_of_the_reader():
    with timezone.override(ZoneInfo("America/New_York")):
        made = moment(dt.datetime(2026, 3, 12, 21, 0, tzinfo=dt.UTC), NOW)
    assert made.absolute == "Thu 12 March 2026, 17:00 EDT"
    assert made.iso == "2026-03-12T17:00-04:00"
    assert moment(dt.date(2026, 3, 12), NOW).absolute == "Thu 12 March 2026"


def test_a_day_ends_with_the_readers_day():
    late = dt.datetime(2026, 11, 10, 2, 0, tzinfo=dt.UTC)
    with timezone.override(ZoneInfo("America/New_York")):
        assert moment(dt.date(2026, 11, 9), late).relative == "today"
    assert moment(dt.date(2026, 11, 9), late).relative == "yesterday"


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        moment(dt.datetime(2026, 11, 9, 12, 0), NOW)  # noqa: DTZ001 - that is what is refused


@given(st.integers(1, 3000))
def test_never_more_is_promised_than_is_left(hours):
    made = moment(NOW + dt.timedelta(hours=hours), NOW)
    count, unit, _ = made.left.split()
    length = {"minute": 1 / 60, "hour": 1, "day": 24, "year": 24 * 365}[unit.removesuffix("s")]
    assert int(count) * length <= hours


def test_shapes_differ():
    assert len({state.shape for state in State}) == len(State)
