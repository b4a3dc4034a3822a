"""How long until it happens, where some were not watched until it did: Kaplan and Meier's curve.

Whoever gives up has not taken forever and not taken the time at which they gave up: the time is *at least* that (right
censoring). The mean of those who succeeded leaves them out, and makes tasks look shorter than they are.

Sources: Kaplan and Meier, JASA 53 (1958); Greenwood's variance; intervals on the scale log(-log S), which stay between
0 and 1 (Kalbfleisch and Prentice); the interval of a quantile holds the times at which these intervals hold its level
(Brookmeyer and Crowley, Biometrics 38, 1982).
"""

from math import inf
from typing import Any

import msgspec
import numpy as np
from scipy import special

from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError, numbers


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The curve from one time of an event on.

    Attributes:
        time: of the event. survival: the share that takes longer. error: Greenwood's. low, high: two-sided.
        at_risk: still watched just before. events: at this time.
    """

    time: float
    survival: float
    error: float
    low: float
    high: float
    at_risk: int
    events: int


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Kaplan and Meier's curve.

    Attributes:
        points: at each time of an event, ascending; before the first the survival is 1. level: of the intervals.
        watched: how many. censored: of how many the event was not seen. last: the longest time of all.
    """

    points: tuple[Point, ...]
    level: float
    watched: int
    censored: int
    last: float


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """The time by which it has happened with a certain probability.

    Attributes:
        probability: of that. value: the time; None where too few events were seen for it. interval: around it, whose
            upper end is infinite where the data end before.
    """

    probability: float
    value: float | None
    interval: Interval


def kaplan_meier(times: Any, seen: Any, *, level: float = 0.95) -> Curve:
    """Return the curve.

    Args:
        times: until the event, or until it was no longer watched; above 0. seen: whether the event was seen.
        level: of the two-sided intervals.

    Raises:
        UnfitDataError: times are not above 0, or there is not one mark for each.
    """
    time, event = checked(times, seen)
    at = np.unique(time[event])
    at_risk = (time >= at[:, None]).sum(axis=1)
    events = (time[event] == at[:, None]).sum(axis=1)
    survival = np.cumprod(1 - events / at_risk)
    left = at_risk - events
    rate = np.cumsum(np.divide(events, at_risk * left, out=np.zeros(len(at)), where=left > 0))
    low, high = _log_log(survival, rate, level)
    error = survival * np.sqrt(rate)
    return Curve(
        points=tuple(
            Point(
                time=float(t),
                survival=float(s),
                error=float(e),
                low=float(a),
                high=float(b),
                at_risk=int(n),
                events=int(d),
            )
            for t, s, e, a, b, n, d in zip(at, survival, error, low, high, at_risk, events, strict=True)
        ),
        level=level,
        watched=len(time),
        censored=int(len(time) - event.sum()),
        last=float(time.max()),
    )


def quantile(curve: Curve, probability: float = 0.5) -> Quantile:
    """Return the time by which the event has happened with a probability, the median by default.

    Raises:
        UnfitDataError: the probability is not between 0 and 1.
    """
    if not 0 < probability < 1:
        raise UnfitDataError(f"a probability of {probability}", "give one between 0 and 1")
    left = 1 - probability
    value = _first(curve, "survival", left)
    interval = Interval(
        low=min(_first(curve, "low", left), value),
        high=_first(curve, "high", left),
        level=curve.level,
        method="Kaplan-Meier, intervals on the scale log(-log S)",
    )
    return Quantile(probability=probability, value=value if value < inf else None, interval=interval)


def checked(times: Any, seen: Any) -> tuple[Floats, Any]:
    """Return times and marks as arrays.

    Raises:
        UnfitDataError: times are not above 0, or there is not one mark for each.
    """
    time = numbers(times, "times", low=0)
    event = np.asarray(seen, dtype=bool)
    if time.shape != event.shape or time.ndim != 1:
        raise UnfitDataError(
            f"{time.size} times have {event.size} marks", "say of each time whether the event was seen"
        )
    if (time <= 0).any():
        raise UnfitDataError("some of the times are 0", "leave out attempts that took no time")
    return time, event


def _first(curve: Curve, what: str, left: float) -> float:
    """Return the first time at which something of the curve is down to what is left; infinite where it never is."""
    return next((point.time for point in curve.points if getattr(point, what) <= left + 1e-12), inf)


def _log_log(survival: Floats, rate: Floats, level: float) -> tuple[Floats, Floats]:
    """Return both ends of the intervals on the scale log(-log S)."""
    reach = special.ndtri((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = reach * np.sqrt(rate) / np.log(survival)
        low, high = survival ** np.exp(-width), survival ** np.exp(width)
    # where nobody is left the lower end is 0, and of the upper one only the one before is known
    ended = survival <= 0
    before = np.concatenate([[1.0], high[:-1]])
    return np.where(ended, 0.0, low), np.where(ended, before, high)
