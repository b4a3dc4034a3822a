"""Who may change what of whom, and how each change is written down."""

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.membership.errors import NotAllowedError

__all__ = ["record", "require_administrator", "require_steward"]


def require_administrator(actor: Reader | None) -> None:
    """Let administrators pass, and None: who has the command line of the machine.

    Raises:
        NotAllowedError: for everyone else.
    """
    if actor is None or (actor.administrator and actor.person is not None):
        return
    raise NotAllowedError


def require_steward(actor: Reader | None, participant: int) -> None:
    """Let stewards of this participant pass, and whom :func:`require_administrator` lets pass; programs never do.

    Raises:
        NotAllowedError: for everyone else.
    """
    if actor is not None and actor.person is not None and actor.steward and actor.participant == participant:
        return
    require_administrator(actor)
