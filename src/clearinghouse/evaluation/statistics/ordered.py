"""Ordered logit: models compared on how many steps they complete, with attempts that were cut short.

P(at most k steps) = sigma(cut_k - x beta): a model with beta above another's is likelier to pass every step, by the
same factor of the odds at each (McCullagh, Journal of the Royal Statistical Society B 42, 1980). An attempt that a
budget or a failure of infrastructure ended counts as at least so many steps. Errors are clustered by family.
"""

from collections.abc import Sequence
from math import exp
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, special

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.grouped import (
    Codes,
    Floats,
    UnfitDataError,
    codes_of,
    numbers,
    sums,
    t_quantile,
)

_PRIOR = 10.0
"""Standard deviation, in logits, of the penalty on coefficients: it keeps them finite where models are kept apart."""
_TOLERANCE = 1e-5
_STEP = 1e-5


class NotFoundError(EvaluationError):
    """The optimiser did not come to a point where the gradient vanishes."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One model beside the first.

    Attributes:
        model: its name. log_odds: of passing any step, above the first model's. error: clustered by family.
        odds_ratio: the same as a factor. interval: of that, two-sided; infinite where there is but one family.
        p: two-sided, against no difference.
    """

    model: str
    log_odds: float
    error: float
    odds_ratio: float
    interval: Interval
    p: float


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """Models on a ladder of steps.

    Attributes:
        first: the model that the others are compared with. others: by name. cuts: of the first model, ascending: the
            logit of stopping at or below each number of steps that was seen. levels: those numbers.
        log_likelihood: without the penalty. gradient: its largest component at the end.
        attempts, families: they rest on.
    """

    first: str
    others: tuple[Comparison, ...]
    cuts: tuple[float, ...]
    levels: tuple[int, ...]
    log_likelihood: float
    gradient: float
    attempts: int
    families: int


class _Data(msgspec.Struct, frozen=True):
    """Attempts: cell of the ladder, whether the ladder may go on, and marks of models but the first."""

    rank: Codes
    ended: npt.NDArray[np.bool_]
    marks: Floats
    cells: int

    def unpack(self, at: Floats) -> tuple[Floats, Floats]:
        """Return the cuts with infinities around them, and the shift of each attempt."""
        inner = self.cells - 1
        cuts = at[0] + np.concatenate([[0.0], np.cumsum(np.exp(at[1:inner]))])
        return np.concatenate([[-np.inf], cuts, [np.inf]]), self.marks @ at[inner:]


def compare_steps(
    steps: Any,
    models: Sequence[str],
    families: Sequence[Any] | npt.NDArray[Any] | None = None,
    *,
    cut_short: Any = None,
    first: str | None = None,
    level: float = 0.95,
) -> Ordered:
    """Compare models on the number of steps that they complete.

    Args:
        steps: completed in each attempt. models: of each attempt. families: of each attempt's task; attempts at one
            task are never independent, so None is right only where each was at a family of its own.
        cut_short: whether the attempt could have gone on. first: the model to compare with; the first by name if None.
        level: of intervals.

    Raises:
        UnfitDataError: lists differ in length, there is one model only, or every attempt ended at the same step.
        NotFoundError: the fit did not converge.
    """
    count = numbers(steps, "numbers of steps", low=0)
    if count.ndim != 1 or len(models) != len(count) or (count != np.floor(count)).any():
        raise UnfitDataError("numbers of steps do not suit the models", "give one whole number and model per attempt")
    names = sorted(set(models))
    base = names[0] if first is None else first
    if len(names) < 2 or base not in names:
        raise UnfitDataError(f"there is one model only, or none named {base}", "give two models or more")
    others = [name for name in names if name != base]
    ended = np.ones(len(count), dtype=bool) if cut_short is None else ~np.asarray(cut_short, dtype=bool)
    if ended.shape != count.shape:
        raise UnfitDataError("marks of attempts cut short are not as many as attempts", "give one for each")
    levels, rank = _levels(count, ended)
    marks = np.array([[model == name for name in others] for model in models], dtype=np.float64)
    data = _Data(rank, ended, marks, len(levels))
    codes, families_count = codes_of(families, len(count))
    at, gradient = _optimum(data)
    covariance = _covariance(data, at, codes, families_count)
    inner = len(levels) - 1
    cuts, _ = data.unpack(at)
    return Ordered(
        first=base,
        others=tuple(
            _comparison(name, float(at[inner + k]), float(covariance[inner + k, inner + k]), families_count - 1, level)
            for k, name in enumerate(others)
        ),
        cuts=tuple(map(float, cuts[1:-1])),
        levels=tuple(int(each) for each in levels[:-1]),
        log_likelihood=float(_chances(data, at)[0].sum()),
        gradient=gradient,
        attempts=len(count),
        families=families_count,
    )


