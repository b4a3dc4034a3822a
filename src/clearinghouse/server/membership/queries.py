"""What a reader may see of who takes part."""

from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.membership.errors import NotAllowedError
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity

PAGE = 100


class ParticipantPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some participants, by name, each with ``members``, how many of its people may sign in.

    ``after`` is the reference that begins the following page, empty where there is none.
    """

    participants: list[Participant]
    after: str = ""


def listed(
    reader: Reader, *, role: str = "", closed: bool = False, after: str = "", size: int = PAGE
) -> ParticipantPage:
    """Return participants that a reader may see, by name.

    Args:
        role: only those with it. closed: those that left, instead of those that take part. after: reference of the
            last one of the page before.
    """
    rows = participants(reader).filter(closed_at__isnull=not closed)
    if role:
        rows = rows.filter(roles__role=role)
    last = participants(reader).filter(reference=after).first() if after else None
    if last is not None:
        rows = rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    able = Count("people", filter=Q(people__is_active=True), distinct=True)
    found = list(rows.annotate(members=able)[: size + 1])
    more, found = len(found) > size, found[:size]
    return ParticipantPage(participants=found, after=found[-1].reference if more else "")


def participants(reader: Reader) -> QuerySet[Participant]:
    """Return the participants that a reader may see, by name, with their roles."""
    return visible(reader, Participant.objects.prefetch_related("roles").order_by("name", "pk"))


def participant(reader: Reader, reference: str) -> Participant:
    """Return a participant by its reference.

    Raises:
        NotAllowedError: there is none, or the reader may not see it.
    """
    return _one(participants(reader), reference=reference)


def people(reader: Reader, of: Participant | None = None) -> QuerySet[Person]:
    """Return the people that a reader may see, by name; ``of`` a participant only those of it."""
    found = visible(reader, Person.objects.select_related("participant").order_by("name", "pk"))
    return found if of is None else found.filter(participant=of)


def person(reader: Reader, reference: str) -> Person:
    """Return a person by their reference.

    Raises:
        NotAllowedError: there is none, or the reader may not see them.
    """
    return _one(people(reader), reference=reference)


def keys(reader: Reader, of: Participant | None = None) -> QuerySet[ServiceIdentity]:
    """Return the keys that a reader may see, the newest first, revoked and expired ones too."""
    rows = ServiceIdentity.objects.select_related("participant", "created_by").order_by("-created_at", "-pk")
    found = visible(reader, rows)
    return found if of is None else found.filter(participant=of)


def key(reader: Reader, key_id: str) -> ServiceIdentity:
    """Return a key by the part of it that is not secret.

    Raises:
        NotAllowedError: there is none, or the reader may not see it.
    """
    return _one(keys(reader), key_id=key_id)


def _one(rows: Any, **by: str) -> Any:
    found = rows.filter(**by).first()
    if found is None:
        raise NotAllowedError
    return found
