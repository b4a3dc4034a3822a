"""Success, as benchmark accuracy and as generalised accuracy: two types that no function takes for each other.

Source: NIST AI 800-3 (2026). On these very tasks only the chance of attempts is uncertain; for the population that
their families were drawn from, the tasks are uncertain too. Attempts at one task are never counted as independent.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.attempts import Attempts
from clearinghouse.evaluation.statistics.binomial import exact_interval
from clearinghouse.evaluation.statistics.clustered import (
    SEED,
    Clusters,
    Method,
    Weighting,
    clustered_interval,
    clusters,
)
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, GeneralizedAccuracy, Interval, Sides


class MissingBounds(NamedTuple):
    """Mean success if every attempt without an outcome had failed, and if it had succeeded (Manski, AER 80, 1990).

    Attributes:
        low, high: these two. share: of attempts without an outcome.
    """

    low: float
    high: float
    share: float


class VarianceShares(NamedTuple):
    """Where the variance of a single attempt comes from, in the square of the score's unit.

    Attributes:
        between: of the success of tasks. within: of attempts at one task.
    """

    between: float
    within: float


def benchmark_accuracy(
    attempts: Attempts, level: float = 0.95, weighting: Weighting = Weighting.TASKS
) -> BenchmarkAccuracy:
    """Return the success on these tasks, had each been tried for ever.

    Its variance is that of attempts around the mean of their task. Where a task was tried once that cannot be seen;
    then the interval is the exact one over all attempts, which is wide enough whatever the tasks' own probabilities
    are, and the error is the largest that they allow.

    Raises:
        StatisticsError: an attempt has no outcome; or tasks were tried once, and scores are not 0 or 1.
    """
    _check(attempts)
    means, counts = attempts.task_means(), attempts.per_task()
    weights = _task_weights(attempts, weighting)
    value = min(1.0, max(0.0, float(weights @ means)))
    error, freedom = _attempt_error(attempts, weights) if counts.min() > 1 else (0.0, 0.0)
    if error > 0:
        half = error * float(stdtrit(freedom, (1 + level) / 2))
        method = f"attempts within tasks, t with {freedom:.0f} degrees of freedom"
        interval = Interval(low=max(0.0, value - half), high=min(1.0, value + half), level=level, method=method)
    else:
        interval = _exact(attempts, value, weights, level)
        error = sqrt(value * (1 - value) / _effective(counts, weights))
    return BenchmarkAccuracy(
        value=value,
        error=error,
        interval=interval,
        tasks=attempts.tasks,
        families=attempts.families,
        attempts=len(attempts.score),
    )


def generalised_accuracy(
    attempts: Attempts,
    level: float = 0.95,
    weighting: Weighting = Weighting.TASKS,
    sides: Sides = Sides.TWO,
    method: Method = Method.AUTO,
    seed: int = SEED,
) -> GeneralizedAccuracy:
    """Return the success on the population of families that the tasks were drawn from.

    Where every family has one task and every task one attempt, and scores are 0 or 1, the interval is Clopper and
    Pearson's; else see :func:`~clearinghouse.evaluation.statistics.clustered.clustered_interval`. Of one family alone
    the error is infinite.

    Raises:
        StatisticsError: an attempt has no outcome.
    """
    _check(attempts)
    found = clusters(attempts.task_means(), attempts.family, weighting)
    single = len(attempts.score) == attempts.tasks == attempts.families
    if single and attempts.is_binary:
        interval = exact_interval(int(attempts.score.sum()), attempts.tasks, level, sides)
    else:
        interval = clustered_interval(found, level, sides, method, seed=seed)
    return GeneralizedAccuracy(
        value=_bounded(found),
        error=found.error,
        interval=interval,
        tasks=attempts.tasks,
        families=attempts.families,
        attempts=len(attempts.score),
    )


def missing_bounds(attempts: Attempts, weighting: Weighting = Weighting.TASKS) -> MissingBounds:
    """Return between which values mean success lies whatever the missing outcomes are."""
    low, high = (
        _bounded(clusters(attempts.filled(score).task_means(), attempts.family, weighting)) for score in (0.0, 1.0)
    )
    return MissingBounds(low, high, float(attempts.missing.mean()))


def variance_shares(attempts: Attempts) -> VarianceShares:
    """Return how the variance of an attempt divides; the more of it is between tasks, the more tasks are worth.

    The part within is the mean over tasks of the unbiased variance of their attempts; the part between is the variance
    of task means less what the chance of attempts adds to it, and not below 0.

    Raises:
        StatisticsError: an attempt has no outcome, fewer than two tasks were tried, or one of them only once.
    """
    _check(attempts)
    counts = attempts.per_task()
    if counts.min() < 2 or attempts.tasks < 2:
        raise StatisticsError("a task was tried once, or there is one task", "try several tasks twice or more")
    within = _within(attempts)
    between = float(np.var(attempts.task_means(), ddof=1) - np.mean(within / counts))
    return VarianceShares(max(0.0, between), float(within.mean()))


def _check(attempts: Attempts) -> None:
    if attempts.missing.any():
        raise StatisticsError("an attempt has no outcome", "leave it out, or count it as a failure and as a success")


def _bounded(found: Clusters) -> float:
    return min(1.0, max(0.0, found.mean))  # sums of thirds go beyond by a rounding


def _task_weights(attempts: Attempts, weighting: Weighting) -> Floats:
    """What each task weighs; together 1."""
    if weighting is Weighting.TASKS:
        return np.full(attempts.tasks, 1 / attempts.tasks)
    sizes = np.bincount(attempts.family)
    return 1.0 / (sizes[attempts.family] * attempts.families)


def _within(attempts: Attempts) -> Floats:
    """Return the unbiased variance of the attempts at each task."""
    squares = (attempts.score - attempts.task_means()[attempts.task]) ** 2
    return np.bincount(attempts.task, weights=squares, minlength=attempts.tasks) / (attempts.per_task() - 1)


def _attempt_error(attempts: Attempts, weights: Floats) -> tuple[float, float]:
    """Return the error of the mean by attempts alone, and its degrees of freedom (Satterthwaite, Biometrics, 1946)."""
    counts = attempts.per_task()
    parts = weights**2 * _within(attempts) / counts
    total = float(parts.sum())
    if total <= 0:
        return 0.0, 0.0
    return sqrt(total), total**2 / float(np.sum(parts**2 / (counts - 1)))


def _effective(counts: Ints, weights: Floats) -> float:
    """How many independent attempts of equal weight would be as uncertain."""
    return 1 / float(np.sum(weights**2 / counts))


def _exact(attempts: Attempts, value: float, weights: Floats, level: float) -> Interval:
    """Return the exact interval over as many attempts as these are worth; with equal weights that is all of them."""
    if not attempts.is_binary:
        raise StatisticsError("scores are not 0 or 1, and tasks were tried once", "try each task twice or more")
    worth = max(1, int(_effective(attempts.per_task(), weights) + 1e-9))
    low = exact_interval(int(value * worth + 1e-9), worth, level)
    high = exact_interval(min(worth, int(np.ceil(value * worth - 1e-9))), worth, level)
    method = f"{low.method}, {worth} attempts"
    return Interval(low=low.low, high=high.high, level=level, method=method)
