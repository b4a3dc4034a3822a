"""An installation with somebody of every role, keys of every kind, and one object in every condition.

What the access matrix asks about. Everything is made by the real services; the readers are signed in as browsers are.
"""

import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.models import BreakGlass
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake import evidence, services
from clearinghouse.server.intake.models import Attachment, Report
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.inventories import known
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.membership.keys import create_key, digest
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.oversight import glass
from clearinghouse.server.participants.models import Participant, Person, Role, ServiceIdentity
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.models import Division, Finding, Link, LinkKind, Vulnerability
from clearinghouse.trust.keys import make_key_pair
from server.inventories import having
from server_people import PASSWORD, a_participant, a_person, reader_for
from server_validations import asked, pretend, register

MARKER = "marker-51c7-of-what-reports-say"
"""Stands in every report's text: whoever may see none of them sees it nowhere."""
VALIDATED = {
    "finder": "finder",
    "finder_stranger": "finder_stranger",
    "red": "finder",
    "embargoed": "finder",
    "glass": "finder",
}
"""Reports with a reproducer that was run, and who gave it in."""
SENDERS = ("finder", "finder_stranger", "vendor", "developer", "researcher", "agency", "coordinator")


class World(msgspec.Struct):
    """What there is.

    Attributes:
        people: by name. keys: whole keys, by name. clients: signed in, by the name of the person.
        objects: by group and name, the arguments that an address of one takes. missing: by group, those of none.
    """

    people: dict[str, Person] = {}
    keys: dict[str, str] = {}
    clients: dict[str, Client] = {}
    objects: dict[str, dict[str, dict[str, Any]]] = {}
    missing: dict[str, dict[str, Any]] = {}

    def reader(self, name: str) -> Any:
        """The reader that a session of a person is."""
        return reader_for(self.people[name])

    def add(self, group: str, name: str, **arguments: Any) -> None:
        """Note an object."""
        self.objects.setdefault(group, {})[name] = arguments


@contextmanager
def home(folder: Path) -> Iterator[Path]:
    """A home of its own for the installation, as long as it lasts."""
    options = {"location": folder / "blobs", "file_permissions_mode": 0o600}
    blobs = settings.STORAGES["blobs"] | {"OPTIONS": options}
    with override_settings(
        CONFIGURATION=msgspec.structs.replace(settings.CONFIGURATION, home=folder),
        STORAGES=settings.STORAGES | {"blobs": blobs},
    ):
        yield folder


def sarif(title: str, path: str, *, line: int = 7) -> bytes:
    """A report of one finding."""
    place = {
        "artifactLocation": {"uri": path},
        "region": {"startLine": line, "snippet": {"text": f"copy({MARKER}, {path})"}},
    }
    result = {
        "ruleId": f"rule-{path}",
        "level": "error",
        "message": {"text": f"{title}: {MARKER}"},
        "locations": [{"physicalLocation": place}],
    }
    driver = {"name": "Invented Scanner", "rules": [{"id": f"rule-{path}", "shortDescription": {"text": title}}]}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": [result]}]}).encode()


def build(home: Path) -> World:
    """Make the world in an empty database whose files lie in ``home``."""
    vault.forget()
    known.forget()
    having.publish(home, "harbour", having.FLAW)
    world = World()
    _people(world)
    _keys(world)
    _reports(world)
    _vulnerabilities(world)
    _validations(world, home)
    _glass(world)
    _inventories(world)
    _rest(world)
    world.clients = {name: signed_in(person) for name, person in world.people.items()}
    _end_some(world)
    return world


def signed_in(person: Person | None, *, recently: bool = True) -> Client:
    """A browser in which somebody is signed in, and has proved who they are within the last minutes."""
    client = Client(raise_request_exception=False)
    if person is None:
        return client
    client.force_login(person)
    if recently:
        session = client.session
        proved = {"method": "password", "at": time.time() + 24 * 3600, "reauthenticated": True}
        session["account_authentication_methods"] = [proved]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
    return client


def _factor(person: Person) -> Person:
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    return person


