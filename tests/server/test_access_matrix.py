"""Who may do what: every address and method times every reader times every object that there is.

:data:`PAGES` and :data:`API` have one line for each address. A new address without a line fails, and so does a line
without an address. What a line says is checked for every reader of :data:`PEOPLE` or :data:`KEYS`: what is not theirs
is answered byte for byte as what does not exist, and changes nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from securesystemslib.signer import CryptoSigner

import invented_world
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.inventories import known
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import possession, signing
from clearinghouse.server.web.api import api
from clearinghouse.trust.possession import answer as answer_of
from invented_world import MARKER, World
from server_validations import a_recipe, zipped

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STRANGER = invented_world.signed_in(None)
"""A browser in which nobody has signed in; and what programs ask with, each with its key."""
ELSEWHERE = "192.0.2.7"
"""From where everybody asks: no address of the machine itself."""

# --- Who asks -------------------------------------------------------------------------------------------------------

ADMINISTRATORS = {"administrator", "administrator_glass", "administrator_second"}
_MORE = {Role.VENDOR: {"vendor_named"}, Role.FINDER: {"finder_colleague"}}


def first(role: Role) -> set[str]:
    """People of the first participant with a role."""
    return {role.value, f"{role.value}_steward"} | _MORE.get(role, set())


def of(*roles: Role) -> set[str]:
    """People of both participants with one of these roles."""
    return {name for role in roles for name in first(role) | {f"{role.value}_stranger"}}


PEOPLE = of(*Role) | ADMINISTRATORS
ENDED = {"anonymous", "deactivated", "closed"}
"""Who is nobody (any more), and is led to where they can sign in."""
WITHOUT_FACTOR = "administrator_without_factor"
"""Who is led to where they can set up a second factor."""
COORDINATORS, DEPLOYERS = of(Role.COORDINATOR), of(Role.DEPLOYER)
SENDERS = of(Role.FINDER, Role.RESEARCHER, Role.VENDOR, Role.COORDINATOR, Role.DEVELOPER, Role.AGENCY)
QUEUE = of(Role.COORDINATOR, Role.VENDOR, Role.AGENCY)
RUN = COORDINATORS | ADMINISTRATORS
STEWARDS = {name for name in PEOPLE if name.endswith(("_steward", "_stranger"))}
MANAGE = STEWARDS | ADMINISTRATORS
DECIDE = ADMINISTRATORS | {"coordinator_steward", "coordinator_stranger"}
"""Who may agree that the glass is broken."""
BLIND = {"administrator", "administrator_second"} | of(Role.OBSERVER)
"""Who never reads a word of a report or of an inventory, whatever they open."""

_FINDER, _VENDOR, _DEPLOYER = first(Role.FINDER), first(Role.VENDOR), first(Role.DEPLOYER)
SEES: dict[str, dict[str, set[str]]] = {
    "report": {
        **{role.value: first(role) | COORDINATORS for role in Role if role.value in invented_world.SENDERS},
        "finder_stranger": {"finder_stranger"} | COORDINATORS,
        "red": _FINDER | COORDINATORS,
        "embargoed": _FINDER | COORDINATORS,
        "purged": _FINDER | COORDINATORS,
        "glass": _FINDER | COORDINATORS | {"administrator_glass"},
    },
    "attachment": {
        "finder": _FINDER | COORDINATORS | _VENDOR,
        "finder_stranger": {"finder_stranger"} | COORDINATORS,
        "glass": _FINDER | COORDINATORS | {"administrator_glass"},
    },
    "flaw": {
        "shared": COORDINATORS | _VENDOR | first(Role.AGENCY) | _DEPLOYER,
        "unshared": COORDINATORS,
        "red": COORDINATORS | {"vendor_named"},
        "embargoed": COORDINATORS | _VENDOR,
        "glass": COORDINATORS | {"administrator_glass"},
        "spare": COORDINATORS,
        "other_spare": COORDINATORS,
        "joined": COORDINATORS,
    },
    "inventory": {
        "own": _DEPLOYER,
        "own_shared": _DEPLOYER | COORDINATORS,
        "others": {"deployer_stranger"},
        "others_shared": {"deployer_stranger"} | COORDINATORS,
    },
    "validation": (
        _VALIDATED := {
            "finder": _FINDER | COORDINATORS | _VENDOR | first(Role.AGENCY) | _DEPLOYER,
            "finder_stranger": {"finder_stranger"} | COORDINATORS,
            "red": _FINDER | COORDINATORS | {"vendor_named"},
            "embargoed": _FINDER | COORDINATORS | _VENDOR,
            "glass": _FINDER | COORDINATORS | {"administrator_glass"},
        }
    )
    | {"waits": _VALIDATED["finder"]},
    "piece": _VALIDATED,
    "worklist": {"deployer": COORDINATORS, "deployer_stranger": COORDINATORS, "vendor": set()},
    "participant": dict.fromkeys(("finder", "finder_stranger", "coordinator", "observer", "administrator"), RUN),
}
OWN = {name: sees - COORDINATORS - ADMINISTRATORS for name, sees in SEES["report"].items()} | {
    "coordinator": first(Role.COORDINATOR)
}
OWN_INVENTORY = {name: sees - COORDINATORS for name, sees in SEES["inventory"].items()}
MANAGED = {
    "finder": {"finder_steward"} | ADMINISTRATORS,
    "finder_stranger": {"finder_stranger"} | ADMINISTRATORS,
    "coordinator": {"coordinator_steward"} | ADMINISTRATORS,
    "observer": {"observer_steward"} | ADMINISTRATORS,
    "administrator": ADMINISTRATORS,
}
CHANGED = {
    "finder_colleague": {"finder_steward"} | ADMINISTRATORS,
    "finder_stranger": ADMINISTRATORS,
    "coordinator": {"coordinator_steward"} | ADMINISTRATORS,
    "administrator": ADMINISTRATORS - {"administrator"},
}
REVOKED = {"finder": MANAGED["finder"], "finder_stranger": MANAGED["finder_stranger"]}
PURGE: dict[str, set[str]] = {
    name: {who for who in sees if who in COORDINATORS | STEWARDS} for name, sees in SEES["report"].items()
}

# --- What a line says -----------------------------------------------------------------------------------------------


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address.

    Attributes:
        who: for whom it is. group: what it is about, of :attr:`World.objects`. sees: of each object, who of them
            reaches it; None is all of them. ok: what they are answered; but: for some objects, something else.
        send: the form that they send. acts: who of those who reach an object thereby does something, which is in the
            log; None is all of them. What the others send changes nothing. leads: who of
            them is led on to another page.
    """

    who: set[str]
    group: str = ""
    sees: dict[str, set[str]] | None = None
    ok: int = 200
    but: dict[str, int] = {}
    send: dict[str, str] = {}
    acts: dict[str, set[str]] | set[str] | None = None
    leads: set[str] = set()

    def reaches(self, reader: str, name: str) -> bool:
        """Whether a reader reaches an object."""
        return reader in self.who and (self.sees is None or reader in self.sees[name])

    def does(self, reader: str, name: str) -> bool:
        """Whether a reader does something with an object."""
        acts = self.acts[name] if isinstance(self.acts, dict) else self.acts
        return self.reaches(reader, name) and (acts is None or reader in acts)


