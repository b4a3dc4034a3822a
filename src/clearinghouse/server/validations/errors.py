"""What can be wrong with what is asked of validations."""

from clearinghouse.records import ClearinghouseError


class ValidationsError(ClearinghouseError):
    """The base of this room's errors."""


class ValidationNotFoundError(ValidationsError):
    """There is no such validation, evidence or key, or none for this reader; which of these is not told."""


class NotForThemError(ValidationsError):
    """Whoever asks may see it, and may not do this."""


class AskedWrongError(ValidationsError):
    """What was given is not what is wanted here."""


class StateError(ValidationsError):
    """It is in a state in which this cannot be done with it."""


class GoneError(ValidationsError):
    """The content was destroyed on purpose."""


class WaitingError(ValidationsError):
    """A participant has as many validations waiting, or refused, as it may have.

    Attributes:
        seconds: after which it may try again.
    """

    def __init__(self, what: str, remedy: str, seconds: int = 60) -> None:
        super().__init__(what, remedy)
        self.seconds = seconds


class BusyError(ValidationsError):
    """What was sent cannot be read now; nothing of it was stored."""


class SigningError(ValidationsError):
    """There is no key that signs verdicts, or it cannot be used."""


class TierError(ValidationsError):
    """This machine isolates less well than a validation needs."""


class NoRunnerError(ValidationsError):
    """There is no runner now to hand anything to: its machine, or the way to it, fails. It says nothing of a recipe."""


def not_found() -> ValidationNotFoundError:
    """Return the one answer to every reference that leads nowhere, for whatever reason."""
    return ValidationNotFoundError("there is no such validation", "look at its reference, or ask who gave it to you")
