"""Success against human time: the tasks, the fitted curve, and the times at which half and four fifths succeed."""

from collections import Counter
from collections.abc import Sequence
from math import exp, inf, isfinite, log2, sqrt

from clearinghouse.evaluation.assessment.facts import Horizon
from clearinghouse.evaluation.reports.numbers import minutes, minutes_interval
from clearinghouse.evaluation.reports.plots.axes import Area, area, bottom_axis, height_of, share_axis
from clearinghouse.evaluation.reports.plots.frame import Frame, Key, drawing, legend, line, path, shape
from clearinghouse.evaluation.reports.plots.scale import Scale, time_scale, time_ticks
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.formats.markup import Markup, Node

Point = tuple[float, float, int]
"""Human minutes, mean success and attempts of one task."""

MOST_POINTS = 4_000
BEYOND = "beyond what these tasks can show"
NOT_TIMED = "not confirmed: no person was timed on these tasks"
_REACH = 16
"""An end of an interval is drawn if it is at most so many times beyond the tasks; further ones become arrows."""
_STEPS = 96
_SMALLEST, _LARGEST = 2.5, 10.0


def horizon(frame: Frame, tasks: Sequence[Point], found: Horizon | None, title: str, says: str) -> Markup:
    """Return the plot. At least one task, or a horizon with a time, is needed (:func:`can_draw`)."""
    drawn = drawable(tasks)
    keys, top = legend(frame, _keys(drawn, found))
    within = area(frame, top)
    scale = time_scale(_times(drawn, found), within.left, within.right)
    return drawing(
        frame,
        height_of(within),
        title,
        says,
        keys,
        share_axis(within, "mean success"),
        bottom_axis(within, scale, time_ticks(scale), "time that the task takes a person"),
        _circles(within, scale, drawn),
        _curve(within, scale, drawn, found) if found else None,
        _levels(within, scale, found) if found else None,
    )


def drawable(tasks: Sequence[Point]) -> list[Point]:
    """Return the tasks that have a place: a positive human time, and a share of successes."""
    found = [each for each in tasks if isfinite(each[0]) and each[0] > 0 and 0 <= each[1] <= 1]
    return found[:MOST_POINTS]


def can_draw(tasks: Sequence[Point], found: Horizon | None) -> bool:
    """Whether there is anything to draw."""
    return bool(_times(drawable(tasks), found))


def _times(drawn: Sequence[Point], found: Horizon | None) -> list[float]:
    times = [each[0] for each in drawn]
    if found is None:
        return times
    named = [each for each in (found.p50, found.p80) if each is not None and isfinite(each) and each > 0]
    least, most = (min(times), max(times)) if times else (min(named, default=inf), max(named, default=0.0))
    ends = [end for each in (found.p50_interval, found.p80_interval) if each for end in (each.low, each.high)]
    return [*times, *(each for each in (*named, *ends) if least / _REACH <= each <= most * _REACH and each > 0)]


def gathered(tasks: Sequence[Point]) -> list[Point]:
    """Return tasks that stand at one place as one, with all their attempts; the largest first: none is hidden."""
    attempts: Counter[tuple[float, float]] = Counter()
    for minute, success, count in tasks:
        attempts[minute, success] += max(0, count)
    return sorted(((*place, count) for place, count in attempts.items()), key=lambda each: -each[2])


def _circles(within: Area, scale: Scale, drawn: Sequence[Point]) -> list[Node]:
    ordered = gathered(drawn)
    most = max((each[2] for each in ordered), default=0)
    return [
        shape(scale.at(log2(each[0])), within.shares.at(each[1]), "circle", "task", _radius(each[2], most))
        for each in ordered
    ]


def _radius(attempts: int, most: int) -> float:
    return max(_SMALLEST, _LARGEST * sqrt(max(0, attempts) / max(most, 3)))


def _curve(within: Area, scale: Scale, drawn: Sequence[Point], found: Horizon) -> Node:
    if found.intercept is None or found.slope is None:
        return None
    times = [log2(each[0]) for each in drawn]
    ends = (min(times), max(times)) if times else (scale.first, scale.first)
    parts = ((scale.first, ends[0], "curve beyond"), (*ends, "curve"), (ends[1], scale.last, "curve beyond"))
    return [_part(within, scale, found.intercept, found.slope, part) for part in parts]


def _part(within: Area, scale: Scale, intercept: float, slope: float, part: tuple[float, float, str]) -> Node:
    first, last, kind = part
    if last <= first:
        return None
    values = [first + (last - first) * step / _STEPS for step in range(_STEPS + 1)]
    return path([(scale.at(each), within.shares.at(logistic(intercept + slope * each))) for each in values], kind)


