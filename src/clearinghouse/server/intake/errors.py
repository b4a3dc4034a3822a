"""What can be wrong with what somebody sends."""

from clearinghouse.records import ClearinghouseError


class IntakeError(ClearinghouseError):
    """Something was sent that is not taken."""


class EmptyBodyError(IntakeError):
    """There is nothing in it."""


class KeyReusedError(IntakeError):
    """An ``Idempotency-Key`` comes again with something else."""


class QuotaError(IntakeError):
    """A participant has sent as much as it may for now.

    Attributes:
        seconds: after which it may try again.
    """

    def __init__(self, what: str, remedy: str, seconds: int) -> None:
        super().__init__(what, remedy)
        self.seconds = seconds


class NotForThemError(IntakeError):
    """Whoever asks may not do this."""


class TooManyAttachmentsError(IntakeError):
    """A report has as many attachments as it may have."""


class PurgedError(IntakeError):
    """The content was destroyed on purpose."""


class PurposeError(IntakeError):
    """A download needs a purpose that a person can understand later."""


class NotFoundError(IntakeError):
    """There is nothing of that name that this reader may have."""


class LengthError(IntakeError):
    """A request does not say how long it is."""


class BrokenOffError(IntakeError):
    """A body ended before its end."""
