"""What can be wrong with the folder of an assessment."""

from clearinghouse.evaluation.errors import EvaluationError


class AssessmentError(EvaluationError):
    """The folder lacks something, or holds what does not belong together. The message names the file."""
