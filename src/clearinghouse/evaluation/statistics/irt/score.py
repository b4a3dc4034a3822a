"""Abilities under items that are known: what a new model scores on the scale of a pool that was calibrated before."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError, codes_of, sums
from clearinghouse.evaluation.statistics.irt.calibrate import abilities_of
from clearinghouse.evaluation.statistics.irt.items import (
    Ability,
    Anchor,
    Item,
    Table,
    blurred,
    chances,
    table_of,
)
from clearinghouse.evaluation.statistics.irt.marginal import ABILITY_PRIOR

_ROUNDS = 100
_STEP = 2.0
"""Newton's steps are at most so many logits long: the objective is concave, so that short ones always arrive."""
_NEAR = 1e-10


def score(
    outcomes: Any,
    items: Sequence[Item | Anchor],
    *,
    attempts: Any = None,
    families: Sequence[Any] | npt.NDArray[Any] | None = None,
) -> tuple[Ability, ...]:
    """Return the ability of each model: the most likely one, with a weak penalty that keeps it finite.

    The error of each item is taken in by a flatter curve; that errors of items are correlated is not.

    Args:
        outcomes, attempts: models by tasks, as for :func:`~.calibrate.calibrate`. items: of the tasks. families: of
            tasks; errors are then clustered by them.

    Raises:
        UnfitDataError: outcomes are no such table, or have another number of tasks than there are items.
    """
    table = table_of(outcomes, attempts, untried=True)
    if table.solved.shape[1] != len(items):
        raise UnfitDataError(f"{table.solved.shape[1]} tasks have {len(items)} items", "give one item for each task")
    difficulty, slope = blurred(items)
    values = most_likely(table, difficulty, slope)
    chance = chances(values, difficulty, slope)
    information = (table.tried * slope**2 * chance * (1 - chance)).sum(axis=1) + ABILITY_PRIOR**-2
    if families is None:
        return abilities_of(table, values, 1 / np.sqrt(information))
    codes, count = codes_of(families, len(items))
    if count < 2:
        return abilities_of(table, values, np.full(len(values), np.inf))
    rests = sums((slope * (table.solved - table.tried * chance)).T, codes, count)
    return abilities_of(table, values, np.sqrt(count / (count - 1) * (rests**2).sum(axis=0)) / information)


def most_likely(table: Table, difficulty: Floats, slope: Floats) -> Floats:
    """Return the penalised most likely abilities. The penalty is centred at the mean difficulty."""
    centre = float(difficulty.mean())
    values = np.full(len(table.solved), centre)
    for _ in range(_ROUNDS):
        chance = chances(values, difficulty, slope)
        gradient = (slope * (table.solved - table.tried * chance)).sum(axis=1)
        gradient -= (values - centre) / ABILITY_PRIOR**2
        curvature = (table.tried * slope**2 * chance * (1 - chance)).sum(axis=1) + ABILITY_PRIOR**-2
        step = np.clip(gradient / curvature, -_STEP, _STEP)
        values = values + step
        if np.abs(step).max() < _NEAR:
            break
    return values
