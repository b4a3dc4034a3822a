"""What roles, scopes and dates are taken."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils import timezone

from clearinghouse.server.membership.errors import InvalidValueError
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope

LONGEST_KEY = dt.timedelta(days=366)
"""A key that lives longer than this is not made."""

_SENDS = {Scope.REPORT_SUBMIT, Scope.REPORT_READ}
_VALIDATES = {Scope.VALIDATION_REQUEST, Scope.VALIDATION_READ, Scope.EVIDENCE_READ}
_READS = {Scope.VULNERABILITY_READ, Scope.OVERVIEW_READ}
POSSIBLE: dict[str, frozenset[Scope]] = {
    Role.FINDER: frozenset(_SENDS | _READS | _VALIDATES),
    Role.RESEARCHER: frozenset(_SENDS | _READS | _VALIDATES),
    Role.DEVELOPER: frozenset(_SENDS | _READS | _VALIDATES),
    Role.VENDOR: frozenset(_SENDS | _READS | _VALIDATES),
    Role.AGENCY: frozenset(_SENDS | _READS | _VALIDATES),
    Role.DEPLOYER: frozenset(_SENDS | _READS | {Scope.INVENTORY_READ, Scope.INVENTORY_WRITE, Scope.VALIDATION_READ}),
    Role.COORDINATOR: frozenset(Scope),
    Role.OBSERVER: frozenset(_READS),
}
"""Which scopes a key of a participant with this role can have. What it then sees, :mod:`..access` decides."""


def roles_of(values: Iterable[str]) -> frozenset[Role]:
    """Return roles, at least one, or raise :class:`.InvalidValueError`."""
    wanted = set(values)
    if not wanted or not wanted <= set(Role.values):
        what = "there is no such role" if wanted else "the participant has no role"
        raise InvalidValueError("roles", what, f"use some of {', '.join(Role.values)}")
    return frozenset(map(Role, wanted))


def scopes_of(values: Iterable[str], roles: Collection[Role]) -> frozenset[Scope]:
    """Return the scopes of a key, at least one, all of them possible for a participant with ``roles``.

    Raises:
        InvalidValueError: there is none, or one is unknown or not possible.
    """
    wanted = set(values)
    possible: set[str] = set().union(*(POSSIBLE[role] for role in roles))
    if not wanted:
        raise InvalidValueError("scopes", "the key is good for nothing", f"choose among {', '.join(sorted(possible))}")
    if wrong := sorted(wanted - possible):
        known = set(wrong) <= set(map(str, Scope))
        what = "the roles of the participant do not allow this scope" if known else "there is no such scope"
        raise InvalidValueError("scopes", what, f"choose among {', '.join(sorted(possible))}")
    return frozenset(map(Scope, wanted))


def end_of_key(expires_at: dt.datetime) -> dt.datetime:
    """Return when a key expires.

    Raises:
        InvalidValueError: that has no time zone, has passed, or is more than :data:`LONGEST_KEY` away.
    """
    if timezone.is_naive(expires_at):
        raise InvalidValueError("expires_at", "the end of the key has no time zone", "give it with one, such as Z")
    left = expires_at - timezone.now()
    if not dt.timedelta() < left <= LONGEST_KEY:
        what = "the key would expire in the past" if left <= dt.timedelta() else "the key would live too long"
        raise InvalidValueError("expires_at", what, f"choose an end within {LONGEST_KEY.days} days")
    return expires_at
