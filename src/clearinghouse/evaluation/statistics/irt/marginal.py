"""The marginal likelihood of a table: abilities are parameters, items are averaged out over a grid of nodes.

Difficulties are normal; logarithms of discriminations are normal around 0, so that the median discrimination is 1. The
grid is even (the trapezoid rule, which for such integrands errs less than the fitting does) and fine enough for the
sharpest posterior that so many models can give.
"""

from math import ceil, sqrt

import msgspec
import numpy as np
from scipy import special

from clearinghouse.evaluation.statistics.grouped import Codes, Floats
from clearinghouse.evaluation.statistics.irt.items import Table, chances

ABILITY_PRIOR = 10.0
"""Standard deviation, in logits, of the penalty on abilities: it keeps them finite and hardly moves the others."""

_REACH = 5.0
_SPREAD = (np.log(2.0), 1.0)
"""Where the penalty on the logarithm of the spread of difficulties is centred, and how wide it is."""
_SLOPES = (np.log(0.4), 0.5)
"""The same for the spread of logarithms of discriminations."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What the vector of parameters holds: abilities, log spread, then log spread of slopes, then the mean of items.

    Attributes:
        models: their number. slopes: whether discriminations differ. linked: whether anchors set the origin, so that
            the mean of the other items is a parameter and not 0. centre: of the penalty on abilities.
    """

    models: int
    slopes: bool
    linked: bool
    centre: float

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return self.models + 1 + self.slopes + self.linked


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes in units of the spreads, with logarithms of their weights."""

    difficulty: Floats
    slope: Floats
    log_weight: Floats


class Nodes(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes under some parameters: difficulties, discriminations, and chances of each model (row) at each node."""

    difficulty: Floats
    slope: Floats
    chance: Floats


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks with the same outcomes, taken together.

    Attributes:
        solved, tried: models by patterns. many: tasks of each pattern. which: the pattern of each task.
    """

    solved: Floats
    tried: Floats
    many: Floats
    which: Codes


def patterns_of(table: Table) -> Patterns:
    """Return the patterns of a table."""
    if not table.solved.size:
        return Patterns(
            solved=table.solved,
            tried=table.tried,
            many=np.zeros(table.solved.shape[1]),
            which=np.zeros(0, dtype=np.intp),
        )
    both, which, many = np.unique(
        np.vstack([table.solved, table.tried]), axis=1, return_inverse=True, return_counts=True
    )
    models = len(table.solved)
    return Patterns(solved=both[:models], tried=both[models:], many=many.astype(np.float64), which=which.reshape(-1))


def grid_of(layout: Layout) -> Grid:
    """Return the nodes: more of them the more models there are."""
    many = max(61, ceil(15 * sqrt(layout.models))) * (2 if layout.slopes else 1) | 1
    x = np.linspace(-_REACH, _REACH, many)
    z = np.linspace(-3.0, 3.0, 9) if layout.slopes else np.zeros(1)
    difficulty, slope = (each.ravel() for each in np.meshgrid(x, z))
    log_weight = -(difficulty**2 + slope**2) / 2
    return Grid(difficulty=difficulty, slope=slope, log_weight=log_weight - special.logsumexp(log_weight))


def spreads(layout: Layout, at: Floats) -> tuple[float, float, float]:
    """Return mean and spread of difficulties, and the spread of logarithms of discriminations."""
    slope = float(np.exp(at[layout.models + 1])) if layout.slopes else 0.0
    return float(at[-1]) if layout.linked else 0.0, float(np.exp(at[layout.models])), slope


def nodes_of(layout: Layout, grid: Grid, at: Floats) -> Nodes:
    """Return the nodes under parameters."""
    mean, spread, slope_spread = spreads(layout, at)
    difficulty = mean + spread * grid.difficulty
    slope = np.exp(slope_spread * grid.slope)
    chance = chances(at[: layout.models], difficulty, slope)
    return Nodes(difficulty=difficulty, slope=slope, chance=chance)


def posterior(table: Patterns, grid: Grid, nodes: Nodes, at: Floats) -> tuple[float, Floats]:
    """Return the logarithm of the likelihood, and for each pattern (row) the posterior over nodes."""
    abilities = at[: len(table.solved)]
    # log P = eta + log(1 - P), and eta falls apart into a part of the task and a part of the node: one product less
    log_failure = -np.logaddexp(0.0, nodes.slope * (abilities[:, None] - nodes.difficulty))
    ones = np.ones(table.solved.shape[1])
    of_task = np.vstack([table.tried, abilities @ table.solved, table.solved.sum(axis=0), ones])
    found = of_task.T @ np.vstack([log_failure, nodes.slope, -nodes.slope * nodes.difficulty, grid.log_weight])
    top = found.max(axis=1, keepdims=True)
    np.exp(found - top, out=found)
    total = found.sum(axis=1, keepdims=True)
    found /= total
    return float(table.many @ (top + np.log(total))[:, 0]), found


def objective(layout: Layout, grid: Grid, table: Patterns, held: "Held | None", at: Floats) -> tuple[float, Floats]:
    """Return the penalised logarithm of the likelihood with its sign turned, and its gradient."""
    value, gradient = _penalty(layout, at)
    if table.solved.size:
        nodes = nodes_of(layout, grid, at)
        more, weights = posterior(table, grid, nodes, at)
        value += more
        rest = (table.solved * table.many) @ weights - ((table.tried * table.many) @ weights) * nodes.chance
        gradient += _chained(layout, grid, nodes, at, rest)
    if held is not None:
        more, towards = held.likelihood(at[: layout.models])
        value += more
        gradient[: layout.models] += towards.sum(axis=1)
    return -value, -gradient


def task_scores(layout: Layout, grid: Grid, table: Patterns, at: Floats) -> Floats:
    """Return what a task of each pattern (row) adds to the gradient without the penalty, for clustered errors."""
    nodes = nodes_of(layout, grid, at)
    _, weights = posterior(table, grid, nodes, at)
    found = np.zeros((table.solved.shape[1], layout.size))
    found[:, : layout.models] = (
        table.solved * (weights @ nodes.slope) - table.tried * ((nodes.chance * nodes.slope) @ weights.T)
    ).T
    rest = table.solved.sum(axis=0)[:, None] - table.tried.T @ nodes.chance
    push = -weights * rest * nodes.slope
    _, spread, slope_spread = spreads(layout, at)
    found[:, layout.models] = spread * (push @ grid.difficulty)
    if layout.slopes:
        abilities = at[: layout.models]
        lever = (table.solved.T @ abilities)[:, None] - table.tried.T @ (nodes.chance * abilities[:, None])
        pull = weights * nodes.slope * (lever - nodes.difficulty * rest)
        found[:, layout.models + 1] = slope_spread * (pull @ grid.slope)
    if layout.linked:
        found[:, -1] = push.sum(axis=1)
    return found


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks whose items are held, and their items."""

    table: Table
    difficulty: Floats
    slope: Floats

    def likelihood(self, abilities: Floats) -> tuple[float, Floats]:
        """Return the logarithm of the likelihood, and what each task (column) adds to the gradient of each ability."""
        eta = self.slope * (abilities[:, None] - self.difficulty)
        value = float((self.table.solved * eta - self.table.tried * np.logaddexp(0.0, eta)).sum())
        return value, self.slope * (self.table.solved - self.table.tried * special.expit(eta))


