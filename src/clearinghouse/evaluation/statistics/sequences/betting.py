"""Evidence about the mean of values between 0 and 1, valid at every look: betting against a claimed mean.

Source: Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS-B 86 (2024). Of their
strategies this is the diversified one: capital is divided over fixed bets, once, before the first observation.

Claimed is that the mean is at most ``m``. One unit is spread evenly over bets ``c`` between 0 and 1; each is multiplied
by ``1 + c (x/m - 1)`` at every observation ``x``. If the claim is true no strategy gains on average, so the whole
capital is an e-process: it ever reaches ``1/alpha`` with a probability of at most ``alpha`` (Ville, 1939), however
looks and the stop were chosen, whatever the distribution, for any number of observations.

Fixed bets are chosen, and not bets that learn, for the laws that they keep:

* Capital never rises with ``m``, so the means that are not refuted are an interval.
* A larger value never lowers it, and neither does one more value above ``m``. With bets that learn, a success can lower
  the evidence for success, because it changes bets to come.
* What was drawn counts, and not in which order, except through the looks.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearinghouse.evaluation.statistics.sequences.search import largest_refuted

Floats: TypeAlias = NDArray[np.float64]

BETS: Floats = (np.arange(16) + 0.5) / 16
"""The bets, as shares of the largest that cannot lose more than there is."""

_BEYOND = 300.0
"""A logarithm of evidence that is beyond any level, and far from the largest number."""


def log_factors(values: Floats, mean: float | Floats, weights: Floats | None = None) -> Floats:
    """The natural logarithm by which each observation multiplies each bet; the bets are the last axis.

    Args:
        values: between 0 and 1; a lower mean is bet against with ``1 - values`` and ``1 - mean``. mean: that is
            claimed, strictly between 0 and 1; an array has as many axes as ``values``. weights: between 0 and 1, of
            each value, where the claim is about a weighted mean; 0 leaves a value out.
    """
    gains = np.asarray(values / mean - 1.0)
    if weights is not None:
        gains = gains * weights
    return np.asarray(np.log1p(gains[..., None] * BETS))


def log_mean_exp(logarithms: Floats, axis: int = -1) -> Floats:
    """The logarithm of the mean of what these are logarithms of, without overflow."""
    most = logarithms.max(axis=axis, keepdims=True)
    means = np.exp(logarithms - most).mean(axis=axis, keepdims=True)
    return np.asarray((np.log(means) + most).squeeze(axis))


def log_e_process(values: Floats, mean: float | Floats, weights: Floats | None = None) -> Floats:
    """The logarithm of the evidence against "the mean is at most ``mean``", after each value along the last axis."""
    return log_mean_exp(log_factors(values, mean, weights).cumsum(axis=-2))


def e_process_without_each(values: Floats, mean: float) -> tuple[Floats, Floats]:
    """The evidence against "the mean is at most ``mean``", and what it would be without each value in turn.

    Both are e-values and no logarithms, cut off where they are beyond any level (e to 300), so that whoever asks
    whether sums of them are enough gets the right answer quickly. Each bet is divided by what the value had multiplied
    it by, which is never 0.

    Returns:
        The first has the axes of ``values``, the second families and then looks. A look before the value was there is
        as it was.
    """
    factors = log_factors(values, mean)
    capital = np.exp(np.minimum(factors.cumsum(axis=-2), _BEYOND))
    without = np.exp(-factors) @ np.swapaxes(capital, -1, -2) / BETS.size
    whole = capital.mean(axis=-1)
    there = np.arange(values.shape[-1])[:, None] <= np.arange(values.shape[-1])
    return whole, np.where(there, without, whole[..., None, :])


def lower_bound(values: Floats, alpha: float, *, first: int = 1, running: bool = True) -> float:
    """The mean below which every claim is refuted, by what one row of values shows.

    Args:
        alpha: that the bound is too high. first: the first look, counted from 1. running: whether a claim stays refuted
            that was so at an earlier look; else the evidence at the end counts alone.

    Returns:
        Never more than the exact bound: the largest mean that was tried and is refuted. 0 before the first look.
    """
    if values.size < first:
        return 0.0

    def is_refuted(mean: float) -> bool:
        path = log_e_process(values, mean)
        return bool((path[first - 1 :].max() if running else path[-1]) >= -np.log(alpha))

    return largest_refuted(is_refuted)


def upper_bound(values: Floats, alpha: float, *, first: int = 1, running: bool = True) -> float:
    """The mean above which every claim is refuted; see :func:`lower_bound`. 1 before the first look."""
    return 1.0 - lower_bound(1.0 - values, alpha, first=first, running=running)


def confidence_sequence(low: Floats, high: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Lower and upper bound after each observation, each of which holds at all looks together but for ``alpha``.

    Args:
        low: the values with what is missing counted as failure. high: as success.
    """
    lower = [lower_bound(low[: at + 1], alpha) for at in range(low.size)]
    upper = [upper_bound(high[: at + 1], alpha) for at in range(high.size)]
    return np.array(lower), np.array(upper)
