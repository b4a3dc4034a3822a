"""Every page with the demonstration's world in a real browser: wide and narrow, light and dark, by keyboard, on paper.

With ``--pictures FOLDER`` every page is kept there as a picture.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product
from typing import Any
from unicodedata import normalize

import msgspec
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

import invented_world
from chromium import PdfReader, launched, shuts_out
from clearinghouse.cli.demo import world as demo
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake import services as intake
from clearinghouse.server.intake.models import Report
from clearinghouse.server.inventories import known
from clearinghouse.server.inventories import services as inventories
from clearinghouse.server.inventories.models import Inventory
from clearinghouse.server.jobs.models import Job, State, Worker
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.membership import keys, services
from clearinghouse.server.oversight import glass
from clearinghouse.server.participants.models import Person
from clearinghouse.server.validations.models import Attestation, Validation
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.models import Link, LinkKind, Vulnerability
from clearinghouse.trust.keys import make_key_pair
from server_people import reader_for
from server_validations import asked, pretend, register

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1280, 390, 320)
THEMES = ("light", "dark")
LONG = "Regional Authority for Information Technology and Telecommunications of the Northern and Western Provinces"


class Shown(msgspec.Struct):
    """The world as pages need it: by the address of a person their cookie, by name where pages are."""

    cookies: dict[str, str]
    pages: dict[str, tuple[str, str]]
    origin: str = ""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The demonstration, with more than one thing in every list, and a server that shows it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: None)  # the world stays for all tests
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the tests
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("no-feeds")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        cache.clear()
        with invented_world.home(tmp_path_factory.mktemp("home")) as folder:
            vault.forget()
            known.forget()
            made = built(folder)
            server = LiveServerThread("127.0.0.1", StaticFilesHandler)
            server.daemon = True
            server.start()
            server.is_ready.wait()
            assert server.error is None
            made.origin = f"http://127.0.0.1:{server.port}"
            yield made
            server.terminate()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()
    known.forget()
    vault.forget()


def built(folder: Any) -> Shown:
    """Fill the installation and say where its pages are."""
    day = timezone.now().date()
    demo.write_outside(folder, day)
    demo.populate()
    people = {person.email.partition("@")[0]: person for person in Person.objects.select_related("participant")}
    for member in demo.everybody():
        reader = reader_for(people[member.email.partition("@")[0]])
        for made in demo.sent_by(member, day):
            name = made.path.rpartition("/")[2]
            if "deployer" in member.roles:
                sent = inventories.Sent(site=f"{member.name}: {name}"[:120], filename=name, shared=True)
                inventories.receive_inventory(reader, [made.content], sent)
            else:
                intake.receive(reader, [made.content], intake.Sent(filename=name))
    run_until_idle()
    _more(people)
    cookies = {name: _cookie(person) for name, person in people.items()}
    return Shown(cookies, _pages(people))


def _cookie(person: Person) -> str:
    return str(invented_world.signed_in(person).cookies["session"].value)


def _more(people: dict[str, Person]) -> None:
    """What the demonstration lacks: failures, requests, keys in every state, people in every state, long names."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415

    for name in ("coordinator", "admin"):
        Authenticator.objects.create(user=people[name], type=Authenticator.Type.TOTP, data={"secret": ""})
    coordinator, finder = reader_for(people["coordinator"]), people["aurora"]
    services.create_participant(None, LONG, "government", "CA", ["agency", "observer", "researcher"])
    left = services.create_participant(None, "Gone Away", "company", "FR", ["finder"])
    services.close_participant(None, left, "It was merged with another one")
    services.invite(None, finder.participant, "invited@example.org", "Not Yet Here")
    gone, _ = services.invite(None, finder.participant, "gone@example.org", "Somebody Who Left")
    services.deactivate(None, gone)
    reader = reader_for(finder)
    for days, name in ((30, "Nightly scanner"), (200, "Fuzzing farm in the basement"), (5, "Old one")):
        made, _ = keys.create_key(
            reader, finder.participant, name, ["report:submit", "report:read"], timezone.now() + dt.timedelta(days=days)
        )
    keys.revoke_key(reader, made)
    for joined in Link.objects.filter(kind=LinkKind.JOINS).order_by("pk")[:1]:
        acts.share(
            coordinator,
            joined.later.vulnerability.reference,
            people["vendor"].participant.reference,
            "It is theirs to mend",
        )
    receipt = Report.objects.filter(submitter=finder.participant).order_by("pk")[0].receipt
    asks = reader_for(people["admin"])
    why = "Its sender says that the receipt shows nothing, and asked us to look"
    glass.approve(coordinator, glass.request(asks, "report", receipt, why, 4).pk)
    glass.request(asks, "report", "RCP-" + "7" * 26, "A second sender says the same of theirs", 2)
    refused = glass.request(asks, "report", receipt, "To see how long reading took", 24)
    glass.end(coordinator, refused.pk)
    _validated(people)
    for number in range(3):
        failed = Job.objects.create(task_path="clearinghouse.server.intake.jobs.process", args=[number + 1])
        where = ["clearinghouse.server.jobs.running:run:88", "clearinghouse.server.intake.reading:read:71"]
        Job.objects.filter(pk=failed.pk).update(
            state=State.FAILED, finished_at=timezone.now(), error_class="builtins.MemoryError", error_where=where
        )
    Job.objects.create(task_path="clearinghouse.server.inventories.jobs.plan_all", queue="default")
    Worker.objects.create(name="river-2-4711-a8f3", version="0.1.0")


