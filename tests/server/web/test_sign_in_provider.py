"""Signing in through a provider of one's organisation, against a small one on loopback."""

import urllib.error
import urllib.request

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

import fake_provider
from clearinghouse.server.membership import services
from clearinghouse.server.participants.models import Person
from server_people import PASSWORD, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("server_urls")]
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings, configured):
    with fake_provider.provider() as running:
        configured(oidc_issuer=running.issuer, oidc_name="Acme ID")
        app = {
            "provider_id": "sso",
            "name": "Acme ID",
            "client_id": fake_provider.CLIENT,
            "secret": fake_provider.SECRET,
            "settings": {"server_url": running.issuer},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield running


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def followed(url):
    """Return where the provider sends a browser."""
    assert url.startswith("http://127.0.0.1:")
    try:
        urllib.request.build_opener(_Stay).open(url, timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.headers["Location"]
    raise AssertionError("the provider did not send the browser on")


def sign_in(client, query="?process=login"):
    started = client.post(f"{LOGIN}{query}")
    assert started.status_code == 302
    back = followed(started["Location"])
    return client.get(back.partition("testserver")[2])


def whoami(client):
    return client.get("/whoami").json()["person"]


def claims(person, **others):
    return {"sub": f"sub of {person.email}", "email": person.email, "email_verified": True, "name": "X"} | others


def test_the_page_offers_it(client, provider):
    assert "Sign in with Acme ID" in client.get("/accounts/login/").content.decode()
    assert provider.issuer in client.get("/accounts/login/")["Content-Security-Policy"]


def test_without_one_there_is_none(client, db):
    assert "oidc" not in client.get("/accounts/login/").content.decode()
    assert client.post(LOGIN).status_code == 404


def test_who_was_invited_signs_in(client, provider, person):
    provider.claims = claims(person)
    assert sign_in(client)["Location"] == "/"
    assert whoami(client) == person.pk
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (person, f"sub of {person.email}", {})
    assert Person.objects.get(pk=person.pk).check_password(PASSWORD)
    assert Person.objects.count() == 1


def test_somebody_without_a_password_too(client, provider, person):
    invited, _ = services.invite(None, person.participant, "new@example.org", "New")
    provider.claims = claims(invited, email="NEW@example.org")
    sign_in(client)
    assert whoami(client) == invited.pk


@pytest.mark.parametrize("verified", [False, "true", "false", None, 1])
def test_only_a_verified_address_counts(client, provider, person, verified):
    provider.claims = claims(person, email_verified=verified)
    assert sign_in(client)["Location"] == "/accounts/provider/cancelled/"
    assert b"not signed in" in client.get("/accounts/provider/cancelled/").content
    assert whoami(client) is None
    assert not SocialAccount.objects.exists()


def test_nobody_else_comes_in(client, provider, person):
    strangers = [
        claims(person, email="stranger@example.org"),
        claims(a_person(is_active=False)),
        {"sub": "1"},
    ]
    before = Person.objects.count()
    answers = set()
    for each in strangers:
        provider.claims = each
        answers.add(sign_in(Client())["Location"])
    assert answers == {"/accounts/provider/cancelled/"}
    assert Person.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_from_then_on_the_name_that_the_provider_gave_counts(client, provider, person):
    provider.claims = claims(person)
    sign_in(client)
    other = a_person()
    provider.claims = claims(person, email=other.email)
    again = Client()
    sign_in(again)
    assert whoami(again) == person.pk
    services.deactivate(None, person)
    last = Client()
    assert sign_in(last)["Location"] == "/accounts/inactive/"
    assert whoami(last) is None
    assert whoami(again) is None


def test_a_second_factor_is_asked_for_here_too(provider, person):
    first, again = Client(), Client()
    provider.claims = claims(person)
    sign_in(first)
    Authenticator.objects.create(user=person, type="totp", data={})
    assert sign_in(again)["Location"] == "/accounts/2fa/authenticate/"
    assert whoami(again) is None


def test_nobody_joins_a_strangers_account_to_their_own(client, provider, person):
    client.force_login(person)
    provider.claims = {"sub": "9", "email": "stranger@example.org", "email_verified": True}
    answer = sign_in(client, "?process=connect")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_answer_that_nobody_asked_for_is_not_taken(client, provider, person):
    provider.claims = claims(person)
    back = followed(client.post(f"{LOGIN}?process=login")["Location"])
    stranger = Client()
    assert stranger.get(back.partition("testserver")[2]).status_code in {200, 401, 403}
    assert whoami(stranger) is None


def test_looking_at_the_address_starts_nothing(client, provider):
    assert client.get(LOGIN).status_code == 200
    assert not provider.codes


def test_a_provider_that_is_down_is_said(client, provider):
    provider.shutdown()
    provider.server_close()
    answer = client.post(f"{LOGIN}?process=login")
    assert answer.status_code in {200, 401, 403, 503}
    assert b"not signed in" in answer.content
