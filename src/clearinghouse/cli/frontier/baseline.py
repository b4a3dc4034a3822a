"""What ``frontier tasks baseline`` does: how long tasks take a person, from a table of people's attempts."""

from math import isfinite
from pathlib import Path
from typing import Any

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, problem_lists, show_problems, write_json
from clearinghouse.evaluation.runs.humans import Baseline, Baselines, Fitted, baselines, read_people
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.formats.text import plural
from clearinghouse.records.problem import only_errors

SCHEMA = "clearinghouse frontier baseline 1"


def baseline(path: Path, level: float, output: OutputFormat) -> int:
    """Read a table, and say what it shows; return the exit code.

    Raises:
        ClearinghouseError: it cannot be read.
    """
    tried, problems = read_people(path)
    found = baselines(tried, problems, level=level)
    if output is OutputFormat.JSON:
        write_json(_document(found, path, level))
    else:
        show_problems(found.problems)
        _tell(found)
    return ATTENTION if only_errors(found.problems) else OK


def _document(found: Baselines, path: Path, level: float) -> dict[str, Any]:
    """Return what is written as JSON. Minutes; an end of an interval that is null has none."""
    return {
        "schema": SCHEMA,
        "source": str(path),
        "level": level,
        "spread": found.spread,
        "tasks": [_task(each) for each in found.tasks],
        "model": _model(found.model),
        "without_model": found.without,
        **problem_lists(found.problems),
    }


def _task(each: Baseline) -> dict[str, Any]:
    return {
        "task": each.time.task,
        "attempts": each.attempts,
        "people": each.people,
        "finished": each.attempts - each.time.censored,
        "given_up": each.time.censored,
        "at_least": each.time.at_least,
        "log_normal": {"median": each.time.minutes, **_ends(each.time.interval)},
        "kaplan_meier": {"median": each.median.value, **_ends(each.median.interval)},
    }


def _model(found: Fitted | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "sigma": found.sigma,
        "sigma_error": found.error,
        "log_likelihood": found.log_likelihood,
        "attempts": found.attempts,
        "given_up": found.censored,
        "medians": {name: {"median": value, **_ends(ends)} for name, (value, ends) in found.medians.items()},
    }


def _ends(interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {"low": None, "high": None, "method": None}
    low, high = (each if isfinite(each) else None for each in (interval.low, interval.high))
    return {"low": low, "high": high, "method": interval.method}


def _tell(found: Baselines) -> None:
    columns = ("task", "attempts", "finished", "median", "interval", "Kaplan-Meier", "interval")
    show_table("Minutes that a person takes", columns, [_row(each) for each in found.tasks])
    for each in found.tasks:
        if each.time.minutes is None:
            say(f"{each.time.task}: nobody finished it; it takes at least {_minutes(each.time.at_least)} minutes.")
    people = "the median of a log-normal distribution whose spread is pooled over tasks"
    say(f"The first median is {people}; attempts that were given up count as at least so long.")
    say("Its intervals take that spread as known and attempts as independent: with few people they are too narrow.")
    if found.spread is None:
        say(
            "No task was finished twice: the spread is not known, there are no intervals, and what was given up "
            "is left out."
        )
    if found.model is not None:
        given_up = plural(found.model.censored, "attempt")
        say(
            f"All tasks in one log-normal model: spread {found.model.sigma:.3f} (error {found.model.error:.3f}) of the "
            f"logarithms, {given_up} given up; its medians are in --format json."
        )
    say('A task tells it as [human] minutes = …, source = "completion", people = …')


def _row(each: Baseline) -> tuple[str, ...]:
    finished = str(each.attempts - each.time.censored)
    return (
        each.time.task,
        str(each.attempts),
        finished,
        _minutes(each.time.minutes),
        _between(each.time.interval),
        _minutes(each.median.value),
        _between(each.median.interval),
    )


def _minutes(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def _between(interval: Interval | None) -> str:
    if interval is None or not isfinite(interval.low):
        return "none"
    return f"{_minutes(interval.low)}-{_minutes(interval.high) if isfinite(interval.high) else 'no end'}"
