"""Evidence about the mean of a finite pool that is drawn from without replacement, valid at every look.

Source: Waudby-Smith and Ramdas, *Confidence sequences for sampling without replacement*, NeurIPS 2020. If the mean of
the pool is ``m``, what is left after each draw has a mean that follows from ``m`` and from what was drawn, and the bet
is made against that one. Bounds close as the pool is used up, and meet when it is.

That is why it speaks for the pool alone: a pool that was drawn whole says nothing more exact about the next family that
its makers would write. The result is a benchmark accuracy, and no determination rests on it.
"""

import numpy as np

from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, Interval
from clearinghouse.evaluation.statistics.sequences.betting import BETS, Floats, log_mean_exp
from clearinghouse.evaluation.statistics.sequences.search import largest_refuted


def log_e_process(values: Floats, mean: float, size: int) -> Floats:
    """The logarithm of the evidence against "the mean of the pool is at most ``mean``", after each draw.

    Args:
        values: in the order in which they were drawn, each between 0 and 1. size: of the pool.

    Returns:
        Infinite from where what was drawn alone is more than the claim allows.
    """
    before = values.cumsum() - values
    left = (size * mean - before) / (size - np.arange(values.size))
    possible = left > 0
    claimed = np.where(possible, left, 1.0)
    gains = np.where(possible, values / claimed - 1.0, 0.0)
    evidence = log_mean_exp(np.log1p(gains[:, None] * BETS).cumsum(axis=0))
    broken = np.logical_or.accumulate(left < -1e-12)
    return np.where(broken, np.inf, evidence)


def lower_bound(values: Floats, alpha: float, size: int) -> float:
    """The mean of the pool below which every claim was refuted at some look. 0 without values."""
    if not values.size:
        return 0.0

    def is_refuted(mean: float) -> bool:
        is_impossible = values.sum() > size * mean + 1e-9
        return bool(is_impossible or log_e_process(values, mean, size).max() >= -np.log(alpha))

    return largest_refuted(is_refuted)


def upper_bound(values: Floats, alpha: float, size: int) -> float:
    """The mean of the pool above which every claim was refuted at some look; see :func:`lower_bound`."""
    return 1.0 - lower_bound(1.0 - values, alpha, size)


def pool_accuracy(values: Floats, size: int, alpha: float, *, tasks: int, attempts: int) -> BenchmarkAccuracy:
    """The mean over a pool of families of which some were drawn, with a two-sided interval at ``1 - alpha``.

    Args:
        values: means of families, in the order in which they were drawn. size: families in the pool. tasks, attempts:
            that they rest on.

    Raises:
        ValueError: nothing was drawn, or more than the pool holds.
    """
    if not 0 < values.size <= size:
        raise ValueError(f"{values.size} drawn of {size}")
    drawn = values.size
    spread = float(values.std(ddof=1)) if drawn > 1 else 0.5
    return BenchmarkAccuracy(
        value=float(values.mean()),
        error=spread * float(np.sqrt((1 - drawn / size) / drawn)),
        interval=Interval(
            low=lower_bound(values, alpha / 2, size),
            high=upper_bound(values, alpha / 2, size),
            level=1 - alpha,
            method=f"betting without replacement, {drawn} of {size} families of the pool",
        ),
        tasks=tasks,
        families=drawn,
        attempts=attempts,
    )
