"""What was shared with a participant, as the coordinator sees it."""

import datetime as dt

import msgspec
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.access.models import Grant, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.vulnerabilities.models import Vulnerability

MOST = 100


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a participant, or one ``person`` of it, is let in to: by whom, since when, why, until when."""

    vulnerability: str
    person: str
    by: str
    since: dt.datetime
    reason: str
    until: dt.datetime | None


def shared_with(reader: Reader, participant: Participant) -> tuple[int, list[Share]]:
    """Return how much a participant is let in to now, and the newest of it; nothing for who may not see grants."""
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    grants = Grant.objects.filter(
        living, participant=participant, revoked_at__isnull=True, kind=ObjectKind.VULNERABILITY
    ).select_related("person", "granted_by")
    rows = visible(reader, grants)
    found = list(rows.order_by("-created_at", "-pk")[:MOST])
    seen = visible(reader, Vulnerability.objects.filter(pk__in={each.object_id for each in found}))
    references = dict(seen.values_list("pk", "reference"))
    shares = [
        Share(
            vulnerability=references[each.object_id],
            person=each.person.name if each.person else "",
            by=each.granted_by.name,
            since=each.created_at,
            reason=each.reason,
            until=each.expires_at,
        )
        for each in found
        if each.object_id in references
    ]
    return rows.count(), shares
