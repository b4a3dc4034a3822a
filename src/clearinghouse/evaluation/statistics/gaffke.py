"""Bounds of a mean from a number of families that was fixed beforehand, for any distribution on a known scale.

Source: Gaffke, *Three test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable*,
Mathematical Methods of Statistics 14 (2005); Learned-Miller and Thomas, arXiv 1905.06208 (2020). The families seen, and
one more that is worth nothing, share a weight of 1 in every way alike (a flat Dirichlet distribution). The p-value
against "the mean is at most ``m``" is the chance that the mean weighted so is at most ``m``; the lower bound is the
quantile of that mean.

Does it hold at its level? For families that all succeed or all fail it is Clopper and Pearson's bound, and does. For
every other distribution on the scale that is a conjecture: proved in special cases only, with no counterexample known.
``benchmarks/frontier_errors.py`` looks for one, by exact sums over two and three values and by simulation of mixtures;
what was the largest error it found stands in ``docs/benchmarks.md``. Where a proof is asked for, take e-values.

What it keeps, and Student's t does not: a smaller value never strengthens a claim, so that missing outcomes count as
the worst they can be and nothing else has to be said of them.

Computed without drawing anything. With exponential variables ``E`` the chance is that of ``sum of loads * E <= 0``,
each load being a weight times a distance from ``m``. Its Fourier integral is taken along the line through the saddle
point.
"""

from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.statistics.arrays import Floats

_ROUNDS, _PARTS = 7, 32
"""A bound is looked for by dividing where it lies into so many parts, so many times: to one part in 10^10."""
_SADDLE_HALVINGS = 24
_STEP = 0.1
"""Between nodes, in the variable in which the trapezoid rule converges exponentially: at worst to 1e-7 of the chance
with 200 families, and to 1e-5 with 1,000, where the chance is small. One near 1, which decides nothing, is too
small with many families: 0.9999917 with 200 of which 3 succeed, 0.963 with 1,000 that all fail."""
_FARTHEST = 400
"""Nodes at most."""
_SMALL = 1e-15
_ROWS, _NODES = 2_000, 64
"""Rows and nodes at most that are held in memory together."""
_AT_ONCE = 1 << 14
"""Rows times nodes, so that what is multiplied stays near the processor."""


class Mass(NamedTuple):
    """Of ``sum of loads * E``: the chance that it is at most 0, and its density there, loads being scaled to 1."""

    below: Floats
    density: Floats


def p_value(values: Floats, mean: float, weights: Floats | None = None) -> Floats:
    """The p-value against "the mean is at most ``mean``", with families along the last axis.

    Args:
        values: at least 0; for a claim of the other side give ``1 - values`` and ``1 - mean``. mean: above 0. weights:
            of families, where the claim is about a weighted mean: from 0, which leaves one out, to 1, which is the most
            that a family can have and what the added one has.
    """
    return np.clip(mass(_loads(values, mean, weights)).below, 0.0, 1.0)


def p_values_without_each(values: Floats, mean: float) -> tuple[Floats, Floats]:
    """What :func:`p_value` is, and what it would be without each family in turn, this with the axes of ``values``.

    The transform without one is that with it times ``1 - load * s``, so that the chance changes by the load times the
    density, and nothing has to be integrated again.
    """
    loads = _scaled(_loads(values, mean, None))
    found = mass(loads)
    without = found.below[..., None] + loads[..., :-1] * found.density[..., None]
    return np.clip(found.below, 0.0, 1.0), np.clip(without, 0.0, 1.0)


def lower_bound(values: Floats, alpha: float) -> Floats:
    """The one-sided lower bound of the mean of values between 0 and 1, with families along the last axis.

    Args:
        alpha: that the bound is too high.

    Returns:
        Never more than the exact bound; 0 without families.
    """
    return ratio_lower_bound(values, np.ones_like(values), alpha, added=1.0)


def upper_bound(values: Floats, alpha: float) -> Floats:
    """The one-sided upper bound; see :func:`lower_bound`. 1 without families."""
    return np.asarray(1.0 - lower_bound(1.0 - values, alpha))


