"""Cargo's version requirements, and the ranges that are left when what is safe is taken away.

A RustSec advisory does not say which versions are affected; it says which are not: ``patched`` and ``unaffected`` are
lists of requirements, and every version that meets none of them is affected.

Sources: The Cargo Book, "Specifying Dependencies" (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html);
RustSec advisory format (https://github.com/rustsec/advisory-db#advisory-format).
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clearinghouse.packages.versions import ZERO
from clearinghouse.packages.versions.semver import SEMVER
from clearinghouse.records import RangeEvent

_COMPARATOR = re.compile(
    r"(?P<sign>>=|<=|>|<|=|\^|~)?\s*v?(?P<major>\d{1,18})(?:\.(?P<minor>\d{1,18}|\*))?(?:\.(?P<patch>\d{1,18}|\*))?"
    r"(?P<pre>-[0-9A-Za-z.-]{1,100})?(?:\+[0-9A-Za-z.-]{1,100})?"
)
MAX_COMPARATORS = 20


class RequirementError(ValueError):
    """The text is no requirement of Cargo's."""


class Bound(NamedTuple):
    """One end of an interval: a version, and whether it belongs to the interval."""

    version: str
    closed: bool


class Interval(NamedTuple):
    """Versions between two ends; None is no end."""

    low: Bound | None
    high: Bound | None


def interval_of(requirement: str) -> Interval:
    """Return the versions that meet a requirement: comparators joined by commas, all of which hold.

    Raises:
        RequirementError: it is none.
    """
    parts = requirement.split(",")
    if len(parts) > MAX_COMPARATORS:
        raise RequirementError(requirement)
    low: Bound | None = None
    high: Bound | None = None
    for part in parts:
        found = _comparator(part.strip())
        low = _later(low, found.low)
        high = _earlier(high, found.high)
    return Interval(low, high)


def _comparator(text: str) -> Interval:
    if text == "*":
        return Interval(None, None)
    match = _COMPARATOR.fullmatch(text)
    if match is None:
        raise RequirementError(text)
    numbers = [int(match[name]) for name in ("major", "minor", "patch") if match[name] not in (None, "*")]
    version = ".".join(map(str, [*numbers, 0, 0][:3])) + (match["pre"] or "")
    partial = len(numbers) < 3
    sign = match["sign"] or "^"
    if sign == ">=":
        return Interval(Bound(version, True), None)
    if sign == "<":
        return Interval(None, Bound(version, False))
    if sign == ">":  # above all of 1.2 is 1.3
        return Interval(Bound(_next(numbers), True) if partial else Bound(version, False), None)
    if sign == "<=":
        return Interval(None, Bound(_next(numbers), False) if partial else Bound(version, True))
    if sign == "=":
        return Interval(Bound(version, True), Bound(_next(numbers), False) if partial else Bound(version, True))
    if sign == "~":
        return Interval(Bound(version, True), Bound(_next(numbers[:2]), False))
    return Interval(Bound(version, True), Bound(_next_incompatible(numbers), False))


def _next(numbers: Sequence[int]) -> str:
    return ".".join(map(str, [*numbers[:-1], numbers[-1] + 1, 0, 0][:3]))


def _next_incompatible(numbers: Sequence[int]) -> str:
    """The first version that a caret excludes: the leftmost number that is not zero goes up by one."""
    for place, number in enumerate(numbers):
        if number:
            return _next(numbers[: place + 1])
    return _next(numbers)


def _key(bound: Bound) -> bytes:
    return SEMVER.key(bound.version)


def _later(one: Bound | None, other: Bound | None) -> Bound | None:
    """The stricter of two lower ends."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda bound: (_key(bound), not bound.closed))


def _earlier(one: Bound | None, other: Bound | None) -> Bound | None:
    """The stricter of two upper ends."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda bound: (_key(bound), bound.closed))


def affected_between(safe: Iterable[Interval]) -> tuple[RangeEvent, ...]:
    """Return as events of one range what is affected where all of ``safe`` is not.

    An upper end that belongs to a safe interval (``<= 1.2.3``) is followed by the first version above it, which SemVer
    can name: ``1.2.4-0``.
    """
    events: list[RangeEvent] = []
    start, reached = "0", ZERO  # from here on nothing is known to be safe yet
    filled = [interval for interval in safe if not _is_empty(interval)]
    for low, high in sorted(filled, key=lambda item: _key(item.low) if item.low else ZERO):
        if low and (_key(low), not low.closed) > (reached, False):
            events += (RangeEvent(introduced=start), _end(low))
        if high is None:
            return tuple(events)
        after = _after(high)
        if SEMVER.key(after) > reached:
            start, reached = after, SEMVER.key(after)
    return (*events, RangeEvent(introduced=start))


def _is_empty(interval: Interval) -> bool:
    low, high = interval
    if low is None or high is None:
        return False
    return _key(low) > _key(high) or (_key(low) == _key(high) and not (low.closed and high.closed))


def _end(low: Bound) -> RangeEvent:
    return RangeEvent(fixed=low.version) if low.closed else RangeEvent(last_affected=low.version)


def _after(high: Bound) -> str:
    if not high.closed:
        return high.version
    core, dash, _ = high.version.partition("-")
    if dash:
        return f"{high.version}.0"
    return f"{_next([int(number) for number in core.split('.')])}-0"
