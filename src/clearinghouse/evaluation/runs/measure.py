"""What a table of runs shows of each model: success for its own tasks and for the population, and the time horizon.

Everything is drawn for the whole table at once, so that models are compared on common draws, and asking for fewer of
them changes no number.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.run import Outcome, Way
from clearinghouse.evaluation.runs.table import RunTable
from clearinghouse.evaluation.runs.ways import divided
from clearinghouse.evaluation.statistics.accuracy import (
    MissingBounds,
    benchmark_accuracy,
    generalised_accuracy,
    missing_bounds,
)
from clearinghouse.evaluation.statistics.arrays import Floats, Ints
from clearinghouse.evaluation.statistics.bootstrap import DRAWS, SEED, attempt_counts, task_counts
from clearinghouse.evaluation.statistics.clustered import Weighting
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, GeneralizedAccuracy
from clearinghouse.evaluation.statistics.horizon import TaskWeights, Timed, TimeHorizon, attempt_weights, time_horizon
from clearinghouse.evaluation.statistics.horizon.estimate import RIDGE
from clearinghouse.evaluation.statistics.horizon.weights import whole_set
from clearinghouse.formats.text import quoted

MOST_DRAWN = 30_000_000
"""Most numbers that draws of one model may be: draws times attempts."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a table is measured.

    Attributes:
        weights: of the horizon's curve; None takes the table's column where there is one, else ``sqrt-family``.
        ridge: of its slope. draws: of the bootstrap. seed: of the first draw. level: of intervals. least_minutes: of
            human time; with more than 0 success is counted over tasks that are known to take so long, and over no
            others. The horizon's curve always takes all.
    """

    weights: TaskWeights | None = None
    ridge: float = RIDGE
    draws: int = DRAWS
    seed: int = SEED
    level: float = 0.95
    least_minutes: float = 0.0


class FamilyResult(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts of a model at the tasks of one family.

    Attributes:
        tasks, attempts: how many; attempts that have an outcome. success: the sum of their scores.
    """

    tasks: int
    attempts: int
    success: float


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a table shows of one model.

    Attributes:
        model: its name. outcomes: how many attempts ended how. generalised: success on the population of families; None
            where no attempt has an outcome. by_family: the same with every family weighing alike. benchmark: success on
            these tasks; None where that cannot be said. missing: bounds of success whatever missing outcomes are.
        families: by name. horizon: from attempts at tasks whose human time is known. way: in which they were made,
            where the table was divided by it. whole: what weights were divided by, see
            :func:`~clearinghouse.evaluation.statistics.horizon.weights.whole_set`.
    """

    model: str
    outcomes: dict[Outcome, int]
    generalised: GeneralizedAccuracy | None
    by_family: GeneralizedAccuracy | None
    benchmark: BenchmarkAccuracy | None
    missing: MissingBounds
    families: dict[str, FamilyResult]
    horizon: TimeHorizon
    way: Way = Way()
    whole: float = 1.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a table shows.

    Attributes:
        weights: of the horizon's curve that were taken. settings: as given. models: each, in each way.
    """

    weights: TaskWeights
    settings: Settings
    models: tuple[ModelResult, ...]


def measure(table: RunTable, settings: Settings = Settings(), models: Sequence[str] | None = None) -> Measured:  # noqa: B008
    """Measure the models of a table, or those that are named.

    Raises:
        TableError: a model is not in the table, the column of weights is asked for and is not there, or no task takes
            the least human time.
    """
    names = _named(table, models)
    kind = settings.weights or (TaskWeights.COLUMN if table.is_weighted else TaskWeights.SQRT_FAMILY)
    if kind is TaskWeights.COLUMN and not table.is_weighted:
        raise TableError(f"{table.source}: no column weight", "ask for sqrt-family or equal", source=table.source)
    counted = table.minutes >= settings.least_minutes if settings.least_minutes > 0 else np.isfinite(table.model)
    if not counted.any():
        what = f"{table.source}: no task is known to take {settings.least_minutes:g} minutes"
        raise TableError(what, "lower the least human time", source=table.source)
    weight = _weights(table, kind)
    usable = np.flatnonzero(np.isfinite(table.score) & np.isfinite(table.minutes) & (weight > 0))
    whole = whole_set(weight[usable], table.task[usable], table.model[usable]) if len(usable) else 1.0
    drawn = _Drawn(table, usable, settings)
    results = []
    for name in names:
        rows = table.rows_of(name)
        own = rows[np.isin(rows, usable, assume_unique=True)]
        horizon = _horizon(table, own, weight / whole, drawn, settings)
        results.append(replace(_result(table, name, rows[counted[rows]], horizon, settings), whole=whole))
    return Measured(weights=kind, settings=settings, models=tuple(results))


