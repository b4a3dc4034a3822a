"""Ranges: attempts that complete some of the steps of a long task.

Ten attempts of which two or three succeed tell models hardly apart; how far each came tells more. An attempt that was
ended by its budget or by a failure of infrastructure could have gone on, and counts as at least so many steps.

That supposes that what was cut short would have gone on as the others did. Budgets cut short what is slow, which is
seldom so. So every curve carries, beside it, the share that was *seen* to come so far: what it is if nothing that was
cut short had gone on. Evidence that a model can do something rests on that; evidence that it cannot rests on the other.

Source of the curve: Kaplan and Meier (JASA 53, 1958) with the number of the step as time.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError, codes_of, numbers, sums

DRAWS = 2_000


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step.

    Attributes:
        number: from 1. reached: estimated probability that an attempt completes at least this many; None where every
            attempt that came so far was cut short, so that the data do not say. interval: of that, by bootstrap of
            families. seen: share of attempts that were seen to. tried: attempts that came to this step and were not cut
            short there. passed: of those.
    """

    number: int
    reached: float | None
    interval: Interval
    seen: float
    tried: int
    passed: int


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """How far attempts come.

    Attributes:
        steps: each. expected: mean number of steps, or of their weights. expected_interval: by bootstrap of families.
            expected_seen: the same if nothing that was cut short had gone on. all_known: whether the data say something
            of every step; those of which they do not add nothing to ``expected``, and all to the interval's upper end.
        most: the sum of weights.
        attempts, cut_short, families: how many. seed, draws: of the bootstrap.
    """

    steps: tuple[Step, ...]
    expected: float
    expected_interval: Interval
    expected_seen: float
    all_known: bool
    most: float
    attempts: int
    cut_short: int
    families: int
    seed: int
    draws: int

    def at_least(self, number: int) -> Step:
        """Return what is known of completing at least so many steps.

        Raises:
            UnfitDataError: there is no such step.
        """
        if not 1 <= number <= len(self.steps):
            raise UnfitDataError(f"there is no step {number}", f"name one from 1 to {len(self.steps)}")
        return self.steps[number - 1]


def steps_of(
    completed: Any,
    total: int,
    *,
    cut_short: Any = None,
    families: Sequence[Any] | npt.NDArray[Any] | None = None,
    weights: Any = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Steps:
    """Return how far attempts come.

    Intervals are percentiles of a bootstrap of families. With few families they are too narrow, as any bootstrap's are;
    with one there are none, and they reach from 0 to the most.

    Args:
        completed: steps of each attempt, in their order: a step counts only where all before it were completed.
        total: steps that there are. cut_short: whether the attempt could have gone on. families: of each attempt's
            task. weights: of each step; 1 each if None. level: of intervals. draws, seed: of the bootstrap.

    Raises:
        UnfitDataError: numbers of steps are not whole or beyond the total, or lists differ in length.
    """
    count, open_, weight = _checked(completed, total, cut_short, weights)
    codes, families_count = codes_of(families, len(count))
    tried, passed = _exposure(count, open_, total)
    by_family = np.stack([sums(each, codes, families_count) for each in (tried, passed)])
    curve = _curve(by_family.sum(axis=1), unknown=0.0)
    chosen = _chosen(families_count, draws, seed)
    low, high = (_curve(np.stack([chosen @ each for each in by_family]), unknown=end) for end in (0.0, 1.0))
    seen = (count[:, None] >= np.arange(1, total + 1)).mean(axis=0)
    known = _known(tried.sum(axis=0), curve)
    expected, most = float(curve @ weight), float(weight.sum())
    return Steps(
        steps=tuple(
            Step(
                number=k + 1,
                reached=float(curve[k]) if known[k] else None,
                interval=_interval((low[:, k], high[:, k]), float(curve[k]), 1.0, families_count, level),
                seen=float(seen[k]),
                tried=int(tried[:, k].sum()),
                passed=int(passed[:, k].sum()),
            )
            for k in range(total)
        ),
        expected=expected,
        expected_interval=_interval((low @ weight, high @ weight), expected, most, families_count, level),
        expected_seen=float(seen @ weight),
        all_known=bool(known.all()),
        most=most,
        attempts=len(count),
        cut_short=int(open_.sum()),
        families=families_count,
        seed=seed,
        draws=draws,
    )


def _checked(completed: Any, total: int, cut_short: Any, weights: Any) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Return the steps of each attempt, whether it could have gone on, and the weight of each step.

    Raises:
        UnfitDataError: see :func:`steps_of`.
    """
    count = numbers(completed, "numbers of steps", low=0, high=total)
    open_ = np.zeros(len(count), dtype=bool) if cut_short is None else np.asarray(cut_short, dtype=bool)
    weight = np.ones(total) if weights is None else numbers(weights, "weights of steps", low=0)
    if total < 1 or count.ndim != 1 or (count != np.floor(count)).any():
        raise UnfitDataError("numbers of steps are not whole", "give one whole number for each attempt")
    if open_.shape != count.shape or weight.shape != (total,):
        raise UnfitDataError(
            "marks or weights do not suit the attempts", "give a mark per attempt and a weight per step"
        )
    return count, open_ & (count < total), weight


def _exposure(count: Floats, open_: npt.NDArray[np.bool_], total: int) -> tuple[Floats, Floats]:
    """Return for attempts (rows) and steps whether it was tried to its end, and whether it was passed."""
    step = np.arange(1, total + 1)
    passed = count[:, None] >= step
    failed = (count[:, None] == step - 1) & ~open_[:, None]
    return (passed | failed).astype(np.float64), passed.astype(np.float64)


def _known(asked: Floats, curve: Floats) -> npt.NDArray[np.bool_]:
    """Return of which steps the data say something: those that were tried, and those after one that none passed."""
    ended = np.concatenate([[False], curve[:-1] <= 0]) & np.concatenate([[False], asked[:-1] > 0])
    return (asked > 0) | np.logical_or.accumulate(ended)


def _curve(both: Floats, *, unknown: float) -> Floats:
    """Return the curve from counts of tried and passed, with steps on the last axis.

    Args:
        both: the counts. unknown: the share that passes a step which nobody tried to its end.
    """
    tried, passed = both
    found: Floats = np.cumprod(np.divide(passed, tried, out=np.full(tried.shape, unknown), where=tried > 0), axis=-1)
    return found


def _chosen(families: int, draws: int, seed: int) -> Floats:
    """Return samples of families (rows), with as many families as there are: how often each is in it."""
    random = np.random.Generator(np.random.PCG64(seed))
    return random.multinomial(families, np.full(families, 1 / families), size=draws).astype(np.float64)


def _interval(drawn: tuple[Floats, Floats], value: float, most: float, families: int, level: float) -> Interval:
    """Return the interval of a value between 0 and the most.

    Where every sample gives the same, as with no success at all, a bootstrap sees no uncertainty. Then it is that of as
    many families of which all did the same (the exact binomial interval).
    """
    if families < 2:
        return Interval(low=0.0, high=most, level=level, method="one family only: nothing is known")
    low = float(np.quantile(drawn[0], (1 - level) / 2))
    high = float(np.quantile(drawn[1], (1 + level) / 2))
    method = f"bootstrap of {families} families, percentiles"
    if high - low < 1e-9 * most:
        far = 1 - ((1 - level) / 2) ** (1 / families)
        low, high = value * (1 - far), value + (most - value) * far
        method = f"exact for {families} families that do not differ"
    # the rounding of a percentile may leave the value just outside
    return Interval(low=min(low, value), high=max(high, value), level=level, method=method)