def _people(world: World) -> None:
    people = world.people
    for role in Role:
        mine, theirs = a_participant(role, name=f"First {role.value}"), a_participant(role, name=f"Other {role.value}")
        people[role.value] = a_person(mine, name=f"Member {role.value}")
        people[f"{role.value}_steward"] = a_person(mine, name=f"Steward {role.value}", steward=True)
        people[f"{role.value}_stranger"] = a_person(theirs, name=f"Stranger {role.value}", steward=True)
    people["vendor_named"] = a_person(people["vendor"].participant, name="Named vendor")
    runs = a_participant(Role.OBSERVER, name="Operations")
    for name in ("administrator", "administrator_glass", "administrator_second"):
        people[name] = a_person(runs, name=name.replace("_", " "), administrator=True)
    people["administrator_without_factor"] = a_person(runs, name="Without factor", administrator=True)
    people["finder_colleague"] = a_person(people["finder"].participant, name="Colleague finder")
    people["deactivated"] = a_person(people["coordinator"].participant, name="Deactivated")
    people["closed"] = a_person(a_participant(Role.COORDINATOR, name="Closed"), name="Of a closed one")
    for name, person in people.items():
        runs_or_coordinates = person.administrator or "coordinator" in name or name in {"deactivated", "closed"}
        if runs_or_coordinates and name != "administrator_without_factor":
            _factor(person)


def _key(world: World, name: str, participant: Participant, scopes: Iterable[str]) -> ServiceIdentity:
    ends = timezone.now() + dt.timedelta(days=30)
    wanted = list(scopes)
    service, world.keys[name] = create_key(None, participant, name, wanted or [Scope.OVERVIEW_READ], ends)
    if not wanted:
        ServiceIdentity.objects.filter(pk=service.pk).update(scopes=[])
    return service


def _keys(world: World) -> None:
    for role in Role:
        for name in (role.value, f"{role.value}_stranger"):
            _key(world, name, world.people[name].participant, POSSIBLE[role])
    finder = world.people["finder"].participant
    _key(world, "no_scope", finder, ())
    _key(world, "coordinator_no_scope", world.people["coordinator"].participant, ())
    expired = _key(world, "expired", finder, POSSIBLE[Role.FINDER])
    revoked = _key(world, "revoked", finder, POSSIBLE[Role.FINDER])
    _key(world, "closed", world.people["closed"].participant, POSSIBLE[Role.COORDINATOR])
    past = timezone.now() - dt.timedelta(seconds=1)
    ServiceIdentity.objects.filter(pk=expired.pk).update(expires_at=past)
    ServiceIdentity.objects.filter(pk=revoked.pk).update(revoked_at=past)
    world.keys["unknown"] = f"chk_v1_{'a' * 12}_{'A' * 43}"
    assert digest("A" * 43)


def _send(world: World, who: str, name: str, **sent: Any) -> Report:
    body = sarif(f"Flaw of {name}", f"src/{name}.c")
    found = services.receive(world.reader(who), [body], services.Sent(filename=f"{name}.sarif", **sent))
    world.add("report", name, receipt=found.report.receipt)
    return found.report


def _reports(world: World) -> None:
    for who in SENDERS:
        _send(world, who, who)
    _send(world, "finder", "red", tlp=Label.RED)
    _send(world, "finder", "embargoed", embargo_until=timezone.now() + dt.timedelta(days=30))
    _send(world, "finder", "glass")
    purged = _send(world, "finder", "purged")
    run_until_idle()
    purge(world.reader("coordinator"), purged.receipt, "Sent by mistake, as its sender says")
    run_until_idle()
    for name in ("finder", "finder_stranger", "glass"):
        receipt = world.objects["report"][name]["receipt"]
        who = "finder_stranger" if name == "finder_stranger" else "finder"
        made, _ = evidence.attach(world.reader(who), receipt, "reproducer", [f"{MARKER} {name}".encode()])
        world.add("attachment", name, reference=made.reference)
    world.missing["report"] = {"receipt": "RCP-" + "0" * 26}
    world.missing["attachment"] = {"reference": "0" * 12}
    assert Attachment.objects.count() == 3


def _flaw(world: World, name: str) -> Vulnerability:
    return Vulnerability.objects.get(members__report__receipt=world.objects["report"][name]["receipt"])


