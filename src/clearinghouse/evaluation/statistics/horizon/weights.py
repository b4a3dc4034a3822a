"""What an attempt weighs in a time horizon."""

from enum import StrEnum

import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints


class TaskWeights(StrEnum):
    """How attempts are weighed.

    Attributes:
        SQRT_FAMILY: every task weighs 1 / sqrt(tasks of its family that the model was tried at), divided among the
            attempts at it: a family of a hundred tasks weighs ten times one of one. EQUAL: every attempt alike.
        COLUMN: as given.
    """

    SQRT_FAMILY = "sqrt-family"
    EQUAL = "equal"
    COLUMN = "column"


def attempt_weights(kind: TaskWeights, task: Ints, family: Ints) -> Floats:
    """Return the weight of each attempt of one model, by a rule; not scaled.

    Args:
        kind: a rule, not ``COLUMN``. task, family: of each attempt.
    """
    if kind is TaskWeights.EQUAL:
        return np.ones(len(task))
    _, first, at, each = np.unique(task, return_index=True, return_inverse=True, return_counts=True)
    known, place = np.unique(family[first], return_inverse=True)
    sizes = np.bincount(place, minlength=len(known))
    return np.asarray((1 / np.sqrt(sizes[place]) / each)[at])


def whole_set(weight: Floats, task: Ints, model: Ints) -> float:
    """Return what one model would weigh that was tried once at every task of a table.

    Weights are divided by it, so that a ridge means the same whatever unit weights are given in: it stands against one
    pass through all timed tasks. A task that weighs differently for several models counts with its mean.

    Args:
        weight, task, model: of each attempt of the table.
    """
    pairs, at, each = np.unique(np.column_stack([task, model]), axis=0, return_inverse=True, return_counts=True)
    del model
    means = np.bincount(at.ravel(), weights=weight) / each
    tasks = np.unique(pairs[:, 0], return_inverse=True)[1]
    return float(np.sum(np.bincount(tasks, weights=means) / np.bincount(tasks)))
