"""Abilities and items from a table of outcomes."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, special

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.statistics.grouped import Codes, Floats, UnfitDataError, codes_of, sums
from clearinghouse.evaluation.statistics.irt import marginal
from clearinghouse.evaluation.statistics.irt.items import Ability, Anchor, Extreme, Item, Table, extremes, table_of
from clearinghouse.evaluation.statistics.irt.items import parameters as parameters_of

_TOLERANCE = 1e-5
"""The largest component of the gradient, in log-likelihood per logit, at which a fit counts as found."""
_STEP = 1e-4
_POLISH = 20


class NotFoundError(EvaluationError):
    """The optimiser did not come to a point where the gradient vanishes."""


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Abilities and items on one scale, in logits.

    Attributes:
        abilities: of models, in the order of the rows. items: in the order of the columns.
        two_parameters: whether discriminations differ. mean, spread: of the difficulties of items that were not held;
            without anchors the mean is the origin, 0. slope_spread: standard deviation of log discriminations.
        log_likelihood: marginal, without the penalty. gradient: its largest component at the end.
        errors: how those of abilities were made, in words. families: their number. covariance: of the abilities; their
            errors share that of the origin, so two models differ by less error than theirs added.
        anchors: how many items were held.
    """

    abilities: tuple[Ability, ...]
    items: tuple[Item, ...]
    two_parameters: bool
    mean: float
    spread: float
    slope_spread: float
    log_likelihood: float
    gradient: float
    errors: str
    families: int
    covariance: tuple[tuple[float, ...], ...]
    anchors: int

    def difference(self, first: int, second: int) -> tuple[float, float]:
        """Return by how many logits the first model is above the second, and the standard error of that."""
        cov = self.covariance
        variance = cov[first][first] + cov[second][second] - 2 * cov[first][second]
        return self.abilities[first].value - self.abilities[second].value, sqrt(max(variance, 0.0))


def calibrate(
    outcomes: Any,
    *,
    attempts: Any = None,
    two_parameters: bool = False,
    families: Sequence[Any] | npt.NDArray[Any] | None = None,
    anchors: Mapping[int, Anchor] | None = None,
) -> Calibration:
    """Fit abilities and items by penalised marginal maximum likelihood.

    Args:
        outcomes: models by tasks, from 0 to 1, NaN where missing (see :func:`~.items.table_of`). Missing outcomes are
            left out: that supposes that they are missing for reasons that have nothing to do with what they would be.
        attempts: of how many attempts each outcome is the mean. Left out, a mean counts as one outcome, which spreads
            abilities too little (by 9 % with five attempts, simulated); with it, attempts at one task count as
            independent given ability and difficulty, so give families too.
        two_parameters: whether tasks may discriminate differently. families: of tasks; errors of abilities are then
            clustered by them. anchors: items that are held, by column; they set the origin, and new items are fitted
            beside them.

    Raises:
        UnfitDataError: outcomes are no such table, there are fewer than two models and no anchors, or an anchor is at
            no column. NotFoundError: the fit did not converge.
    """
    table = table_of(outcomes, attempts)
    models, tasks = table.solved.shape
    anchors = dict(anchors or {})
    _check(models, tasks, anchors)
    codes, count = codes_of(families, tasks)
    kept = np.array(sorted(anchors), dtype=np.intp)
    free = np.setdiff1d(np.arange(tasks), kept)
    held = _held(table, kept, anchors)
    open_ = Table(solved=table.solved[:, free], tried=table.tried[:, free])
    layout = marginal.Layout(
        models=models,
        slopes=two_parameters,
        linked=held is not None,
        centre=0.0 if held is None else float(held.difficulty.mean()),
    )
    grid = marginal.grid_of(layout)
    patterns = marginal.patterns_of(open_)
    at, curvature, gradient = _optimum(layout, grid, patterns, held)
    parts = (_of_free(layout, grid, patterns, at, free), _of_held(layout, held, at, kept))
    scores = np.zeros((tasks, layout.size))
    for part in parts:
        scores[part.places] = part.scores
    items = {int(place): item for part in parts for place, item in zip(part.places, part.items, strict=True)}
    covariance, words = _covariance(curvature, scores, codes, count, clustered=families is not None)
    mean, spread, slope_spread = marginal.spreads(layout, at)
    return Calibration(
        abilities=abilities_of(table, at[:models], np.sqrt(np.diag(covariance)[:models])),
        items=tuple(items[place] for place in range(tasks)),
        two_parameters=two_parameters,
        mean=mean,
        spread=spread,
        slope_spread=slope_spread,
        log_likelihood=sum(part.log_likelihood for part in parts),
        gradient=gradient,
        errors=words,
        families=count,
        covariance=tuple(tuple(map(float, row[:models])) for row in covariance[:models]),
        anchors=len(anchors),
    )