Line = dict[str, Cell]
Sees = dict[str, set[str]]
NOBODY: set[str] = set()


def page(who: set[str], group: str = "", sees: Sees | None = None) -> Line:
    """A page that one looks at."""
    return {"GET": Cell(who=who, group=group, sees=sees or SEES.get(group), acts=NOBODY)}


def act(who: set[str], group: str = "", sees: Sees | None = None, **more: Any) -> Line:
    """What is behind a form: it leads on."""
    return {"POST": Cell(who=who, group=group, sees=sees or SEES.get(group), **{"ok": 302} | more)}


def form(who: set[str], group: str = "", sees: Sees | None = None, **more: Any) -> Line:
    """A page with a form that is sent to itself."""
    return page(who, group, sees) | act(who, group, sees, **more)


def unless(acts: Sees, *names: str) -> Sees:
    """The same, but that nobody does anything with these objects."""
    return acts | dict.fromkeys(names, NOBODY)


FARM = CryptoSigner.generate_ed25519()
"""What signs for whoever registers it."""
WHY = {"reason": "As both of them told us"}
PURPOSE = {"purpose": "To see whether it can be reproduced"}
SHARED = dict.fromkeys(SEES["flaw"], COORDINATORS) | {"red": NOBODY}

PAGES: dict[str, Line] = {
    "overview": {"GET": Cell(who=PEOPLE, acts=NOBODY, leads=DEPLOYERS)},
    "queue": page(QUEUE),
    "vulnerability": page(PEOPLE, "flaw"),
    "join_other": act(
        COORDINATORS, "flaw", send=WHY | {"other": "spare"}, acts=unless(SHARED | {"red": COORDINATORS}, "spare")
    ),
    "divide": act(COORDINATORS, "link", send=WHY),
    "join": act(COORDINATORS, "suggestion", send=WHY),
    "reject": act(COORDINATORS, "suggestion", send=WHY),
    "join_by_remedy": act(COORDINATORS, "remedy", send=WHY),
    "take_remedy_apart": act(COORDINATORS, "remedy", send=WHY, acts=NOBODY),
    "reject_by_remedy": act(COORDINATORS, "remedy", send=WHY),
    "withdraw": act(COORDINATORS, "division", send=WHY),
    "share": act(COORDINATORS, "flaw", send=WHY | {"participant": "vendor"}, acts=SHARED),
    "revoke": act(COORDINATORS, "share", send=WHY),
    "reports": page(SENDERS | ADMINISTRATORS),
    "send": form(SENDERS, send={"file": "", "tlp": "4"}),
    "report": page(SENDERS | ADMINISTRATORS, "report"),
    "attach": act(SENDERS, "report", OWN, send={"file": ""}, acts=unless(OWN, "purged")),
    "download_report": act(
        SENDERS | ADMINISTRATORS,
        "report",
        send=PURPOSE,
        ok=200,
        but={"purged": 410},
        acts=unless(SEES["report"], "purged"),
    ),
    "purge": act(PEOPLE, "report", send=WHY, acts=unless(PURGE, "purged")),
    "download_attachment": act(PEOPLE, "attachment", send=PURPOSE, ok=200),
    "worklist": page(DEPLOYERS),
    "set_terms": act(DEPLOYERS, send={"exposed": "no"}),
    "acknowledge": act(DEPLOYERS, "action", {"own": _DEPLOYER}, send={"mark": "not_applicable"}),
    "take_back": act(DEPLOYERS, "action", {"own": _DEPLOYER}),
    "worklists": page(COORDINATORS),
    "shared_worklist": page(COORDINATORS, "worklist"),
    "inventories": page(DEPLOYERS | COORDINATORS),
    "send_inventory": form(DEPLOYERS, send={"file": "", "site": "A new one"}),
    "inventory": page(DEPLOYERS | COORDINATORS, "inventory"),
    "replace_inventory": act(DEPLOYERS, "inventory", OWN_INVENTORY, send={"file": ""}),
    "share_inventory": act(
        DEPLOYERS,
        "inventory",
        OWN_INVENTORY,
        send={"shared": "1"},
        acts={name: NOBODY if name.endswith("_shared") else sees for name, sees in OWN_INVENTORY.items()},
    ),
    "remove_inventory": act(DEPLOYERS, "inventory", OWN_INVENTORY),
    "participants": page(RUN),
    "participant_new": form(
        ADMINISTRATORS, send={"name": "Newly joined", "kind": "company", "jurisdiction": "FR", "roles": "finder"}
    ),
    "participant": page(RUN, "participant"),
    "participant_close": form(
        ADMINISTRATORS,
        "participant",
        send=WHY | {"name": "of the object"},
        but={"administrator": 400},
        acts=dict.fromkeys(MANAGED, ADMINISTRATORS) | {"administrator": NOBODY},
    ),
    "invite": form(MANAGE, "participant", MANAGED, send={"name": "New One", "email": "new.one@example.org"}),
    "person": form(MANAGE, "person", CHANGED, send={"act": "steward"}),
    "organisation": page(PEOPLE),
    "key_new": form(MANAGE, send={"name": "New", "days": "30", "scopes": Scope.OVERVIEW_READ.value}, ok=200),
    "key_revoke": act(MANAGE, "key", REVOKED),
    "jobs": page(RUN),
    "job_retry": act(RUN, "failed"),
    "job_cancel": act(RUN, "waits"),
    "audit": page(RUN),
    "audit_proof": page(RUN, "entry"),
    "glass": page(RUN),
    "glass_request": act(ADMINISTRATORS, send={"kind": "report", "reference": "RCP-" + "3" * 26, "hours": "2"} | WHY),
    "glass_approve": act(DECIDE, "glass", acts=dict.fromkeys(("waiting", "nothing"), DECIDE - {"administrator_glass"})),
    "glass_end": act(DECIDE, "running"),
    "validate_flaw": act(SENDERS, "flaw", send={"file": ""}),
    "validate_report": act(SENDERS, "report", send={"file": ""}, acts=unless(SEES["report"], "purged")),
    "validations": page(PEOPLE),
    "validation_keys": page(PEOPLE),
    "validation": page(PEOPLE, "validation"),
    "validation_again": act(SENDERS, "validation", acts=unless(SEES["validation"], "waits")),
    "validation_cancel": act(
        SENDERS,
        "validation",
        acts=dict.fromkeys(SEES["validation"], NOBODY) | {"waits": _FINDER | COORDINATORS},
    ),
    "validation_statement": {
        "GET": Cell(who=PEOPLE, group="validation", sees=SEES["validation"], but={"waits": 404}, acts=NOBODY)
    },
    "validation_verdict": act(SENDERS, "validation", send={"file": ""}, acts=NOBODY),
    "validation_evidence": act(PEOPLE, "piece", send=PURPOSE, ok=200),
    "signing_new": form(STEWARDS, send={"name": "Farm", "pem": signing.pem_of(FARM).decode(), "proof": "none"}),
    "signing_revoke": act(STEWARDS, "signing", {"finder": {"finder_steward"}, "finder_stranger": {"finder_stranger"}}),
    "account": page(PEOPLE),
    "theme": act(PEOPLE, send={"theme": "dark"}, acts=NOBODY),
}
"""By the name of the address; what is not said is answered 405."""

