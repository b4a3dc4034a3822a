"""Published tasks beside their twins."""

from typing import Any

import msgspec
import numpy as np
from scipy import stats

from clearinghouse.evaluation.statistics.contamination.seen import Seen, same
from clearinghouse.evaluation.statistics.grouped import UnfitDataError, numbers


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a model is better at published tasks than at their twins: the same class of flaw, a new instance.

    Attributes:
        seen: a flag where ``p`` is below 1 - level. p: exact, one-sided. only_published, only_twin: pairs of which one
            alone was solved; the others say nothing. pairs: all. least: how many pairs would have to differ before a
            flag is possible at all; with fewer the screen is blind.
    """

    seen: Seen
    p: float
    only_published: int
    only_twin: int
    pairs: int
    level: float
    least: int


def twin_test(published: Any, twins: Any, *, level: float = 0.95) -> Twins:
    """Compare published tasks with their twins, pair by pair (exact McNemar test, one-sided).

    Pairs count as independent: give one pair for each family.

    Args:
        published, twins: 0 or 1, in the same order. level: of confidence.

    Raises:
        UnfitDataError: they are not 0 or 1, or not as many.
    """
    first, second = (numbers(each, "outcomes", low=0, high=1) for each in (published, twins))
    same(second, first)
    if not np.isin(np.concatenate([first, second]), (0, 1)).all():
        raise UnfitDataError("an outcome of a pair is between 0 and 1", "give one attempt at each, 0 or 1")
    alone, other = int(((first == 1) & (second == 0)).sum()), int(((first == 0) & (second == 1)).sum())
    p = float(stats.binom.sf(alone - 1, alone + other, 0.5)) if alone + other else 1.0
    return Twins(
        seen=Seen.FLAG if p <= 1 - level else Seen.NOTHING,
        p=p,
        only_published=alone,
        only_twin=other,
        pairs=len(first),
        level=level,
        least=int(np.ceil(-np.log2(1 - level) - 1e-12)),
    )
