"""Participants and people for tests of the server."""

import itertools
from typing import Any

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.participants.models import Participant, ParticipantRole, Person, Role

PASSWORD = "four words that are long"
_numbers = itertools.count(1)


def a_participant(*roles: Role, **facts: Any) -> Participant:
    """Make a participant with roles, finder if none is given."""
    known = {"name": f"Organisation {next(_numbers)}", "kind": "company", "jurisdiction": "DE"}
    participant = Participant.objects.create(**known | facts)
    for role in roles or (Role.FINDER,):
        ParticipantRole.objects.create(participant=participant, role=role)
    return participant


def a_person(participant: Participant | None = None, **facts: Any) -> Person:
    """Make a person with the password :data:`PASSWORD`."""
    number = next(_numbers)
    known = {"name": f"Person {number}", "participant": participant or a_participant()}
    return Person.objects.create_user(f"person{number}@example.org", PASSWORD, **known | facts)


def reader_for(person: Person) -> Reader:
    """Return the reader that a session of a person is."""
    roles = frozenset(Role(each.role) for each in person.participant.roles.all())
    return Reader(
        participant=person.participant_id,
        roles=roles,
        person=person.pk,
        steward=person.steward,
        administrator=person.administrator,
    )
