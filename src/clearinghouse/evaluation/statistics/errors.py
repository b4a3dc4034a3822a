"""What a statistic cannot be computed from."""

from clearinghouse.evaluation.errors import EvaluationError


class StatisticsError(EvaluationError):
    """Numbers that no statistic can be computed from: none at all, outside their scale, of different lengths."""
