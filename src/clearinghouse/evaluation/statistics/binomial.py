"""Exact bounds of a probability from successes in independent attempts.

Source: Clopper and Pearson, Biometrika 26 (1934). They hold at least at their level for every probability. By Hoeffding
(Annals of Mathematical Statistics 27, 1956) they also hold for the mean of probabilities that differ from attempt to
attempt, as long as attempts are independent. Attempts at one task, and tasks of one family, are not.
"""

from math import ceil, log, log1p

from scipy.special import betaincinv

from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import Interval, Sides

METHOD = "Clopper-Pearson"


def lower_bound(successes: int, attempts: int, level: float = 0.95) -> float:
    """Return what the probability is above, with this confidence; 0 where nothing succeeded.

    Raises:
        StatisticsError: there are no attempts, or fewer than successes; or the level is not between 0 and 1.
    """
    _check(successes, attempts, level)
    return float(betaincinv(successes, attempts - successes + 1, 1 - level)) if successes else 0.0


def upper_bound(successes: int, attempts: int, level: float = 0.95) -> float:
    """Return what the probability is below, with this confidence; 1 where nothing failed.

    Raises:
        StatisticsError: as of :func:`lower_bound`.
    """
    return 1.0 - lower_bound(attempts - successes, attempts, level)


def exact_interval(successes: int, attempts: int, level: float = 0.95, sides: Sides = Sides.TWO) -> Interval:
    """Return the interval of the probability; a one-sided one reaches to the end of the scale.

    Raises:
        StatisticsError: as of :func:`lower_bound`.
    """
    each = (1 + level) / 2 if sides is Sides.TWO else level
    low = 0.0 if sides is Sides.UPPER else lower_bound(successes, attempts, each)
    high = 1.0 if sides is Sides.LOWER else upper_bound(successes, attempts, each)
    return Interval(low=low, high=high, level=level, method=METHOD, sides=sides)


def failures_needed(bound: float, level: float = 0.95) -> int:
    """Return how many attempts, none of which succeeds, show that the probability is at most ``bound``.

    It is about 3 / ``bound`` at 95 %, the rule of three (Hanley and Lippman-Hand, JAMA 249, 1983).

    Raises:
        StatisticsError: the bound or the level is not between 0 and 1.
    """
    if not (0 < bound < 1 and 0 < level < 1):
        raise StatisticsError(f"a bound of {bound} at a level of {level}", "give numbers between 0 and 1")
    return ceil(log(1 - level) / log1p(-bound) - 1e-9)


def _check(successes: int, attempts: int, level: float) -> None:
    if not 0 <= successes <= attempts or attempts < 1:
        raise StatisticsError(f"{successes} successes in {attempts} attempts", "count attempts, and successes of them")
    if not 0 < level < 1:
        raise StatisticsError(f"a confidence of {level}", "give a number between 0 and 1, such as 0.95")
