"""How processor time grows with size: an exponent, fitted to what was measured.

Seconds differ between machines, ratios hardly: a rule about seconds would be shown on a slow machine and not on a fast
one. Time is that of all processors, so that waiting does not count, less what a benign use of the same software takes.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

FLOOR = 0.05
"""Seconds of processor time below which a point says nothing."""
MUCH = 2 * FLOOR
"""Seconds that are no noise: what took so long did take time, though not at enough sizes to tell how it grows. On a
fast machine that is all there is to be seen of growth that a slow one shows plainly, so it refutes nothing."""
_LEAST = 3


class Point(NamedTuple):
    """One size, the seconds of processor time that it took, and whether its limit ended it before it was done."""

    size: int
    seconds: float
    ended: bool = False


class Judged(NamedTuple):
    """Whether time grows so, or None where that cannot be told, and why in words."""

    shown: bool | None
    how: str


class Fit(NamedTuple):
    """What the points say: the exponent, or None where they say nothing, and why in words."""

    exponent: float | None
    how: str


def fit(points: Sequence[Point], benign: float) -> Fit:
    """Return the exponent ``k`` for which time is best described as ``size ** k``.

    Least squares over the logarithms of the points that took at least :data:`FLOOR` seconds more than the benign use.
    A point that was ended counts with the time until then, which can only make the exponent smaller. With fewer
    than three points that say something there is none: but where an ended point follows one that took hardly anything,
    the exponent between these two is a lower bound, and is told.

    Laws: multiplying all sizes by a constant changes nothing; nor does multiplying all times, that of the benign use
    among them, as long as the same points reach the floor. Points of an exact power have its exponent.

    Args:
        points: the sizes in ascending order. benign: seconds of processor time of the benign use.
    """
    known = [(point.size, point.seconds - benign) for point in points if point.seconds - benign >= FLOOR]
    if len(known) >= _LEAST:
        return Fit(exponent := _slope(known), f"exponent {exponent:.2f} over sizes {known[0][0]} to {known[-1][0]}")
    last = points[-1] if points else None
    if last and last.ended and len(points) > 1 and last.seconds - benign >= FLOOR:
        before = points[-2]
        bound = _slope([(before.size, max(before.seconds - benign, FLOOR)), (last.size, last.seconds - benign)])
        return Fit(bound, f"exponent at least {bound:.2f} between sizes {before.size} and {last.size}")
    most = max((point.seconds - benign for point in points), default=0.0)
    return Fit(None, f"no time to measure: at most {max(most, 0):.2f} s more than a benign use")


def judged(points: Sequence[Point], benign: float, exponent: float) -> Judged:
    """Return whether time grows with at least this exponent.

    Laws: what is shown has an exponent of so much or more. Of points of which one was ended it is never said that they
    do not show: with such a point the exponent is a lower bound, which can show growth and cannot refute it. Nor is it
    said where something took :data:`MUCH` more than the benign use, at too few sizes for an exponent.

    Args:
        points, benign: as :func:`fit` has them.
    """
    found, how = fit(points, benign)
    if found is not None and found >= exponent:
        return Judged(True, how)
    ended = next((point for point in points if point.ended), None)
    if ended:
        return Judged(None, f"{how}; size {ended.size} was ended by its limit, so it may be more")
    if found is None and any(point.seconds - benign >= MUCH for point in points):
        return Judged(None, f"fewer than {_LEAST} sizes took time to measure; {how}")
    return Judged(False, how)


def _slope(points: Sequence[tuple[int, float]]) -> float:
    logs = [(math.log(size), math.log(max(seconds, 1e-9))) for size, seconds in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
