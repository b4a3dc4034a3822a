"""What a table of runs shows, as text for people and as JSON for programs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from clearinghouse import __version__
from clearinghouse.cli.frontier.assess_logs import read
from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    failure,
    problem_lists,
    show_problems,
    write_json,
)
from clearinghouse.evaluation.runs.measure import Measured, ModelResult, Settings, measure_ways
from clearinghouse.evaluation.runs.run import MISSING
from clearinghouse.evaluation.runs.table import Read
from clearinghouse.evaluation.runs.ways import Only, differing, narrowed
from clearinghouse.evaluation.statistics.estimate import Accuracy, Interval
from clearinghouse.evaluation.statistics.horizon import Beyond, Quantile, TimeHorizon
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.records.problem import only_errors

SCHEMA = "clearinghouse frontier table 1"
_ALL = Only()
_SUCCESS = ("model", "attempts", "tasks", "families", "success", "interval", "families alike", "these tasks")
_HORIZON = ("model", "tasks", "p50", "interval", "p80", "interval of p80", "slope", "intercept", "")


def assess_table(
    path: Path,
    settings: Settings,
    models: Sequence[str],
    output: OutputFormat,
    only: Only = _ALL,
    key: Path | None = None,
) -> int:
    """Measure a table, a run or logs, and write what it shows; return the exit code.

    Args:
        only: what is taken of it. key: public keys that may have signed a run.

    Raises:
        ClearinghouseError: it cannot be read or measured; with JSON it is written as a problem instead.
    """
    try:
        found = read(path, key)
        found = replace(found, table=narrowed(found.table, only))
        measured = measure_ways(found.table, settings, models)
    except ClearinghouseError as error:
        if output is not OutputFormat.JSON:
            raise
        write_json({"schema": SCHEMA, "models": [], **problem_lists([failure(error, [path])])})
        return BAD_INPUT
    if output is OutputFormat.JSON:
        write_json(document(found, measured))
    else:
        show_problems(found.problems)
        _show(found, measured)
    return ATTENTION if only_errors(found.problems) else OK


def document(read: Read, measured: Measured) -> dict[str, Any]:
    """Return what is written as JSON. Minutes are of human time; an end of an interval that is null has none."""
    settings = measured.settings
    return {
        "schema": SCHEMA,
        "source": read.table.source,
        "rows": len(read.table),
        "tasks": len(read.table.tasks),
        "families": len(read.table.families),
        "settings": {
            "weights": measured.weights,
            "regularisation": settings.ridge,
            "draws": settings.draws,
            "seed": settings.seed,
            "level": settings.level,
            "human_min": settings.least_minutes,
            "clearinghouse": __version__,
            "numpy": np.__version__,
        },
        "models": [_model(each) for each in measured.models],
        **problem_lists(read.problems),
    }


def _model(result: ModelResult) -> dict[str, Any]:
    general = result.generalised
    return {
        "model": result.model,
        **{name: value or None for name, value in result.way._asdict().items()},
        "attempts": sum(result.outcomes.values()),
        "tasks": general.tasks if general else 0,
        "families": general.families if general else 0,
        "outcomes": result.outcomes,
        "by_family": result.families,
        "success": {
            "generalised": _estimate(result.generalised),
            "generalised_families_alike": _estimate(result.by_family),
            "benchmark": _estimate(result.benchmark),
            "if_missing_failed": result.missing.low,
            "if_missing_solved": result.missing.high,
            "missing": result.missing.share,
        },
        "horizon": _horizon(result.horizon) | {"weight_of_one_pass": result.whole},
    }


def _estimate(found: Accuracy | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": found.value, "error": found.error, **_ends(found.interval)}


def _ends(interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {"low": None, "high": None, "method": None}
    return {"low": interval.low, "high": interval.high, "method": interval.method}


def _horizon(found: TimeHorizon) -> dict[str, Any]:
    return {
        "intercept": found.intercept,
        "slope": found.slope,
        "gradient": found.gradient,
        "tasks": found.tasks,
        "attempts": found.attempts,
        "draws": found.draws,
        "draws_with_a_curve": found.estimable,
        "estimable": not found.reason,
        "reason": found.reason or None,
        **{f"p{each.probability * 100:.0f}": _quantile(each) for each in found.quantiles},
    }


def _quantile(found: Quantile) -> dict[str, Any]:
    return {
        "minutes": found.minutes,
        **_ends(found.interval),
        "censored": found.censored,
        "beyond": found.beyond,
        "notes": found.notes,
    }


def _show(read: Read, measured: Measured) -> None:
    table, settings = read.table, measured.settings
    percent = f"{settings.level:.4g}".removeprefix("0.").ljust(2, "0")
    size = f"{plural(len(table), 'run')} at {plural(len(table.tasks), 'task')}"
    say(f"{size} in {plural(len(table.families), 'family', 'families')}; intervals hold at {percent} %.")
    say()
    title = "Success on the population of families (and, last, on these tasks alone)"
    if settings.least_minutes:
        title += f"; tasks of at least {settings.least_minutes:g} human minutes"
    _show_ways(title, _SUCCESS, measured.models, _success_cells)
    _show_ways(
        "Time horizon, in minutes of human time (* censored, ~ not confirmed)",
        _HORIZON,
        measured.models,
        _horizon_cells,
    )
    names = _names(measured.models)
    notes = [note for name, each in zip(names, measured.models, strict=True) for note in _notes(name, each)]
    for note in notes:
        say(note)
    say()
    made = f"{settings.draws:,} draws, seed {settings.seed}" if settings.draws else "no draws"
    say(f"Weights {measured.weights}, ridge {settings.ridge:g}, {made}. --format json has every number.")


def _show_ways(
    title: str, columns: Sequence[str], results: Sequence[ModelResult], cells_of: Callable[[ModelResult], Sequence[str]]
) -> None:
    """Print a table; one for each way in which models were tried, where there are several."""
    told = differing([each.way for each in results])
    say(title)
    for _, group in groupby(results, key=lambda each: each.way):
        some = list(group)
        rows = [(each.model, *cells_of(each)) for each in some]
        shown = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
        say()
        if told:
            say(f"{', '.join(_way(some[0], told))}:", style="bold")
        show_table("", columns[:shown], [row[:shown] for row in rows], whole=columns)
    say()


def _names(results: Sequence[ModelResult]) -> list[str]:
    """What each line is called: its model, and, where the table was divided, in which way that was tried."""
    told = differing([each.way for each in results])
    return [f"{each.model} ({', '.join(_way(each, told))})" if told else each.model for each in results]


def _way(result: ModelResult, told: Sequence[str]) -> Iterator[str]:
    for name in told:
        value = getattr(result.way, name) or f"no {name}"
        yield f"budget {int(value):,}" if name == "budget" and value.isdecimal() else value


def _success_cells(result: ModelResult) -> tuple[str, ...]:
    general, alike, benchmark = result.generalised, result.by_family, result.benchmark
    attempts = f"{sum(result.outcomes.values()):,}"
    if general is None or alike is None:
        return (attempts, "0", "0", "no outcome", "", "", "")
    return (
        attempts,
        f"{general.tasks:,}",
        f"{general.families:,}",
        f"{general.value:.3f}",
        _range(general.interval),
        f"{alike.value:.3f} {_range(alike.interval)}",
        _range(benchmark.interval) if benchmark else "",
    )


def _range(interval: Interval) -> str:
    return f"{interval.low:.3f}-{interval.high:.3f}"


def _horizon_cells(result: ModelResult) -> tuple[str, ...]:
    found = result.horizon
    if found.reason:
        return (f"{found.tasks:,}", "none", "", "none", "", "", "", "not estimable")
    cells = [cell for each in found.quantiles for cell in _minutes_cells(each)]
    return (f"{found.tasks:,}", *cells, f"{found.slope:.3f}", f"{found.intercept:.3f}", "")


def _minutes_cells(found: Quantile) -> tuple[str, str]:
    if found.minutes is None:
        return "none", ""
    ends = found.interval
    between = f"{_minutes(ends.low)}-{_minutes(ends.high)}" if ends else "none"
    mark = "*" if found.censored else "~" if found.beyond is Beyond.UNTIMED else ""
    return f"{_minutes(found.minutes)}{mark}", between


def _minutes(value: float) -> str:
    if not isfinite(value):
        return "no end"
    if value >= 1e7:
        return f"{value:.1e}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}" if value >= 1 else f"{value:.3g}"


def _notes(name: str, result: ModelResult) -> Iterator[str]:
    """Yield what is to be known of a line: why there is no horizon, why one is censored, what is missing."""
    lost = sum(count for outcome, count in result.outcomes.items() if outcome in MISSING)
    if lost:
        bounds = f"success is between {result.missing.low:.3f} and {result.missing.high:.3f} whatever they were"
        yield f"{name}: {plural(lost, 'attempt has', 'attempts have')} no outcome; {bounds}."
    if result.horizon.reason:
        yield f"{name}: no time horizon can be estimated: {result.horizon.reason}."
        return
    told: dict[str, list[str]] = {}
    for each in result.horizon.quantiles:
        for note in each.notes:
            told.setdefault(note, []).append(f"p{each.probability * 100:.0f}")
    for note, quantiles in told.items():
        yield f"{name}, {' and '.join(quantiles)}: {note}."
