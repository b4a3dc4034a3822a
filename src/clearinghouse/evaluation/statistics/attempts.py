"""Attempts of one model as columns: which task, of which family, with which score."""

from collections.abc import Sequence

import msgspec
import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints, Truths
from clearinghouse.evaluation.statistics.errors import StatisticsError


class Attempts(msgspec.Struct, frozen=True):
    """Attempts of one model. Tasks and families are numbered from 0, and each of them has at least one attempt.

    Attributes:
        task: of each attempt. family: of each task. score: of each attempt, from 0 (failed) to 1 (solved); not a number
            where the attempt has no outcome, because the model refused or the infrastructure failed.
    """

    task: Ints
    family: Ints
    score: Floats

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self.family)

    @property
    def families(self) -> int:
        """How many families there are."""
        return int(self.family.max()) + 1

    @property
    def missing(self) -> Truths:
        """Which attempts have no outcome."""
        return np.isnan(self.score)

    @property
    def is_binary(self) -> bool:
        """Whether every outcome is a failure or a success, and none is in between."""
        known = self.score[~self.missing]
        return bool(np.all((known == 0) | (known == 1)))

    def per_task(self) -> Ints:
        """Return how many attempts each task has."""
        return np.bincount(self.task, minlength=self.tasks)

    def task_means(self) -> Floats:
        """Return the mean score of each task; no attempt may lack its outcome."""
        return np.bincount(self.task, weights=self.score, minlength=self.tasks) / self.per_task()

    def known(self) -> "Attempts | None":
        """Return the attempts that have an outcome, with the tasks that these are at; None where there are none."""
        keep = ~self.missing
        return _numbered(self.task[keep], self.family[self.task[keep]], self.score[keep]) if keep.any() else None

    def filled(self, score: float) -> "Attempts":
        """Return all attempts, with a score for those without an outcome."""
        return Attempts(self.task, self.family, np.where(self.missing, score, self.score))


def attempts_of(tasks: Sequence[object], families: Sequence[object], scores: Sequence[float] | Floats) -> Attempts:
    """Return attempts, given by the task, the family and the score of each.

    Raises:
        StatisticsError: there are none; their numbers differ; a score is outside 0 to 1; a task is in two families.
    """
    score = np.asarray(scores, dtype=np.float64)
    if not len(tasks) == len(families) == len(score) or not len(score):
        raise StatisticsError(
            f"{len(tasks)} tasks, {len(families)} families and {len(score)} scores", "give all three of each attempt"
        )
    if np.any((score < 0) | (score > 1)):
        raise StatisticsError("a score is outside 0 to 1", "give 0 for a failure and 1 for a success")
    task = np.unique(np.asarray(tasks, dtype=str), return_inverse=True)[1]
    family = np.unique(np.asarray(families, dtype=str), return_inverse=True)[1]
    if len(np.unique(np.column_stack([task, family]), axis=0)) != task.max() + 1:
        raise StatisticsError("a task is in two families", "give every task one family")
    return _numbered(task, family, score)


def _numbered(task: Ints, family: Ints, score: Floats) -> Attempts:
    """Number tasks and families, given of each attempt, without gaps."""
    _, first, at = np.unique(task, return_index=True, return_inverse=True)
    return Attempts(at, np.unique(family[first], return_inverse=True)[1], score)
