"""Participants, people and keys by browser: what happens, what is told, what is shown once."""

import re

import pytest
from django.core import mail
from django.test import Client

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.membership.services import create_participant
from clearinghouse.server.participants.models import Participant, Person, Role, ServiceIdentity
from invented_world import signed_in
from server_people import PASSWORD, a_participant, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward():
    return a_person(a_participant(Role.FINDER), steward=True)


@pytest.fixture
def administrator():
    return a_person(a_participant(Role.OBSERVER), administrator=True)


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_participant_is_added_and_its_first_person_invited(administrator):
    client = signed_in(administrator)
    form = {"name": "Newcomer", "kind": "company", "jurisdiction": "fr", "roles": ["finder", "vendor"]}
    answer = client.post("/participants/new/", form)
    made = Participant.objects.get(name="Newcomer")
    assert answer["Location"] == f"/participants/{made.reference}/"
    assert (made.jurisdiction, {each.role for each in made.roles.all()}) == ("FR", {"finder", "vendor"})
    assert "Nobody yet" in said(client.get(answer["Location"]))
    sent = {"name": "First One", "email": "first@example.org", "steward": "on"}
    answer = client.post(f"/participants/{made.reference}/people/new/", sent)
    assert answer["Location"] == f"/participants/{made.reference}/"
    person = Person.objects.get(email="first@example.org")
    assert (person.participant, person.steward, person.administrator) == (made, True, False)
    assert person.reference in mail.outbox[0].body
    page = said(client.get(answer["Location"]))
    assert "First One is invited" in page
    assert "outbox" in page  # no mail server is set up


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "required"),
        ("name", "Taken", "another participant has this name".capitalize()),
        ("jurisdiction", "ZZ", "two capital letters"),
        ("roles", "king", "Select a valid choice"),
        ("kind", "", "required"),
    ],
)
def test_what_is_wrong_with_a_participant_is_told_beside_it(administrator, field, value, told):
    create_participant(None, "Taken", "company", "DE", ["finder"])
    form = {"name": "Newcomer", "kind": "company", "jurisdiction": "FR", "roles": "finder"} | {field: value}
    answer = signed_in(administrator).post("/participants/new/", form)
    assert answer.status_code == 400
    assert told in said(answer)
    assert Participant.objects.filter(name="Newcomer").count() == 0


def test_a_participant_is_closed_with_its_name_and_a_reason(administrator, steward):
    client, other = signed_in(administrator), signed_in(steward)
    found = steward.participant
    address = f"/participants/{found.reference}/close/"
    wrong = client.post(address, {"reason": "It was merged with another", "name": "Something else"})
    assert (wrong.status_code, other.get("/").status_code) == (400, 200)
    right = client.post(address, {"reason": "It was merged\nwith another", "name": found.name})
    assert right["Location"] == f"/participants/{found.reference}/"
    assert other.get("/")["Location"].startswith("/accounts/login/")
    assert "with another" in Entry.objects.get(act="participant.closed").body
    assert client.get(address).status_code == 404
    assert "It has left" in said(client.get(right["Location"]))
    listed = said(client.get("/participants/"))
    assert found.name not in listed
    assert found.name in said(client.get("/participants/?closed=1"))


