"""The time horizon of one model: the fitted curve, where it crosses given probabilities, and how sure that is."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints, Truths
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.horizon.fit import TOLERANCE, Curves, fit

RIDGE = 1e-5
"""Of the slope, against one pass through all timed tasks: C = 1e5 of scikit-learn, as published horizons have it."""
PROBABILITIES = (0.5, 0.8)
FEWEST_BEYOND = 5
"""Tasks that must lie beyond an estimate before it counts as seen and not as extrapolated."""
_FURTHEST = 1_000.0
"""Of the binary logarithm of minutes; what lies further out is no number to be written down."""


class Timed(msgspec.Struct, frozen=True):
    """Attempts of one model that have an outcome, at tasks whose human time is known.

    Attributes:
        minutes, score, weight: of each attempt; minutes are above 0, scores from 0 to 1, weights above 0. task: of
            each, as a number. validated: whether a person was seen to do the task in that time, so that it is no guess.
    """

    minutes: Floats
    score: Floats
    weight: Floats
    task: Ints
    validated: Truths


UNTIMED = "not confirmed: no person was timed on these tasks"
"""Said of an estimate where every human time is itself an estimate."""


class Beyond(StrEnum):
    """Where an estimate lies: within what tasks can show, above or below it; or within, and nobody was timed."""

    WITHIN = "within"
    UNTIMED = "untimed"
    ABOVE = "above"
    BELOW = "below"


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """The human time at which the fitted probability of success is ``probability``.

    Attributes:
        minutes: None where there is none. interval: around it, ends infinite where there is no end; None where the
            draws do not give one. beyond: whether tasks can show it: it is censored where fewer than five tasks are
            longer (or shorter), or the longest that a person was seen to do is shorter. Where tasks lie on both sides
            and nobody was seen to do any, it is not censored and not confirmed. notes: why none, why censored or not
            confirmed, and what lessens the interval, a clause each.
    """

    probability: float
    minutes: float | None
    interval: Interval | None
    beyond: Beyond = Beyond.WITHIN
    notes: tuple[str, ...] = ()

    @property
    def censored(self) -> bool:
        """Whether it lies beyond what tasks can show."""
        return self.beyond in (Beyond.ABOVE, Beyond.BELOW)


class TimeHorizon(msgspec.Struct, frozen=True, kw_only=True):
    """The time horizon of one model.

    Attributes:
        intercept, slope: of the logit of success over the binary logarithm of minutes; None where no curve was fitted.
        gradient: its norm at the optimum, as a share of the weights. quantiles: one for each probability asked for.
        tasks, attempts: it rests on. draws: of the bootstrap. estimable: how many of them gave a falling curve; the
            intervals rest on these. reason: why there is no horizon at all; empty where there is.
    """

    intercept: float | None
    slope: float | None
    gradient: float | None
    quantiles: tuple[Quantile, ...]
    tasks: int
    attempts: int
    draws: int = 0
    estimable: int = 0
    reason: str = ""

    def at(self, probability: float) -> Quantile:
        """Return what was asked for this probability."""
        return next(each for each in self.quantiles if each.probability == probability)


def time_horizon(
    timed: Timed,
    drawn: Ints | None = None,
    *,
    probabilities: Sequence[float] = PROBABILITIES,
    level: float = 0.95,
    ridge: float = RIDGE,
    says: str = "hierarchical bootstrap",
) -> TimeHorizon:
    """Return the time horizon of one model.

    Args:
        timed: its attempts; there may be none. drawn: how often each attempt is drawn, one row a draw of the bootstrap
            (:func:`~clearinghouse.evaluation.statistics.bootstrap.attempt_counts`); without it there are no intervals.
        ridge: see :mod:`~clearinghouse.evaluation.statistics.horizon.fit`. says: how draws were made.

    Raises:
        StatisticsError: minutes or weights are not above 0, a probability is not between 0 and 1, or the ridge is
            negative.
    """
    _check(timed, probabilities, ridge)
    tasks, attempts = len(np.unique(timed.task)), len(timed.score)
    x, place = np.unique(np.log2(timed.minutes), return_inverse=True)
    weight, success = _summed(timed, np.ones((1, attempts)), place)
    reason = _why_not(timed, x)
    curve = None if reason else fit(x, weight, success, ridge)
    if curve is not None and not curve.converged[0]:
        reason = f"the fit did not settle: its gradient is {curve.gradient[0]:.1e}, above {TOLERANCE:.0e}"
    elif curve is not None and curve.slope[0] >= 0:
        reason = "success does not fall with human time"
    if curve is None or reason:
        none = tuple(Quantile(probability=each, minutes=None, interval=None, notes=(reason,)) for each in probabilities)
        fitted = curve if curve is not None and curve.converged[0] else None
        return _horizon(fitted, none, tasks, attempts, reason=reason)
    curves = _redrawn(timed, drawn, x, place, ridge) if drawn is not None else None
    made = 0 if drawn is None else len(drawn)
    quantiles = tuple(_quantile(timed, curve, curves, made, each, level, says) for each in probabilities)
    return _horizon(curve, quantiles, tasks, attempts, made, 0 if curves is None else len(curves.slope))


def _check(timed: Timed, probabilities: Sequence[float], ridge: float) -> None:
    if not all(0 < each < 1 for each in probabilities):
        raise StatisticsError("a probability is not between 0 and 1", "ask for probabilities such as 0.5 and 0.8")
    if not 0 <= ridge < float("inf"):
        raise StatisticsError(f"a ridge of {ridge}", "give 0 or more, such as 1e-5")
    for name, values in (("minutes", timed.minutes), ("weights", timed.weight)):
        if not np.all((values > 0) & np.isfinite(values)):
            raise StatisticsError(f"{name} that are not above 0", "leave out what has none")


def _why_not(timed: Timed, x: Floats) -> str:
    """Say why no curve can be fitted; nothing where one can be tried."""
    if not len(timed.score):
        return "no attempt is at a task whose human time is known"
    if len(x) < 2:
        return "all tasks take the same human time"
    if not timed.score.any():
        return "no success is left"
    if (timed.score == 1).all():
        return "no failure is left"
    return ""


def _summed(timed: Timed, counts: Floats | Ints, place: Ints) -> tuple[Floats, Floats]:
    """Return weights and weighted successes at each distinct time, one row for each row of counts."""
    if not len(place):
        return np.zeros((len(counts), 0)), np.zeros((len(counts), 0))
    order = np.argsort(place, kind="stable")
    begin = np.flatnonzero(np.diff(place[order], prepend=-1))
    each = counts[:, order] * timed.weight[order]
    weight = np.add.reduceat(each, begin, axis=1)
    return weight, np.add.reduceat(each * timed.score[order], begin, axis=1)


def _redrawn(timed: Timed, drawn: Ints, x: Floats, place: Ints, ridge: float) -> Curves:
    """Return the curves of the draws that give a falling one at its optimum."""
    weight, success = _summed(timed, drawn, place)
    total, solved = weight.sum(axis=1), success.sum(axis=1)
    mixed = (solved > 0) & (solved < total * (1 - 1e-12))
    curves = fit(x, weight[mixed], success[mixed], ridge)
    falling = curves.converged & (curves.slope < 0)
    return Curves(*(each[falling] for each in curves))


def _quantile(
    timed: Timed, curve: Curves, curves: Curves | None, made: int, probability: float, level: float, says: str
) -> Quantile:
    at = float(curve.log2_minutes(probability)[0])
    if abs(at) > _FURTHEST:
        flat = "success hardly changes with human time"
        return Quantile(probability=probability, minutes=None, interval=None, notes=(flat,))
    beyond, why = _place(timed, 2.0**at)
    interval, lessened = _interval(timed, curves, made, probability, level, says) if curves else (None, ())
    notes = (*why, *lessened)
    return Quantile(probability=probability, minutes=2.0**at, interval=interval, beyond=beyond, notes=notes)


def _place(timed: Timed, minutes: float) -> tuple[Beyond, tuple[str, ...]]:
    """Say whether tasks can show an estimate, and if not, why."""
    length = timed.minutes[np.unique(timed.task, return_index=True)[1]]
    seen = timed.minutes[timed.validated]
    longer, shorter = int(np.count_nonzero(length > minutes)), int(np.count_nonzero(length < minutes))
    untimed = () if len(seen) else (UNTIMED,)
    if len(seen) and minutes > seen.max():
        return Beyond.ABOVE, (f"above the longest task that a person was seen to do ({seen.max():,.0f} minutes)",)
    if longer < FEWEST_BEYOND:
        return Beyond.ABOVE, (f"fewer than {FEWEST_BEYOND} tasks are longer ({longer})", *untimed)
    if shorter < FEWEST_BEYOND:
        return Beyond.BELOW, (f"fewer than {FEWEST_BEYOND} tasks are shorter ({shorter})", *untimed)
    return (Beyond.UNTIMED, untimed) if untimed else (Beyond.WITHIN, ())


def _interval(
    timed: Timed, curves: Curves, made: int, probability: float, level: float, says: str
) -> tuple[Interval | None, tuple[str, ...]]:
    """Return the percentile interval over draws that give a falling curve, and what lessens it."""
    places = curves.log2_minutes(probability)
    without = made - len(places)
    if 2 * without > made:
        return None, (f"{without:,} of {made:,} draws give no curve, too many for an interval",)
    low, high = np.quantile(places, [(1 - level) / 2, (1 + level) / 2])
    interval = Interval(low=_minutes(low), high=_minutes(high), level=level, method=says)
    notes = []
    if without > made * (1 - level):
        notes.append(f"{without:,} of {made:,} draws give no curve and are not in the interval")
    longest = float(timed.minutes.max())
    if interval.high > longest:
        notes.append(f"the interval reaches beyond the longest task ({longest:,.0f} minutes)")
    return interval, tuple(notes)


def _minutes(log2: float) -> float:
    if abs(log2) > _FURTHEST:
        return 0.0 if log2 < 0 else float("inf")
    return float(2.0**log2)


def _horizon(
    curve: Curves | None,
    quantiles: tuple[Quantile, ...],
    tasks: int,
    attempts: int,
    draws: int = 0,
    estimable: int = 0,
    reason: str = "",
) -> TimeHorizon:
    return TimeHorizon(
        intercept=float(curve.intercept[0]) if curve else None,
        slope=float(curve.slope[0]) if curve else None,
        gradient=float(curve.gradient[0]) if curve else None,
        quantiles=quantiles,
        tasks=tasks,
        attempts=attempts,
        draws=draws,
        estimable=estimable,
        reason=reason,
    )
