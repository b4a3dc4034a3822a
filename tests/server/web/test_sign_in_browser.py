"""Signing in with a real browser and its authenticators; skipped where there is none.

It needs Playwright (a development dependency) and a Chromium of the system; Playwright's own is not fetched.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from chromium import launched
from clearinghouse.server.membership import services
from clearinghouse.server.participants.models import Person
from clearinghouse.server.web.sign_in.links import invitation_link
from server_people import PASSWORD, a_participant, a_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("server_urls")]


@pytest.fixture(scope="module", autouse=True)
def browser() -> Iterator[Any]:
    with launched() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the tests
        yield opened


@pytest.fixture
def show(browser, live_server):
    """Open a page of the server; the browser must have nothing to complain of, least of all the policy."""
    opened = []
    complaints: list[str] = []

    def shown(path: str, **options: Any) -> Any:
        context = browser.new_context(base_url=live_server.url, **options)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: None if is_icon(message) else complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield shown
    for context in opened:
        context.close()
    assert complaints == []


def is_icon(message: Any) -> bool:
    """Whether it is about the picture that a browser asks for where a page, one of the tests, names none."""
    return str(message.location["url"]).endswith("/favicon.ico")


def authenticator(page: Any, **options: Any) -> Any:
    """Give the browser of a page an authenticator."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    known = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": known | options})
    return session


def sign_in(page: Any, person: Person) -> None:
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Any) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def whoami(page: Any) -> Any:
    return page.request.get("/whoami").json()["person"]


def sign_out(page: Any) -> None:
    page.goto("/accounts/2fa/")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def test_a_passkey_is_added_and_is_enough_to_sign_in(show):
    person = a_person(administrator=True)
    page = show("/accounts/login/")
    authenticator(page)
    sign_in(page, person)
    page.wait_for_url("**/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.get_by_label("Name").fill("Laptop")
    assert page.get_by_label("Enough alone").is_checked()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    assert len(page.get_by_label("Codes").input_value().split()) == 10
    page.get_by_label("I have kept").check()
    assert whoami(page) == person.pk
    sign_out(page)
    assert whoami(page) is None
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("/")
    assert whoami(page) == person.pk


def test_a_passkey_that_is_not_sure_of_its_owner_is_not_enough(show):
    person = a_person()
    page = show("/accounts/login/")
    session = authenticator(page)
    sign_in(page, person)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.get_by_label("Name").fill("Laptop")
    assert page.get_by_label("Enough alone").is_checked()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.get_by_label("I have kept").check()
    sign_out(page)
    options = page.request.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    session.send("WebAuthn.disable")


def test_a_security_key_is_a_second_factor(show):
    person = a_person()
    page = show("/accounts/login/")
    authenticator(page, transport="usb", hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    sign_in(page, person)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.get_by_label("Name").fill("Key on the ring")
    page.get_by_label("Enough alone").uncheck()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.get_by_label("I have kept").check()
    sign_out(page)
    sign_in(page, person)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    assert whoami(page) is None
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("/")
    assert whoami(page) == person.pk
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_text("Key on the ring").wait_for()


def test_an_app_that_makes_codes(show):
    person = a_person()
    page = show("/accounts/login/")
    sign_in(page, person)
    page.goto("/accounts/2fa/totp/activate/")
    confirm(page)
    picture = page.locator("main img")
    assert picture.evaluate("each => each.complete && each.naturalWidth") > 100
    secret = page.get_by_label("Secret for the app").input_value()
    codes = [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]
    page.get_by_label("Authenticator code").fill(codes[-1])  # the one that holds longest: a browser takes its time
    page.get_by_role("button", name="Set up the app").click()
    page.wait_for_url("**/recovery-codes/")
    recovery = page.get_by_label("Codes").input_value().split()
    page.get_by_label("I have kept").check()
    sign_out(page)
    sign_in(page, person)
    page.get_by_label("Code").fill(recovery[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("/")
    assert whoami(page) == person.pk


def test_it_works_without_script(show, live_server):
    person, token = services.invite(None, a_participant(), "new@example.org", "New One")
    page = show("/accounts/login/", java_script_enabled=False)
    page.goto(invitation_link(person, token).replace("http://127.0.0.1:8470", live_server.url))
    for label in ("Password", "The same password again"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_text("Your password is set").wait_for()
    sign_in(page, person)
    page.wait_for_url("/")
    assert whoami(page) == person.pk
    page.goto("/accounts/browsers/")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/accounts/login/")
    assert whoami(page) is None


PAGES = ("2fa/", "2fa/webauthn/add/", "2fa/totp/activate/", "browsers/", "password/change/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(show, scheme, request):
    person = a_person()
    page = show("/accounts/login/", color_scheme=scheme)
    folder = request.config.getoption("--pictures")
    looked_at = ["login/", "password/reset/"]

    def look(path: str) -> None:
        page.goto(f"/accounts/{path}")
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if folder:
                name = f"{path.strip('/').replace('/', '-')}-{scheme}-{width}.png"
                page.screenshot(path=f"{folder}/{name}", full_page=True)

    for path in looked_at:
        look(path)
    page.goto("/accounts/login/")
    sign_in(page, person)
    page.wait_for_url("/")
    look("reauthenticate/")
    confirm(page)
    for path in PAGES:
        look(path)
