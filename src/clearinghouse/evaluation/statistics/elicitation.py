"""How hard a model was tried: gains between budgets, and a scaffold that is chosen on other tasks than it is scored on.

What was not tried hard enough cannot show that a model is unable. Elicitation counts as saturated only if the one-sided
upper bound of the last gain is below delta: "no gain beyond chance" would be easiest to show with the fewest tasks.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from math import floor, log, log2
from typing import Any

import msgspec
import numpy as np

from clearinghouse.evaluation.statistics import gaffke
from clearinghouse.evaluation.statistics.estimate import Interval, Sides
from clearinghouse.evaluation.statistics.grouped import (
    Floats,
    UnfitDataError,
    clustered,
    codes_of,
    numbers,
    sums,
)

Outcomes = Mapping[str, float]
"""Mean success of attempts, from 0 to 1, by task."""


class Envelope(StrEnum):
    """Whether a rung of the ladder is an upper envelope: the better of two tries instead of one at a higher budget.

    Attributes:
        NO: tasks that had been solved were run again. SUSPECTED: some were gained and none lost, as it is where only
            failures were run again. KNOWN: only failures were run again.
    """

    NO = "no"
    SUSPECTED = "suspected"
    KNOWN = "known"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a budget gives: tokens of each attempt, outcomes by task, and the tasks that were run at this budget.

    Attributes:
        tokens: above 0. outcomes: by task. rerun: the tasks that were run at this budget, where others keep the outcome
            of the rung before; None where that is not known.
    """

    tokens: int
    outcomes: Outcomes
    rerun: frozenset[str] | None = None


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """From one budget to the next, on the same tasks.

    Attributes:
        tokens_before, tokens: the budgets. before, after: mean success at each. gain: the difference, tasks counting
            alike. error: clustered by family. upper: the one-sided bound of the gain, families counting alike as they
            do in the primary statistic. gained, lost: tasks with more and with less success.
        envelope: whether ``after`` and ``gain`` are upper envelopes. says: a warning; empty where there is none.
        tasks, families: they rest on.
    """

    tokens_before: int
    tokens: int
    before: float
    after: float
    gain: float
    error: float
    upper: Interval
    gained: int
    lost: int
    envelope: Envelope
    says: str
    tasks: int
    families: int


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """A ladder of budgets.

    Attributes:
        gains: between each rung and the next. saturated: whether the upper bound of the last one is below ``delta``.
        delta: as registered. slope: mean gain in success for each doubling of the budget, over all rungs.
        slope_interval: two-sided, clustered by family. level: of bounds and interval.
    """

    gains: tuple[Gain, ...]
    saturated: bool
    delta: float
    slope: float
    slope_interval: Interval
    level: float


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The scaffold that was best on the development split, scored on tasks that had no part in the choice.

    Attributes:
        scaffold: its name. development: its mean success where it was chosen; too high, since it won there.
        held_out: its mean success elsewhere. interval: of that, two-sided, clustered by family. curse: development less
            held-out. scaffolds: that were compared. development_tasks, held_out_tasks, held_out_families: how many.
    """

    scaffold: str
    development: float
    held_out: float
    interval: Interval
    curse: float
    scaffolds: int
    development_tasks: int
    held_out_tasks: int
    held_out_families: int


def ladder(rungs: Sequence[Tried], families: Mapping[str, str] | None, *, delta: float, level: float = 0.95) -> Ladder:
    """Return the gains between budgets, and whether elicitation is saturated.

    Args:
        rungs: with ascending budgets and the same tasks, two or more. families: of the tasks; None where each task is
            its own. delta: the smallest gain that matters. level: of confidence.

    Raises:
        UnfitDataError: budgets do not ascend, tasks differ, or a task has no family.
    """
    if len(rungs) < 2 or any(not 0 < a.tokens < b.tokens for a, b in pairwise(rungs)):
        raise UnfitDataError("the budgets do not ascend", "give two rungs or more, the smallest budget first")
    tasks = sorted(rungs[0].outcomes)
    of_task = _families(tasks, families)
    values = np.stack([_outcomes(rung.outcomes, tasks) for rung in rungs])
    gains = tuple(
        _gain((rungs[k], values[k]), (rungs[k + 1], values[k + 1]), of_task, level) for k in range(len(rungs) - 1)
    )
    doublings = np.array([log2(rung.tokens) for rung in rungs])
    doublings -= doublings.mean()
    slope = clustered(doublings @ values / (doublings @ doublings), of_task)
    low, high = slope.bounds(level)
    method = f"clustered by {slope.families} families, t with {slope.freedom} degrees of freedom"
    return Ladder(
        gains=gains,
        saturated=gains[-1].upper.high < delta,
        delta=delta,
        slope=slope.mean,
        slope_interval=Interval(low=low, high=high, level=level, method=method),
        level=level,
    )


def upper_bound(gains: Any, families: Sequence[Any] | None, *, level: float = 0.95) -> Interval:
    """Return the one-sided upper bound of the mean gain of families, each of which counts once, however many its tasks.

    Where few gains are seen, or none, their variance says nothing of the ones that were not: the usual bound would be 0
    after two families without a gain. So the bound is Gaffke's (:mod:`~clearinghouse.evaluation.statistics.gaffke`):
    one more family gained everything. After families without any gain it is the exact one: 26 % after 10, 14 % after
    20, 9.8 % after 29. Were families to count by their tasks, one that is larger than all that were seen could gain
    more than any bound from these can reckon with.

    Measured (``benchmarks/frontier_errors.py``; 5 to 60 families, level 0.95): where families gain everything or
    nothing the chance of an error is an exact binomial sum, and 5.0 % at the worst truth. Of 40 mixtures of gains and
    losses, in families of unequal size, the worst erred in no more than that, but for the error of simulation.

    Args:
        gains: of each task, from -1 to 1. families: of the tasks. level: of confidence.

    Raises:
        UnfitDataError: gains are out of range, or families not as many.
    """
    found = numbers(gains, "gains", low=-1, high=1)
    codes, count = codes_of(families, len(found))
    means = sums(found, codes, count) / np.bincount(codes, minlength=count)
    high = 2 * float(gaffke.upper_bound((means + 1) / 2, 1 - level)) - 1
    method = f"Gaffke's bound, {count} families and one more that gained everything"
    return Interval(low=-1.0, high=min(1.0, high), level=level, method=method, sides=Sides.UPPER)


def families_needed(delta: float, *, level: float = 0.95) -> int:
    """Return how many families without any gain it takes at least to count as saturated.

    Raises:
        UnfitDataError: delta is not between 0 and 1.
    """
    if not 0 < delta < 1:
        raise UnfitDataError(f"a delta of {delta}", "give one between 0 and 1")
    return floor(log(1 - level) / log(1 - delta)) + 1


def choose(
    development: Mapping[str, Outcomes],
    held_out: Mapping[str, Outcomes],
    families: Mapping[str, str] | None = None,
    *,
    level: float = 0.95,
) -> Chosen:
    """Choose the scaffold that is best on the development split, and score it on the held-out one.

    Of several the same the first named is chosen. The splits may have no task in common, and no family: tasks of one
    family resemble each other, so that a choice among them would be scored on what it was made with.

    Args:
        development, held_out: outcomes by task, by scaffold; every scaffold on the same tasks of a split. Of the
            held-out outcomes only those of the chosen one are looked at. families: of the tasks.

    Raises:
        UnfitDataError: the splits share a task or a family, scaffolds were run on different tasks, or the chosen one
            was not run on the held-out split.
    """
    if not development:
        raise UnfitDataError("there is no scaffold to choose from", "run at least one on the development split")
    dev_tasks = sorted(next(iter(development.values())))
    means = {name: float(_outcomes(outcomes, dev_tasks).mean()) for name, outcomes in development.items()}
    best = max(means, key=lambda name: means[name])
    if best not in held_out:
        raise UnfitDataError(f"the scaffold {best} was not run on the held-out split", "run the chosen one there")
    tasks = sorted(held_out[best])
    dev_families, of_task = _families(dev_tasks, families), _families(tasks, families)
    if shared := set(dev_families) & set(of_task):
        raise UnfitDataError(
            f"{min(shared)} and {len(shared) - 1} other families are in both splits",
            "split by family, and choose again",
        )
    score = clustered(_outcomes(held_out[best], tasks), of_task)
    low, high = score.bounds(level)
    method = f"clustered by {score.families} families, t with {score.freedom} degrees of freedom"
    return Chosen(
        scaffold=best,
        development=means[best],
        held_out=score.mean,
        interval=Interval(low=low, high=high, level=level, method=method),
        curse=means[best] - score.mean,
        scaffolds=len(means),
        development_tasks=len(dev_tasks),
        held_out_tasks=len(tasks),
        held_out_families=score.families,
    )


def _gain(before: tuple[Tried, Floats], after: tuple[Tried, Floats], families: Sequence[str], level: float) -> Gain:
    difference = after[1] - before[1]
    mean = clustered(difference, families)
    gained, lost = int((difference > 0).sum()), int((difference < 0).sum())
    envelope = _envelope(before[0], after[0], gained, lost)
    return Gain(
        tokens_before=before[0].tokens,
        tokens=after[0].tokens,
        before=float(before[1].mean()),
        after=float(after[1].mean()),
        gain=mean.mean,
        error=mean.error,
        upper=upper_bound(difference, families, level=level),
        gained=gained,
        lost=lost,
        envelope=envelope,
        says=_says(envelope, gained),
        tasks=len(difference),
        families=mean.families,
    )


def _envelope(before: Tried, after: Tried, gained: int, lost: int) -> Envelope:
    if after.rerun is not None:
        solved = {task for task, outcome in before.outcomes.items() if outcome > 0}
        return Envelope.KNOWN if solved and solved.isdisjoint(after.rerun) else Envelope.NO
    return Envelope.SUSPECTED if gained and not lost else Envelope.NO


def _says(envelope: Envelope, gained: int) -> str:
    if envelope is Envelope.KNOWN:
        return "only failures were run again: success at this budget is an upper envelope, the better of two tries"
    if envelope is Envelope.SUSPECTED:
        return (
            f"{gained} tasks gained and none lost, as it is where only failures were run again: "
            "take success at this budget for an upper envelope"
        )
    return ""


def _outcomes(outcomes: Outcomes, tasks: Sequence[str]) -> Floats:
    if sorted(outcomes) != list(tasks):
        raise UnfitDataError(
            "outcomes are not all of the same tasks", "run every budget and scaffold on the same tasks"
        )
    return numbers([outcomes[task] for task in tasks], "outcomes", low=0, high=1)


def _families(tasks: Sequence[str], families: Mapping[str, str] | None) -> list[str]:
    if families is None:
        return list(tasks)
    if missing := [task for task in tasks if task not in families]:
        raise UnfitDataError(f"the task {missing[0]} has no family", "name the family of each task")
    return [families[task] for task in tasks]