def _validated(people: dict[str, Person]) -> None:
    """Reproducers in every condition: a verdict that holds, one that was changed, one refused, one that waits."""
    finder = people["aurora"]
    report = Report.objects.filter(submitter=finder.participant).order_by("pk")[0]
    key = settings.CONFIGURATION.home / "verdicts.key"
    make_key_pair(key)
    configuration = settings.CONFIGURATION
    validation = msgspec.structs.replace(configuration.validation, signing_key=str(key))
    with override_settings(CONFIGURATION=msgspec.structs.replace(configuration, validation=validation)):
        pretend(asked(reader_for(finder), report))
        changed = pretend(asked(reader_for(finder), report, title="Changed where it is kept"))
    Attestation.objects.filter(pk=changed.pk).update(verdict="flaky")
    asked(reader_for(finder), report, title="Out of the sandbox: a container escape")
    asked(reader_for(finder), report, title="Waits for a runner")
    Validation.objects.filter(state="queued").update(progress=None)
    steward = msgspec.structs.replace(reader_for(finder), steward=True)
    farm = key.with_name("farm.key")
    make_key_pair(farm)
    register(steward, "Validation farm in the basement", farm)


def _pages(people: dict[str, Person]) -> dict[str, tuple[str, str]]:
    """Name, who looks, and where."""
    link = Link.objects.filter(kind=LinkKind.JOINS).select_related("later__vulnerability").order_by("pk")[0]
    joined = link.later.vulnerability.reference
    alone = Vulnerability.objects.filter(findings=1, condition=0).order_by("rank")[0].reference
    report = Report.objects.filter(submitter=people["aurora"].participant).order_by("pk")[0].receipt
    crash = Report.objects.order_by("-problems", "pk")[0].receipt
    finder = people["aurora"].participant.reference
    validations = list(Validation.objects.order_by("pk").values_list("reference", flat=True))
    deployer = next(name for name in people if name in {"hospital", "bank", "water"})
    inventory = Inventory.objects.filter(owner=people[deployer].participant)[0].reference
    invited = Person.objects.get(email="invited@example.org").reference
    return {
        "overview": ("coordinator", reverse("overview")),
        "overview-finder": ("aurora", reverse("overview")),
        "overview-deployer": (deployer, reverse("overview")),
        "overview-observer": ("observer", reverse("overview")),
        "overview-administrator": ("admin", reverse("overview")),
        "queue": ("coordinator", reverse("queue")),
        "queue-empty": ("coordinator", f"{reverse('queue')}?q=nothinghasthisword"),
        "queue-vendor": ("vendor", reverse("queue")),
        "flaw-joined": ("coordinator", reverse("vulnerability", args=[joined])),
        "flaw-alone": ("coordinator", reverse("vulnerability", args=[alone])),
        "flaw-vendor": ("vendor", reverse("vulnerability", args=[joined])),
        "reports": ("coordinator", reverse("reports")),
        "reports-finder": ("aurora", reverse("reports")),
        "reports-administrator": ("admin", reverse("reports")),
        "validations": ("coordinator", reverse("validations")),
        "validations-none": ("vendor", f"{reverse('validations')}?state=failed"),
        "validation": ("aurora", reverse("validation", args=[validations[0]])),
        "validation-changed": ("coordinator", reverse("validation", args=[validations[1]])),
        "validation-refused": ("aurora", reverse("validation", args=[validations[2]])),
        "validation-waits": ("aurora", reverse("validation", args=[validations[3]])),
        "send": ("aurora", reverse("send")),
        "report": ("aurora", reverse("report", args=[report])),
        "report-problems": ("coordinator", reverse("report", args=[crash])),
        "worklist": (deployer, reverse("worklist")),
        "worklists": ("coordinator", reverse("worklists")),
        "worklist-shared": ("coordinator", reverse("shared_worklist", args=[people[deployer].participant.reference])),
        "inventories": (deployer, reverse("inventories")),
        "inventory": (deployer, reverse("inventory", args=[inventory])),
        "send-inventory": (deployer, reverse("send_inventory")),
        "participants": ("admin", reverse("participants")),
        "participants-closed": ("coordinator", f"{reverse('participants')}?closed=1"),
        "participants-none": ("coordinator", f"{reverse('participants')}?role=developer"),
        "participant-new": ("admin", reverse("participant_new")),
        "participant": ("admin", reverse("participant", args=[finder])),
        "participant-vendor": ("coordinator", reverse("participant", args=[people["vendor"].participant.reference])),
        "participant-close": ("admin", reverse("participant_close", args=[finder])),
        "invite": ("aurora", reverse("invite", args=[finder])),
        "person": ("aurora", reverse("person", args=[invited])),
        "organisation": ("aurora", reverse("organisation")),
        "key-new": ("aurora", reverse("key_new")),
        "signing-new": ("aurora", reverse("signing_new")),
        "jobs": ("admin", reverse("jobs")),
        "audit": ("coordinator", reverse("audit")),
        "audit-none": ("coordinator", f"{reverse('audit')}?who=nobodyhasthisname"),
        "glass": ("admin", reverse("glass")),
        "glass-coordinator": ("coordinator", reverse("glass")),
        "account": ("aurora", reverse("account")),
        "factors": ("aurora", reverse("mfa_index")),
        "browsers": ("aurora", reverse("browsers")),
        "sign-in": ("", reverse("account_login")),
        "not-there": ("aurora", "/nothing/"),
    }