def _chained(layout: Layout, grid: Grid, nodes: Nodes, at: Floats, rest: Floats) -> Floats:
    """Return the gradient from residuals of each model (row) at each node (column)."""
    found = np.zeros(layout.size)
    found[: layout.models] = rest @ nodes.slope
    push = -nodes.slope * rest.sum(axis=0)
    _, spread, slope_spread = spreads(layout, at)
    found[layout.models] = spread * (push @ grid.difficulty)
    if layout.slopes:
        lever = nodes.slope * (at[: layout.models] @ rest - nodes.difficulty * rest.sum(axis=0))
        found[layout.models + 1] = slope_spread * (lever @ grid.slope)
    if layout.linked:
        found[-1] = push.sum()
    return found


def _penalty(layout: Layout, at: Floats) -> tuple[float, Floats]:
    """Return the logarithms of the penalties, and their gradient."""
    gradient = np.zeros(layout.size)
    apart = (at[: layout.models] - layout.centre) / ABILITY_PRIOR
    gradient[: layout.models] = -apart / ABILITY_PRIOR
    value = -float((apart**2).sum()) / 2
    priors = (_SPREAD, _SLOPES) if layout.slopes else (_SPREAD,)
    for place, (centre, width) in enumerate(priors, layout.models):
        off = (at[place] - centre) / width
        value -= float(off**2) / 2
        gradient[place] = -off / width
    if layout.linked:  # no new item may ever be solved, or every one
        away = float(at[-1] - layout.centre) / ABILITY_PRIOR
        value -= away**2 / 2
        gradient[-1] = -away / ABILITY_PRIOR
    return value, gradient
