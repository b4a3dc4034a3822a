"""What can be wrong with a change of who takes part, each with what a person can do about it."""

from clearinghouse.records import ClearinghouseError


class MembershipError(ClearinghouseError):
    """A change of participants, people or keys is not possible."""


class NotAllowedError(MembershipError):
    """Who asks may not make this change, or what they ask about does not exist; which of both is not said."""

    def __init__(self) -> None:
        super().__init__("you may not do this", "ask a steward of your organisation, or who runs this clearinghouse")


class InvalidValueError(MembershipError):
    """A value cannot be taken.

    Attributes:
        field: the name of the argument.
    """

    def __init__(self, field: str, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.field = field


class AlreadyThereError(MembershipError):
    """The name or e-mail address is in use."""


class ClosedError(MembershipError):
    """The participant is closed, or the person deactivated."""


class LastAdministratorError(MembershipError):
    """Nobody would be left who can run the installation."""


class InvitationError(MembershipError):
    """The link does not work: it expired, was used, or never worked; which of these is not said."""

    def __init__(self) -> None:
        super().__init__("this link does not work any more", "ask who invited you for a new one; each works once")
