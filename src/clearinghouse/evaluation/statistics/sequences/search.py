"""The largest rate that evidence refutes, found by halving."""

from collections.abc import Callable

_HALVINGS = 40
"""Of the interval from 0 to 1: to one part in 10^12."""


def largest_refuted(is_refuted: Callable[[float], bool]) -> float:
    """Return the largest rate that was tried and is refuted; 0 where none is.

    Args:
        is_refuted: whether the claim "the rate is at most this" is; if one is, so are all smaller ones.
    """
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_refuted(middle) else (low, middle)
    return low
