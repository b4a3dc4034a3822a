"""The browsers in which people are signed in, and what follows for a request of one of them."""

import datetime as dt

import msgspec
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership.authority import record
from clearinghouse.server.membership.errors import NotAllowedError
from clearinghouse.server.participants.models import Person, Role, SignIn

MOST = 50
"""Browsers in which one person can be signed in; the oldest ones are signed out."""

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a session is good for now.

    Attributes:
        reader: who it is. has_factor: whether they have a second factor. seen_on: when it was last used, as written.
    """

    reader: Reader
    has_factor: bool
    seen_on: dt.date


def start(person: Person, agent: str) -> SignIn:
    """Note that a person has signed in with a browser, and return the row that its session has to name."""
    with transaction.atomic():
        row = SignIn.objects.create(person=person, agent=agent)
        kept = SignIn.objects.filter(person=person, created_at__gt=_oldest()).values_list("pk", flat=True)[:MOST]
        SignIn.objects.filter(person=person).exclude(pk__in=list(kept)).delete()
        record(_self(person), "person.signed_in", "person", person.pk, agent=agent)
    return row


def standing(reference: str, person: int) -> Standing | None:
    """Return what a session is good for, or None if it has ended; one query.

    Args:
        reference: of the row that :func:`start` gave. person: primary key of whose session it says to be.
    """
    factors = Authenticator.objects.filter(user=OuterRef("person"), type__in=_FACTORS)
    rows = list(
        SignIn.objects.filter(
            reference=reference,
            person=person,
            created_at__gt=_oldest(),
            person__is_active=True,
            person__participant__closed_at__isnull=True,
        )
        .annotate(has_factor=Exists(factors))
        .values_list(
            "seen_on",
            "person__steward",
            "person__administrator",
            "person__participant_id",
            "person__participant__roles__role",
            "has_factor",
            named=True,
        )
    )
    if not rows:
        return None
    reader = Reader(
        participant=rows[0].person__participant_id,
        roles=frozenset(
            Role(row.person__participant__roles__role) for row in rows if row.person__participant__roles__role
        ),
        person=person,
        steward=rows[0].person__steward,
        administrator=rows[0].person__administrator,
    )
    return Standing(reader=reader, has_factor=rows[0].has_factor, seen_on=rows[0].seen_on)


def seen(reference: str) -> None:
    """Note that a session was used today."""
    SignIn.objects.filter(reference=reference).update(seen_on=timezone.now().date())


def sign_ins(reader: Reader) -> list[SignIn]:
    """Return where a person is signed in, the newest first; only of themselves."""
    if reader.person is None:
        return []
    return list(SignIn.objects.filter(person=reader.person, created_at__gt=_oldest())[:MOST])


def end(reader: Reader, reference: str) -> None:
    """Sign out one of one's own browsers.

    Raises:
        NotAllowedError: there is none of this reference, or it is somebody else's.
    """
    if reader.person is None:
        raise NotAllowedError
    with transaction.atomic():
        found, _ = SignIn.objects.filter(person=reader.person, reference=reference).delete()
        if not found:
            raise NotAllowedError
        record(reader, "person.signed_out", "person", reader.person)


def end_all(reader: Reader) -> int:
    """Sign out all of one's own browsers, this one too, and return how many there were.

    Raises:
        NotAllowedError: the reader is no person.
    """
    if reader.person is None:
        raise NotAllowedError
    with transaction.atomic():
        found, _ = SignIn.objects.filter(person=reader.person).delete()
        record(reader, "person.signed_out", "person", reader.person, everywhere=True)
    return found


def forget(reference: str) -> None:
    """Remove the row of a session that its person has ended."""
    SignIn.objects.filter(reference=reference).delete()


def _oldest() -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _self(person: Person) -> Reader:
    return Reader(participant=person.participant_id, person=person.pk)