FOR_ALL = {
    "healthz": 200,
    "readyz": 200,
    "metrics": 404,
    "account_login": 200,
    "account_inactive": 200,
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_reset_password_from_key": 200,
    "account_reset_password_from_key_done": 200,
    "invitation": 404,
    "socialaccount_login_cancelled": 200,
    "socialaccount_login_error": 401,
    "openid_connect_login": 404,
    "openid_connect_callback": 404,
    "mfa_login_webauthn": 302,
    "mfa_authenticate": 302,
    "v1:openapi-json": 200,
    "v1:api-root": 404,
}
"""What tells everybody the same, or is on the way to signing in: what who is not signed in is answered to GET."""
FOR_ONESELF = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "browsers",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}
"""What is about whoever is signed in; who is not is led to where they can."""
ARGUMENTS: dict[str, dict[str, Any]] = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "a-b"},
    "invitation": {"reference": "a", "token": "b"},
    "openid_connect_login": {"provider_id": "sso"},
    "openid_connect_callback": {"provider_id": "sso"},
    "mfa_remove_webauthn": {"pk": 10**9},
    "mfa_edit_webauthn": {"pk": 10**9},
}

RECIPE = zipped(a_recipe("Another one"))

# --- Asking ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, once for all lines. Each request is undone."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("no-feeds")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with invented_world.home(tmp_path_factory.mktemp("home")) as folder:
            yield invented_world.build(folder)
        call_command("flush", interactive=False, verbosity=0)
    known.forget()


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


