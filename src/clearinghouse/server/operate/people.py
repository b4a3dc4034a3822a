"""People, participants and keys as whoever has the command line of the machine sees and names them."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from clearinghouse.server.membership.keys import PREFIX
from clearinghouse.server.membership.values import LONGEST_KEY
from clearinghouse.server.operate.errors import OperateError
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity

_Row = TypeVar("_Row", bound=Model)


def participants() -> QuerySet[Participant]:
    """Return all participants with their roles, by name."""
    return Participant.objects.prefetch_related("roles").order_by("name", "pk")


def people(of: Participant | None = None) -> QuerySet[Person]:
    """Return all people, or those of one participant, by name."""
    rows = Person.objects.select_related("participant").order_by("name", "pk")
    return rows if of is None else rows.filter(participant=of)


def keys(of: Participant | None = None) -> QuerySet[ServiceIdentity]:
    """Return the keys of all programs, or those of one participant, the newest first."""
    rows = ServiceIdentity.objects.select_related("participant").order_by("-created_at", "-pk")
    return rows if of is None else rows.filter(participant=of)


def participant_named(text: str) -> Participant:
    """Return a participant by its reference or its name, in whatever case.

    Raises:
        OperateError: there is none, or several.
    """
    rows = list(participants().filter(Q(reference=text) | Q(name__iexact=text))[:2])
    return _one(rows, f"participant {text!r}", "clearinghouse participant list")


def person_named(text: str) -> Person:
    """Return a person by their e-mail address or reference.

    Raises:
        OperateError: there is none.
    """
    rows = list(people().filter(Q(reference=text) | Q(email__iexact=text))[:2])
    return _one(rows, f"person {text!r}", "clearinghouse user list")


def key_named(text: str) -> ServiceIdentity:
    """Return a key by its id, the part of it that is not secret, or by the whole of it; that is never said back.

    Raises:
        OperateError: there is none.
    """
    whole = text.startswith(f"{PREFIX}_")
    key_id = text.removeprefix(f"{PREFIX}_").partition("_")[0] if whole else text
    said = "such key" if whole else f"key {text!r}"
    return _one(list(keys().filter(key_id=key_id)[:2]), said, "clearinghouse key service list")


def _one(rows: Sequence[_Row], what: str, remedy: str) -> _Row:
    if len(rows) != 1:
        said = f"there are several of {what}; give its reference" if rows else f"there is no {what}"
        raise OperateError(said, remedy)
    return rows[0]


def end_after(days: int) -> dt.datetime:
    """Return when a key ends that lives for so many days; the longest is a year and a day."""
    return timezone.now() + min(dt.timedelta(days=days), LONGEST_KEY - dt.timedelta(minutes=1))


def standing(person: Person) -> str:
    """Return in a word how a person stands."""
    if not person.is_active or person.participant.closed_at:
        return "deactivated"
    return "active" if person.has_usable_password() else "invited"


def key_standing(key: ServiceIdentity) -> str:
    """Return in a word how a key stands."""
    if key.revoked_at:
        return "revoked"
    if key.participant.closed_at:
        return "participant closed"
    return "expired" if key.expires_at <= timezone.now() else "active"
