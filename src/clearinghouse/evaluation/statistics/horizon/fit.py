"""Logistic curves, fitted many at once.

What is minimised, over intercept a and slope b, is

    sum of weight * (log(1 + exp(a + b x)) - score * (a + b x)) + ridge / 2 * b^2

with x the binary logarithm of minutes. The intercept is not penalised. That is what ``LogisticRegression`` of
scikit-learn minimises with C = 1 / ridge and these sample weights. A score between 0 and 1 counts as that share of a
success.

It is convex, and Newton's steps find its one optimum: each is halved until the objective falls enough (Armijo), because
full steps can run away from curves that are nearly steps. The gradient at the end is returned and to be looked at.
"""

from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats, Ints, Truths

TOLERANCE = 1e-8
"""Of the gradient, for weights that add up to 1; in proportion for others."""
_GOAL = 1e-11
"""At which a curve is done before the others."""
_MOST_STEPS = 100
_MOST_HALVINGS = 40
_LONGEST = 8.0
"""Of a step, in units of the intercept, after x was centred."""
_BLOCK = 1 << 15
"""Numbers that are worked on at a time, so that they stay in the processor's cache."""
_ROUNDING = 1e-13
"""Share of the objective that its sum may be off by."""


class Curves(NamedTuple):
    """Fitted curves.

    Attributes:
        intercept, slope: of each. gradient: the larger of the two components at the end, in absolute value, as a share
            of the sum of weights.
    """

    intercept: Floats
    slope: Floats
    gradient: Floats

    @property
    def converged(self) -> Truths:
        """Which of them are at their optimum."""
        return self.gradient <= TOLERANCE

    def log2_minutes(self, probability: float) -> Floats:
        """Return where each curve has this probability, as the binary logarithm of minutes."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((np.log(probability / (1 - probability)) - self.intercept) / self.slope)


def fit(x: Floats, weight: Floats, success: Floats, ridge: float) -> Curves:
    """Fit one curve for each row of weights.

    Args:
        x: the binary logarithms of minutes, at least two that differ. weight: of each of these, one row a curve.
        success: the sum of weight times score there, in the same shape. ridge: of the slope.

    Returns:
        the curves; where every weighted attempt failed, or every one succeeded, there is no optimum to be found, and
        the gradient says so.
    """
    centre = float(x.mean())
    rows = max(1, _BLOCK // len(x))
    blocks = [slice(begin, begin + rows) for begin in range(0, len(weight), rows)]
    found = [_fit_some(x - centre, weight[block], success[block], ridge) for block in blocks]
    at, gradient = (
        (np.concatenate(each) for each in zip(*found, strict=True)) if found else (np.zeros((0, 2)), np.zeros(0))
    )
    return Curves(at[:, 0] - at[:, 1] * centre, at[:, 1], gradient)


def _fit_some(x: Floats, weight: Floats, success: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Return intercepts and slopes, one row a curve, and gradients; ``x`` is centred."""
    problem = _Problem.of(x, weight, success, ridge)
    start = np.zeros((len(weight), 2))
    share = np.clip(success.sum(axis=1) / weight.sum(axis=1), 1e-6, 1 - 1e-6)
    start[:, 0] = np.log(share / (1 - share))
    found = np.empty_like(start)
    gradient = np.empty(len(weight))
    place = np.arange(len(weight))
    for _ in range(_MOST_STEPS):
        step, slope_down, norm, value = problem.newton(start)
        found[place], gradient[place] = start, norm
        open_ = norm > _GOAL
        if not open_.any():
            break
        start, moved = problem.rows(open_).descended(start[open_], step[open_], slope_down[open_], value[open_])
        place = place[open_][moved]
        problem, start = problem.rows(open_).rows(moved), start[moved]
        if not len(place):
            break
    return found, gradient


class _Problem(NamedTuple):
    """Weights and successes of some curves; ``powers`` are the powers of x from 0 to 2, one row each x."""

    x: Floats
    powers: Floats
    weight: Floats
    target: Floats
    total: Floats
    ridge: float

    @classmethod
    def of(cls, x: Floats, weight: Floats, success: Floats, ridge: float) -> "_Problem":
        powers = np.column_stack([np.ones_like(x), x, x * x])
        return cls(x, powers, weight, success @ powers[:, :2], weight.sum(axis=1), ridge)

    def rows(self, keep: Truths | Ints) -> "_Problem":
        """Return the same of fewer curves."""
        if len(keep) == len(self.weight) and (keep.dtype != np.bool_ or keep.all()):
            return self
        return self._replace(weight=self.weight[keep], target=self.target[keep], total=self.total[keep])

    def newton(self, at: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return at these parameters the step to take, how fast the objective falls on it, the gradient's size as a
        share of the weights, and the objective.
        """
        z = at[:, :1] + at[:, 1:] * self.x
        small = np.exp(-np.abs(z))
        p = np.where(z >= 0, 1.0, small) / (1.0 + small)
        value = self._objective(at, z, small)
        weighted = self.weight * p
        gradient = weighted @ self.powers[:, :2] - self.target
        gradient[:, 1] += self.ridge * at[:, 1]
        h = (weighted * (1.0 - p)) @ self.powers
        a, b, c = h[:, 0], h[:, 1], h[:, 2] + self.ridge
        least = 1e-14 * self.total
        a, c = a + least, c + least
        determinant = np.maximum(a * c - b * b, least * least)
        step = -np.column_stack([c * gradient[:, 0] - b * gradient[:, 1], a * gradient[:, 1] - b * gradient[:, 0]])
        step /= determinant[:, None]
        step *= np.minimum(1.0, _LONGEST / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        falls = np.einsum("dk,dk->d", gradient, step)
        return step, falls, np.abs(gradient).max(axis=1) / self.total, value

    def descended(self, at: Floats, step: Floats, falls: Floats, value: Floats) -> tuple[Floats, Ints]:
        """Return the parameters after as much of each step as lowers the objective, and which of them moved."""
        size = np.ones(len(at))
        left = np.arange(len(at))
        for _ in range(_MOST_HALVINGS):
            here = self.rows(left)
            new = at[left] + size[left, None] * step[left]
            z = new[:, :1] + new[:, 1:] * self.x
            low_enough = value[left] + 1e-4 * size[left] * falls[left] + _ROUNDING * np.abs(value[left])
            left = left[here._objective(new, z, np.exp(-np.abs(z))) > low_enough]
            if not len(left):
                break
            size[left] /= 2
        stuck = np.zeros(len(at), dtype=bool)
        stuck[left] = True
        return at + size[:, None] * step, np.flatnonzero(~stuck)

    def _objective(self, at: Floats, z: Floats, small: Floats) -> Floats:
        softplus = np.maximum(z, 0.0) + np.log1p(small)
        loss = np.einsum("du,du->d", self.weight, softplus) - np.einsum("dk,dk->d", self.target, at)
        return np.asarray(loss + self.ridge / 2 * at[:, 1] ** 2)