class _Part(NamedTuple):
    """What some items come to at the optimum: their places among the tasks, scores (rows: items), and likelihood."""

    places: npt.NDArray[np.intp]
    items: Sequence[Item]
    scores: Floats
    log_likelihood: float


def _of_free(
    layout: marginal.Layout,
    grid: marginal.Grid,
    patterns: marginal.Patterns,
    at: Floats,
    places: npt.NDArray[np.intp],
) -> _Part:
    """What the items that are fitted come to."""
    if not places.size:
        return _Part(places, (), np.zeros((0, layout.size)), 0.0)
    nodes = marginal.nodes_of(layout, grid, at)
    log_likelihood, weights = marginal.posterior(patterns, grid, nodes, at)
    scores = marginal.task_scores(layout, grid, patterns, at)[patterns.which]
    found = _free_items(patterns, nodes, weights)
    return _Part(places, [found[pattern] for pattern in patterns.which], scores, log_likelihood)


def _of_held(layout: marginal.Layout, held: marginal.Held | None, at: Floats, places: npt.NDArray[np.intp]) -> _Part:
    """What the anchors come to."""
    scores = np.zeros((places.size, layout.size))
    if held is None:
        return _Part(places, (), scores, 0.0)
    log_likelihood, towards = held.likelihood(at[: layout.models])
    scores[:, : layout.models] = towards.T
    return _Part(places, _held_items(held), scores, log_likelihood)


def abilities_of(table: Table, values: Floats, errors: Floats) -> tuple[Ability, ...]:
    """Return abilities with what they rest on."""
    successes, attempts = table.solved.sum(axis=1), table.tried.sum(axis=1)
    return tuple(
        Ability(value=float(value), error=float(error), extreme=extreme, successes=float(solved), attempts=int(tried))
        for value, error, extreme, solved, tried in zip(
            values, errors, extremes(successes, attempts), successes, attempts, strict=True
        )
    )


def _check(models: int, tasks: int, anchors: Mapping[int, Anchor]) -> None:
    if models < 2 and len(anchors) < tasks:
        raise UnfitDataError("one model alone shows no difficulties", "give two models, or hold every item")
    if any(not 0 <= place < tasks for place in anchors):
        raise UnfitDataError("an anchor is at no column", f"give columns from 0 to {tasks - 1}")


def _held(table: Table, kept: Codes, anchors: Mapping[int, Anchor]) -> marginal.Held | None:
    if not kept.size:
        return None
    difficulty, slope = parameters_of([anchors[int(place)] for place in kept])
    return marginal.Held(
        table=Table(solved=table.solved[:, kept], tried=table.tried[:, kept]), difficulty=difficulty, slope=slope
    )


