import datetime as dt
import hashlib
import hmac

import pytest
from django.utils import timezone

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.membership import errors, keys, services, tokens
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.participants.models import Role, ServiceIdentity, today
from clearinghouse.server.participants.scopes import Scope
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


def soon(**delta):
    return timezone.now() + dt.timedelta(**delta or {"days": 30})


@pytest.fixture
def steward():
    return a_person(steward=True)


@pytest.fixture
def made(steward):
    return services.create_key(reader_for(steward), steward.participant, "scanner", ["report:submit"], soon())


def ask(token):
    return tokens.reader_of_token(f"Bearer {token}")


def test_a_key_is_shown_once_and_kept_as_a_digest(made, steward):
    service, token = made
    prefix, version, key_id, secret = token.split("_", 3)
    assert (f"{prefix}_{version}", key_id, len(secret)) == ("chk_v1", service.key_id, 43)
    row = ServiceIdentity.objects.get()
    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert row.created_by == steward
    assert secret not in repr(ServiceIdentity.objects.values().get())
    entry = Entry.objects.get()
    assert entry.act == "key.created"
    assert secret not in entry.body


def test_a_key_says_who_it_is(made, steward):
    service, token = made
    assert ask(token) == Reader(
        participant=steward.participant_id,
        roles=frozenset({Role.FINDER}),
        service=service.pk,
        scopes=frozenset({Scope.REPORT_SUBMIT}),
    )


def test_it_takes_one_query_and_one_more_on_the_first_use_of_a_day(made, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert ask(made[1])
    assert ServiceIdentity.objects.get().last_used_on == today()
    with django_assert_num_queries(1):
        assert ask(made[1])


def bad(made):
    service, token = made
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    yield "unknown", token.replace(service.key_id, "a" * 12), {}
    yield "wrong", other, {}
    yield "expired", token, {"expires_at": timezone.now()}
    yield "revoked", token, {"revoked_at": timezone.now()}


def test_no_answer_tells_why(made, django_assert_num_queries, monkeypatch):
    compared = []
    right = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or right(a, b))
    for _, token, change in bad(made):
        before = ServiceIdentity.objects.values().get()
        ServiceIdentity.objects.update(**change)
        with django_assert_num_queries(1):
            assert ask(token) is None
        ServiceIdentity.objects.update(**{name: before[name] for name in change})
    made[0].participant.closed_at = timezone.now()
    made[0].participant.save()
    with django_assert_num_queries(1):
        assert ask(made[1]) is None
    assert compared == [(64, 64)] * 5


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic abc", "Bearer chk_v1_x_y", "Bearer chk_v2_{rest}", "chk_v1_{rest}", "Bearer chk_v1_{rest}\n"],
)
def test_what_is_no_key_asks_nothing_of_the_database(header, made, django_assert_num_queries):
    rest = made[1].removeprefix("chk_v1_")
    with django_assert_num_queries(0):
        assert tokens.reader_of_token(header.format(rest=rest)) is None


def test_revoking_works_at_once_and_only_once(made, steward):
    keys.revoke_key(reader_for(steward), made[0])
    assert ask(made[1]) is None
    assert list(Entry.objects.order_by("seq").values_list("act", flat=True)) == ["key.created", "key.revoked"]
    with pytest.raises(errors.ClosedError):
        keys.revoke_key(reader_for(steward), made[0])


def test_only_stewards_and_administrators_make_and_revoke(made, steward):
    own, administrator = a_person(steward.participant), a_person(administrator=True)
    stranger = a_person(steward=True)
    service = ask(made[1])
    for actor in (NOBODY, reader_for(own), reader_for(stranger), service):
        with pytest.raises(errors.NotAllowedError):
            keys.create_key(actor, steward.participant, "x", ["report:submit"], soon())
        with pytest.raises(errors.NotAllowedError):
            keys.revoke_key(actor, made[0])
    keys.revoke_key(reader_for(administrator), made[0])


@pytest.mark.parametrize(
    "expires_at",
    [
        lambda: soon(days=367),
        lambda: soon(seconds=-1),
        lambda: soon().replace(tzinfo=None),
        lambda: soon(days=366, hours=1),
    ],
)
def test_every_key_ends_within_a_year(steward, expires_at):
    with pytest.raises(errors.InvalidValueError) as caught:
        keys.create_key(None, steward.participant, "x", ["report:submit"], expires_at())
    assert caught.value.field == "expires_at"
    keys.create_key(None, steward.participant, "x", ["report:submit"], soon(days=366))


@pytest.mark.parametrize(
    "scopes", [[], ["everything"], ["overview:read", "evidence:read", "nothing"], ["report:submit", "inventory:write"]]
)
def test_scopes_are_known_and_possible(steward, scopes):
    with pytest.raises(errors.InvalidValueError) as caught:
        keys.create_key(None, steward.participant, "x", scopes, soon())
    assert caught.value.field == "scopes"


def test_scopes_follow_when_the_participant_changes(steward):
    participant = a_participant(Role.DEPLOYER, Role.FINDER)
    _, token = keys.create_key(None, participant, "x", ["inventory:write", "evidence:read"], soon())
    participant.roles.filter(role=Role.FINDER).delete()
    assert ask(token).scopes == {Scope.INVENTORY_WRITE}


def test_every_role_has_scopes():
    assert set(POSSIBLE) == set(Role)
    assert frozenset().union(*POSSIBLE.values()) == frozenset(Scope)


def test_there_are_not_too_many(steward, monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    keys.create_key(None, steward.participant, "x", ["report:submit"], soon())
    with pytest.raises(errors.MembershipError):
        keys.create_key(None, steward.participant, "x", ["report:submit"], soon())


def test_a_closed_participant_gets_none(steward):
    services.close_participant(None, steward.participant)
    with pytest.raises(errors.ClosedError):
        keys.create_key(None, steward.participant, "x", ["report:submit"], soon())
