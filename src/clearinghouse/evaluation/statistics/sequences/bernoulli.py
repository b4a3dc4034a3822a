"""Evidence about the rate of yes-or-no outcomes, valid at every look: a mixture over all rates that would be higher.

Source: Robbins, Annals of Mathematical Statistics 41 (1970); Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics
49 (2021). The mixture is a beta distribution, cut off at the claimed rate, so that it is one-sided: the evidence is the
mean likelihood of the higher rates over the likelihood of the claimed one, and no rate below the claimed one makes it
grow on average. It fits where each family has one task and each task one attempt; ``betting`` comes to nearly the same
there, with 16 rates instead of all.
"""

import numpy as np
from scipy.special import betaincc, betaln

from clearinghouse.evaluation.statistics.sequences.betting import Floats
from clearinghouse.evaluation.statistics.sequences.search import largest_refuted


def log_evidence(successes: Floats, trials: Floats, rate: float, prior: tuple[float, float] = (1.0, 1.0)) -> Floats:
    """The logarithm of the evidence against "the rate is at most ``rate``".

    Args:
        successes: so far, at each look; ``trials``: of so many. rate: strictly between 0 and 1. prior: the parameters
            of the beta distribution over the rates that would be higher.
    """
    a, b = prior
    failures = trials - successes
    with np.errstate(divide="ignore"):
        tail = np.log(betaincc(a + successes, b + failures, rate)) - np.log(betaincc(a, b, rate))
    mixture = betaln(a + successes, b + failures) - betaln(a, b) + tail
    return np.asarray(mixture - successes * np.log(rate) - failures * np.log1p(-rate))


def lower_bound(outcomes: Floats, alpha: float) -> float:
    """The rate below which every claim was refuted at some look, by outcomes in their order, each 0 or 1."""
    successes, trials = outcomes.cumsum(), np.arange(1.0, outcomes.size + 1)
    if not outcomes.size:
        return 0.0
    return largest_refuted(lambda rate: bool(log_evidence(successes, trials, rate).max() >= -np.log(alpha)))


def upper_bound(outcomes: Floats, alpha: float) -> float:
    """The rate above which every claim was refuted at some look; see :func:`lower_bound`."""
    return 1.0 - lower_bound(1.0 - outcomes, alpha)
