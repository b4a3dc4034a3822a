"""A table of people's attempts at tasks, and how long tasks take a person by it.

Who gives up has taken *at least* so long. The mean of those who finished leaves them out, and makes tasks look shorter
than they are; here their times are lower bounds.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.runs.columns import Wanted, find
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.reading import csv_rows, one_document
from clearinghouse.evaluation.runs.run import BadCellError, name_of, number_of, text_of
from clearinghouse.evaluation.runs.table import Problems
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.human import Attempt, HumanTime, Sources, task_times
from clearinghouse.evaluation.statistics.lognormal import LogNormal, fit
from clearinghouse.evaluation.statistics.survival import Quantile, kaplan_meier, quantile
from clearinghouse.records import Problem

MOST_ROWS = 200_000
PEOPLE = Wanted(
    {
        "task_id": ("task_id", "task"),
        "person": ("person", "expert", "participant", "human", "alias"),
        "minutes": ("minutes", "human_minutes"),
        "finished": ("finished", "solved", "completed", "score_binarized"),
    },
    ("task_id", "minutes", "finished"),
    "columns task_id, minutes, finished (1 or 0); if known person",
)
_FINISHED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_PARQUET = b"PAR1"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a person: ``minutes`` until it was done or given up."""

    task: str
    person: str
    minutes: float
    finished: bool


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """How long one task takes a person.

    Attributes:
        time: by a log-normal distribution whose spread is pooled over tasks. median: by Kaplan and Meier's curve, which
            supposes no distribution, and has none where fewer than half are seen to finish. attempts, people: how many;
            people are 0 where the table does not name them.
    """

    time: HumanTime
    median: Quantile
    attempts: int
    people: int


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """All tasks in one accelerated failure time model: one log-normal spread, a median for each task that was done.

    Attributes:
        sigma, error: the spread of logarithms, with its standard error. medians: in minutes, with intervals, by task.
        log_likelihood: at the maximum. attempts, censored: it rests on.
    """

    sigma: float
    error: float
    medians: dict[str, tuple[float, Interval]]
    log_likelihood: float
    attempts: int
    censored: int


class Baselines(msgspec.Struct, frozen=True, kw_only=True):
    """What a table of people's attempts shows.

    Attributes:
        tasks: each. spread: of logarithms within a task, pooled over tasks; None where no task was finished twice.
            model: see there; None where it cannot be fitted, and ``without`` says why. problems: of rows left out.
    """

    tasks: tuple[Baseline, ...]
    spread: float | None
    model: Fitted | None
    without: str
    problems: tuple[Problem, ...]


def read_people(path: Path) -> tuple[tuple[Tried, ...], tuple[Problem, ...]]:
    """Return the attempts of a table in CSV or Parquet, and what was wrong with rows that are left out.

    Raises:
        TableError: it is no such table, or no row of it can be used. MissingExtraError: no pyarrow for Parquet.
    """
    document = one_document(path)
    problems = Problems(document.source)
    if document.sample.head.startswith(_PARQUET):
        from clearinghouse.evaluation.runs.parquet import parquet_rows  # noqa: PLC0415 - pyarrow is large and optional

        columns, found = parquet_rows(document, PEOPLE)
    else:
        columns, found = csv_rows(document, problems, PEOPLE)
    places = find(columns, document.source, PEOPLE).places
    tried = tuple(_tried(found, places, problems))
    if not tried:
        told = next((each.message for each in problems.all()), "it has no rows.")
        what = f"{document.source}: no attempt in it can be used: {told.rstrip('.')}"
        raise TableError(what, "see its rows", source=document.source)
    return tried, problems.all()


def baselines(tried: Sequence[Tried], problems: Sequence[Problem] = (), *, level: float = 0.95) -> Baselines:
    """Return how long tasks take a person. Attempts count as independent; one person's at several tasks are not quite.

    Raises:
        UnfitDataError: a time is not above 0.
    """
    by_task: defaultdict[str, list[Tried]] = defaultdict(list)
    for each in tried:
        by_task[each.task].append(each)
    attempts = [Attempt(task=each.task, minutes=each.minutes, solved=each.finished) for each in tried]
    times, spreads = task_times(Sources(attempts=attempts), level=level)
    model, without = _model(by_task, level)
    return Baselines(
        tasks=tuple(_baseline(time, by_task[time.task], level) for time in times),
        spread=spreads.completions,
        model=model,
        without=without,
        problems=tuple(problems),
    )


def _baseline(time: HumanTime, tried: Sequence[Tried], level: float) -> Baseline:
    curve = kaplan_meier([each.minutes for each in tried], [each.finished for each in tried], level=level)
    people = {each.person for each in tried if each.person}
    return Baseline(time=time, median=quantile(curve), attempts=len(tried), people=len(people))


def _model(by_task: dict[str, list[Tried]], level: float) -> tuple[Fitted | None, str]:
    """Fit all tasks that somebody finished. A task that nobody did has no median, only lower bounds."""
    names = sorted(name for name, some in by_task.items() if any(each.finished for each in some))
    used = [each for name in names for each in by_task[name]]
    if not used:
        return None, "nobody finished any task"
    marks = np.array([[float(each.task == name) for name in names[1:]] for each in used]).reshape(len(used), -1)
    times, seen = [each.minutes for each in used], [each.finished for each in used]
    try:
        found = fit(times, seen, marks if len(names) > 1 else None)
    except EvaluationError as error:
        return None, error.what
    return Fitted(
        sigma=found.sigma,
        error=found.sigma_error,
        medians={name: _median(found, names, name, level) for name in names},
        log_likelihood=found.log_likelihood,
        attempts=found.watched,
        censored=found.censored,
    ), ""


def _median(found: LogNormal, names: Sequence[str], name: str, level: float) -> tuple[float, Interval]:
    return found.median([float(each == name) for each in names[1:]], level=level)


def _tried(found: Iterator[tuple[int, dict[str, Any]]], places: dict[str, str], problems: Problems) -> Iterator[Tried]:
    count = 0
    for line, row in found:
        try:
            tried = _one({name: row.get(place) for name, place in places.items()})
        except BadCellError as error:
            problems.row(line, f"bad_{error.column}", f"{error.column} {error.says}", error.expected)
            continue
        count += 1
        if count > MOST_ROWS:
            what = f"{problems.source}: more than {MOST_ROWS:,} attempts"
            raise TableError(what, "divide it by task", source=problems.source)
        yield tried


def _one(cells: dict[str, Any]) -> Tried:
    minutes = number_of("minutes", cells["minutes"], "a number above 0")
    if isnan(minutes) or minutes <= 0:
        raise BadCellError("minutes", "is empty or not above 0", "a number above 0")
    told = text_of(cells["finished"]).casefold().removesuffix(".0")
    if told not in _FINISHED:
        raise BadCellError("finished", "says neither yes nor no", "1 where it was done, 0 where it was given up")
    return Tried(
        task=name_of("task_id", cells["task_id"]),
        person=text_of(cells.get("person")),
        minutes=minutes,
        finished=_FINISHED[told],
    )
