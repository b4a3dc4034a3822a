"""What a table of runs shows, as text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from clearinghouse import __version__
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
from clearinghouse.evaluation.runs.measure import Measured, ModelResult, Settings, measure
from clearinghouse.evaluation.runs.reading import read_table
from clearinghouse.evaluation.runs.run import MISSING
from clearinghouse.evaluation.runs.table import Read
from clearinghouse.evaluation.statistics.estimate import Accuracy, Interval
from clearinghouse.evaluation.statistics.horizon import Quantile, TimeHorizon
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.records.problem import only_errors

SCHEMA = "clearinghouse frontier table 1"


def assess_table(path: Path, settings: Settings, models: Sequence[str], output: OutputFormat) -> int:
    """Measure a table and write what it shows; return the exit code.

    Raises:
        ClearinghouseError: it cannot be read or measured; with JSON it is written as a problem instead.
    """
    try:
        read = read_table(path)
        measured = measure(read.table, settings, models)
    except ClearinghouseError as error:
        if output is not OutputFormat.JSON:
            raise
        write_json({"schema": SCHEMA, "models": [], **problem_lists([failure(error, [path])])})
        return BAD_INPUT
    if output is OutputFormat.JSON:
        write_json(document(read, measured))
    else:
        show_problems(read.problems)
        _show(read, measured)
    return ATTENTION if only_errors(read.problems) else OK


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
            "weight_of_one_pass": measured.whole,
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
        "horizon": _horizon(result.horizon),
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
    head = ("model", "attempts", "tasks", "families", "success", "interval", "families alike", "on these tasks")
    rows = [_success_row(each) for each in measured.models]
    title = "Success on the population of families (and, last, on these tasks alone)"
    if settings.least_minutes:
        title += f"; tasks of at least {settings.least_minutes:g} human minutes"
    show_table(title, head, rows, whole=head[1:])
    say()
    columns = ("model", "tasks", "p50", "interval", "p80", "interval of p80", "slope", "intercept", "")
    show_table(
        "Time horizon, in minutes of human time (* censored)",
        columns,
        [_horizon_row(each) for each in measured.models],
        whole=columns[1:],
    )
    notes = list(_notes(measured))
    if notes:
        say()
    for note in notes:
        say(note)
    say()
    made = f"{settings.draws:,} draws, seed {settings.seed}" if settings.draws else "no draws"
    say(f"Weights {measured.weights}, ridge {settings.ridge:g}, {made}. --format json has every number.")


def _success_row(result: ModelResult) -> tuple[str, ...]:
    general, alike, benchmark = result.generalised, result.by_family, result.benchmark
    attempts = f"{sum(result.outcomes.values()):,}"
    if general is None or alike is None:
        return (result.model, attempts, "0", "0", "no outcome", "", "", "")
    return (
        result.model,
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


def _horizon_row(result: ModelResult) -> tuple[str, ...]:
    found = result.horizon
    if found.reason:
        return (result.model, f"{found.tasks:,}", "none", "", "none", "", "", "", "not estimable")
    cells = [cell for each in found.quantiles for cell in _minutes_cells(each)]
    return (result.model, f"{found.tasks:,}", *cells, f"{found.slope:.3f}", f"{found.intercept:.3f}", "")


def _minutes_cells(found: Quantile) -> tuple[str, str]:
    if found.minutes is None:
        return "none", ""
    ends = found.interval
    between = f"{_minutes(ends.low)}-{_minutes(ends.high)}" if ends else "none"
    return f"{_minutes(found.minutes)}{'*' if found.censored else ''}", between


def _minutes(value: float) -> str:
    if not isfinite(value):
        return "no end"
    if value >= 1e7:
        return f"{value:.1e}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}" if value >= 1 else f"{value:.3g}"


def _notes(measured: Measured) -> Iterator[str]:
    """Yield what is to be known of single models: why there is no horizon, why one is censored, what is missing."""
    for result in measured.models:
        lost = sum(count for outcome, count in result.outcomes.items() if outcome in MISSING)
        if lost:
            bounds = f"success is between {result.missing.low:.3f} and {result.missing.high:.3f} whatever they were"
            yield f"{result.model}: {plural(lost, 'attempt has', 'attempts have')} no outcome; {bounds}."
        if result.horizon.reason:
            yield f"{result.model}: no time horizon can be estimated: {result.horizon.reason}."
            continue
        for each in result.horizon.quantiles:
            for note in each.notes:
                yield f"{result.model}, p{each.probability * 100:.0f}: {note}."