def _levels(count: Floats, ended: npt.NDArray[np.bool_]) -> tuple[Floats, Codes]:
    """Return the numbers at which attempts ended, and the cell of each attempt.

    An attempt that was cut short between two of them is at least in the higher; one that was cut short above all of
    them shows that there is a further cell.
    """
    levels = np.unique(count[ended])
    if not len(levels):
        raise UnfitDataError("every attempt was cut short", "give attempts that ended by themselves")
    if count[~ended].size and count[~ended].max() > levels[-1]:
        levels = np.append(levels, count[~ended].max())
    if len(levels) < 2:
        raise UnfitDataError("every attempt ended at the same step", "compare models on tasks that tell them apart")
    return levels, np.searchsorted(levels, count)


def _chances(data: _Data, at: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the log-likelihood of each attempt, its derivative by the upper and the lower cut, and the shift."""
    cuts, shift = data.unpack(at)
    high = np.where(data.ended, cuts[data.rank + 1], np.inf) - shift
    low = cuts[data.rank] - shift
    # sigma(high) - sigma(low), without losing digits where both are near 1
    flip = low > 0
    above, below = np.where(flip, -low, high), np.where(flip, -high, low)
    chance = np.maximum(special.expit(above) - special.expit(below), 1e-300)
    return np.log(chance), _slope(high) / chance, _slope(low) / chance, shift


def _slope(z: Floats) -> Floats:
    found: Floats = special.expit(z) * special.expit(-z)
    return found


def _scores(data: _Data, at: Floats) -> Floats:
    """Return the gradient of the log-likelihood of each attempt (row)."""
    _, up, down, _ = _chances(data, at)
    inner = data.cells - 1
    rows = np.arange(len(data.rank))
    by_cut = np.zeros((len(rows), data.cells + 1))
    by_cut[rows, data.rank + 1] += np.where(data.ended, up, 0.0)
    by_cut[rows, data.rank] -= down
    by_cut = by_cut[:, 1:-1]
    later = by_cut[:, ::-1].cumsum(axis=1)[:, ::-1]  # a gap moves every cut above it
    found = np.empty((len(rows), len(at)))
    found[:, 0] = later[:, 0]
    found[:, 1:inner] = later[:, 1:] * np.exp(at[1:inner])
    found[:, inner:] = data.marks * -by_cut.sum(axis=1)[:, None]
    return found


def _objective(data: _Data, at: Floats) -> tuple[float, Floats]:
    inner = data.cells - 1
    value = _chances(data, at)[0].sum() - (at[inner:] @ at[inner:]) / (2 * _PRIOR**2)
    gradient = _scores(data, at).sum(axis=0)
    gradient[inner:] -= at[inner:] / _PRIOR**2
    return -float(value), -gradient


def _optimum(data: _Data) -> tuple[Floats, float]:
    below = np.cumsum(np.bincount(data.rank, minlength=data.cells))[:-1] / len(data.rank)
    cuts = special.logit(np.clip(below, 0.02, 0.98)) + 0.01 * np.arange(data.cells - 1)
    gaps = np.log(np.maximum(np.diff(cuts), 0.05))
    start = np.concatenate([[cuts[0]], gaps, np.zeros(data.marks.shape[1])])
    found = optimize.minimize(
        lambda at: _objective(data, at), start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 2_000}
    )
    gradient = float(np.abs(_objective(data, found.x)[1]).max())
    if not gradient <= _TOLERANCE * len(data.rank):
        raise NotFoundError(
            f"the ordered logit ended with a gradient of {gradient:.2g}", "leave out models with few attempts"
        )
    at: Floats = found.x
    return at, gradient


def _covariance(data: _Data, at: Floats, codes: Codes, count: int) -> Floats:
    """Return the covariance of the parameters, clustered by family; infinite where there is but one."""
    size = len(at)
    if count < 2:
        return np.full((size, size), np.inf)
    curvature = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = _STEP
        curvature[place] = (_objective(data, at + step)[1] - _objective(data, at - step)[1]) / (2 * _STEP)
    inverse = linalg.pinvh((curvature + curvature.T) / 2)
    rests = sums(_scores(data, at), codes, count)
    found: Floats = count / (count - 1) * inverse @ (rests.T @ rests) @ inverse
    return found


def _comparison(name: str, value: float, variance: float, freedom: int, level: float) -> Comparison:
    error = float(np.sqrt(max(variance, 0.0)))
    reach = t_quantile((1 + level) / 2, freedom) * error
    p = 1.0 if not freedom else float(2 * special.stdtr(freedom, -abs(value) / max(error, 1e-300)))
    method = f"ordered logit, clustered by {freedom + 1} families, t with {freedom} degrees of freedom"
    with np.errstate(over="ignore"):
        low, high = (float(np.exp(value + side * reach)) for side in (-1, 1))
    return Comparison(
        model=name,
        log_odds=value,
        error=error,
        odds_ratio=exp(value),
        interval=Interval(low=low, high=high, level=level, method=method),
        p=p,
    )
