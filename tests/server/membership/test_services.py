import datetime as dt

import pytest
from django.utils import timezone

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.membership import errors, invitations, services, sign_ins
from clearinghouse.server.participants.models import Person, Role, SignIn
from server_people import PASSWORD, a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return a_person(administrator=True)


@pytest.fixture
def steward():
    return a_person(steward=True)


def acts():
    return list(Entry.objects.order_by("seq").values_list("act", flat=True))


def test_a_participant_is_made_with_its_roles_and_written_down(administrator):
    made = services.create_participant(reader_for(administrator), " Acme ", "company", "DE", ["vendor", "finder"])
    assert (made.name, made.kind, made.jurisdiction) == ("Acme", "company", "DE")
    assert sorted(made.roles.values_list("role", flat=True)) == ["finder", "vendor"]
    entry = Entry.objects.get()
    assert (entry.act, entry.object_id, entry.person) == ("participant.created", str(made.pk), administrator.pk)


def test_the_command_line_may_make_the_first_one():
    services.create_participant(None, "Acme", "company", "DE", ["coordinator"])
    assert acts() == ["participant.created"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "a" * 121}),
        ("name", {"name": "Ac\x1bme"}),
        ("name", {"name": "Ac\u202eme"}),
        ("name", {"name": "Ac\nme"}),
        ("name", {"name": "Ac\u200bme"}),
        ("kind", {"kind": "club"}),
        ("jurisdiction", {"jurisdiction": "XX"}),
        ("jurisdiction", {"jurisdiction": "de"}),
        ("roles", {"roles": []}),
        ("roles", {"roles": ["owner"]}),
    ],
)
def test_what_cannot_be_taken_is_named(field, change):
    values = {"name": "Acme", "kind": "company", "jurisdiction": "DE", "roles": ["finder"]} | change
    with pytest.raises(errors.InvalidValueError) as caught:
        services.create_participant(None, **values)
    assert caught.value.field == field
    assert caught.value.what
    assert caught.value.remedy


def test_a_name_is_taken_once():
    services.create_participant(None, "Acme", "company", "DE", ["finder"])
    with pytest.raises(errors.AlreadyThereError):
        services.create_participant(None, "Acme", "company", "FR", ["finder"])
    assert acts() == ["participant.created"]


@pytest.mark.parametrize("administrative", [True, False])
def test_nobody_else_makes_or_closes_participants(steward, administrative):
    reader = reader_for(steward)
    service = Reader(participant=steward.participant_id, service=1, steward=True, administrator=administrative)
    for actor in (NOBODY, reader, service):
        with pytest.raises(errors.NotAllowedError):
            services.create_participant(actor, "Acme", "company", "DE", ["finder"])
        with pytest.raises(errors.NotAllowedError):
            services.close_participant(actor, steward.participant)


def test_closing_ends_the_sessions_of_everybody_there(administrator):
    person = a_person()
    sign_ins.start(person, "Firefox on Linux")
    services.close_participant(reader_for(administrator), person.participant)
    assert not SignIn.objects.exists()
    assert acts()[-1] == "participant.closed"
    with pytest.raises(errors.ClosedError):
        services.close_participant(reader_for(administrator), person.participant)
    with pytest.raises(errors.ClosedError):
        services.invite(None, person.participant, "new@example.org", "New")


def test_somebody_who_runs_the_installation_remains(administrator):
    with pytest.raises(errors.LastAdministratorError):
        services.close_participant(reader_for(administrator), administrator.participant)
    with pytest.raises(errors.LastAdministratorError):
        services.deactivate(None, administrator)
    a_person(administrator=True)
    services.deactivate(None, administrator)


def test_a_steward_invites_into_their_own_participant_only(steward):
    person, token = services.invite(reader_for(steward), steward.participant, "New@Example.ORG", "New One")
    assert (person.email, person.participant, person.steward, person.administrator) == (
        "new@example.org",
        steward.participant,
        False,
        False,
    )
    assert not person.has_usable_password()
    assert token
    with pytest.raises(errors.NotAllowedError):
        services.invite(reader_for(steward), a_participant(), "other@example.org", "Other")
    with pytest.raises(errors.NotAllowedError):
        services.invite(reader_for(steward), steward.participant, "o@example.org", "Other", administrator=True)
    with pytest.raises(errors.NotAllowedError):
        services.invite(reader_for(person), steward.participant, "o@example.org", "Other")


@pytest.mark.parametrize(
    "email", ["", "no", "a@b@c.org", "a b@example.org", "ä@example.org", "x@exämple.org", "a" * 300]
)
def test_addresses_are_checked(email):
    with pytest.raises(errors.InvalidValueError) as caught:
        services.invite(None, a_participant(), email, "New")
    assert caught.value.field == "email"