class Answer(msgspec.Struct):
    """What came back: status, where it leads, what it says but for tokens and times; and how much it did."""

    status: int
    location: str
    text: str
    done: int


def ask(client: Client, method: str, address: str, sent: dict[str, Any], **headers: Any) -> Answer:
    """Ask something, and undo it."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        before = Entry.objects.count()
        named = {"REMOTE_ADDR": ELSEWHERE, **headers}
        answer = getattr(client, method.lower())(address, sent or None, **named)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        done = Entry.objects.count() - before
        transaction.set_rollback(True)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return Answer(answer.status_code, answer.headers.get("Location", ""), _plain(text), done)


def _plain(text: bytes) -> str:
    """Without what differs from answer to answer: tokens of forms."""
    said = text.decode("utf-8", "replace")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", said)


def sending(world: World, name: str, cell: Cell, number: str, reader: str = "") -> dict[str, Any]:
    """The form of a cell, with what depends on the world and on who sends it."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    sent: dict[str, Any] = dict(cell.send)
    if "file" in sent:
        body = invented_world.sarif("Another", "src/another.c") if "inventory" not in name else b"pkg:pypi/a@1\n"
        body = RECIPE if name.startswith("validate_") else body
        sent["file"] = SimpleUploadedFile("new.json", body, "application/json")
    if "proof" in sent and reader in cell.who:
        sent["proof"] = answer_of(possession.challenge(world.reader(reader)), FARM).to_bytes().decode()
    if "other" in sent:
        sent["other"] = world.objects["flaw"][sent["other"]]["reference"]
    if "participant" in sent:
        sent["participant"] = world.people[sent["participant"]].participant.reference
    if name == "participant_close" and number in world.people:
        sent["name"] = world.people[number].participant.name
    return sent


