"""What can be wrong with breaking the glass, each with what a person can do about it."""

from clearinghouse.records import ClearinghouseError


class GlassError(ClearinghouseError):
    """The glass cannot be broken like this."""


class NotForThemError(GlassError):
    """Who asks may not do this, or what they ask about does not exist; which of both is not said."""

    def __init__(self) -> None:
        super().__init__("there is no such request for you", "look at the list of requests")


class SamePersonError(GlassError):
    """Who asked for it is not who agrees to it."""

    def __init__(self) -> None:
        super().__init__(
            "you cannot agree to your own request", "ask another administrator, or a steward of the coordinator"
        )


class OverError(GlassError):
    """The request was answered, has lapsed or has ended already."""


class NothingThereError(GlassError):
    """What the request names does not exist; only the person who would agree is told."""
