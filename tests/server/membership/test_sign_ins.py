import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from clearinghouse.server.access.reader import NOBODY
from clearinghouse.server.membership import errors, queries, services, sign_ins
from clearinghouse.server.participants.models import Role, SignIn
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


def test_a_session_is_what_its_person_is_now(django_assert_num_queries):
    person = a_person(a_participant(Role.COORDINATOR, Role.FINDER), steward=True)
    row = sign_ins.start(person, "Firefox on Linux")
    with django_assert_num_queries(1):
        standing = sign_ins.standing(row.reference, person.pk)
    assert standing.reader == reader_for(person)
    assert not standing.has_factor
    Authenticator.objects.create(user=person, type="totp", data={})
    assert sign_ins.standing(row.reference, person.pk).has_factor


def test_recovery_codes_alone_are_no_factor():
    person = a_person()
    row = sign_ins.start(person, "Firefox")
    Authenticator.objects.create(user=person, type="recovery_codes", data={})
    assert not sign_ins.standing(row.reference, person.pk).has_factor


def test_it_ends_with_its_row_its_person_its_participant_and_its_time():
    person = a_person()
    row = sign_ins.start(person, "Firefox")
    assert sign_ins.standing(row.reference, a_person().pk) is None
    assert sign_ins.standing("", person.pk) is None
    for change in ({"person": {"is_active": False}}, {"participant": {"closed_at": timezone.now()}}):
        for target, values in change.items():
            held = person if target == "person" else person.participant
            before = {name: getattr(held, name) for name in values}
            type(held).objects.filter(pk=held.pk).update(**values)
            assert sign_ins.standing(row.reference, person.pk) is None
            type(held).objects.filter(pk=held.pk).update(**before)
    assert sign_ins.standing(row.reference, person.pk)
    old = timezone.now() - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    SignIn.objects.update(created_at=old)
    assert sign_ins.standing(row.reference, person.pk) is None
    assert sign_ins.sign_ins(reader_for(person)) == []


def test_one_ends_ones_own_only():
    person, other = a_person(), a_person()
    mine, theirs = sign_ins.start(person, "Firefox"), sign_ins.start(other, "Firefox")
    for reference in (theirs.reference, "nothing"):
        with pytest.raises(errors.NotAllowedError):
            sign_ins.end(reader_for(person), reference)
    sign_ins.end(reader_for(person), mine.reference)
    assert [row.pk for row in SignIn.objects.all()] == [theirs.pk]
    with pytest.raises(errors.NotAllowedError):
        sign_ins.end_all(NOBODY)


def test_all_end_together_and_there_are_not_too_many(monkeypatch):
    monkeypatch.setattr(sign_ins, "MOST", 3)
    person = a_person()
    rows = [sign_ins.start(person, "Firefox") for _ in range(5)]
    assert [each.pk for each in sign_ins.sign_ins(reader_for(person))] == [row.pk for row in rows[:1:-1]]
    assert sign_ins.end_all(reader_for(person)) == 3


def test_people_see_their_own_participant_and_administrators_all():
    administrator, steward = a_person(administrator=True), a_person(steward=True)
    plain = a_person(steward.participant)
    service, _ = services.create_key(
        None, steward.participant, "x", ["report:submit"], timezone.now() + dt.timedelta(days=1)
    )
    assert set(queries.people(reader_for(plain))) == {steward, plain}
    assert list(queries.keys(reader_for(plain))) == []
    assert list(queries.keys(reader_for(steward))) == [service]
    assert set(queries.people(reader_for(administrator))) == {administrator, steward, plain}
    assert list(queries.people(NOBODY)) == []
    assert queries.participant(reader_for(plain), plain.participant.reference) == plain.participant
    for look, reference in (
        (queries.participant, administrator.participant.reference),
        (queries.person, administrator.reference),
        (queries.key, service.key_id),
        (queries.key, "nothing"),
    ):
        with pytest.raises(errors.NotAllowedError):
            look(reader_for(plain), reference)
