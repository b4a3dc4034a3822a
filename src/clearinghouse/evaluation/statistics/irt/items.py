"""What is fitted: items and abilities, in logits."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from scipy import special

from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError, numbers


class Extreme(StrEnum):
    """Whether a pattern says only "beyond": then the penalty alone keeps its value finite.

    Attributes:
        ALL, NONE: every outcome is a success, or a failure. NO: there are both, and the data give the value.
    """

    ALL = "all"
    NONE = "none"
    NO = "no"


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose parameters are held, in logits.

    Attributes:
        difficulty: the ability that solves it half of the time. discrimination: slope of the curve, above 0.
    """

    difficulty: float
    discrimination: float = 1.0


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A task, in logits.

    Attributes:
        difficulty: the ability that solves it half of the time; the posterior mean, or as held.
        error: its posterior standard deviation; 0 where it was held.
        discrimination: the posterior mean of the slope; 1 with one parameter. held: whether it was an anchor.
        extreme: whether all or none of the attempts solved it. attempts: of all models.
    """

    difficulty: float
    error: float
    discrimination: float = 1.0
    held: bool = False
    extreme: Extreme = Extreme.NO
    attempts: int = 0

    def anchor(self) -> Anchor:
        """Return it as an item that is held."""
        return Anchor(difficulty=self.difficulty, discrimination=self.discrimination)


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """A model, in logits.

    Attributes:
        value: the difficulty that it solves half of the time. error: standard, clustered by family where families were
            given. extreme: whether it solved all or none that it tried. successes, attempts: at all tasks.
    """

    value: float
    error: float
    extreme: Extreme
    successes: float
    attempts: int


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How many attempts of models (rows) at tasks (columns) there are, and how many of them succeeded."""

    solved: Floats
    tried: Floats

    @property
    def failed(self) -> Floats:
        """How many failed."""
        return self.tried - self.solved


def table_of(outcomes: Any, attempts: Any = None, *, untried: bool = False) -> Table:
    """Return outcomes as a table.

    Args:
        outcomes: models by tasks; 0 and 1, or the mean over the attempts at a task. NaN is missing.
        attempts: of how many attempts each outcome is the mean; None counts each as one.
        untried: whether there may be tasks without any outcome, which is so where their items are known.

    Raises:
        UnfitDataError: it is no table of numbers from 0 to 1, a model or task has no outcome at all, or attempts do not
            suit the outcomes.
    """
    found = numbers(outcomes, "outcomes", low=0, high=1, missing=True)
    if found.ndim != 2:
        raise UnfitDataError("outcomes are no table", "give one row for each model and one column for each task")
    counted = np.ones(found.shape) if attempts is None else numbers(attempts, "attempts", low=0)
    if counted.shape != found.shape:
        raise UnfitDataError("attempts do not suit the outcomes", "give one number for each outcome")
    tried = np.where(np.isnan(found), 0.0, counted)
    for side, name in ((1, "model"), (0, "task"))[: 1 if untried else 2]:
        if (empty := np.flatnonzero(tried.sum(axis=side) == 0)).size:
            raise UnfitDataError(f"{name} {empty[0] + 1} has no outcome", f"leave out each {name} without any outcome")
    return Table(solved=np.where(tried > 0, found, 0.0) * tried, tried=tried)


def extremes(successes: Floats, attempts: Floats) -> list[Extreme]:
    """Return for each sum of outcomes whether it is all or none of the attempts."""
    return [
        Extreme.NONE if solved <= 0 else Extreme.ALL if solved >= tried else Extreme.NO
        for solved, tried in zip(successes, attempts, strict=True)
    ]


def chances(abilities: Floats, difficulty: Floats, discrimination: Floats) -> Floats:
    """Return the probability of success of each model (row) at each item (column)."""
    found: Floats = special.expit(discrimination * (abilities[:, None] - difficulty))
    return found


def blurred(items: Sequence[Item | Anchor]) -> tuple[Floats, Floats]:
    """Return difficulties and discriminations whose curve is what an item promises, its error included.

    A logistic curve averaged over a normal error of the difficulty is nearly a flatter logistic curve: the
    discrimination a becomes a / sqrt(1 + pi a² e² / 8) (MacKay, Neural Computation 4, 1992).

    Raises:
        UnfitDataError: as :func:`parameters`.
    """
    difficulty, slope = parameters(items)
    error = numbers([getattr(item, "error", 0.0) for item in items], "errors", low=0)
    return difficulty, slope / np.sqrt(1 + np.pi * (slope * error) ** 2 / 8)


def parameters(items: Sequence[Item | Anchor]) -> tuple[Floats, Floats]:
    """Return difficulties and discriminations of items.

    Raises:
        UnfitDataError: they are not finite, or a discrimination is not above 0.
    """
    difficulty = numbers([item.difficulty for item in items], "difficulties")
    discrimination = numbers([item.discrimination for item in items], "discriminations")
    if (discrimination <= 0).any():
        raise UnfitDataError("some discriminations are not above 0", "leave out items that discriminate the wrong way")
    return difficulty, discrimination
