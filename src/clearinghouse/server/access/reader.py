"""Who asks: the one value that every query and every service takes."""

import msgspec

from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a service identity, as far as permission depends on it.

    Attributes:
        participant: primary key of their organisation; None is nobody. roles: those of the organisation.
        person, service: primary key of who it is; one of them, or neither.
        steward, administrator: as on :class:`~clearinghouse.server.participants.models.Person`.
        scopes: what a service identity's key is good for; None for people, whose rights are not narrowed.
    """

    participant: int | None = None
    roles: frozenset[Role] = frozenset()
    person: int | None = None
    service: int | None = None
    steward: bool = False
    administrator: bool = False
    scopes: frozenset[Scope] | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is somebody."""
        return self.participant is not None

    def has_scope(self, scope: Scope) -> bool:
        """Whether nothing narrows what they may do to something else."""
        return self.is_known and (self.scopes is None or scope in self.scopes)


NOBODY = Reader()
"""Who has not said who they are."""