def objects(world: World, cell: Cell) -> dict[str, dict[str, Any]]:
    """What a cell is about, by name; one without a name where it is about nothing."""
    return world.objects[cell.group] if cell.group else {"": {}}


def addresses(patterns: Any, prefix: str = "") -> Iterator[str]:
    """The names of all addresses that the server has."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, f"{prefix}{each.namespace}:" if each.namespace else prefix)
        else:
            yield f"{prefix}{each.name}"


def test_every_address_has_a_line_and_every_line_an_address():
    known_names = set(addresses(get_resolver().url_patterns))
    of_api = {name for name in known_names if name.startswith("v1:")} - {"v1:openapi-json", "v1:api-root"}
    assert known_names - of_api == PAGES.keys() | FOR_ALL.keys() | FOR_ONESELF
    assert of_api
    documented = {
        f"{method.upper()} {path}" for path, each in api.get_openapi_schema()["paths"].items() for method in each
    }
    assert documented == API.keys()


def test_every_object_has_a_reader(world):
    for name, line in PAGES.items():
        for cell in line.values():
            assert not cell.group or cell.sees is None or cell.sees.keys() == objects(world, cell).keys(), name
    assert PEOPLE | ENDED - {"anonymous"} | {WITHOUT_FACTOR} == world.people.keys()


def readers(world: World) -> Iterator[tuple[str, Client]]:
    """Everybody with their browser."""
    yield "anonymous", STRANGER
    yield from world.clients.items()


def expected(cell: Cell, reader: str, name: str) -> int:
    """The status that somebody is answered."""
    if reader in ENDED or reader == WITHOUT_FACTOR or reader in cell.leads:
        return 302
    return cell.but.get(name, cell.ok) if cell.reaches(reader, name) else 404


@pytest.mark.parametrize("name", PAGES)
def test_pages(world, name):
    wrong: list[str] = []
    for reader, client in readers(world):
        for method, cell in PAGES[name].items():
            missing = world.missing.get(cell.group)
            gone = None
            for thing, arguments in objects(world, cell).items():
                form_of_it = sending(world, name, cell, thing, reader)
                answer = ask(client, method, reverse(name, kwargs=arguments), form_of_it)
                here = f"{method} {name} {thing} as {reader}"
                if answer.status != expected(cell, reader, thing):
                    wrong.append(f"{here}: {answer.status}, not {expected(cell, reader, thing)}")
                if (answer.done > 0) != (reader not in ENDED | {WITHOUT_FACTOR} and cell.does(reader, thing)):
                    wrong.append(f"{here}: {answer.done} entries in the log")
                if reader in ENDED and answer.location.partition("?")[0] != "/accounts/login/":
                    wrong.append(f"{here}: leads to {answer.location}")
                if reader == WITHOUT_FACTOR and answer.location != "/accounts/2fa/":
                    wrong.append(f"{here}: leads to {answer.location}")
                if reader in BLIND and MARKER in answer.text:
                    wrong.append(f"{here}: reads what they must not read")
                if answer.status == 404 and missing is not None:
                    if gone is None:
                        form_of_none = sending(world, name, cell, thing)
                        gone = ask(client, method, reverse(name, kwargs=missing), form_of_none)
                    if (gone.status, gone.text) != (answer.status, answer.text):
                        wrong.append(f"{here}: differs from what does not exist")
    assert wrong == []


LISTS = {"reports": "report", "queue": "flaw", "validations": "validation", "inventories": "inventory"}
"""Pages that list objects, and their group."""


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_what_one_sees_and_nothing_else(world, name):
    group = LISTS[name]
    named = {thing: next(iter(arguments.values())) for thing, arguments in world.objects[group].items()}
    for reader in sorted(PAGES[name]["GET"].who):
        text = ask(world.clients[reader], "GET", reverse(name), {}).text
        listed = {thing for thing, reference in named.items() if reference in text}
        assert listed == {thing for thing, sees in SEES[group].items() if reader in sees}, reader


@pytest.mark.parametrize("name", PAGES)
def test_other_methods_are_for_nobody(world, name):
    cell = next(iter(PAGES[name].values()))
    address = reverse(name, kwargs=next(iter(objects(world, cell).values())))
    allowed = set(PAGES[name]) | ({"HEAD"} if "GET" in PAGES[name] else set())
    found = {
        method: {ask(client, method, address, {}).status for client in (world.clients["coordinator"], STRANGER)}
        for method in METHODS
    }
    assert {method for method, statuses in found.items() if statuses != {405}} == allowed


@pytest.mark.parametrize("name", [name for name, line in PAGES.items() if "GET" in line])
def test_nobody_reads_what_a_missing_object_would_tell(world, name):
    cell = PAGES[name]["GET"]
    if cell.group:
        for reader in ("coordinator", "administrator", "finder"):
            address = reverse(name, kwargs=world.missing[cell.group])
            assert ask(world.clients[reader], "GET", address, {}).status == 404


@pytest.mark.parametrize("name", sorted(FOR_ALL))
def test_what_is_for_everybody(world, name):
    address = reverse(name, kwargs=ARGUMENTS.get(name))
    for reader in ("anonymous", "deactivated", "closed"):
        client = world.clients.get(reader) or STRANGER
        assert ask(client, "GET", address, {}).status == FOR_ALL[name], reader


@pytest.mark.parametrize("name", sorted(FOR_ONESELF))
def test_what_is_about_oneself(world, name):
    address = reverse(name, kwargs=ARGUMENTS.get(name))
    for method in ("GET", "POST"):
        for reader in ENDED:
            answer = ask(world.clients.get(reader) or STRANGER, method, address, {})
            assert answer.status == 302, (reader, method)
            assert answer.location.startswith(("/accounts/login/", "/accounts/reauthenticate/")), (reader, method)
            assert answer.done == 0
    for reader in ("finder", "coordinator", "administrator"):
        answer = ask(world.clients[reader], "GET", address, {})
        assert answer.status in {200, 302, 404}
        assert answer.status == 404 or not answer.location.startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES)
def test_no_address_and_no_form_breaks_anything(world, name):
    """Characters that a database refuses, numbers that it does not hold, parts that are too long."""
    client = world.clients["coordinator"]
    for method, cell in PAGES[name].items():
        things = next(iter(objects(world, cell).values()))
        numbers = {key: 10**30 if isinstance(value, int) else "x" * 3_000 for key, value in things.items()}
        odd = [reverse(name, kwargs=numbers)]
        if any(isinstance(value, str) for value in things.values()):
            blank = {key: value if isinstance(value, int) else "\0" for key, value in things.items()}
            odd += [reverse(name, kwargs=blank), reverse(name, kwargs=things | {next(iter(things)): "%0a\u202e<b>"})]
        for address in odd:
            assert ask(client, method, address, {}).status < 500, address
            assert ask(STRANGER, method, address, {}).status in {302, 400}
        here = reverse(name, kwargs=things)
        for value in ("\0", "9" * 40, "-1", "x" * 5_000, "\ud7ff\u202e"):
            sent = dict.fromkeys((*cell.send, "q", "after", "before", "page", "first", "state", "role", "tier"), value)
            sent.pop("file", None)
            assert ask(client, method, here, sent).status < 500, value


REAUTHENTICATED = ("participant_close", "invite", "person", "key_new", "signing_new")


@pytest.mark.parametrize("name", REAUTHENTICATED)
def test_what_is_grave_asks_once_more_who_one_is(world, name):
    for method, cell in PAGES[name].items():
        who = "administrator" if "administrator" in cell.who else "finder_steward"
        client = invented_world.signed_in(world.people[who], recently=False)
        thing, arguments = next(iter(objects(world, cell).items()))
        answer = ask(client, method, reverse(name, kwargs=arguments), sending(world, name, cell, thing))
        assert answer.location.partition("?")[0] in {"/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"}
        assert (answer.status, answer.done) == (302, 0)


# --- Programs -------------------------------------------------------------------------------------------------------

KEYS = {name for role in Role for name in (role.value, f"{role.value}_stranger")}
REFUSED = {"nothing", "a session", "expired", "revoked", "closed", "unknown"}
NARROW = {"no_scope", "coordinator_no_scope"}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: the scope that it asks for, about what, who sees that, and what they are answered.

    ``refused`` are those who have the scope, but whose role does not do this; ``denied`` those who may look at it and
    not do this; for ``missing`` there is nothing there.
    """

    scope: Scope | None
    group: str = ""
    sees: dict[str, set[str]] | None = None
    ok: int = 200
    but: dict[str, int] = {}
    body: bytes | None = None
    refused: set[str] = set()
    missing: set[str] = set()
    denied: set[str] = set()

    def status(self, reader: str, name: str) -> int:
        """The status that a key is answered."""
        if reader in REFUSED:
            return 401
        if reader in NARROW:
            return 200 if self.scope is None else 403
        if self.scope is not None and self.scope not in POSSIBLE[Role(reader.partition("_")[0])]:
            return 403
        if reader in self.refused:
            return 403
        if reader in self.missing or (self.sees is not None and reader not in self.sees[name]):
            return 404
        return 403 if reader in self.denied else self.but.get(name, self.ok)


