"""What keeps a table of runs from being read at all. What is wrong with one row is a problem, and the rest is read."""

from clearinghouse.evaluation.errors import EvaluationError


class TableError(EvaluationError):
    """A table of runs cannot be read."""
