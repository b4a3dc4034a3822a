"""Keys: how a program of a participant proves itself. A key is shown once; what is kept is the digest of its secret."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership.authority import record, require_steward
from clearinghouse.server.membership.errors import ClosedError, MembershipError
from clearinghouse.server.membership.lines import line
from clearinghouse.server.membership.values import end_of_key, scopes_of
from clearinghouse.server.participants.models import Participant, Role, ServiceIdentity

PREFIX = "chk_v1"
"""How a key begins, so that those who search for lost secrets can tell one."""
MOST_KEYS = 100
"""Keys that one participant can have at a time."""


def digest(secret: str) -> str:
    """Return what is kept of the secret part of a key: it has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(
    actor: Reader | None, participant: Participant, name: str, scopes: Iterable[str], expires_at: dt.datetime
) -> tuple[ServiceIdentity, str]:
    """Make a service identity and return it with its key, which cannot be shown again.

    Args:
        actor: a steward of the participant, or an administrator. name: what it is called, at most 80 characters.
        scopes: what it may do, at least one. expires_at: when it ends, with time zone, at most 366 days from now.

    Raises:
        NotAllowedError, InvalidValueError: as they say. ClosedError: the participant is closed.
        MembershipError: it has too many keys.
    """
    require_steward(actor, participant.pk)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Participant.objects.select_for_update().get(pk=participant.pk)
        if row.closed_at:
            raise ClosedError("this participant is closed", "choose another one")
        _require_room(row)
        wanted = scopes_of(scopes, [Role(each) for each in row.roles.values_list("role", flat=True)])
        service = ServiceIdentity.objects.create(
            participant=row,
            name=line("name", name, 80),
            secret_hash=digest(secret),
            scopes=sorted(wanted),
            created_by_id=actor.person if actor else None,
            expires_at=end_of_key(expires_at),
        )
        facts = {"participant": row.pk, "scopes": sorted(map(str, wanted)), "expires_at": expires_at.isoformat()}
        record(actor, "key.created", "key", service.pk, **facts)
    return service, f"{PREFIX}_{service.key_id}_{secret}"


def revoke_key(actor: Reader | None, service: ServiceIdentity) -> None:
    """End a key at once.

    Raises:
        NotAllowedError: the actor may not. ClosedError: it was revoked already.
    """
    require_steward(actor, service.participant_id)
    with transaction.atomic():
        row = ServiceIdentity.objects.select_for_update().get(pk=service.pk)
        if row.revoked_at:
            raise ClosedError("this key is revoked already", "nothing is left to do")
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record(actor, "key.revoked", "key", row.pk, participant=row.participant_id)
    service.revoked_at = row.revoked_at


def _require_room(participant: Participant) -> None:
    living = participant.services.filter(revoked_at__isnull=True, expires_at__gt=timezone.now()).count()
    if living >= MOST_KEYS:
        raise MembershipError(f"this participant has {living} keys", "revoke those that are not used")
