"""Several claims at once: which of them fall, when e-values or p-values speak against each.

Source for e-values: Vovk and Wang, *E-values: calibration, combination and applications*, Annals of Statistics 49
(2021). The mean of e-values is an e-value, however they depend on each other; and at a given moment the means of
e-processes that watch the same sequence of draws make an e-process. That is why it may be used at any look, and why
Holm's step-down, whose p-values need a number that was fixed beforehand, may not.
"""

from itertools import accumulate

import numpy as np

from clearinghouse.evaluation.statistics.sequences.betting import Floats, log_mean_exp

_MOST = 700.0
"""The largest logarithm that is still a number when it is raised again."""


def log_mean(logarithms: Floats) -> Floats:
    """The logarithm of the mean e-value, over the last axis: evidence against "all of these claims are true"."""
    return log_mean_exp(logarithms)


def named(logarithms: Floats, alpha: float) -> tuple[bool, ...]:
    """Which claims fall, so that with a probability of at least ``1 - alpha`` no true one is among them.

    Closed testing: a claim falls if the mean e-value reaches ``1/alpha`` in every set of claims that it belongs to. Of
    the sets of one size, the hardest has the smallest of the others.

    Args:
        logarithms: of the e-value against each claim.
    """
    values = [float(np.exp(min(each, _MOST))) for each in logarithms]
    return tuple(_falls(value, sorted(values[:at] + values[at + 1 :]), alpha) for at, value in enumerate(values))


def _falls(own: float, others: list[float], alpha: float) -> bool:
    sums = accumulate(others, initial=own)
    return all(total >= size / alpha for size, total in enumerate(sums, start=1))


def holm(values: Floats, alpha: float) -> tuple[bool, ...]:
    """Which claims fall by p-values: Holm's step-down (Scandinavian Journal of Statistics 6, 1979).

    The smallest is held against ``alpha`` over the number of claims, the next against one fewer, and so on to the first
    that is too large.
    """
    falls = [False] * values.size
    for before, at in enumerate(np.argsort(values, kind="stable")):
        if values[at] > alpha / (values.size - before):
            break
        falls[at] = True
    return tuple(falls)