def logistic(value: float) -> float:
    """Return ``1 / (1 + exp(-value))`` for any value, also where the exponential has no number."""
    if value < 0:
        return 1 - logistic(-value)
    return 1 / (1 + exp(-min(value, 700.0)))


def _levels(within: Area, scale: Scale, found: Horizon) -> list[Node]:
    return [
        _level(within, scale, 0.5, found.p50, found.p50_interval, "diamond", doubt_of(found, found.censored50)),
        _level(within, scale, 0.8, found.p80, found.p80_interval, "square", doubt_of(found, found.censored80)),
    ]


def _level(
    within: Area,
    scale: Scale,
    share: float,
    value: float | None,
    interval: Interval | None,
    mark: str,
    doubt: str,
) -> Node:
    """A time with its interval, at the height of its share; an arrow where it goes on beyond what is drawn."""
    if value is None or not isfinite(value) or value <= 0:
        return None
    y = within.shares.at(share)
    made: list[Node] = [_whisker(scale, y, interval)] if interval else []
    if not scale.holds(log2(value)):
        return [*made, _off(within, y, right=log2(value) > scale.last)]
    if doubt == BEYOND:
        x = scale.at(log2(value))
        end = min(within.right - 6, max(x, _end(scale, interval)) + 30)
        made += [line(x, y, end, y, "interval"), shape(end, y, "right", "arrow")]
    return [*made, shape(scale.at(log2(value)), y, mark, "hollow" if doubt else "estimate", 5)]


def _end(scale: Scale, interval: Interval | None) -> float:
    return scale.end if interval is None or not isfinite(interval.high) else scale.at(log2(max(interval.high, 1e-9)))


def _off(within: Area, y: float, *, right: bool) -> Node:
    return shape(within.right - 6 if right else within.left + 6, y, "right" if right else "left", "arrow")


def _whisker(scale: Scale, y: float, interval: Interval) -> Node:
    low = log2(interval.low) if interval.low > 0 else -inf
    high = log2(interval.high) if interval.high > 0 else -inf
    if high < scale.first or low > scale.last:
        return None
    left, right = scale.at(low), scale.at(high)
    return [
        line(left, y, right, y, "interval"),
        line(left, y - 6, left, y + 6, "interval") if low >= scale.first else shape(left + 6, y, "left", "arrow"),
        line(right, y - 6, right, y + 6, "interval") if high <= scale.last else shape(right - 6, y, "right", "arrow"),
    ]


def _keys(drawn: Sequence[Point], found: Horizon | None) -> list[Key]:
    keys: list[Key] = []
    if drawn:
        keys.append(Key(_sample_of_task, "tasks; the larger, the more attempts"))
    if found is None:
        return keys
    if found.intercept is not None and found.slope is not None:
        keys.append(Key(lambda x, y: line(x - 12, y, x + 12, y, "curve"), "fitted curve; dashed beyond the tasks"))
    if found.p50 is not None:
        doubt = doubt_of(found, found.censored50)
        keys.append(_key_of_level("diamond", f"half succeed: {told(found.p50, found.p50_interval, doubt)}", doubt))
    if found.p80 is not None:
        doubt = doubt_of(found, found.censored80)
        keys.append(_key_of_level("square", f"80 % succeed: {told(found.p80, found.p80_interval, doubt)}", doubt))
    return keys


def _key_of_level(mark: str, words: str, doubt: str) -> Key:
    kind = "hollow" if doubt else "estimate"
    return Key(lambda x, y: [line(x - 12, y, x + 12, y, "interval"), shape(x, y, mark, kind, 5)], words)


def _sample_of_task(x: float, y: float) -> Node:
    return [shape(x - 8, y, "circle", "task", 3), shape(x + 4, y, "circle", "task", 6)]


def doubt_of(found: Horizon, is_censored: bool) -> str:
    """Return why a time is not to be relied on as it stands; nothing where tasks show it."""
    return BEYOND if is_censored else NOT_TIMED if found.untimed else ""


def told(value: float | None, interval: Interval | None, doubt: str) -> str:
    """Return a horizon in words: ``3.1 h (1.9 h to 5.8 h)``, and why it is not to be relied on, if so it is."""
    if value is None:
        return "none"
    shown = f"{minutes(value)} ({minutes_interval(interval)})" if interval else minutes(value)
    return f"{shown}, {doubt}" if doubt else shown