def operation(scope: Scope | None, group: str = "", sees: Sees | None = None, **more: Any) -> Operation:
    """A line of :data:`API`."""
    return Operation(scope=scope, group=group, sees=sees or SEES.get(group), **more)


NOT_SENDERS, NOT_DEPLOYERS = PEOPLE - SENDERS, PEOPLE - DEPLOYERS
REPORT = invented_world.sarif("Another", "src/another.c")
LIST = b'{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}'
_PURPOSE = json.dumps(PURPOSE).encode()
_WITH_NAME = "?site=Another"

API: dict[str, Operation] = {
    "GET /v1/me": operation(None),
    "GET /v1/overview": operation(Scope.OVERVIEW_READ),
    "POST /v1/reports": operation(Scope.REPORT_SUBMIT, body=REPORT, ok=202, refused=NOT_SENDERS),
    "GET /v1/reports": operation(Scope.REPORT_READ),
    "GET /v1/reports/{receipt}": operation(Scope.REPORT_READ, "report"),
    "GET /v1/reports/{receipt}/violations": operation(Scope.REPORT_READ, "report"),
    "GET /v1/reports/{receipt}/findings": operation(Scope.REPORT_READ, "report"),
    "POST /v1/reports/{receipt}/attachments": operation(
        Scope.REPORT_SUBMIT, "report", OWN, body=b"new", ok=201, but={"purged": 410}, refused=NOT_SENDERS
    ),
    "POST /v1/reports/{receipt}/content": operation(Scope.EVIDENCE_READ, "report", body=_PURPOSE, but={"purged": 410}),
    "POST /v1/attachments/{reference}/content": operation(Scope.EVIDENCE_READ, "attachment", body=_PURPOSE),
    "GET /v1/vulnerabilities": operation(Scope.VULNERABILITY_READ),
    "GET /v1/vulnerabilities/{reference}": operation(Scope.VULNERABILITY_READ, "flaw"),
    "POST /v1/reports/{receipt}/validations": operation(
        Scope.VALIDATION_REQUEST, "report", body=RECIPE, ok=202, but={"purged": 410}
    ),
    "GET /v1/reports/{receipt}/validations": operation(Scope.VALIDATION_READ, "report"),
    "POST /v1/vulnerabilities/{reference}/validations": operation(
        Scope.VALIDATION_REQUEST, "flaw", body=RECIPE, ok=202, refused=NOT_SENDERS
    ),
    "GET /v1/vulnerabilities/{reference}/validations": operation(Scope.VALIDATION_READ, "flaw"),
    "GET /v1/validations": operation(Scope.VALIDATION_READ),
    "GET /v1/validations/{reference}": operation(Scope.VALIDATION_READ, "validation"),
    "POST /v1/validations/{reference}/again": operation(
        Scope.VALIDATION_REQUEST, "validation", ok=202, but={"waits": 200}
    ),
    "POST /v1/validations/{reference}/cancel": operation(
        Scope.VALIDATION_REQUEST,
        "validation",
        ok=409,
        but={"waits": 200},
        denied=PEOPLE - _FINDER - COORDINATORS - {"finder_stranger"},
    ),
    "GET /v1/validations/{reference}/statement": operation(Scope.VALIDATION_READ, "validation", but={"waits": 404}),
    "POST /v1/validations/{reference}/verdicts": operation(
        Scope.VALIDATION_REQUEST, "validation", body=b"{}", ok=400, denied=PEOPLE - {"finder", "finder_stranger"}
    ),
    "POST /v1/validations/{reference}/evidence/{number}/content": operation(
        Scope.EVIDENCE_READ, "piece", body=_PURPOSE
    ),
    "GET /v1/validation-keys": operation(None),
    "GET /v1/signing-keys": operation(Scope.VALIDATION_READ),
    "POST /v1/inventories": operation(Scope.INVENTORY_WRITE, body=LIST, ok=202, refused=NOT_DEPLOYERS),
    "GET /v1/inventories": operation(Scope.INVENTORY_READ),
    "GET /v1/inventories/{reference}": operation(Scope.INVENTORY_READ, "inventory"),
    "PUT /v1/inventories/{reference}": operation(
        Scope.INVENTORY_WRITE, "inventory", OWN_INVENTORY, body=LIST, ok=202, refused=NOT_DEPLOYERS
    ),
    "DELETE /v1/inventories/{reference}": operation(
        Scope.INVENTORY_WRITE, "inventory", OWN_INVENTORY, ok=204, refused=NOT_DEPLOYERS
    ),
    "GET /v1/worklist": operation(Scope.INVENTORY_READ, missing=COORDINATORS),
}
"""By method and path, as the OpenAPI document has them."""