def measure_ways(table: RunTable, settings: Settings = Settings(), models: Sequence[str] | None = None) -> Measured:  # noqa: B008
    """Measure a table, divided where a model was tried in several ways; each of these tables is measured by itself.

    Raises:
        TableError: as :func:`measure`.
    """
    names = _named(table, models)
    parts = [(way, part, [name for name in part.models if name in names]) for way, part in divided(table)]
    found = [(way, measure(part, settings, own)) for way, part, own in parts if own]
    results = tuple(replace(each, way=way) for way, measured in found for each in measured.models)
    return replace(found[0][1], models=results)


def _named(table: RunTable, models: Sequence[str] | None) -> Sequence[str]:
    if not models:
        return table.models
    unknown = [name for name in models if name not in table.models]
    if unknown:
        what = f"{table.source}: no model {quoted(unknown[0])}"
        raise TableError(what, f"one of {', '.join(map(quoted, table.models[:20]))}", source=table.source)
    return tuple(dict.fromkeys(models))


def _weights(table: RunTable, kind: TaskWeights) -> Floats:
    """Return the weight of each attempt that can be in a horizon; not a number for the others."""
    if kind is TaskWeights.COLUMN:
        return table.weight
    weight = np.full(len(table), np.nan)
    timed = np.isfinite(table.minutes) & np.isfinite(table.score)
    for model in range(len(table.models)):
        rows = np.flatnonzero(timed & (table.model == model))
        weight[rows] = attempt_weights(kind, table.task[rows], table.family[table.task[rows]])
    return weight


class _Drawn:
    """How often attempts are drawn; tasks are drawn once for all models.

    Raises:
        TableError: that would be too many numbers to hold.
    """

    def __init__(self, table: RunTable, usable: Ints, settings: Settings) -> None:
        self._task = table.task
        self._seed = settings.seed
        self._tasks = np.unique(table.task[usable])
        most = max(np.bincount(table.model[usable]).max(initial=0), len(self._tasks))
        if most * settings.draws > MOST_DRAWN:
            what = f"{table.source}: {settings.draws:,} draws of {most:,} attempts at a time"
            raise TableError(what, f"ask for at most {MOST_DRAWN // most:,} draws", source=table.source)
        self._counts = None
        if settings.draws and len(usable):
            family = np.unique(table.family[self._tasks], return_inverse=True)[1]
            self._counts = task_counts(family, settings.draws, settings.seed)

    def counts(self, rows: Ints) -> Ints | None:
        """Return how often each of a model's attempts is drawn, one row a draw; None where nothing is drawn."""
        if self._counts is None or not len(rows):
            return None
        own, at = np.unique(self._task[rows], return_inverse=True)
        return attempt_counts(self._counts[:, np.searchsorted(self._tasks, own)], at, self._seed)


def _horizon(table: RunTable, rows: Ints, weight: Floats, drawn: _Drawn, settings: Settings) -> TimeHorizon:
    timed = Timed(table.minutes[rows], table.score[rows], weight[rows], table.task[rows], table.seen[rows])
    says = f"hierarchical bootstrap, {settings.draws} draws, seed {settings.seed}"
    return time_horizon(timed, drawn.counts(rows), level=settings.level, ridge=settings.ridge, says=says)


def _result(table: RunTable, name: str, rows: Ints, horizon: TimeHorizon, settings: Settings) -> ModelResult:
    every = table.attempts(rows) if len(rows) else None
    known = every.known() if every else None
    benchmark = None
    if known:
        try:
            benchmark = benchmark_accuracy(known, settings.level)
        except StatisticsError:  # shares of success, each task tried once: attempts' chance cannot be seen
            benchmark = None
    general = [
        generalised_accuracy(known, settings.level, each, seed=settings.seed) if known else None for each in Weighting
    ]
    return ModelResult(
        model=name,
        outcomes=table.outcomes(rows),
        generalised=general[0],
        by_family=general[1],
        benchmark=benchmark,
        missing=missing_bounds(every) if every else MissingBounds(0.0, 1.0, 1.0),
        families=_families(table, rows),
        horizon=horizon,
    )


def _families(table: RunTable, rows: Ints) -> dict[str, FamilyResult]:
    rows = rows[np.isfinite(table.score[rows])]
    tasks = np.bincount(table.family[np.unique(table.task[rows])], minlength=len(table.families))
    family = table.family[table.task[rows]]
    attempts = np.bincount(family, minlength=len(table.families))
    success = np.bincount(family, weights=table.score[rows], minlength=len(table.families))
    return {
        name: FamilyResult(tasks=int(tasks[at]), attempts=int(attempts[at]), success=float(success[at]))
        for at, name in enumerate(table.families)
        if attempts[at]
    }