def _vulnerabilities(world: World) -> None:
    coordinator = world.reader("coordinator")
    vendor, agency = (world.people[name].participant.reference for name in ("vendor", "agency"))
    named = world.people["vendor_named"].reference
    names = {
        "shared": "finder",
        "unshared": "finder_stranger",
        "red": "red",
        "embargoed": "embargoed",
        "glass": "glass",
        "spare": "researcher",
        "other_spare": "agency",
    }
    for name, report in names.items():
        world.add("flaw", name, reference=_flaw(world, report).reference)
    reference = {name: world.objects["flaw"][name]["reference"] for name in names}
    grant = acts.share(coordinator, reference["shared"], vendor, "It is theirs to mend", evidence=True)
    acts.share(coordinator, reference["shared"], agency, "They warn others")
    acts.share(
        coordinator, reference["shared"], world.people["deployer"].participant.reference, "They asked what this is"
    )
    acts.share(coordinator, reference["embargoed"], vendor, "It is theirs to mend")
    acts.share(coordinator, reference["red"], vendor, "It is theirs to mend", person=named)
    for name, value in reference.items():
        world.add("share", name, reference=value, grant=grant.pk)
    world.missing["flaw"] = {"reference": "0" * 16}
    world.missing["share"] = {"reference": reference["shared"], "grant": 10**9}
    _links(world)


def _links(world: World) -> None:
    """One link that joins two findings, and one that is only suggested."""
    coordinator = world.reader("coordinator")
    names = ("developer", "coordinator")
    one, two = (_flaw(world, name) for name in names)
    joined = acts.join_by_hand(coordinator, one.reference, two.reference, "The same, as both say")
    link = Link.objects.get(kind=LinkKind.JOINS)
    world.add("link", "joined", reference=joined.reference, link=link.pk)
    world.add("flaw", "joined", reference=joined.reference)
    later, earlier = (Finding.objects.get(vulnerability=_flaw(world, name)) for name in ("agency", "researcher"))
    later, earlier = max(later, earlier, key=lambda each: each.pk), min(later, earlier, key=lambda each: each.pk)
    suggested = Link.objects.create(
        kind=LinkKind.SUGGESTION, later=later, earlier=earlier, reason=link.reason, score=0.7, note="Perhaps"
    )
    world.add("suggestion", "suggested", reference=_flaw(world, "agency").reference, link=suggested.pk)
    world.missing["link"] = world.missing["suggestion"] = {"reference": joined.reference, "link": 10**9}
    apart = Finding.objects.get(vulnerability=_flaw(world, "finder_stranger"))
    divided = Division.objects.create(
        one_id=min(apart.pk, later.pk),
        other_id=max(apart.pk, later.pk),
        person_id=coordinator.person,
        note="Two places, as both say",
    )
    world.add("division", "apart", reference=_flaw(world, "finder_stranger").reference, division=divided.pk)
    world.missing["division"] = {"reference": joined.reference, "division": 10**9}


def _validations(world: World, home: Path) -> None:
    """A verdict for reports in every condition, one that waits, one whose report is purged; and keys that sign."""
    key = home / "verdicts.key"
    if not key.exists():
        make_key_pair(key)
    validation = msgspec.structs.replace(settings.CONFIGURATION.validation, signing_key=str(key))
    with override_settings(CONFIGURATION=msgspec.structs.replace(settings.CONFIGURATION, validation=validation)):
        for name, who in VALIDATED.items():
            report = Report.objects.get(receipt=world.objects["report"][name]["receipt"])
            made = asked(world.reader(who), report, title=f"{MARKER} of {name}")
            pretend(made)
            world.add("validation", name, reference=made.reference)
            world.add("piece", name, reference=made.reference, number=3)
    waits = asked(
        world.reader("finder"),
        Report.objects.get(receipt=world.objects["report"]["finder"]["receipt"]),
        title=f"{MARKER} that waits",
    )
    Job.objects.filter(pk=waits.job).update(run_after=timezone.now() + dt.timedelta(days=1))
    world.add("validation", "waits", reference=waits.reference)
    one, other = (world.objects["flaw"][name]["reference"] for name in ("shared", "unshared"))
    world.add("remedy", "of_both", reference=one, other=other)
    world.missing["remedy"] = {"reference": one, "other": "0" * 16}
    world.missing["validation"] = {"reference": "0" * 12}
    world.missing["piece"] = {"reference": "0" * 12, "number": 3}
    for name in ("finder", "finder_stranger"):
        make_key_pair(home / f"{name}.key")
        steward = world.reader(f"{name}_steward" if name == "finder" else name)
        made_key = register(steward, "Validation farm", home / f"{name}.key")
        world.add("signing", name, key=made_key.reference)
    world.missing["signing"] = {"key": "0" * 12}


