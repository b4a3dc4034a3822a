"""Bounds from a number of families that was fixed beforehand: Student's t over family means.

At equal weight of families this is the cluster-robust standard error with ``G - 1`` degrees of freedom: the means of
families are the observations, so nothing about tasks and attempts within them needs to be assumed.

**One contrary family.** Family means lie between 0 and 1 and pile up at the ends, and there the plain t is not
to be trusted: at a true mean of 0.9 its lower bound is too high in 11 to 36 of 100 draws of 10 to 40 families, where 5
are promised, because a draw without a failure has no spread. So each bound is computed as if one more family had been
drawn that contradicts it: one of failures for the lower, one of successes for the upper bound. Measured
(``benchmarks/frontier_rule.py``): at 5 to 40 families, true means of 0.1 to 0.9 and four shapes of distribution the
bound then errs in at most 4 of 100. Just above some true means it errs a little more than is promised: with families
that all succeed or all fail, in up to 6 to 7 of 100 at 20 to 120 families (exact binomial sums over the truth). Betting
(``sequences``) never errs more than is promised.

**Missing outcomes.** A family has a lowest and a highest mean that its missing outcomes allow. The bound takes the
worst mean, and no less than the widest spread that any completion has, so that more missing never helps a claim.
"""

import numpy as np
from scipy.special import stdtr, stdtrit

from clearinghouse.evaluation.statistics.sequences.betting import Floats

_STEPS = 50


def t_lower_bound(low: Floats, high: Floats, alpha: float, *, contrary: bool = True) -> Floats:
    """The one-sided lower bound of the mean, with families along the last axis.

    Args:
        low, high: the mean of each family with what is missing as failure, and as success. alpha: that the bound is
            too high. contrary: whether one more family of failures is reckoned with.
    """
    if contrary:
        low, high = _with_one_more(low, 0.0), _with_one_more(high, 0.0)
    count = low.shape[-1]
    if count < 2:
        return np.zeros(low.shape[:-1])
    error = np.sqrt(_widest(low, high, np.ones_like(low)) / (count - 1) / count)
    return np.asarray(np.clip(low.mean(axis=-1) - stdtrit(count - 1, 1 - alpha) * error, 0.0, 1.0))


def t_upper_bound(low: Floats, high: Floats, alpha: float, *, contrary: bool = True) -> Floats:
    """The one-sided upper bound; see :func:`t_lower_bound`."""
    return np.asarray(1.0 - t_lower_bound(1.0 - high, 1.0 - low, alpha, contrary=contrary))


def t_p_value(low: Floats, high: Floats, mean: float, weights: Floats, *, contrary: bool = True) -> Floats:
    """The p-value against "the mean is at most ``mean``", with families along the last axis.

    With weights the claim is about the weighted mean, and each family's weight times its distance from ``mean`` is the
    observation: the ratio needs no approximation then (Fieller, 1954).

    Args:
        low, high: of each family. weights: at least 0; 0 leaves a family out. contrary: whether one more family of
            failures, of mean weight, is reckoned with.
    """
    if contrary:
        kept = np.maximum((weights > 0).sum(axis=-1, keepdims=True), 1)
        weights = np.concatenate([weights, weights.sum(axis=-1, keepdims=True) / kept], axis=-1)
        low, high = _with_one_more(low, 0.0), _with_one_more(high, 0.0)
    count = (weights > 0).sum(axis=-1)
    freedom = np.maximum(count - 1, 1)
    least, most = weights * (low - mean), weights * (high - mean)
    centre = least.sum(axis=-1) / np.maximum(count, 1)
    error = np.sqrt(_widest(least, most, (weights > 0).astype(float)) / freedom / np.maximum(count, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        tails = stdtr(freedom, -centre / error)
    certain = np.where(centre > 0, 0.0, 1.0)
    return np.asarray(np.where(count < 2, 1.0, np.where(error > 0, tails, certain)))


def t_p_value_without_each(values: Floats, mean: float) -> Floats:
    """What :func:`t_p_value` would be without each family in turn, at equal weight and with nothing missing."""
    count = values.shape[-1]
    sums = values.sum(axis=-1, keepdims=True) - values
    squares = (values**2).sum(axis=-1, keepdims=True) - values**2
    error = np.sqrt(np.maximum(squares - sums**2 / count, 0) / (count - 1) / count)
    centre = sums / count - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        tails = stdtr(count - 1, -centre / error)
    return np.asarray(np.where(error > 1e-12, tails, np.where(centre > 0, 0.0, 1.0)))


def _with_one_more(values: Floats, value: float) -> Floats:
    return np.concatenate([values, np.full((*values.shape[:-1], 1), value)], axis=-1)


def _widest(low: Floats, high: Floats, kept: Floats) -> Floats:
    """At least the largest sum of squared distances from their mean that values between ``low`` and ``high`` have.

    Exact where none is missing. Else the least over a centre of the sum of the larger squared distances from it: that
    sum is convex, any centre gives an upper bound, and a wider box never gives a smaller one.
    """
    count = np.maximum(kept.sum(axis=-1, keepdims=True), 1)
    if np.array_equal(low, high):
        centre = (low * kept).sum(axis=-1, keepdims=True) / count
        return np.asarray(((low - centre) ** 2 * kept).sum(axis=-1))
    left = (low * kept).sum(axis=-1, keepdims=True) / count
    right = (high * kept).sum(axis=-1, keepdims=True) / count
    for _ in range(_STEPS):
        first, second = left + (right - left) / 3, right - (right - left) / 3
        falls = _sum_at(first, low, high, kept) > _sum_at(second, low, high, kept)
        left, right = np.where(falls, first, left), np.where(falls, right, second)
    return np.asarray(_sum_at((left + right) / 2, low, high, kept)[..., 0])


def _sum_at(centre: Floats, low: Floats, high: Floats, kept: Floats) -> Floats:
    squares = np.maximum((low - centre) ** 2, (high - centre) ** 2) * kept
    return np.asarray(squares.sum(axis=-1, keepdims=True))