def test_an_address_is_invited_once():
    services.invite(None, a_participant(), "new@example.org", "New")
    with pytest.raises(errors.AlreadyThereError):
        services.invite(None, a_participant(), "NEW@example.org", "Other")


def test_an_invitation_works_once():
    person, token = services.invite(None, a_participant(), "new@example.org", "New")
    assert services.invited(person.reference, token) == person
    services.accept_invitation(person.reference, token, PASSWORD)
    assert Person.objects.get(pk=person.pk).check_password(PASSWORD)
    assert acts() == ["person.invited", "person.joined"]
    with pytest.raises(errors.InvitationError):
        services.accept_invitation(person.reference, token, "another long password")
    with pytest.raises(errors.MembershipError):
        services.invite_again(None, person)


def test_a_weak_password_uses_up_nothing():
    person, token = services.invite(None, a_participant(), "new@example.org", "New")
    for weak in ("short", "passwordpassword"[:8] * 1, "new@example.org"):
        with pytest.raises(errors.InvalidValueError):
            services.accept_invitation(person.reference, token, weak)
    services.accept_invitation(person.reference, token, PASSWORD)


def test_a_second_invitation_ends_the_first():
    person, first = services.invite(None, a_participant(), "new@example.org", "New")
    second = services.invite_again(None, person)
    with pytest.raises(errors.InvitationError):
        services.invited(person.reference, first)
    assert services.invited(person.reference, second) == person


def at(tokens, moment):
    """The same generator of tokens, at another time."""
    changed = type(tokens)()
    changed._now = lambda: moment
    return changed


def test_tokens_expire():
    person = a_person()
    now = timezone.now().replace(tzinfo=None, microsecond=0)
    for kind in (invitations.InvitationTokens, invitations.ForgottenTokens):
        token = at(kind(), now).make_token(person)
        assert at(kind(), now + kind.longest).check_token(person, token)
        assert not at(kind(), now + kind.longest + dt.timedelta(seconds=1)).check_token(person, token)


def test_one_sort_of_token_is_not_the_other():
    person = a_person()
    token = invitations.InvitationTokens().make_token(person)
    assert not invitations.ForgottenTokens().check_token(person, token)
    assert not invitations.InvitationTokens().check_token(a_person(), token)
    for wrong in (None, "", "-", "x", token + "0", token[:-1]):
        assert not invitations.InvitationTokens().check_token(person, wrong)


def test_who_was_deactivated_or_closed_takes_up_nothing():
    person, token = services.invite(None, a_participant(), "new@example.org", "New")
    services.deactivate(None, person)
    with pytest.raises(errors.InvitationError):
        services.accept_invitation(person.reference, token, PASSWORD)
    with pytest.raises(errors.ClosedError):
        services.invite_again(None, person)
    other, token = services.invite(None, a_participant(), "other@example.org", "Other")
    services.close_participant(None, other.participant)
    with pytest.raises(errors.InvitationError):
        services.accept_invitation(other.reference, token, PASSWORD)


def test_deactivating(steward):
    person = a_person(steward.participant)
    sign_ins.start(person, "Firefox")
    services.deactivate(reader_for(steward), person)
    assert not Person.objects.get(pk=person.pk).is_active
    assert not SignIn.objects.exists()
    assert acts()[-1] == "person.deactivated"
    with pytest.raises(errors.ClosedError):
        services.deactivate(reader_for(steward), person)


def test_nobody_changes_themselves_and_no_steward_an_administrator(steward, administrator):
    above = a_person(steward.participant, administrator=True)
    for person in (steward, above, a_person()):
        with pytest.raises(errors.NotAllowedError):
            services.deactivate(reader_for(steward), person)
        with pytest.raises(errors.NotAllowedError):
            services.set_steward(reader_for(steward), person, True)
    with pytest.raises(errors.NotAllowedError):
        services.deactivate(reader_for(administrator), administrator)


def test_stewards_are_named(steward):
    person = a_person(steward.participant)
    services.set_steward(reader_for(steward), person, True)
    assert Person.objects.get(pk=person.pk).steward
    assert acts()[-1] == "person.changed"


def test_a_change_that_fails_leaves_no_entry(steward):
    with pytest.raises(errors.AlreadyThereError):
        services.invite(reader_for(steward), steward.participant, steward.email, "Twice")
    assert acts() == []


def test_roles_of_a_participant_are_each_kept_once():
    made = services.create_participant(None, "Acme", "company", "DE", ["finder", "finder"])
    assert made.roles.count() == 1
    assert made.created_at <= timezone.now()
    assert made.roles.get().role == Role.FINDER