def call(world: World, reader: str, method: str, address: str, body: bytes | None = None) -> Answer:
    """Ask something as a program, and undo it."""
    client = world.clients["coordinator"] if reader == "a session" else STRANGER
    headers: dict[str, Any] = {"REMOTE_ADDR": ELSEWHERE}
    if reader in world.keys:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {world.keys[reader]}"
    with transaction.atomic():
        before = Entry.objects.count()
        answer = client.generic(method, address, body or b"", content_type="application/json", **headers)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        done = Entry.objects.count() - before
        transaction.set_rollback(True)
    STRANGER.cookies.clear()
    return Answer(answer.status_code, "", text.decode("utf-8", "replace"), done)


@pytest.mark.parametrize("name", API)
def test_operations(world, name):
    line = API[name]
    method, path = name.split()
    wrong: list[str] = []
    things = world.objects[line.group] if line.group else {"": {}}
    for reader in sorted(KEYS | REFUSED | NARROW):
        none = None
        for thing, arguments in things.items():
            answer = call(world, reader, method, path.format(**arguments), line.body)
            want = line.status(reader, thing)
            if answer.status != want:
                wrong.append(f"{name} {thing} as {reader}: {answer.status}, not {want}")
            if answer.status >= 400 and answer.done:
                wrong.append(f"{name} {thing} as {reader}: refused, and yet in the log")
            if reader.startswith("observer") and MARKER in answer.text:
                wrong.append(f"{name} {thing} as {reader}: reads what they must not read")
            if answer.status == 404 and line.group:
                if none is None:
                    none = call(world, reader, method, path.format(**world.missing[line.group]), line.body)
                if (none.status, none.text) != (answer.status, answer.text):
                    wrong.append(f"{name} {thing} as {reader}: differs from what does not exist")
    assert wrong == []


