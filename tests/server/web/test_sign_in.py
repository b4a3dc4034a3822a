"""Signing in as the test client does it: every step over HTTP, and what is written down of it."""

import email
import re
from email import policy

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import clearinghouse_hasher
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import vault
from clearinghouse.server.membership import services
from clearinghouse.server.participants.models import Person, SignIn
from clearinghouse.server.web.sign_in.agents import agent
from clearinghouse.server.web.sign_in.links import invitation_link
from clearinghouse.server.web.sign_in.pages import send_invitation
from server_people import PASSWORD, a_participant, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("server_urls")]


def whoami(client):
    return client.get("/whoami").json()["person"]


def sign_in(client, person, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": person.email, "password": password}, **extra)


def acts():
    return list(Entry.objects.order_by("seq").values_list("act", flat=True))


def codes_now(secret):
    return [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]


def test_password(client, person):
    answer = sign_in(client, person, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert whoami(client) == person.pk
    assert SignIn.objects.get().agent == "Firefox on Linux"
    assert acts() == ["person.signed_in"]
    cookie = client.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_address_may_be_written_with_capitals(client, person):
    assert client.post("/accounts/login/", {"login": person.email.upper(), "password": PASSWORD}).status_code == 302


def refusals():
    """Attempts that do not succeed, each with what has to be true before it."""
    known, inactive, closed = a_person(), a_person(is_active=False), a_person()
    closed.participant.closed_at = closed.participant.created_at
    closed.participant.save()
    invited, _ = services.invite(None, a_participant(), "invited@example.org", "Invited")
    yield known.email, "wrong password that is long"
    yield "nobody@example.org", PASSWORD
    yield inactive.email, PASSWORD
    yield closed.email, PASSWORD
    yield invited.email, PASSWORD
    yield inactive.email, "wrong password that is long"


def test_nobody_learns_which_addresses_are_known(settings):
    settings.PASSWORD_HASHERS = ["clearinghouse_hasher.CountingHasher"]
    seen = set()
    for address, password in refusals():
        clearinghouse_hasher.counted.clear()
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/accounts/login/", {"login": address, "password": password})
        text = answer.content.decode().replace(address, "ADDRESS")
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
        hashed = len(clearinghouse_hasher.counted)
        seen.add((answer.status_code, text, len(queries.captured_queries), hashed))
        assert whoami(client) is None
    assert len(seen) == 1
    assert next(iter(seen))[2:] == (1, 1)


def test_asking_for_a_new_password_tells_nothing_either(person):
    seen = set()
    for address in (person.email, "nobody@example.org", a_person(is_active=False).email):
        mail.outbox.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post("/accounts/password/reset/", {"email": address})
        seen.add((answer.status_code, answer["Location"], len(queries.captured_queries), len(mail.outbox)))
        assert mail.outbox[0].to == [address]
        assert ("password/reset/key" in mail.outbox[0].body) == (address == person.email)
    assert seen == {(302, "/accounts/password/reset/done/", 1, 1)}


def link_in(body):
    return re.search(r"http://127\.0\.0\.1:8470(/\S+)", body)[1]


def test_a_new_password(client, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    client.post("/accounts/password/reset/", {"email": person.email}, headers={"Host": "localhost"})
    link = link_in(mail.outbox[0].body)
    form = client.get(link, follow=True)
    assert form.redirect_chain[-1][0].endswith("set-password/")
    new = {"password1": "another long password", "password2": "another long password"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    assert Person.objects.get(pk=person.pk).check_password("another long password")
    assert whoami(client) is None
    assert whoami(elsewhere) is None
    assert not SignIn.objects.exists()
    assert "password.changed" in acts()
    assert b"does not work any more" in Client().get(link, follow=True).content
    assert "changed" in mail.outbox[-1].body or "reset" in mail.outbox[-1].body


def test_attempts_are_limited_by_account_and_by_address(person, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_failed": "100/m/ip,3/m/key",
        "login": "5/m/ip",
    }
    for number in range(3):
        assert b"not correct" in sign_in(Client(), person, "wrong", REMOTE_ADDR=f"192.0.2.{number}").content
    assert b"Too many failed" in sign_in(Client(), person, REMOTE_ADDR="192.0.2.9").content
    assert sign_in(Client(), a_person(), REMOTE_ADDR="192.0.2.9").status_code == 302
    statuses = [sign_in(Client(), a_person(), "wrong", REMOTE_ADDR="192.0.2.50").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_nobody_signs_up_changes_their_address_or_joins_other_accounts(client, person):
    client.force_login(person)
    for path in ("signup", "email", "confirm-email", "3rdparty", "3rdparty/signup", "social/signup", "login/code"):
        assert client.get(f"/accounts/{path}/").status_code == 404


def test_next_leads_nowhere_else(client, person):
    answer = client.post("/accounts/login/?next=https://evil.example/", {"login": person.email, "password": PASSWORD})
    assert answer["Location"] == "/"


def test_an_invitation_is_taken_up_once(client, rf):
    person, token = services.invite(None, a_participant(), "new@example.org", "New One")
    send_invitation(rf.get("/"), person, token)
    link = link_in(mail.outbox[0].body)
    assert invitation_link(person, token).endswith(link)
    for _ in range(2):  # looking does not use it up
        assert b"New One" in client.get(link).content
    wrong = {"new_password1": "short", "new_password2": "short"}
    assert b"too short" in client.post(link, wrong).content
    right = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(link, right)["Location"] == "/accounts/login/"
    assert "Your password is set" in client.get("/accounts/login/").content.decode()
    over = client.get(link)
    assert over.status_code == client.post(link, right).status_code == 404
    unknown = client.get("/accounts/invitation/aaaaaaaaaaaa/abc-def/")
    assert unknown.content == over.content
    assert sign_in(client, person).status_code == 302
    assert whoami(client) == person.pk


def test_messages_become_files_for_their_owner_only(outbox, rf):
    person, token = services.invite(None, a_participant(), "new@example.org", "New One")
    send_invitation(rf.get("/"), person, token)
    (path,) = outbox.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert outbox.stat().st_mode & 0o777 == 0o700
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == "new@example.org"
    assert message["Subject"] == "[Clearinghouse] You are invited"
    assert token in message.get_content()


def test_a_link_is_not_lost_when_the_mail_server_is(outbox, rf, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    person, token = services.invite(None, a_participant(), "new@example.org", "New One")
    send_invitation(rf.get("/"), person, token)
    assert token in next(outbox.iterdir()).read_text()
    assert token not in caplog.text
    assert "kept in the outbox" in caplog.text


def set_up_app(client, person):
    """Set up an app that makes codes, and return its secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image/svg+xml" in page
    secret = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', page)[1]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": codes_now(secret)[0]})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def test_an_app_that_makes_codes(administrator, django_capture_on_commit_callbacks):
    client = Client()
    sign_in(client, administrator)
    assert client.get("/whoami")["Location"] == "/accounts/2fa/"
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_app(client, administrator)
    assert whoami(client) == administrator.pk
    assert "factor.added" in acts()
    assert any("changed in your account" in message.body for message in mail.outbox)

    again = Client()
    assert sign_in(again, administrator)["Location"] == "/accounts/2fa/authenticate/"
    assert whoami(again) is None
    assert b"Incorrect code" in again.post("/accounts/2fa/authenticate/", {"code": "000000"}).content
    used = again.post("/accounts/2fa/authenticate/", {"code": codes_now(secret)[0]})
    assert b"Incorrect code" in used.content or used.status_code == 302
    if used.status_code != 302:  # the code of this half minute was used when the app was set up
        assert again.post("/accounts/2fa/authenticate/", {"code": codes_now(secret)[1]}).status_code == 302
    assert whoami(again) == administrator.pk


def test_a_recovery_code_works_once(person):
    client = Client()
    sign_in(client, person)
    set_up_app(client, person)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.search(r"<textarea[^>]*>([^<]+)<", page)[1].split()
    assert len(codes) == 10
    assert codes[0] not in client.get("/accounts/2fa/recovery-codes/").content.decode()
    for expected in (person.pk, None):
        other = Client()
        sign_in(other, person)
        other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert whoami(other) == expected


def test_secrets_of_factors_are_not_in_the_database(person):
    client = Client()
    sign_in(client, person)
    secret = set_up_app(client, person)
    stored = repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    vault.forget()
    assert codes_now(secret)


def test_without_the_master_key_an_app_cannot_be_used_and_the_rest_can(person, configured, tmp_path):
    client, other = Client(), Client()
    sign_in(client, person)
    secret = set_up_app(client, person)
    plain = a_person()
    try:
        configured(key="", home=tmp_path)
        vault.forget()
        sign_in(other, person)
        answer = other.post("/accounts/2fa/authenticate/", {"code": codes_now(secret)[0]})
        assert answer.status_code == 503
        assert whoami(other) is None
        third = Client()
        sign_in(third, plain)
        assert whoami(third) == plain.pk
    finally:
        vault.forget()


def test_factors_are_changed_by_who_has_just_proved_who_they_are(client, person):
    client.force_login(person)
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=person, type=kind, data={})
    for path in ("totp/deactivate/", "webauthn/add/", "recovery-codes/generate/", "recovery-codes/download/"):
        for answer in (client.get(f"/accounts/2fa/{path}"), client.post(f"/accounts/2fa/{path}")):
            assert (
                answer["Location"] == f"/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2F{path.replace('/', '%2F')}"
            )
    assert Authenticator.objects.count() == 3
    assert client.get("/sensitive")["Location"] == "/accounts/reauthenticate/?next=%2Fsensitive"
    assert b"Incorrect password" in client.post("/accounts/reauthenticate/?next=/sensitive", {"password": "x"}).content
    client.post("/sensitive", {"a": "b"})
    assert not [name for name, _ in client.session.items() if "state" in name]
    answer = client.post("/accounts/reauthenticate/?next=/sensitive", {"password": PASSWORD})
    assert answer["Location"] == "/sensitive"
    assert client.get("/sensitive").json()["person"] == person.pk


def test_guesses_of_codes_are_limited(person, settings):
    client = Client()
    sign_in(client, person)
    set_up_app(client, person)
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "100/m/ip,3/m/key"}
    other = Client()
    sign_in(other, person)
    answers = [other.post("/accounts/2fa/authenticate/", {"code": "000000"}).content for _ in range(5)]
    assert [b"Too many failed" in answer for answer in answers] == [False] * 3 + [True] * 2


def test_browsers_are_listed_and_signed_out(person):
    here, there, third = Client(), Client(), Client()
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    sign_in(here, person)
    sign_in(there, person, headers={"User-Agent": chrome})
    sign_in(third, person)
    page = here.get("/accounts/browsers/").content.decode()
    assert page.count('name="reference"') == 2
    assert "Chrome on Windows" in page
    assert page.count("This browser") == 1
    row = SignIn.objects.get(agent="Chrome on Windows")
    stranger = Client()
    stranger.force_login(a_person())
    assert stranger.post("/accounts/browsers/", {"reference": row.reference}).status_code == 404
    here.post("/accounts/browsers/", {"reference": row.reference})
    assert (whoami(here), whoami(there), whoami(third)) == (person.pk, None, person.pk)
    here.post("/accounts/browsers/")
    assert (whoami(here), whoami(third)) == (None, None)
    assert acts().count("person.signed_out") == 2


def test_signing_out(client, person):
    sign_in(client, person)
    assert client.get("/accounts/logout/").status_code == 200
    assert whoami(client) == person.pk
    client.post("/accounts/logout/")
    assert whoami(client) is None
    assert not SignIn.objects.exists()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "Another browser"),
        ("curl/8.0", "Another browser"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140 Safari/604", "Chrome on iOS"),
        ("<script>" * 50, "Another browser"),
    ],
)
def test_browsers_have_names(header, name):
    assert agent(header) == name
