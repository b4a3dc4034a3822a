"""What a statistic cannot be computed from."""

from clearinghouse.evaluation.errors import EvaluationError


class StatisticsError(EvaluationError):
    """Numbers that no statistic can be computed from: none at all, outside their scale, of different lengths."""


class UnfitDataError(StatisticsError):
    """Numbers whose shape, range or number does not suit the statistic that they were given to."""
