"""Every change of participants and people: one transaction each, audited.

``actor`` is who asks. None is who has the command line of the machine, and only commands may pass it.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership.authority import record, require_administrator, require_steward
from clearinghouse.server.membership.errors import (
    AlreadyThereError,
    ClosedError,
    InvalidValueError,
    InvitationError,
    LastAdministratorError,
    MembershipError,
    NotAllowedError,
)
from clearinghouse.server.membership.invitations import invitation_tokens
from clearinghouse.server.membership.keys import create_key, revoke_key
from clearinghouse.server.membership.lines import LONGEST_NAME, address, country, kind_of, line
from clearinghouse.server.membership.values import roles_of
from clearinghouse.server.participants.models import Participant, ParticipantRole, Person
from clearinghouse.trust.commitment import Json

__all__ = [
    "accept_invitation",
    "close_participant",
    "create_key",
    "create_participant",
    "deactivate",
    "invite",
    "invite_again",
    "invited",
    "revoke_key",
    "set_steward",
]


def create_participant(
    actor: Reader | None, name: str, kind: str, jurisdiction: str, roles: Iterable[str]
) -> Participant:
    """Make a participant.

    Args:
        actor: an administrator. name: at most 120 characters. kind: one of
            :class:`~clearinghouse.server.participants.models.Kind`. jurisdiction: ISO 3166-1 alpha-2 code.
        roles: one or more of :class:`~clearinghouse.server.participants.models.Role`.

    Raises:
        NotAllowedError, InvalidValueError: as they say. AlreadyThereError: another one has this name.
    """
    require_administrator(actor)
    wanted = roles_of(roles)
    participant = Participant(
        name=line("name", name, LONGEST_NAME), kind=kind_of(kind), jurisdiction=country(jurisdiction)
    )
    with transaction.atomic():
        _save_new(participant, "another participant has this name", "choose another name, or use that participant")
        ParticipantRole.objects.bulk_create(
            ParticipantRole(participant=participant, role=role) for role in sorted(wanted)
        )
        facts: dict[str, Json] = {
            "participant_kind": str(participant.kind),
            "jurisdiction": participant.jurisdiction,
            "roles": [str(role) for role in sorted(wanted)],
        }
        record(actor, "participant.created", "participant", participant.pk, **facts)
    return participant


def close_participant(actor: Reader | None, participant: Participant, reason: str = "") -> None:
    """End that anybody of a participant, or any of its keys, may do anything; at once, and without a way back.

    Args:
        actor: an administrator. reason: why, in their words; it is recorded.

    Raises:
        NotAllowedError: the actor is no administrator. ClosedError: it is closed.
        LastAdministratorError: nobody would be left to run the installation.
    """
    require_administrator(actor)
    with transaction.atomic():
        row = Participant.objects.select_for_update().get(pk=participant.pk)
        if row.closed_at:
            raise ClosedError("this participant is closed already", "nothing is left to do")
        _require_another_administrator(Person.objects.exclude(participant=row))
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        for person in row.people.all():
            person.sign_ins.all().delete()
        record(actor, "participant.closed", "participant", row.pk, **({"reason": reason} if reason else {}))
    participant.closed_at = row.closed_at


def invite(
    actor: Reader | None,
    participant: Participant,
    email: str,
    name: str,
    *,
    steward: bool = False,
    administrator: bool = False,
) -> tuple[Person, str]:
    """Make a person and return them with the token of a link by which they set their password.

    The link works once and for :data:`.invitations.INVITED`. Nothing is sent: that is up to the caller.

    Args:
        actor: a steward of the participant, or an administrator. participant: to whom they will belong.
        email: what they sign in with. name: at most 120 characters. steward: whether they may invite others.
        administrator: whether they run the installation; only administrators may say so.

    Raises:
        NotAllowedError, InvalidValueError: as they say. ClosedError: the participant is closed.
        AlreadyThereError: somebody has this address.
    """
    require_steward(actor, participant.pk)
    if administrator:
        require_administrator(actor)
    person = Person(
        email=address(email),
        name=line("name", name, LONGEST_NAME),
        participant=participant,
        steward=steward,
        administrator=administrator,
    )
    person.set_unusable_password()
    with transaction.atomic():
        _require_open(participant)
        _save_new(person, "this e-mail address cannot be invited", "use another one, or ask who runs the clearinghouse")
        facts = {"participant": participant.pk, "steward": steward, "administrator": administrator}
        record(actor, "person.invited", "person", person.pk, **facts)
    return person, invitation_tokens.make_token(person)


def invite_again(actor: Reader | None, person: Person) -> str:
    """Return a new token for somebody who has not set a password; the former one works no more.

    Raises:
        NotAllowedError: the actor may not invite here. ClosedError: participant or person may do nothing any more.
        MembershipError: they have a password.
    """
    require_steward(actor, person.participant_id)
    with transaction.atomic():
        row = _locked(person)
        if row.has_usable_password():
            raise MembershipError("this person has set a password", "they can ask for a new one where they sign in")
        row.set_unusable_password()
        row.save(update_fields=["password"])
        record(actor, "person.invited", "person", row.pk, participant=row.participant_id, again=True)
    return invitation_tokens.make_token(row)


def accept_invitation(reference: str, token: str, password: str) -> Person:
    """Set the first password of somebody who was invited, by the token of their link.

    Raises:
        InvitationError: the link does not work. InvalidValueError: the password is too weak.
    """
    with transaction.atomic():
        person = invited(reference, token, lock=True)
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise InvalidValueError("password", " ".join(error.messages), "choose another password") from error
        person.set_password(password)
        person.save(update_fields=["password"])
        record(_reader(person), "person.joined", "person", person.pk)
    return person


def invited(reference: str, token: str, *, lock: bool = False) -> Person:
    """Return to whom the token of an invitation belongs; ``lock`` keeps them for the transaction.

    Raises:
        InvitationError: it does not work.
    """
    people = Person.objects.select_related("participant")
    if lock:
        people = people.select_for_update(of=("self",))
    person = people.filter(reference=reference).first()
    if person is None or person.participant.closed_at or not invitation_tokens.check_token(person, token):
        raise InvitationError
    return person


def deactivate(actor: Reader | None, person: Person) -> None:
    """End that a person may do anything; their browsers are signed out at once.

    Raises:
        NotAllowedError: the actor may not, as nobody may of themselves. ClosedError: it was done already.
        LastAdministratorError: nobody would be left to run the installation.
    """
    _require_over(actor, person)
    with transaction.atomic():
        row = _locked(person)
        _require_another_administrator(Person.objects.exclude(pk=row.pk))
        row.is_active = False
        row.save(update_fields=["is_active"])
        row.sign_ins.all().delete()
        record(actor, "person.deactivated", "person", row.pk, participant=row.participant_id)
    person.is_active = False


def set_steward(actor: Reader | None, person: Person, steward: bool) -> None:
    """Say whether a person may invite people of their participant, and make and revoke its keys.

    Raises:
        NotAllowedError: the actor may not, as nobody may of themselves. ClosedError: the person is deactivated.
    """
    _require_over(actor, person)
    with transaction.atomic():
        row = _locked(person)
        row.steward = steward
        row.save(update_fields=["steward"])
        record(actor, "person.changed", "person", row.pk, participant=row.participant_id, steward=steward)
    person.steward = steward


def _require_over(actor: Reader | None, person: Person) -> None:
    require_steward(actor, person.participant_id)
    if actor is not None and actor.person == person.pk:
        raise NotAllowedError
    if person.administrator:
        require_administrator(actor)


def _require_open(participant: Participant) -> None:
    if Participant.objects.select_for_update().filter(pk=participant.pk, closed_at__isnull=True).first() is None:
        raise ClosedError("this participant is closed", "choose another one")


def _locked(person: Person) -> Person:
    """The person's row, held for the transaction; refused where they or their participant may do nothing any more."""
    row = Person.objects.select_for_update(of=("self",)).select_related("participant").get(pk=person.pk)
    if not row.is_active or row.participant.closed_at:
        raise ClosedError("this person can do nothing here any more", "invite somebody else")
    return row


def _require_another_administrator(others: Any) -> None:
    """Of all administrators one has to remain; their rows are held, so that two do not remove each other."""
    able = {"administrator": True, "is_active": True, "participant__closed_at__isnull": True}
    everyone = {person.pk for person in Person.objects.select_for_update(of=("self",)).filter(**able)}
    if everyone and not others.filter(pk__in=everyone).exists():
        raise LastAdministratorError(
            "nobody would be left to run this installation", "name another administrator first"
        )


def _save_new(row: Participant | Person, what: str, remedy: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyThereError(what, remedy) from error


def _reader(person: Person) -> Reader:
    return Reader(participant=person.participant_id, person=person.pk)
