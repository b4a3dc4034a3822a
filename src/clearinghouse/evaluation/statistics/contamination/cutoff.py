"""Old tasks beside new ones that are as hard: difference in differences around the end of a model's data."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import linalg

from clearinghouse.evaluation.statistics.contamination.seen import Seen, same
from clearinghouse.evaluation.statistics.grouped import (
    Codes,
    Floats,
    UnfitDataError,
    codes_of,
    numbers,
    sums,
    t_quantile,
)


class Cutoff(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a model is better at what was public before its data ended than at equally hard tasks from after it.

    Attributes:
        seen: a flag where the one-sided lower bound is above 0. advantage: success before less success after, at equal
            difficulty, less the same of models of reference where there are some. error: clustered by family.
        lower, upper: one-sided bounds at ``level``; an advantage up to ``upper`` can have been missed.
        before, after: how many tasks. families: of all.
    """

    seen: Seen
    advantage: float
    error: float
    lower: float
    upper: float
    level: float
    before: int
    after: int
    families: int


def cutoff_difference(
    solved: Any,
    before: Any,
    difficulty: Any,
    families: Sequence[Any] | npt.NDArray[Any] | None = None,
    *,
    references: Any = None,
    level: float = 0.95,
) -> Cutoff:
    """Compare tasks from before a model's cutoff with equally hard ones from after it.

    A linear regression of success on being from before, on difficulty and on its square. With models of reference whose
    data end elsewhere their mean success is taken off each task first: what makes old tasks easier for every model is
    no advantage of this one (difference in differences). Errors are clustered by family (CR1, t with families less one
    degrees of freedom). False flags at the level 0.95 without any advantage, 3,000 simulations each of families of
    eight tasks: 5.2 % with 12 families and 4.7 % with 30 where each has old and new tasks, 5.7 % and 5.3 % where each
    is old or new as a whole. An old task that is known three times in ten was flagged in 34 % and 66 % of them.

    Args:
        solved: mean success at each task, from 0 to 1. before: whether it was public before the cutoff.
        difficulty: in any unit that is linear for success, such as log2 of human minutes or logits. families: of tasks.
        references: mean success at each task of models that can have seen all of these tasks, or none.
        level: of confidence, one-sided.

    Raises:
        UnfitDataError: lengths differ, there are no tasks from before or none from after, or fewer than five families:
            the regression itself has four coefficients.
    """
    outcome = numbers(solved, "outcomes", low=0, high=1)
    old = numbers(before, "marks of old tasks", low=0, high=1)
    hard = numbers(difficulty, "difficulties")
    if references is not None:
        outcome = outcome - same(numbers(references, "outcomes of references", low=0, high=1), outcome)
    same(old, outcome)
    codes, count = codes_of(families, len(outcome))
    if not np.isin(old, (0, 1)).all() or not 0 < old.sum() < len(old):
        raise UnfitDataError("there are no tasks on one side of the cutoff", "give tasks from before and from after it")
    if count < 5:
        raise UnfitDataError(f"tasks on both sides of the cutoff are of {count} families", "give five or more")
    value, error = _clustered_slope(outcome, old, same(hard, outcome), codes, count)
    reach = t_quantile(level, count - 1) * error
    return Cutoff(
        seen=Seen.FLAG if value - reach > 0 else Seen.NOTHING,
        advantage=value,
        error=error,
        lower=value - reach,
        upper=value + reach,
        level=level,
        before=int(old.sum()),
        after=int(len(old) - old.sum()),
        families=count,
    )


def _clustered_slope(outcome: Floats, old: Floats, hard: Floats, codes: Codes, count: int) -> tuple[float, float]:
    """Return the coefficient of being old at equal difficulty, and its clustered error."""
    centred = hard - hard.mean()
    design = np.column_stack([np.ones(len(old)), old, centred, centred**2])
    inverse = linalg.pinvh(design.T @ design)
    beta = inverse @ design.T @ outcome
    rests = sums(design * (outcome - design @ beta)[:, None], codes, count)
    covariance = count / (count - 1) * inverse @ (rests.T @ rests) @ inverse
    return float(beta[1]), float(np.sqrt(max(covariance[1, 1], 0.0)))
