"""What can be wrong with a pool, its shares, or a draw from it."""

from clearinghouse.evaluation.errors import EvaluationError


class PoolError(EvaluationError):
    """A pool that cannot be made, read or believed."""


class TamperedPoolError(PoolError):
    """Something of a pool is not as its root says."""


class ShareError(PoolError):
    """Shares with which a pool cannot be opened."""


class TooFewSharesError(ShareError):
    """Fewer custodians than the pool asks for."""


class DuplicateShareError(ShareError):
    """One share, given twice."""


class ForeignShareError(ShareError):
    """A share of another pool, or of another version."""


class WrongShareError(ShareError):
    """A share that is not as it was handed out, or none."""


class DrawError(PoolError):
    """A draw that was not made as was agreed, or a step of it that cannot be taken."""
