"""Several attempts at one task: that one of k succeeds (pass@k), and that all of k do (pass^k).

Sources: the unbiased estimate of pass@k is that of Chen et al. (arXiv 2107.03374), 1 - C(n - c, k) / C(n, k) for c
successes in n attempts; that of pass^k is C(c, k) / C(n, k) (Yao et al., tau-bench, arXiv 2406.12045). pass@1 and
pass^1 are the plain success.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.attempts import Attempts
from clearinghouse.evaluation.statistics.clustered import SEED, Method, Weighting, clustered_interval, clusters
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import Interval


class Pass(StrEnum):
    """What counts as success of k attempts: that one of them succeeds, or that all do."""

    ANY = "pass@k"
    ALL = "pass^k"


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """The success of k attempts, on the population of families.

    Attributes:
        kind: see there. k: how many attempts. value: between 0 and 1. error: its cluster-robust standard error.
        interval: around it. tasks, families: it rests on. left_out: tasks with fewer than k attempts, which it does
            not.
    """

    kind: Pass
    k: int
    value: float
    error: float
    interval: Interval
    tasks: int
    families: int
    left_out: int


def pass_at_k(successes: Ints, attempts: Ints, k: int) -> Floats:
    """Return for each task the unbiased estimate that one of ``k`` attempts succeeds.

    Raises:
        StatisticsError: ``k`` is not between 1 and the number of attempts at every task.
    """
    return 1.0 - _none_of(attempts - successes, attempts, k)


def pass_hat_k(successes: Ints, attempts: Ints, k: int) -> Floats:
    """Return for each task the unbiased estimate that all of ``k`` attempts succeed; raises as :func:`pass_at_k`."""
    return _none_of(successes, attempts, k)


def repeated(
    attempts: Attempts,
    ks: Sequence[int],
    kind: Pass = Pass.ANY,
    level: float = 0.95,
    weighting: Weighting = Weighting.TASKS,
    method: Method = Method.AUTO,
    seed: int = SEED,
) -> tuple[Repeated, ...]:
    """Return the success of each number of attempts for which there is a task with so many.

    Raises:
        StatisticsError: an attempt has no outcome, or one that is neither 0 nor 1; a number is below 1.
    """
    if attempts.missing.any() or not attempts.is_binary:
        raise StatisticsError("an outcome is neither a failure nor a success", "give scores of 0 and 1")
    each = attempts.per_task()
    successes = np.rint(np.bincount(attempts.task, weights=attempts.score)).astype(np.int64)
    estimate = {Pass.ANY: pass_at_k, Pass.ALL: pass_hat_k}[kind]
    found = []
    for k in ks:
        enough = each >= k
        if not enough.any():
            continue
        values = estimate(successes[enough], each[enough], k)
        family = np.unique(attempts.family[enough], return_inverse=True)[1]
        mean = clusters(values, family, weighting)
        interval = clustered_interval(mean, level, method=method, seed=seed)
        out = int(np.count_nonzero(~enough))
        value, families = min(1.0, max(0.0, mean.mean)), len(mean.sums)
        found.append(
            Repeated(
                kind=kind,
                k=k,
                value=value,
                error=mean.error,
                interval=interval,
                tasks=len(values),
                families=families,
                left_out=out,
            )
        )
    return tuple(found)


def _none_of(marked: Ints, attempts: Ints, k: int) -> Floats:
    """Return C(marked, k) / C(attempts, k): how likely ``k`` attempts, drawn without replacement, are all marked."""
    if k < 1 or np.any(attempts < k) or np.any(marked < 0) or np.any(marked > attempts):
        raise StatisticsError(f"{k} of fewer attempts", "ask for at least one attempt, and for no more than were made")
    product = np.ones(len(attempts))
    for drawn in range(k):
        product *= np.maximum(marked - drawn, 0) / (attempts - drawn)
    return product
