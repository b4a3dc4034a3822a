"""What an estimate is: a number, the interval around it, and what it speaks for.

Source: NIST AI 800-3 (2026), which tells *benchmark accuracy* from *generalised accuracy*. They are two types here, so
that no function that decides about a model can be handed the one for the other.
"""

from enum import StrEnum
from math import isfinite

import msgspec


class Sides(StrEnum):
    """Which ends of an interval hold at its level. The other end of a one-sided interval is that of the scale."""

    TWO = "two"
    LOWER = "lower"
    UPPER = "upper"


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A confidence interval.

    Attributes:
        low, high: its ends, in the unit of the estimate; infinite where there is no end.
        level: the confidence, such as 0.95: of both ends together, or of the one that ``sides`` names.
        method: how it was made, in words that stand in a report (``cluster-robust, t with 11 degrees of freedom``).

    Raises:
        ValueError: the ends are no numbers or the wrong way round, or the level is not between 0 and 1.
    """

    low: float
    high: float
    level: float
    method: str
    sides: Sides = Sides.TWO

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval from {self.low} to {self.high}")
        if not 0 < self.level < 1:
            raise ValueError(f"a confidence of {self.level}")

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are finite."""
        return isfinite(self.low) and isfinite(self.high)

    def covers(self, value: float) -> bool:
        """Whether a value lies in it, ends included."""
        return self.low <= value <= self.high


class BenchmarkAccuracy(msgspec.Struct, frozen=True, kw_only=True, tag="benchmark_accuracy", tag_field="estimand"):
    """The success on these very tasks: only the chance of attempts is uncertain. No determination rests on it.

    Attributes:
        value: between 0 and 1. error: its standard error. interval: around it.
        tasks, families, attempts: how many of each it rests on.
    """

    value: float
    error: float
    interval: Interval
    tasks: int
    families: int
    attempts: int


class GeneralizedAccuracy(msgspec.Struct, frozen=True, kw_only=True, tag="generalized_accuracy", tag_field="estimand"):
    """The success on the population of task families that these were drawn from: what a determination rests on.

    Attributes:
        value: between 0 and 1. error: its standard error. interval: around it.
        tasks, families, attempts: how many of each it rests on; families are what was drawn independently.
    """

    value: float
    error: float
    interval: Interval
    tasks: int
    families: int
    attempts: int


Accuracy = BenchmarkAccuracy | GeneralizedAccuracy
