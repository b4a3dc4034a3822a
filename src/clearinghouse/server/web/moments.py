"""Time as people read it: how far off and when exactly, always both."""

import datetime as dt
from enum import StrEnum
from typing import TypeAlias

import msgspec
from django.utils import timezone

from clearinghouse.formats.text import plural
from clearinghouse.priority import in_words

Day: TypeAlias = dt.date
When: TypeAlias = dt.datetime | dt.date
"""A moment with its zone, or a day."""

SOON_DAYS = 14
"""Days ahead up to which a date counts as near; the same as on the operator's page."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_YEARS_FROM = 730
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class State(StrEnum):
    """How a clock stands. The value is the class of its colour, which only repeats the words and the shape."""

    OVERDUE = "is-overdue"
    DUE = "is-due"
    LATER = "is-later"
    DONE = "is-done"
    EMBARGOED = "is-embargoed"

    @property
    def shape(self) -> str:
        """A mark that is told apart without its colour."""
        return {"is-overdue": "■", "is-due": "▲", "is-later": "●", "is-done": "✓"}.get(self, "◆")


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in words.

    Attributes:
        iso: for the attribute ``datetime``. relative: ``in 3 days``, ``4 hours ago``.
        absolute: ``Thu 12 March 2026, 17:00 EDT``, or without hour and zone for a day.
        left: ``3 days left``, ``overdue by 2 days``. state: how a clock that ends then stands.
    """

    iso: str
    relative: str
    absolute: str
    left: str
    state: State

    @property
    def past(self) -> bool:
        """Whether it is over."""
        return self.state is State.OVERDUE


def moment(at: When, now: dt.datetime | None = None) -> Moment:
    """Return a moment or a day in words, in the current time zone.

    Args:
        at: a moment with its zone, or a day; a day lasts until its end. now: what counts as now; None is the clock.

    Raises:
        ValueError: a moment has no zone.
    """
    now = timezone.localtime(now or timezone.now())
    if not isinstance(at, dt.datetime):
        return _of_day(at, now.date())
    if at.tzinfo is None:
        raise ValueError(f"the moment {at} has no zone")
    here = timezone.localtime(at)
    seconds = (here - now).total_seconds()
    far = _count(abs(seconds))
    return Moment(
        iso=here.isoformat(timespec="minutes"),
        relative="now" if abs(seconds) < _MINUTE else f"in {far}" if seconds > 0 else f"{far} ago",
        absolute=f"{_named(here.date())}, {here:%H:%M} {here.tzname()}",
        left=_left(seconds < 0, far),
        state=_state(seconds < 0, seconds / _DAY),
    )


def _of_day(day: Day, today: Day) -> Moment:
    days = (day - today).days
    far = _years(abs(days))
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    left = {0: "due today", 1: "due tomorrow"}.get(days)
    return Moment(
        iso=day.isoformat(),
        relative=near or (f"in {far}" if days > 0 else f"{far} ago"),
        absolute=_named(day),
        left=left or _left(days < 0, far),
        state=_state(days < 0, days),
    )


def _state(past: bool, days: float) -> State:
    if past:
        return State.OVERDUE
    return State.DUE if days <= SOON_DAYS else State.LATER


def _left(past: bool, far: str) -> str:
    return f"overdue by {far}" if past else f"{far} left"


def _named(day: Day) -> str:
    return f"{_DAYS[day.weekday()]} {in_words(day)}"


def _count(seconds: float) -> str:
    """A length in its largest telling unit, rounded down, so that never more is promised than is left."""
    if seconds < 2 * _HOUR:
        return plural(int(seconds // _MINUTE), "minute")
    if seconds < 2 * _DAY:
        return plural(int(seconds // _HOUR), "hour")
    return _years(int(seconds // _DAY))


def _years(days: int) -> str:
    return plural(days // 365, "year") if days >= _YEARS_FROM else plural(days, "day")