def ratio_lower_bound(
    sums: Floats, sizes: Floats, alpha: float, *, added: float, scale: tuple[float, float] = (0.0, 1.0)
) -> Floats:
    """The one-sided lower bound of a mean in which a family counts as often as it has tasks.

    The claim that it is at most ``m`` is that sums less ``m`` times sizes are at most 0 on average (Fieller, 1954).

    Args:
        sums: of the values of each family's tasks, families along the last axis; ``sizes``: its tasks. added: the size
            of the family that is added. To hold for families of any size it is the largest that a family can have.
            scale: between which ends values are.
    """
    low, width = np.full(sums.shape[:-1], scale[0]), scale[1] - scale[0]
    for _ in range(_ROUNDS) if sums.shape[-1] else ():
        width /= _PARTS
        means = low[..., None] + width * np.arange(1, _PARTS)
        loads = sums[..., None, :] - means[..., None] * sizes[..., None, :]
        contrary = added * (scale[0] - means)[..., None]
        refuted = mass(np.concatenate([loads, contrary], axis=-1)).below <= alpha
        low = low + width * refuted.sum(axis=-1)
    return low


def _loads(values: Floats, mean: float, weights: Floats | None) -> Floats:
    """The distances of all families and of the added one, times their weights."""
    distances = np.asarray(values - mean) if weights is None else (values - mean) * weights
    return np.concatenate([distances, np.full((*distances.shape[:-1], 1), -mean)], axis=-1)


def _scaled(loads: Floats) -> Floats:
    return np.asarray(loads / np.abs(loads).max(axis=-1, keepdims=True))


def mass(loads: Floats) -> Mass:
    """How likely ``sum of loads * E`` is at most 0, ``E`` being independent exponential variables.

    Args:
        loads: along the last axis, one of them at least below 0.
    """
    flat = _scaled(loads).reshape(-1, loads.shape[-1])
    parts = [_integrated(flat[at : at + _ROWS]) for at in range(0, len(flat), _ROWS)] or [_integrated(flat)]
    below, density = (np.concatenate(each).reshape(loads.shape[:-1]) for each in zip(*parts, strict=True))
    return Mass(below, density)


def _integrated(loads: Floats) -> Mass:
    """The integral along the line through the saddle point; axes of ``loads``: rows, families."""
    at = _saddle(loads)
    slopes = loads / (1 - loads * at[:, None])
    width = 1 / np.sqrt((slopes**2).sum(axis=-1) + at**-2.0)
    below, density = np.zeros(len(loads)), np.zeros(len(loads))
    block = min(_NODES, max(8, _AT_ONCE // max(1, len(loads))))
    for begin in range(0, _FARTHEST, block):
        nodes = np.arange(begin, begin + block) * _STEP
        steps = np.where(nodes == 0, 0.5, 1.0) * _STEP * np.cosh(nodes) * width[:, None]
        reached = np.sinh(nodes) * width[:, None]
        transform = steps * _transform(slopes, reached)
        shares = transform / (-at[:, None] - 1j * reached)
        below += shares.real.sum(axis=-1)
        density += transform.real.sum(axis=-1)
        if max(np.abs(transform[:, -1] / width).max(initial=0), np.abs(shares[:, -1]).max(initial=0)) < _SMALL:
            break
    height = np.exp(-np.log1p(-loads * at[:, None]).sum(axis=-1)) / np.pi
    return Mass(below * height, density * height)


def _transform(slopes: Floats, reached: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.complex128]]:
    """The transform at each node as a share of that at the saddle point; what is beyond any number is 0."""
    product, turned = np.ones(reached.shape, dtype=np.complex128), -1j * reached
    with np.errstate(over="ignore", invalid="ignore"):
        for each in np.ascontiguousarray(slopes.T):
            product *= 1 + turned * each[:, None]
        return np.nan_to_num(1 / product)


def _saddle(loads: Floats) -> Floats:
    """Where the transform over ``-s`` is smallest between its pole below 0 and 0: near enough to it."""
    pole = 1 / loads.min(axis=-1)
    low, high = pole.copy(), np.zeros_like(pole)
    for _ in range(_SADDLE_HALVINGS):
        middle = (low + high) / 2
        rises = (loads / (1 - loads * middle[:, None])).sum(axis=-1) > 1 / middle
        low, high = np.where(rises, low, middle), np.where(rises, middle, high)
    return np.asarray((low + high) / 2)
