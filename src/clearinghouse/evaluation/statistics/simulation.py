"""Draws of families with a known truth, for operating characteristics and for tests of error rates.

Every function takes a generator, so that whoever reports a figure can record its seed.
"""

import numpy as np

from clearinghouse.evaluation.statistics.sequences import Floats


def generator(*seed: int) -> np.random.Generator:
    """A generator (PCG64) by its seed; several numbers make independent ones."""
    return np.random.Generator(np.random.PCG64(seed))


def family_means(rng: np.random.Generator, truth: float, spread: float, shape: tuple[int, ...]) -> Floats:
    """Means of families around a truth, by a beta distribution.

    Args:
        truth: between 0 and 1. spread: the standard deviation. Where no values between 0 and 1 spread so widely around
            the truth, each family is wholly solved or not at all. shape: of what is returned.
    """
    if truth <= 0 or truth >= 1:
        return np.full(shape, truth)
    precision = truth * (1 - truth) / spread**2 - 1
    if precision <= 0.01:
        return np.asarray(rng.random(shape) < truth, dtype=float)
    return np.asarray(rng.beta(truth * precision, (1 - truth) * precision, shape))


def attempts_solved(
    rng: np.random.Generator, truth: float, share: float, shape: tuple[int, ...], epochs: int
) -> Floats:
    """The share of attempts that succeed, for tasks whose difficulty is drawn from a beta distribution.

    Args:
        share: of the variance of one attempt that lies between tasks, strictly between 0 and 1. shape: of tasks.
            epochs: attempts at each.
    """
    precision = 1 / share - 1
    rates = rng.beta(truth * precision, (1 - truth) * precision, shape)
    return np.asarray(rng.binomial(epochs, rates) / epochs)