NAMES = [
    "overview", "overview-finder", "overview-deployer", "overview-observer", "overview-administrator", "queue",
    "queue-empty", "queue-vendor", "flaw-joined", "flaw-alone", "flaw-vendor", "reports", "reports-finder",
    "reports-administrator", "validations", "validations-none", "validation", "validation-changed",
    "validation-refused", "validation-waits", "send", "report", "report-problems", "worklist", "worklists",
    "worklist-shared", "inventories", "inventory", "send-inventory", "participants", "participants-closed",
    "participants-none",
    "participant-new", "participant", "participant-vendor", "participant-close", "invite", "person", "organisation",
    "key-new", "signing-new",
    "jobs", "audit", "audit-none", "glass", "glass-coordinator", "account", "factors", "browsers", "sign-in",
    "not-there",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture
def show(world: Shown, browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of the world; the browser has nothing to complain of, least of all the policy."""
    contexts = []
    complaints: list[str] = []

    def heard(message: Any) -> None:
        if "404 (Not Found)" not in message.text:
            complaints.append(message.text)

    def shown(name: str, **options: Any) -> Any:
        who, path = world.pages[name]
        context = browser.new_context(
            base_url=world.origin, **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
        )
        contexts.append(context)
        if who:
            context.add_cookies([{"name": "session", "value": world.cookies[who], "url": world.origin}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield shown
    for context in contexts:
        context.close()
    assert complaints == []


def opened(page: Any) -> None:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def test_every_page_is_looked_at(world):
    assert list(world.pages) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_screen_and_nobody_is_shut_out(show, name, request):
    page = show(name, reduced_motion="reduce")  # colours do not fade from one theme into the other
    folder = request.config.getoption("--pictures")
    assert page.locator("h1").count() == 1
    for theme, width in product(THEMES if folder else (), WIDTHS):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png", full_page=True)
    opened(page)
    for theme, width in (("light", 1280), (None, 390), ("dark", 320)):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if theme:
            page.emulate_media(color_scheme=theme)
            assert shuts_out(page) == [], theme
            assert small(page) == []


def small(page: Any) -> list[str]:
    """What one can aim at and is smaller than 24 by 24 pixels (WCAG 2.2, 2.5.8); links within sentences and cells are
    excepted.
    """
    return page.evaluate(
        """[...document.querySelectorAll(
            'button, select, input:not([type=hidden]), summary, .button, nav.pager a, .frame nav a'
        )].filter(each => each.checkVisibility()).filter(each => {
            const box = (each.closest('label') || each).getBoundingClientRect();
            return box.height < 24 || box.width < 24;
        }).map(each => each.outerHTML.slice(0, 120))"""
    )


@pytest.mark.parametrize("name", ["queue", "flaw-joined", "report", "worklist", "audit", "participant"])
def test_it_is_there_on_paper(show, name):
    page = show(name)
    title = page.locator("h1").inner_text()
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    printed = [normalize("NFKC", sheet.extract_text()) for sheet in pages]
    assert title.split()[0] in " ".join(printed)
    assert len(printed) < 30
    if name in {"flaw-joined", "report"}:
        assert all(sheet.lstrip().startswith("TLP:") for sheet in printed)


def by_keyboard(page: Any, label: str, limit: int = 200) -> None:
    """Move with Tab until something of this name has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().replace(/\\s+/g, ' ')"
        )
        if name == label:
            return
    raise AssertionError(f"the keyboard does not reach {label!r}")


def test_the_keyboard_is_enough(show, world):
    """Sign in, open the queue, filter, open a flaw, take a link apart."""
    name = world.pages["flaw-joined"][1]
    page = show("sign-in")
    by_keyboard(page, "Email")
    page.keyboard.type("vendor@example.org")
    by_keyboard(page, "Password")
    page.keyboard.type(demo.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.origin}/")
    by_keyboard(page, "Queue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{name}")
    page = show("queue")
    page.keyboard.press("/")
    page.keyboard.type("overflow")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=overflow**")
    page.goto(name)
    title = page.locator("h1").inner_text()
    by_keyboard(page, "Take these apart")
    page.keyboard.press("Enter")
    by_keyboard(page, "Why these are two flaws")
    page.keyboard.type("One is in the reader, the other in the writer")
    by_keyboard(page, "Take apart")
    page.keyboard.press("Enter")
    page.get_by_text("These are two flaws now").wait_for()
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()


def test_without_script(show, world):
    """Filter, open a flaw, make a key and see it once, choose how pages look."""
    page = show("queue", java_script_enabled=False)
    page.get_by_label("Tier").select_option(index=1)
    page.get_by_role("button", name="Filter").click()
    page.locator("table.rows tbody a").first.click()
    page.wait_for_url("**/vulnerabilities/**")
    page.locator("h1").wait_for()
    page = show("key-new", java_script_enabled=False)
    page.get_by_label("Name").fill("Without script")
    page.get_by_label("Send reports and their attachments.").check()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_text("It is shown only now").wait_for()
    assert page.locator("pre").first.inner_text().startswith("chk_v1_")
    assert page.locator(".copy:visible").count() == 0
    page.goto(reverse("account"))
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Use this").click()
    page.locator("html[data-theme=dark]").wait_for()
    assert page.get_by_label("Dark").is_checked()
    page.get_by_label("As the screen").check()
    page.get_by_role("button", name="Use this").click()
    page.locator("html:not([data-theme])").wait_for()


def test_a_key_is_shown_once_and_copied(show, world):
    page = show("key-new", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Name").fill("Nightly")
    page.get_by_label("Send reports and their attachments.").check()
    page.get_by_role("button", name="Make the key").click()
    token = page.locator("pre").first.inner_text().strip()
    page.get_by_role("button", name="Copy the key").click()
    page.wait_for_function("document.getElementById('said').textContent")
    assert page.evaluate("navigator.clipboard.readText()") == token
    answer = page.request.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["participant"] == "Aurora Lab"
    page.goto(reverse("organisation"))
    assert token.split("_", 3)[3] not in page.content()
