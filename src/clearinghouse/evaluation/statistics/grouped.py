"""Numbers that come in families: checked, coded, and their mean with an error that knows of families.

Source of the clustered error: Cameron and Miller, Journal of Human Resources 50 (2015), the variant CR1; for tasks of
language models Miller, *Adding error bars to evals* (arXiv 2411.00640).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import special

from clearinghouse.evaluation.statistics.arrays import Floats
from clearinghouse.evaluation.statistics.errors import UnfitDataError

__all__ = ["Clustered", "Codes", "Floats", "UnfitDataError", "clustered", "codes_of", "numbers", "sums", "t_quantile"]

Codes = npt.NDArray[np.intp]


class Clustered(msgspec.Struct, frozen=True, kw_only=True):
    """A mean of tasks and its error, families being what was drawn independently.

    Attributes:
        mean: each task counts once. error: standard, clustered; infinite where there is but one family.
        families: their number. freedom: degrees of it for Student's t, one fewer than families.
    """

    mean: float
    error: float
    families: int
    freedom: int

    def bounds(self, level: float) -> tuple[float, float]:
        """Return the two-sided interval at a level; infinite where there is but one family."""
        reach = t_quantile((1 + level) / 2, self.freedom) * self.error
        return self.mean - reach, self.mean + reach


def t_quantile(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t; infinite without any degree of freedom."""
    return float(special.stdtrit(freedom, probability)) if freedom > 0 else float("inf")


def numbers(values: Any, what: str, *, low: float = -np.inf, high: float = np.inf, missing: bool = False) -> Floats:
    """Return numbers as an array of floats.

    Args:
        values: a sequence or array. what: they are, for the message. low, high: the range, ends included.
        missing: whether some may be NaN, which is how an outcome that is not there is written.

    Raises:
        UnfitDataError: they are none, or out of range, or not finite, or NaN where none may be missing.
    """
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UnfitDataError(f"{what} are not all numbers", "give numbers only") from None
    if found.size == 0:
        raise UnfitDataError(f"there are no {what}", "give at least one")
    known = found[~np.isnan(found)] if missing else found
    if not np.isfinite(known).all() or ((known < low) | (known > high)).any():
        span = f"finite numbers from {low:g} to {high:g}" if np.isfinite([low, high]).any() else "finite numbers"
        raise UnfitDataError(f"some of the {what} are out of range", f"give {span}{' or NaN' if missing else ''}")
    return found


def codes_of(families: Sequence[Any] | npt.NDArray[Any] | None, count: int) -> tuple[Codes, int]:
    """Return families as whole numbers from 0, and how many there are. None makes every item its own family.

    Raises:
        UnfitDataError: there are not so many as items, or their names cannot be told apart.
    """
    if families is None:
        return np.arange(count), count
    if len(families) != count:
        raise UnfitDataError(f"{count} items have {len(families)} families", "name one family for each item")
    try:
        named, codes = np.unique(np.asarray(families), return_inverse=True)
    except TypeError:
        raise UnfitDataError("families are named in different kinds of words", "name each family by a text") from None
    return codes.reshape(-1), len(named)


def sums(values: Floats, codes: Codes, count: int) -> Floats:
    """Return the sums of rows by family: one row for each family."""
    found = np.zeros((count, *values.shape[1:]))
    np.add.at(found, codes, values)
    return found


def clustered(values: Any, families: Sequence[Any] | npt.NDArray[Any] | None) -> Clustered:
    """Return the mean of the values of tasks with its clustered error.

    Raises:
        UnfitDataError: values are no finite numbers, or families are not as many.
    """
    found = numbers(values, "values")
    codes, count = codes_of(families, len(found))
    mean = float(found.mean())
    if count < 2:
        return Clustered(mean=mean, error=float("inf"), families=count, freedom=0)
    rests = sums(found - mean, codes, count)
    error = float(np.sqrt(count / (count - 1) * (rests**2).sum())) / len(found)
    return Clustered(mean=mean, error=error, families=count, freedom=count - 1)
