"""What can be wrong with a task."""

from clearinghouse.evaluation.errors import EvaluationError


class TaskError(EvaluationError):
    """A task that cannot be read, or that contradicts itself. The message names the file and the field."""


class UnbuiltError(EvaluationError):
    """The subject of a task cannot be built, or a box for it cannot be made: a loss of the machine, not of an agent."""


class WithheldError(EvaluationError):
    """A recipe that may not become a task, because of its marking or for want of a consent."""
