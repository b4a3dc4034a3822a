import datetime as dt
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from clearinghouse.server.membership import services
from clearinghouse.server.participants.models import Participant, Person, Role
from clearinghouse.server.settings import STORAGES
from clearinghouse.server.web.middleware import content_security_policy
from server_people import a_participant, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("server_urls")]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'none'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def whoami(client, **headers):
    return client.get("/whoami", headers=headers).json()["person"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/whoami", 200),
        ("/nothing", 404),
        ("/v1/nothing", 404),
        ("/fails", 400),
        ("/v1/fails", 400),
        ("/closed", 503),
        ("/v1/closed", 503),
        ("/breaks", 500),
        ("/v1/breaks", 500),
        ("/accounts/login/", 200),
        ("/accounts/password/reset/", 200),
        ("/accounts/browsers/", 302),
        ("/accounts/2fa/", 302),
        ("/static/web/clearinghouse.css", 200),
        ("/static/nothing", 404),
    ],
)
def test_every_response_has_the_headers(path, status):
    response = Client(raise_request_exception=False).get(path)
    assert response.status_code == status
    assert response["Content-Security-Policy"] == POLICY
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert (response["Cache-Control"] == "no-store") == (path != "/static/web/clearinghouse.css")
    content = b"".join(response) if response.streaming else response.content
    assert b"secret" not in content
    is_problem = response["Content-Type"] == "application/problem+json"
    assert is_problem == path.startswith("/v1/")
    if is_problem:
        assert json.loads(content)["status"] == status


def test_no_page_holds_script_or_style(client, person):
    pages = ["/accounts/login/", "/accounts/password/reset/", "/nothing"]
    mine = ["/accounts/2fa/", "/accounts/browsers/", "/accounts/reauthenticate/", "/accounts/password/change/"]
    for path in (*pages, *mine):
        if path in mine:
            client.force_login(person)
        html = client.get(path).content.decode()
        assert "<h1" in html
        assert len(re.findall("<h1", html)) == 1
        assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)


def test_a_provider_may_be_led_to():
    assert "form-action 'self' https://id.example;" in content_security_policy("https://id.example/realms/x")


def test_pages_of_other_sites_do_not_use_the_api(client):
    for origin in ("https://evil.example", "null", "http://testserver:81", "https://testserver"):
        answer = client.post("/v1/send", b"x", "application/octet-stream", headers={"Origin": origin})
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    for origin in ("http://testserver", "http://127.0.0.1:8470"):
        assert client.post("/v1/send", b"x", "text/plain", headers={"Origin": origin}).json() == {"bytes": 1}


