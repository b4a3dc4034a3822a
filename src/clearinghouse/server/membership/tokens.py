"""Who sent a request of the API, told by its key."""

import hmac
import re
from typing import Any

from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership.keys import PREFIX, digest
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.participants.models import Role, ServiceIdentity
from clearinghouse.server.participants.scopes import Scope

_HEADER = re.compile(rf"[Bb]earer +{PREFIX}_([a-z0-9]{{12}})_([A-Za-z0-9_-]{{43}})")
_NOTHING = digest("")
_FIELDS = (
    "pk",
    "secret_hash",
    "expires_at",
    "revoked_at",
    "last_used_on",
    "scopes",
    "participant_id",
    "participant__closed_at",
    "participant__roles__role",
)


def reader_of_token(header: str) -> Reader | None:
    """Return who has the key in an ``Authorization`` header, or None.

    None is the answer to a key that is unknown, wrong, expired or revoked, and to one of a closed participant, each
    after one query and one comparison of constant time. The day of the last use is written when it changes.
    """
    match = _HEADER.fullmatch(header)
    if match is None:
        return None
    rows = list(ServiceIdentity.objects.filter(key_id=match[1]).values_list(*_FIELDS, named=True))
    right = hmac.compare_digest(rows[0].secret_hash if rows else _NOTHING, digest(match[2]))
    if not right or not rows or not _holds(rows[0]):
        return None
    _used(rows[0])
    roles = frozenset(Role(row.participant__roles__role) for row in rows if row.participant__roles__role)
    return Reader(
        participant=rows[0].participant_id,
        roles=roles,
        service=rows[0].pk,
        scopes=_scopes(rows[0].scopes, roles),
    )


def _holds(row: Any) -> bool:
    return row.revoked_at is None and row.participant__closed_at is None and row.expires_at > timezone.now()


def _scopes(given: list[str], roles: frozenset[Role]) -> frozenset[Scope]:
    """What the key was given, as far as it is still possible for the participant."""
    possible = frozenset[Scope]().union(*(POSSIBLE[role] for role in roles))
    return frozenset(scope for scope in possible if scope.value in given)


def _used(row: Any) -> None:
    today = timezone.now().date()
    if row.last_used_on != today:
        ServiceIdentity.objects.filter(pk=row.pk).update(last_used_on=today)