def _optimum(
    layout: marginal.Layout, grid: marginal.Grid, table: marginal.Patterns, held: marginal.Held | None
) -> tuple[Floats, Floats, float]:
    """Return the parameters, the curvature of the objective there, and the largest component of its gradient."""

    def both(at: Floats) -> tuple[float, Floats]:
        return marginal.objective(layout, grid, table, held, at)

    found = optimize.minimize(both, _start(layout, table, held), jac=True, method="BFGS", options={"gtol": 1e-3})
    at: Floats = found.x
    value, gradient = both(at)
    curvature = _curvature(both, at)
    largest = float(np.abs(gradient).max())
    for _ in range(_POLISH):
        if largest <= _TOLERANCE:
            break
        at, value, gradient = _newton(both, at, value, gradient, curvature)
        before, largest = largest, float(np.abs(gradient).max())
        if largest > before / 10:  # the curvature of where it began does not suit any more
            curvature = _curvature(both, at)
    if not largest <= _TOLERANCE:
        raise NotFoundError(
            f"the item response fit ended with a gradient of {largest:.2g}",
            "leave out models or tasks with few outcomes, or fit one parameter",
        )
    return at, curvature, largest


def _newton(both: Any, at: Floats, value: float, gradient: Floats, curvature: Floats) -> tuple[Floats, float, Floats]:
    """Return the point after one step of Newton's, which is halved until it does not lead upwards."""
    roots, vectors = linalg.eigh(curvature)
    step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(roots), 1e-3))
    share = 1.0
    while share > 1e-4:
        new = at - share * step
        new_value, new_gradient = both(new)
        if new_value <= value + 1e-9 * (1 + abs(value)):
            return new, new_value, new_gradient
        share /= 2
    return at, value, gradient


def _start(layout: marginal.Layout, table: marginal.Patterns, held: marginal.Held | None) -> Floats:
    solved, tried = table.solved @ table.many, table.tried @ table.many
    if held is not None:
        solved, tried = solved + held.table.solved.sum(axis=1), tried + held.table.tried.sum(axis=1)
    start = np.zeros(layout.size)
    start[: layout.models] = layout.centre + 1.5 * special.logit((solved + 0.5) / (tried + 1))
    start[layout.models] = np.log(2.0)
    if layout.slopes:
        start[layout.models + 1] = np.log(0.3)
    if layout.linked:
        start[-1] = layout.centre
    return start


def _curvature(both: Any, at: Floats) -> Floats:
    """Return the matrix of second derivatives, from differences of the gradient."""
    size = len(at)
    found = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = _STEP
        found[place] = (both(at + step)[1] - both(at - step)[1]) / (2 * _STEP)
    symmetric: Floats = (found + found.T) / 2
    return symmetric


def _covariance(curvature: Floats, scores: Floats, codes: Codes, count: int, *, clustered: bool) -> tuple[Floats, str]:
    """Return the covariance of all parameters, and how it was made."""
    inverse = linalg.pinvh(curvature)
    if not clustered:
        return inverse, "from the curvature of the likelihood; tasks as independent"
    if count < 2:
        return np.full(curvature.shape, np.inf), "one family only: none"
    rests = sums(scores, codes, count)
    return count / (count - 1) * inverse @ (rests.T @ rests) @ inverse, f"clustered by {count} families"


def _free_items(table: marginal.Patterns, nodes: marginal.Nodes, weights: Floats) -> list[Item]:
    difficulty = weights @ nodes.difficulty
    error = np.sqrt(np.maximum(weights @ nodes.difficulty**2 - difficulty**2, 0))
    attempts = table.tried.sum(axis=0)
    return [
        Item(difficulty=float(b), error=float(e), discrimination=float(a), extreme=extreme, attempts=int(n))
        for b, e, a, extreme, n in zip(
            difficulty,
            error,
            weights @ nodes.slope,
            extremes(table.solved.sum(axis=0), attempts),
            attempts,
            strict=True,
        )
    ]


def _held_items(held: marginal.Held) -> list[Item]:
    attempts = held.table.tried.sum(axis=0)
    found: list[Extreme] = extremes(held.table.solved.sum(axis=0), attempts)
    return [
        Item(difficulty=float(b), error=0.0, discrimination=float(a), held=True, extreme=extreme, attempts=int(n))
        for b, a, extreme, n in zip(held.difficulty, held.slope, found, attempts, strict=True)
    ]
