"""What is wrong with what the rule was given."""

from clearinghouse.evaluation.errors import EvaluationError


class DesignError(EvaluationError):
    """A design that contradicts itself, or under which no error rate could be kept."""


class ObservationError(EvaluationError):
    """Observations that are not those of the design."""


class LookError(EvaluationError):
    """A look that was not registered: too few families, or too many."""
