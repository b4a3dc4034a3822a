"""Means over tasks whose families were drawn independently: the error, and an interval that few families do not fool.

With two weightings the mean is one ratio, of sums over families to their sizes: the sum of the values of its tasks to
their number where tasks weigh alike, the family's own mean to 1 where families do. Its variance is

    G / (G - 1) * sum over families of (sum - size * mean)^2 / (sum of sizes)^2

which for tasks is formula 6 of Miller, *Adding Error Bars to Evals* (arXiv 2411.00640), with the correction for few
families, and for families the variance of a plain mean.
"""

from collections.abc import Callable
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.estimate import Interval, Sides
from clearinghouse.evaluation.statistics.gaffke import ratio_lower_bound

FEW_FAMILIES = 15
"""Below so many, Student's t is too narrow, and the bounds that need no distribution are used instead."""
SEED = 42
_WILD_DRAWS = 1_999
_WEBB = np.array([-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5)])
_HALVINGS = 26
"""Of the scale, when a bound is looked for: to a hundred-millionth of it."""


class Method(StrEnum):
    """How an interval is made.

    Attributes:
        AUTO: ``T`` from 15 families on, ``BOUNDED`` below. T: cluster-robust, with one degree of freedom less than
            families; near the ends of the scale it errs more often than its level says, even with 40 families.
        WILD: the wild cluster bootstrap. BOUNDED: what holds for any distribution of families on the scale.
    """

    AUTO = "auto"
    T = "t"
    WILD = "wild"
    BOUNDED = "bounded"


class Weighting(StrEnum):
    """What weighs alike in a mean: every task, or every family."""

    TASKS = "tasks"
    FAMILIES = "families"


class Scale(NamedTuple):
    """Between which values a mean lies for certain."""

    low: float = 0.0
    high: float = 1.0


class Clusters(NamedTuple):
    """A mean over families as a ratio.

    Attributes:
        sums, sizes: of each family, see above.
    """

    sums: Floats
    sizes: Floats

    @property
    def mean(self) -> float:
        """The mean."""
        return float(self.sums.sum() / self.sizes.sum())

    @property
    def error(self) -> float:
        """The cluster-robust standard error; infinite where there is one family alone."""
        count = len(self.sums)
        if count < 2:
            return float("inf")
        residuals = self.sums - self.sizes * self.mean
        return sqrt(count / (count - 1) * float(residuals @ residuals)) / float(self.sizes.sum())


def clusters(values: Floats, family: Ints, weighting: Weighting) -> Clusters:
    """Return the families of tasks with these values. ``family`` numbers them from 0, of each task."""
    sizes = np.bincount(family).astype(np.float64)
    sums = np.asarray(np.bincount(family, weights=values), dtype=np.float64)
    if weighting is Weighting.FAMILIES:
        return Clusters(sums / sizes, np.ones_like(sizes))
    return Clusters(sums, sizes)


def clustered_interval(
    found: Clusters,
    level: float = 0.95,
    sides: Sides = Sides.TWO,
    method: Method = Method.AUTO,
    *,
    scale: Scale = Scale(),  # noqa: B008 - an immutable value
    seed: int = SEED,
) -> Interval:
    """Return the interval of the mean over the population of families.

    Where all families agree, or there is one alone, there is no spread to go by, and every method is ``BOUNDED``.
    """
    alpha = (1 - level) / 2 if sides is Sides.TWO else 1 - level
    count = len(found.sums)
    if method is Method.AUTO:
        method = Method.T if count >= FEW_FAMILIES else Method.BOUNDED
    agree = count < 2 or found.error <= 1e-12 * (scale.high - scale.low)
    if agree or method is Method.BOUNDED:
        low, high = _agreeing(found, alpha, scale) if agree else _bounded(found, alpha, scale)
        says = f"bounds for any distribution of families, {count} families"
    elif method is Method.WILD:
        low, high = _wild(found, alpha, scale, seed)
        says = f"wild cluster bootstrap, {count} families, seed {seed}"
    else:
        half = found.error * float(stdtrit(count - 1, 1 - alpha))
        low, high = found.mean - half, found.mean + half
        says = f"cluster-robust, t with {count - 1} degrees of freedom"
    mean = min(scale.high, max(scale.low, found.mean))
    low = scale.low if sides is Sides.UPPER else min(mean, max(scale.low, low))
    high = scale.high if sides is Sides.LOWER else max(mean, min(scale.high, high))
    return Interval(low=low, high=high, level=level, method=says, sides=sides)


def _bounded(found: Clusters, alpha: float, scale: Scale) -> tuple[float, float]:
    """Return both ends by the bounds of :mod:`~clearinghouse.evaluation.statistics.gaffke`.

    Where tasks weigh alike and families have different sizes, the added one has a mean size, and that the bounds hold
    is known by simulation only.
    """
    added = float(found.sizes.mean())
    low = ratio_lower_bound(found.sums, found.sizes, alpha, added=added, scale=scale)
    high = -ratio_lower_bound(-found.sums, found.sizes, alpha, added=added, scale=(-scale.high, -scale.low))
    return float(low), float(high)


def _agreeing(found: Clusters, alpha: float, scale: Scale) -> tuple[float, float]:
    """Return the same where all families have one mean: what so many would agree on by chance too rarely."""
    share = alpha ** (1 / len(found.sums))
    return scale.low + (found.mean - scale.low) * share, scale.high - (scale.high - found.mean) * share


def _wild(found: Clusters, alpha: float, scale: Scale, seed: int) -> tuple[float, float]:
    """Return both ends by the wild cluster bootstrap of t, with the null imposed and its test inverted.

    Sources: Cameron, Gelbach and Miller, Review of Economics and Statistics 90 (2008); the weights of six points, for
    very few families, are those of Webb, Canadian Journal of Economics 56 (2023).
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    weights = _WEBB[rng.integers(0, len(_WEBB), size=(_WILD_DRAWS, len(found.sums)))]

    def rejects_low(value: float) -> bool:
        return _share_beyond(found, weights, value, 1) <= alpha

    def rejects_high(value: float) -> bool:
        return _share_beyond(found, weights, value, -1) <= alpha

    return _edge(rejects_low, scale.low, found.mean), _edge(rejects_high, scale.high, found.mean)


def _share_beyond(found: Clusters, weights: Floats, value: float, sign: int) -> float:
    """Return how often t would be as far out as observed if the mean were ``value``; the observed one counts too."""
    total, mean = found.sizes.sum(), found.mean
    spread = found.sums - found.sizes * mean
    observed = sign * (mean - value) * total / np.sqrt(spread @ spread)
    drawn = weights * (found.sums - found.sizes * value)
    shift = drawn.sum(axis=1)
    residuals = drawn - np.outer(shift / total, found.sizes)
    root = np.sqrt(np.einsum("df,df->d", residuals, residuals))
    beyond = np.count_nonzero(sign * shift >= observed * root * (1 - 1e-9))
    return float((1 + beyond) / (1 + len(weights)))


def _edge(rejects: Callable[[float], bool], far: float, near: float) -> float:
    """Return where rejection ends between the end of the scale and the mean; that end where it is not rejected."""
    if not rejects(far):
        return far
    for _ in range(_HALVINGS):
        middle = (far + near) / 2
        if rejects(middle):
            far = middle
        else:
            near = middle
    return far
