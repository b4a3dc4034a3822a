"""What goes wrong with running and with logs."""

from clearinghouse.evaluation.errors import EvaluationError


class RunError(EvaluationError):
    """Attempts cannot be made as they were asked for."""


class LogError(EvaluationError):
    """A log cannot be read: it is none, is beyond a bound, or holds what no log does."""


class SealError(EvaluationError):
    """A log is not sealed, or is not what was sealed. Nothing that it says is believed."""