def test_the_body_of_another_site_is_not_read():
    class Untouched:
        def read(self, *_):
            raise AssertionError("it was read")

        readline = read

    client = Client()
    answer = client.generic(
        "POST", "/v1/send", b"x", **{"wsgi.input": Untouched(), "HTTP_ORIGIN": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_forms_need_their_token(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post("/form", {"a": 1}).status_code == 403
    page = client.get("/accounts/browsers/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    assert client.post("/form", {"a": 1, "csrfmiddlewaretoken": token}).status_code == 200


def test_a_session_is_its_person(client, person):
    assert whoami(client) is None
    client.force_login(person)
    assert whoami(client) == person.pk


def test_a_page_takes_three_queries_to_know_who_asks(client, person, django_assert_num_queries):
    with django_assert_num_queries(0):
        whoami(client)
    client.force_login(person)
    with django_assert_num_queries(3):
        whoami(client)


@pytest.mark.parametrize("end", ["person", "participant", "sign-in", "password"])
def test_a_session_ends_at_once(client, person, end):
    client.force_login(person)
    assert whoami(client) == person.pk
    if end == "person":
        services.deactivate(None, person)
    elif end == "participant":
        a_person(administrator=True)
        services.close_participant(None, person.participant)
    elif end == "sign-in":
        person.sign_ins.all().delete()
    else:
        person.set_password("another long password")
        person.save()
    assert whoami(client) is None
    Person.objects.update(is_active=True)
    Participant.objects.update(closed_at=None)
    assert whoami(client) is None
    assert client.get("/accounts/browsers/").status_code == 302


def test_what_is_stored_of_a_session_opens_none(client, person):
    client.force_login(person)
    row = Session.objects.get()
    thief = Client()
    thief.cookies["session"] = row.session_key
    assert whoami(thief) is None
    assert person.sign_ins.get().reference not in row.session_data
    thief.cookies["session"] = person.sign_ins.get().reference
    assert whoami(thief) is None
    thief.cookies["session"] = client.cookies["session"].value
    assert whoami(thief) == person.pk


def test_what_is_stored_of_a_session_goes_into_no_other(client, person, administrator):
    own = Client()
    own.force_login(person)
    mine = Session.objects.get()
    client.force_login(administrator)
    theirs = Session.objects.exclude(pk=mine.pk).get()
    for stolen in (theirs.session_data, mine.session_data[:-4] + "AAAA", "", "no base64"):
        Session.objects.filter(pk=mine.pk).update(session_data=stolen)
        assert whoami(own) is None


@pytest.fixture
def key(person):
    return services.create_key(
        None, person.participant, "scanner", ["report:submit"], timezone.now() + dt.timedelta(days=1)
    )


def test_the_api_knows_keys_and_no_sessions(client, person, key):
    service, token = key
    client.force_login(person)
    assert client.get("/v1/whoami").json()["participant"] is None
    found = client.get("/v1/whoami", headers={"Authorization": f"Bearer {token}"}).json()
    assert (found["service"], found["person"], found["scopes"]) == (service.pk, None, ["report:submit"])
    assert client.get("/whoami", headers={"Authorization": f"Bearer {token}"}).json()["service"] is None


def test_a_key_that_is_not_good_is_refused_before_anything_else(client, key):
    service, token = key
    answers = []
    for bad in (token[:-3] + "abc", token.replace(service.key_id, "b" * 12), "nonsense"):
        answer = client.post("/v1/send", b"x", "text/plain", headers={"Authorization": f"Bearer {bad}"})
        answers.append((answer.status_code, answer.content, answer["WWW-Authenticate"]))
    services.revoke_key(None, service)
    answer = client.post("/v1/send", b"x", "text/plain", headers={"Authorization": f"Bearer {token}"})
    answers.append((answer.status_code, answer.content, answer["WWW-Authenticate"]))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401


def test_requests_are_counted_by_who_asks(client, person, key, limited):
    limited(anonymous_a_minute=3, requests_a_minute=5)
    headers = {"Authorization": f"Bearer {key[1]}"}
    assert [client.get("/v1/whoami").status_code for _ in range(4)] == [200] * 3 + [429]
    assert client.get("/v1/whoami", headers={"Authorization": "Bearer x"}).status_code == 429
    assert [client.get("/v1/whoami", headers=headers).status_code for _ in range(6)] == [200] * 5 + [429]
    refused = client.get("/v1/whoami", headers=headers)
    assert (refused["Retry-After"], refused["Content-Type"]) == ("12", "application/problem+json")
    page = client.get("/whoami")
    assert (page.status_code, page["Retry-After"]) == (429, "20")
    assert b"Too many requests" in page.content
    assert client.get("/whoami", REMOTE_ADDR="192.0.2.77").status_code == 200
    client.force_login(person)
    assert client.get("/whoami").status_code == 200


@pytest.mark.parametrize("who", ["administrator", "coordinator"])
def test_some_see_nothing_without_a_second_factor(client, who):
    person = a_person(administrator=True) if who == "administrator" else a_person(a_participant(Role.COORDINATOR))
    client.force_login(person)
    for path in ("/whoami", "/accounts/browsers/", "/fails"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert b"Set up a second factor first" in client.get("/accounts/2fa/").content
    for path in ("/accounts/logout/", "/accounts/reauthenticate/"):
        assert client.get(path).status_code == 200
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    Authenticator.objects.create(user=person, type="totp", data={})
    assert whoami(client) == person.pk


def test_an_installation_may_do_without(client, administrator, configured):
    configured(require_mfa=False)
    client.force_login(administrator)
    assert whoami(client) == administrator.pk


def test_static_files_have_names_that_change_with_them(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": STORAGES["staticfiles"]}
    call_command("collectstatic", interactive=False, verbosity=0)
    url = staticfiles_storage.url("web/clearinghouse.css")
    assert re.fullmatch(r"/static/web/clearinghouse\.[0-9a-f]{12}\.css", url)
    assert (tmp_path / url.removeprefix("/static/")).exists()
    assert (tmp_path / f"{url.removeprefix('/static/')}.gz").exists()
    assert staticfiles_storage.url("mfa/js/webauthn.js")
