"""How long tasks take a person, from sources that are not worth the same.

Which source is used of each task follows from one rule, and what it leaves out is noted beside it, so that a result
can be computed again with another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, inf, log, sqrt

import msgspec
import numpy as np
from scipy import optimize, special

from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.sources import RANK, Source

__all__ = ["RANK", "Attempt", "HumanTime", "Source", "Sources", "Spreads", "task_times"]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An expert's attempt.

    Attributes:
        task: which. minutes: it lasted. solved: whether the task was solved then; if it was given up, or the answer was
            wrong, solving it takes at least so long.
    """

    task: str
    minutes: float
    solved: bool


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of human times, in minutes, by task."""

    attempts: Sequence[Attempt] = ()
    estimates: Mapping[str, Sequence[float]] = {}
    first_bloods: Mapping[str, float] = {}
    model_estimates: Mapping[str, float] = {}


class HumanTime(msgspec.Struct, frozen=True, kw_only=True):
    """The human time of one task.

    Attributes:
        task: its name. minutes: the median that is used; None where no source that may be used has any. source: of it.
        interval: around it; None where nothing repeats, so that no spread is known, or nothing can be said.
        people: completions, estimates or teams that it rests on. censored: attempts that did not solve it.
        at_least: minutes of the longest of those. lower_bound: whether a typical expert takes longer than ``minutes``.
        dropped: the sources that were left out, with their minutes, in words.
    """

    task: str
    minutes: float | None
    source: Source | None
    interval: Interval | None
    people: int
    censored: int
    at_least: float | None
    lower_bound: bool
    dropped: tuple[str, ...]


class Spreads(msgspec.Struct, frozen=True, kw_only=True):
    """Standard deviations of logarithms within a task, pooled over tasks; None where no task has two."""

    completions: float | None
    estimates: float | None


def task_times(
    known: Sources, *, sources: Sequence[Source | str] = RANK, level: float = 0.95
) -> tuple[tuple[HumanTime, ...], Spreads]:
    """Return the human time of each task that any source names, by name, and the spreads that intervals rest on.

    A task has the best source that it has among those that may be used. Its time is the median of a log-normal
    distribution whose spread is pooled over tasks; attempts that were given up count as at least so long. With nothing
    given up that is the geometric mean. A task that was only given up has no completion time; its next source is used,
    and ``at_least`` says what was seen.

    Args:
        known: everything. sources: that may be used, the best first. level: of the intervals.

    Raises:
        UnfitDataError: a time is not above 0, or a source is unknown.
    """
    _check(known)
    try:
        allowed = [Source(source) for source in sources]
    except ValueError:
        raise UnfitDataError("a source of human times is unknown", f"name some of {', '.join(RANK)}") from None
    by_task: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in known.attempts:
        by_task[attempt.task].append(attempt)
    spreads = Spreads(
        completions=_pooled([[log(a.minutes) for a in some if a.solved] for some in by_task.values()]),
        estimates=_pooled([[log(value) for value in some] for some in known.estimates.values()]),
    )
    names = sorted({*by_task, *known.estimates, *known.first_bloods, *known.model_estimates})
    return tuple(_time(name, by_task.get(name, []), known, allowed, spreads, level) for name in names), spreads


class _Found(msgspec.Struct, frozen=True):
    minutes: float
    error: float | None
    people: int


def _time(
    task: str, attempts: Sequence[Attempt], known: Sources, allowed: Sequence[Source], spreads: Spreads, level: float
) -> HumanTime:
    found = _found(task, attempts, known, spreads)
    used = next((source for source in allowed if source in found), None)
    given_up = [attempt.minutes for attempt in attempts if not attempt.solved]
    at_least = max(given_up, default=None)
    dropped = [f"{source}: {found[source].minutes:g} minutes" for source in RANK if source in found and source != used]
    minutes = None if used is None else found[used].minutes
    if used is not Source.COMPLETION and minutes is not None and at_least is not None and at_least > minutes:
        dropped.append(f"an attempt of {at_least:g} minutes that did not solve it, which is longer than what is used")
    return HumanTime(
        task=task,
        minutes=minutes,
        source=used,
        interval=None if used is None else _interval(found[used], level),
        people=0 if used is None else found[used].people,
        censored=len(given_up),
        at_least=at_least,
        lower_bound=used is Source.FIRST_BLOOD,
        dropped=tuple(dropped),
    )


def _found(task: str, attempts: Sequence[Attempt], known: Sources, spreads: Spreads) -> dict[Source, _Found]:
    """Return what each source says of a task."""
    found = {}
    if solved := [log(attempt.minutes) for attempt in attempts if attempt.solved]:
        given_up = [log(attempt.minutes) for attempt in attempts if not attempt.solved]
        found[Source.COMPLETION] = _median(solved, given_up, spreads.completions)
    if said := [log(value) for value in known.estimates.get(task, ())]:
        found[Source.ESTIMATE] = _median(said, [], spreads.estimates)
    if task in known.first_bloods:
        found[Source.FIRST_BLOOD] = _Found(known.first_bloods[task], None, 1)
    if task in known.model_estimates:
        found[Source.MODEL_ESTIMATE] = _Found(known.model_estimates[task], None, 1)
    return found


def _median(solved: list[float], given_up: list[float], spread: float | None) -> _Found:
    """Return the median of a log-normal of known spread, from logarithms of times of which some are lower bounds.

    Without a known spread the ones given up cannot be weighed, and the geometric mean of the others is returned.
    """
    mean = float(np.mean(solved))
    if not spread:
        return _Found(exp(mean), None, len(solved))
    beyond = np.array(given_up)

    def score(middle: float) -> float:
        z = (beyond - middle) / spread
        return float((np.array(solved) - middle).sum() / spread + _hazard(z).sum())

    middle = mean
    if given_up:  # the score falls; it is not below 0 at the mean, and is so where the hazards are used up
        top = max(mean, *given_up) + spread
        while score(top) > 0:
            top += spread
        middle = float(optimize.brentq(score, mean, top))
    z = (beyond - middle) / spread
    information = len(solved) + float((_hazard(z) * (_hazard(z) - z)).sum())
    return _Found(exp(middle), spread / sqrt(information), len(solved))


def _hazard(z: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.exp(-(z**2) / 2 - log(2 * np.pi) / 2 - special.log_ndtr(-z))
    return found


def _interval(found: _Found, level: float) -> Interval | None:
    if found.error is None:
        return None
    reach = float(special.ndtri((1 + level) / 2)) * found.error
    method = "log-normal, spread within tasks pooled over tasks"
    return Interval(low=found.minutes * exp(-reach), high=found.minutes * exp(reach), level=level, method=method)


def _pooled(groups: Sequence[Sequence[float]]) -> float | None:
    """Return the standard deviation within groups; None where none has two."""
    freedom = sum(max(len(group) - 1, 0) for group in groups)
    if not freedom:
        return None
    return sqrt(sum(float(((np.array(g) - np.mean(g)) ** 2).sum()) for g in groups if len(g) > 1) / freedom)


def _check(known: Sources) -> None:
    said = [value for values in known.estimates.values() for value in values]
    times = [attempt.minutes for attempt in known.attempts]
    for value in (*times, *said, *known.first_bloods.values(), *known.model_estimates.values()):
        if not 0 < value < inf:
            raise UnfitDataError(f"a human time of {value:g} minutes", "leave out what took no time, or is not known")