def _glass(world: World) -> None:
    asks, agrees = world.reader("administrator_glass"), world.reader("coordinator_steward")
    receipt = world.objects["report"]["glass"]["receipt"]
    flaw = world.objects["flaw"]["glass"]["reference"]
    why = "Its sender asked for help with this one"
    running = glass.approve(agrees, glass.request(asks, "report", receipt, why, 2).pk)
    glass.approve(agrees, glass.request(asks, "vulnerability", flaw, why, 2).pk)
    past = glass.approve(agrees, glass.request(asks, "report", world.objects["report"]["red"]["receipt"], why, 1).pk)
    glass.end(asks, past.pk)
    waiting = glass.request(asks, "report", world.objects["report"]["finder"]["receipt"], why, 2)
    nothing = glass.request(asks, "report", "RCP-" + "1" * 26, why, 2)
    refused = glass.request(asks, "vulnerability", world.objects["flaw"]["unshared"]["reference"], why, 24)
    glass.end(agrees, refused.pk)
    world.add("glass", "waiting", asked=waiting.pk)
    world.add("glass", "nothing", asked=nothing.pk)
    world.add("running", "running", asked=running.pk)
    world.missing["glass"] = world.missing["running"] = {"asked": 10**9}
    assert BreakGlass.objects.count() == 6


def _inventories(world: World) -> None:
    for who, name, shared in (
        ("deployer", "own", False),
        ("deployer", "own_shared", True),
        ("deployer_stranger", "others", False),
        ("deployer_stranger", "others_shared", True),
    ):
        body = having.packages(having.pypi(), "pkg:pypi/other@2.0", digest=f"{len(name):064x}")
        made = having.send(world.reader(who), body, site=f"{MARKER} {name}", shared=shared)
        world.add("inventory", name, reference=made.inventory.reference)
    run_until_idle()
    world.missing["inventory"] = {"reference": "0" * 12}
    from clearinghouse.server.inventories import queries, services as inventories  # noqa: PLC0415, I001

    view = queries.worklist(world.reader("deployer"))
    assert view is not None
    assert view.words, "a worklist without an action tests nothing"
    world.add("action", "own", word=view.words[0])
    world.missing["action"] = {"word": "0" * len(view.words[0])}
    inventories.acknowledge(world.reader("deployer"), view.words[0], "done")
    run_until_idle()
    for name in ("deployer", "deployer_stranger", "vendor"):
        world.add("worklist", name, owner=world.people[name].participant.reference)
    world.missing["worklist"] = {"owner": "0" * 12}


def _rest(world: World) -> None:
    for name in ("finder", "finder_stranger", "coordinator", "observer", "administrator"):
        world.add("participant", name, reference=world.people[name].participant.reference)
    world.missing["participant"] = {"reference": "0" * 12}
    for name in ("finder_colleague", "finder_stranger", "coordinator", "administrator"):
        world.add("person", name, reference=world.people[name].reference)
    world.missing["person"] = {"reference": "0" * 12}
    for name in ("finder", "finder_stranger"):
        world.add("key", name, key=world.keys[name].split("_")[2])
    world.missing["key"] = {"key": "0" * 12}
    failed, waits = (
        Job.objects.create(task_path="clearinghouse.server.intake.jobs.process", args=[1]) for _ in range(2)
    )
    Job.objects.filter(pk=failed.pk).update(state=State.FAILED, finished_at=timezone.now(), error_class="ValueError")
    world.add("failed", "failed", job=failed.pk)
    world.add("waits", "waits", job=waits.pk)
    world.missing["failed"] = world.missing["waits"] = {"job": 10**9}
    world.add("entry", "first", seq=0)
    world.missing["entry"] = {"seq": 10**9}


def _end_some(world: World) -> None:
    """What ends sessions that are open: the person is deactivated, the participant closed."""
    Person.objects.filter(pk=world.people["deactivated"].pk).update(is_active=False)
    Participant.objects.filter(pk=world.people["closed"].participant_id).update(closed_at=timezone.now())
    assert PASSWORD
    assert settings.CONFIGURATION.require_mfa
