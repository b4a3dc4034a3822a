"""What goes wrong with reports."""

from clearinghouse.evaluation.errors import EvaluationError


class ReportError(EvaluationError):
    """A report that cannot be made or written."""


class MismatchError(ReportError):
    """A determination and an assessment that are not about each other."""


class WithheldError(ReportError):
    """A document for others would hold what is withheld. It is not written."""
