"""What can be wrong with a plan."""

from clearinghouse.evaluation.errors import EvaluationError


class PlanError(EvaluationError):
    """A plan that cannot be read, contradicts itself, or is not the one that was signed."""


class AnalysisError(PlanError):
    """The code that computes here is not the code that the plan names."""


class ThresholdError(PlanError):
    """A threshold whose opening does not fit its commitment."""
