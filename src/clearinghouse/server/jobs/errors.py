"""What can go wrong with background work: for who enqueues it, for who runs it, and what a job may raise on purpose."""

from typing import ClassVar

from clearinghouse.records import ClearinghouseError


class ArgumentsError(ClearinghouseError):
    """The arguments of a job are not a few identifiers."""


class QueueError(ClearinghouseError):
    """There is no such queue."""


class JobNotFoundError(ClearinghouseError):
    """There is no such job, or none that the reader may see or act on."""


class JobStateError(ClearinghouseError):
    """The job is in a state in which this cannot be done with it."""


class HopelessError(Exception):
    """Raised by a job: trying again would not help. It becomes a dead letter at once.

    Any exception whose class has the attribute ``retry = False`` is treated so.
    """

    retry: ClassVar[bool] = False


class Later(Exception):  # noqa: N818 - nothing is wrong
    """Raised by a job: run it again later, and do not count this attempt.

    Args:
        seconds: after how many.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = max(0.0, seconds)


class LeaseLostError(Exception):
    """This attempt no longer holds its job, so nothing of it may be committed. Who adopted the job does the work."""


class JobCancelledError(Exception):
    """A person cancelled the job while it ran."""


class LeaveError(BaseException):
    """The grace period after a signal to leave is over. Not an ``Exception``, so that no job takes it for a failure."""
