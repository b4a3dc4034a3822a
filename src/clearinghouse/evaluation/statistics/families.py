"""Student's t over family means: the bound that is usual, and that the reference's operating characteristics are of.

At equal weight of families this is the cluster-robust standard error with ``G - 1`` degrees of freedom: the means of
families are the observations, so nothing about tasks and attempts within them needs to be assumed. No verdict rests on
it. Family means lie between 0 and 1 and pile up at the ends, and there it errs far oftener than it promises: at a true
mean of 0.9 in up to a third of draws, where 5 of 100 are promised, because a draw without a failure has no spread. What
verdicts rest on is :mod:`~clearinghouse.evaluation.statistics.gaffke`.
"""

import numpy as np
from scipy.special import stdtr

from clearinghouse.evaluation.statistics.arrays import Floats


def t_p_value(values: Floats, mean: float) -> Floats:
    """The p-value against "the mean is at most ``mean``", with two families or more along the last axis."""
    count = values.shape[-1]
    distance = values.mean(axis=-1) - mean
    error = values.std(axis=-1, ddof=1) / np.sqrt(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        tails = stdtr(count - 1, -distance / error)
    return np.asarray(np.where(error > 0, tails, np.where(distance > 0, 0.0, 1.0)))
