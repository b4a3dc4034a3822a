"""The hierarchical bootstrap: families are drawn with replacement, tasks within each of these, attempts within each.

Draw number i has a generator of its own, PCG64 seeded with ``seed + i``: whoever doubts one draw can make that one
again. What a task's count means is the same for every model of a table, so models are compared on common draws.

The order in which numbers are taken is that of the analysis code of Kwa et al. (arXiv 2503.14499), families and tasks
in the order of their names, so that figures published with it can be made again draw by draw. The streams of numpy
generators may change between its releases (NEP 19); results record its version.
"""

from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.attempts import Attempts
from clearinghouse.evaluation.statistics.clustered import Weighting
from clearinghouse.evaluation.statistics.estimate import Interval

DRAWS = 1_000
SEED = 42
_ATTEMPTS_APART = 1 << 32
"""What keeps the stream that draws attempts apart from those that draw families and tasks."""


class Hierarchy(NamedTuple):
    """Tasks by family.

    Attributes:
        task: every task's number, those of one family together. start, size: where each family begins there, and how
            many tasks it has.
    """

    task: Ints
    start: Ints
    size: Ints


def hierarchy(family: Ints) -> Hierarchy:
    """Return the hierarchy of tasks, given by the family of each; families are numbered from 0."""
    size = np.bincount(family)
    return Hierarchy(np.argsort(family, kind="stable"), np.cumsum(size) - size, size)


def task_counts(family: Ints, draws: int = DRAWS, seed: int = SEED) -> Ints:
    """Return how often each task is drawn, one row a draw.

    Args:
        family: of each task, numbered from 0 in the order of names, as tasks are.
    """
    tree = hierarchy(family)
    counts = np.empty((draws, len(family)), dtype=np.int64)
    for number in range(draws):
        rng = np.random.Generator(np.random.PCG64(seed + number))
        drawn = rng.integers(0, len(tree.size), size=len(tree.size))
        size = tree.size[drawn]
        within = rng.integers(0, np.repeat(size, size))
        counts[number] = np.bincount(tree.task[np.repeat(tree.start[drawn], size) + within], minlength=len(family))
    return counts


def attempt_counts(tasks: Ints, task: Ints, seed: int = SEED) -> Ints:
    """Return how often each attempt is drawn, one row a draw, given how often its task is.

    A task that is drawn m times and has k attempts gives m * k of them, each drawn from these k.

    Args:
        tasks: as :func:`task_counts` returns them. task: of each attempt.
    """
    each = np.bincount(task, minlength=tasks.shape[1])
    counts = tasks[:, task]
    rng = np.random.Generator(np.random.PCG64(seed + _ATTEMPTS_APART))
    order = np.argsort(task, kind="stable")
    begin = np.cumsum(each) - each
    for size in np.unique(each[each > 1]):
        chosen = np.flatnonzero(each == size)
        drawn = rng.multinomial(tasks[:, chosen] * size, np.full(size, 1 / size))
        columns = order[begin[chosen][:, None] + np.arange(size)]
        counts[:, columns.ravel()] = drawn.reshape(len(tasks), -1)
    return counts


def drawn_means(attempts: Attempts, weighting: Weighting, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Return the mean score of each draw; no attempt may lack its outcome."""
    counts = attempt_counts(task_counts(attempts.family, draws, seed), attempts.task, seed)
    weights = 1 / attempts.per_task()[attempts.task]
    if weighting is Weighting.FAMILIES:
        weights = weights / np.bincount(attempts.family)[attempts.family[attempts.task]]
    drawn = counts * weights
    return np.asarray(drawn @ attempts.score / drawn.sum(axis=1))


def bootstrap_interval(
    attempts: Attempts,
    level: float = 0.95,
    weighting: Weighting = Weighting.TASKS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Interval:
    """Return the percentile interval of mean success. With few families it is too narrow; see ``clustered``."""
    means = drawn_means(attempts, weighting, draws, seed)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    method = f"hierarchical bootstrap, {draws} draws, seed {seed}"
    return Interval(low=float(low), high=float(high), level=level, method=method)
