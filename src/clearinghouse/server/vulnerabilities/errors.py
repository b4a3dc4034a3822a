"""What can go wrong with vulnerabilities, as sentences to act on."""

from clearinghouse.records import ClearinghouseError


class NotFoundError(ClearinghouseError):
    """There is nothing of that name that this reader may see."""


class NotAllowedError(ClearinghouseError):
    """Whoever asks may see it, but not do this with it."""


class StateError(ClearinghouseError):
    """It is not so any more, or cannot be done now."""


class AskedWrongError(ClearinghouseError):
    """A filter or a place in a list is none."""
