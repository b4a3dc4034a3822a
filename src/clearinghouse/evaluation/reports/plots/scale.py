"""From values to places in a drawing, and the ticks that are written beside it."""

from collections.abc import Sequence
from math import isfinite, log2

import msgspec

from clearinghouse.evaluation.reports.numbers import minutes, percent
from clearinghouse.evaluation.reports.plots.frame import width_of

_TIMES = (1 / 60, 4 / 60, 15 / 60, 1.0, 4.0, 15.0, 60.0, 240.0, 960.0)
_GAP = 12


class Scale(msgspec.Struct, frozen=True):
    """A straight line from values to places. Values outside are put on its ends, so that nothing leaves the drawing.

    Attributes:
        first, last: values at its ends. start, end: their places.
    """

    first: float
    last: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        if self.last == self.first:
            return (self.start + self.end) / 2
        share = (value - self.first) / (self.last - self.first)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value lies between its ends."""
        return min(self.first, self.last) <= value <= max(self.first, self.last)


class Tick(msgspec.Struct, frozen=True):
    """One tick: its value and what is written at it, which is nothing where there is no room."""

    value: float
    label: str


def percent_ticks(scale: Scale, step: int) -> list[Tick]:
    """Return ticks of shares that lie within a scale, every ``step`` percent."""
    values = [each / 100 for each in range(0, 101, step) if scale.holds(each / 100)]
    return [Tick(value, percent(value)) for value in values]


def time_scale(times: Sequence[float], start: float, end: float) -> Scale:
    """Return a scale of logarithms to base 2 of minutes that holds these times, with a margin at both ends."""
    found = [log2(each) for each in times if isfinite(each) and each > 0]
    low, high = (min(found), max(found)) if found else (0.0, 4.0)
    margin = max(0.4, 0.04 * (high - low))
    return Scale(low - margin, high + margin, start, end)


def time_ticks(scale: Scale) -> list[Tick]:
    """Return ticks of a scale of times: a second, 4, 15, a minute, and so on by about four; beyond 16 hours by four."""
    times = list(_TIMES)
    while log2(times[-1] * 4) <= scale.last:
        times.append(times[-1] * 4)
    found = [Tick(log2(each), minutes(each)) for each in times if scale.holds(log2(each))]
    return apart(scale, found) if found else [Tick(middle(scale), minutes(2 ** middle(scale)))]


def middle(scale: Scale) -> float:
    """Return the value in the middle of a scale."""
    return (scale.first + scale.last) / 2


def apart(scale: Scale, ticks: Sequence[Tick]) -> list[Tick]:
    """Return ticks of a scale to the right; labels that would touch the one before or the last are left out."""
    if not ticks:
        return []
    kept: list[Tick] = []
    edge = _edges(scale, ticks[-1])[0] - _GAP
    taken = float("-inf")
    for tick in ticks[:-1]:
        left, right = _edges(scale, tick)
        shown = left >= taken and right <= edge
        kept.append(tick if shown else Tick(tick.value, ""))
        taken = right + _GAP if shown else taken
    return [*kept, ticks[-1]]


def _edges(scale: Scale, tick: Tick) -> tuple[float, float]:
    half = width_of(tick.label) / 2
    return scale.at(tick.value) - half, scale.at(tick.value) + half
