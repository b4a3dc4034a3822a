"""Two models on common tasks: the difference of their success, and the exact test of before against after.

Sources: Miller (arXiv 2411.00640), section 4.2: what two models share of a task's difficulty cancels in the difference.
McNemar, Psychometrika 12 (1947), in its exact form: of tasks that one of two solves, either is as likely if there is no
difference. It takes tasks as independent, so that of several in a family it says too much.
"""

from math import sqrt

import msgspec
import numpy as np
from scipy.special import bdtr

from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.clustered import SEED, Method, Scale, Weighting, clustered_interval, clusters
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import Interval


class PairedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How much better the second of two models is on the population of families.

    Attributes:
        value: between -1 and 1. error: its cluster-robust standard error. interval: around it. unpaired: the error if
            the two had been tried on other tasks each, for comparison. tasks, families: common to both.
    """

    value: float
    error: float
    interval: Interval
    unpaired: float
    tasks: int
    families: int


class McNemar(msgspec.Struct, frozen=True, kw_only=True):
    """The exact test of McNemar.

    Attributes:
        gained, lost: tasks that only the second solves, and only the first. p: two-sided; 1 where there is neither.
    """

    gained: int
    lost: int
    p: float


def paired_difference(
    first: Floats,
    second: Floats,
    family: Ints,
    level: float = 0.95,
    weighting: Weighting = Weighting.TASKS,
    method: Method = Method.AUTO,
    seed: int = SEED,
) -> PairedDifference:
    """Return the difference of two models.

    Args:
        first, second: the mean score of each at the same tasks, in the same order. family: of each task, from 0.

    Raises:
        StatisticsError: there are no tasks, or not as many scores or families as tasks, or a score is missing.
    """
    if not len(first) == len(second) == len(family) or not len(first):
        raise StatisticsError(f"{len(first)} and {len(second)} scores", "give both models' scores of the same tasks")
    difference = second - first
    if np.isnan(difference).any():
        raise StatisticsError("a task has no score", "leave out what one of the two was not tried at")
    found = clusters(difference, family, weighting)
    apart = [clusters(scores, family, weighting).error for scores in (first, second)]
    return PairedDifference(
        value=found.mean,
        error=found.error,
        interval=clustered_interval(found, level, method=method, scale=Scale(-1.0, 1.0), seed=seed),
        unpaired=sqrt(sum(error**2 for error in apart)),
        tasks=len(difference),
        families=len(found.sums),
    )


def mcnemar(first: Floats, second: Floats) -> McNemar:
    """Return the test of two models, or of one before and after, on the same tasks.

    Raises:
        StatisticsError: a score is neither 0 nor 1, or their numbers differ.
    """
    if len(first) != len(second) or not np.isin(np.concatenate([first, second]), (0.0, 1.0)).all():
        raise StatisticsError("scores that are not 0 or 1, or not of the same tasks", "give one outcome of each task")
    gained, lost = int(np.count_nonzero(second > first)), int(np.count_nonzero(second < first))
    either = gained + lost
    p = min(1.0, 2 * float(bdtr(min(gained, lost), either, 0.5))) if either else 1.0
    return McNemar(gained=gained, lost=lost, p=p)