API_LISTS = {
    "GET /v1/reports": "report",
    "GET /v1/vulnerabilities": "flaw",
    "GET /v1/validations": "validation",
    "GET /v1/inventories": "inventory",
}


@pytest.mark.parametrize("name", API_LISTS)
def test_lists_of_the_api_hold_what_a_key_sees_and_nothing_else(world, name):
    group = API_LISTS[name]
    named = {thing: next(iter(arguments.values())) for thing, arguments in world.objects[group].items()}
    for reader in sorted(KEYS):
        answer = call(world, reader, *name.split())
        listed = {thing for thing, reference in named.items() if reference in answer.text}
        wanted = {thing for thing, sees in SEES[group].items() if reader in sees}
        assert listed == (wanted if answer.status == 200 else set()), reader


@pytest.mark.parametrize("path", sorted({name.split()[1] for name in API}))
def test_other_methods_of_the_api(world, path):
    named = {"receipt": "RCP-" + "0" * 26, "reference": "0" * 16, "number": 0}
    allowed = {name.split()[0] for name in API if name.split()[1] == path}
    for method in set(METHODS) - {"HEAD"} - allowed:
        assert call(world, "coordinator", method, path.format(**named)).status == 405, method
        assert call(world, "unknown", method, path.format(**named)).status == 401, method