def test_participants_are_listed_by_role_and_page(administrator):
    for number in range(105):
        create_participant(None, f"Finder {number:03}", "company", "DE", ["finder"])
    create_participant(None, "Only vendor", "company", "DE", ["vendor"])
    client = signed_in(administrator)
    page = client.get("/participants/?role=finder")
    assert "Only vendor" not in said(page)
    assert "Only vendor" in said(client.get("/participants/?role=vendor"))
    following = re.search(r'rel="next" href="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    second = said(client.get(f"/participants/{following}"))
    assert "Finder 104" in second
    assert "Finder 000" not in second


def test_a_key_is_shown_once(steward):
    client = signed_in(steward)
    form = {"name": "Nightly", "days": "30", "scopes": ["report:submit", "report:read"]}
    page = client.post("/organisation/keys/new/", form).content.decode()
    token = re.search(r"<pre><code>(chk_v1_[a-z0-9]{12}_[A-Za-z0-9_-]{43})</code></pre>", page)[1]
    assert f"curl -H &#x27;Authorization: Bearer {token}&#x27;" in page or f"Bearer {token}" in page
    assert Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json()["scopes"] == sorted(
        form["scopes"]
    )
    secret = token.split("_", 3)[3]
    for address in ("/organisation/", "/organisation/keys/new/", "/audit/"):
        assert secret not in client.get(address).content.decode()
    assert secret not in "".join(each.body for each in Entry.objects.all())
    key = ServiceIdentity.objects.get()
    assert client.post(f"/organisation/keys/{key.key_id}/revoke/")["Location"] == "/organisation/"
    assert Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    again = client.post(f"/organisation/keys/{key.key_id}/revoke/", {"back": "/organisation/"}, follow=True)
    assert "revoked already" in said(again)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Nightly", "days": "30"},
        {"name": "Nightly", "days": "367", "scopes": "report:read"},
        {"name": "Nightly", "days": "0", "scopes": "report:read"},
        {"name": "", "days": "30", "scopes": "report:read"},
        {"name": "Nightly", "days": "30", "scopes": "inventory:write"},
    ],
)
def test_a_key_that_cannot_be(steward, form):
    assert signed_in(steward).post("/organisation/keys/new/", form).status_code == 400
    assert ServiceIdentity.objects.count() == 0


def test_a_key_of_a_year_can_be(steward):
    form = {"name": "Nightly", "days": "366", "scopes": "report:read"}
    assert signed_in(steward).post("/organisation/keys/new/", form).status_code == 200


def test_people_are_changed(steward):
    client, other = signed_in(steward), a_person(steward.participant)
    theirs, address = signed_in(other), f"/people/{other.reference}/"
    assert client.post(address, {"act": "steward"})["Location"] == "/organisation/"
    assert Person.objects.get(pk=other.pk).steward
    client.post(address, {"act": "member"})
    assert not Person.objects.get(pk=other.pk).steward
    assert client.post(address, {"act": "king"}).status_code == 404
    assert theirs.get("/").status_code == 200
    client.post(address, {"act": "deactivate"})
    assert theirs.get("/")["Location"].startswith("/accounts/login/")
    assert client.post(address, {"act": "deactivate"}).status_code == 400
    assert "Deactivated" in said(client.get("/organisation/"))


def test_an_invitation_is_sent_again(steward):
    client = signed_in(steward)
    address = f"/participants/{steward.participant.reference}/people/new/"
    client.post(address, {"name": "New One", "email": "new@example.org"})
    person = Person.objects.get(email="new@example.org")
    assert "Invited" in said(client.get("/organisation/"))
    client.post(f"/people/{person.reference}/", {"act": "invite"})
    first, second = (re.search(r"/accounts/\S+", message.body)[0] for message in mail.outbox)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    taken = client.post(address, {"name": "New One", "email": "new@example.org"})
    assert (taken.status_code, "cannot be invited" in said(taken)) == (400, True)


def test_a_steward_makes_no_administrator(steward):
    form = {"name": "New One", "email": "new@example.org", "administrator": "on"}
    client = signed_in(steward)
    client.post(f"/participants/{steward.participant.reference}/people/new/", form)
    assert not Person.objects.get(email="new@example.org").administrator
    boss = a_person(steward.participant, administrator=True)
    assert client.post(f"/people/{boss.reference}/", {"act": "deactivate"}).status_code == 404


def test_who_has_not_just_proved_who_they_are_is_asked_and_led_back(steward):
    client = signed_in(steward, recently=False)
    address = "/organisation/keys/new/"
    for asked in (
        client.get(address),
        client.post(address, {"name": "Nightly", "days": "30", "scopes": "report:read"}),
    ):
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Forganisation%2Fkeys%2Fnew%2F"
    assert ServiceIdentity.objects.count() == 0
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == address
    assert "What it may do" in said(client.get(address))


def test_members_see_their_organisation_and_no_more(steward):
    page = said(signed_in(a_person(steward.participant)).get("/organisation/"))
    assert steward.email in page
    assert "Invite a person" not in page
    assert "Keys for programs" not in page
