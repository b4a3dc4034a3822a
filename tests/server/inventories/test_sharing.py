"""What a coordinator and others see of what somebody has: nothing that is not shared, and no number that names."""

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clearinghouse.server.access.reader import NOBODY
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.inventories import jobs
from clearinghouse.server.inventories.errors import InventoryNotFoundError
from clearinghouse.server.inventories.models import Audience, ExposedIdentifier, Worklist
from clearinghouse.server.inventories.queries import exposures, inventories, inventory, worklist, worklists
from clearinghouse.server.inventories.services import acknowledge, remove, set_shared
from clearinghouse.server.participants.models import Participant, Role
from server.inventories.having import FLAW, OTHER_FLAW, a_deployer, packages, publish, pypi, send, work
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(home, today):
    publish(home, "harbour", FLAW)
    publish(home, "quay", OTHER_FLAW)


def reference_of(reader):
    return Participant.objects.get(pk=reader.participant).reference


@pytest.fixture
def two(deployer):
    """A deployer who shares one of two sites."""
    open_, _ = send(deployer, packages(pypi()), site="Open", shared=True)
    closed, _ = send(deployer, packages(pypi("quay")), site="Closed")
    work()
    return open_, closed


def test_a_coordinator_sees_what_is_shared(coordinator, deployer, two):
    (view,) = inventories(coordinator)
    assert (view.reference, view.site, view.mine) == (two[0].reference, "Open", False)
    assert inventory(coordinator, two[0].reference).view == view
    with pytest.raises(InventoryNotFoundError):
        inventory(coordinator, two[1].reference)


def test_a_coordinator_sees_what_follows_from_what_is_shared_alone(coordinator, deployer, two):
    whole, part = worklist(deployer), worklist(coordinator, reference_of(deployer))
    assert {each.clears[0].id for each in whole.plan.actions} == {FLAW, OTHER_FLAW}
    assert {each.clears[0].id for each in part.plan.actions} == {FLAW}
    assert [line for line in part.made_from if "component" in line] == ["list.cdx.json: 1 component"]
    assert not part.mine
    (row,) = worklists(coordinator)
    assert (row.owner, row.tally.actions) == (reference_of(deployer), 1)
    assert worklists(deployer) == []


def test_who_acknowledged_and_what_they_wrote_is_not_shared(coordinator, deployer, two):
    for word in worklist(deployer).words:
        acknowledge(deployer, word, "done", "Dale has the key")
    (said,) = worklist(coordinator, reference_of(deployer)).acknowledged.values()
    assert (said.mark, said.by, said.note) == ("done", "", "")
    assert {(each.by != "", each.note) for each in worklist(deployer).acknowledged.values()} == {
        (True, "Dale has the key")
    }


def test_sharing_ends_at_once(coordinator, deployer, two):
    set_shared(deployer, two[0].reference, False)
    assert inventories(coordinator) == []
    assert not Worklist.objects.filter(audience=Audience.SHARED).exists()
    wrong = "nothingthere"
    for owner in (reference_of(deployer), wrong):
        with pytest.raises(InventoryNotFoundError):
            worklist(coordinator, owner)
    work()
    assert worklists(coordinator) == []
    set_shared(deployer, two[1].reference, True)
    work()
    part = worklist(coordinator, reference_of(deployer))
    assert {each.clears[0].id for each in part.plan.actions} == {OTHER_FLAW}


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.DEPLOYER, Role.FINDER, Role.VENDOR, Role.AGENCY])
def test_nobody_else_sees_what_is_shared(deployer, two, role):
    reader = reader_for(a_person(a_participant(role)))
    assert inventories(reader) == [] == worklists(reader)
    assert exposures(reader, [FLAW, OTHER_FLAW]) == exposures(reader, ["CVE-1999-1"])
    for act in (lambda: inventory(reader, two[0].reference), lambda: worklist(reader, reference_of(deployer))):
        with pytest.raises(InventoryNotFoundError):
            act()


def test_nobody_sees_nothing(deployer, two):
    for reader in (NOBODY, msgspec.structs.replace(deployer, scopes=frozenset())):
        assert inventories(reader) == []
        assert exposures(reader, [FLAW]).inventories == ()
        with pytest.raises(InventoryNotFoundError):
            worklist(reader)


def test_who_is_exposed(coordinator, deployer, two):
    mine = exposures(deployer, [FLAW.lower(), OTHER_FLAW])
    assert {(each.site, each.sure, each.mine) for each in mine.inventories} == {
        ("Open", True, True),
        ("Closed", True, True),
    }
    assert (mine.counted, mine.others, mine.others_told) == (False, None, "")
    seen = exposures(coordinator, [FLAW, OTHER_FLAW])
    assert [each.site for each in seen.inventories] == ["Open"]
    assert (seen.participants, seen.others_told) == (1, "fewer than 3")
    assert exposures(coordinator, [f"OSV-{OTHER_FLAW}"]).inventories == ()


def test_a_number_names_nobody(coordinator, deployer, two):
    told = []
    for _ in range(5):
        told.append(exposures(coordinator, [FLAW]).others_told)
        send(a_deployer(), packages(pypi()))
        work()
    told.append(exposures(coordinator, [FLAW]).others_told)
    assert told == ["fewer than 3"] * 3 + ["at least 3"] * 2 + ["at least 5"]
    assert exposures(coordinator, ["CVE-2099-99999"]).others_told == "fewer than 3"


def test_two_lists_of_one_image_do_not_tell_of_each_other(coordinator, deployer):
    digest = "ab" * 32
    send(deployer, packages(pypi(), digest=digest), site="Closed")
    send(deployer, packages(pypi("quay"), digest=digest), site="Open", shared=True)
    work()
    assert exposures(coordinator, [FLAW]).inventories == ()
    assert [each.site for each in exposures(coordinator, [OTHER_FLAW]).inventories] == ["Open"]
    assert {each.site for each in exposures(deployer, [FLAW]).inventories} == {"Closed"}


def test_an_inventory_that_is_opened_tells_nothing_before_it_is_worked_out(coordinator, deployer):
    digest = "cd" * 32
    send(deployer, packages(pypi(), digest=digest), site="Closed")
    found, _ = send(deployer, packages(pypi("quay"), digest=digest), site="Open")
    work()
    assert len(exposures(deployer, [FLAW]).inventories) == 2  # both are about one image
    set_shared(deployer, found.reference, True)
    assert exposures(coordinator, [FLAW]).inventories == ()
    work()
    assert exposures(coordinator, [FLAW]).inventories == ()
    assert len(exposures(coordinator, [OTHER_FLAW]).inventories) == 1


def test_rows_that_did_not_change_are_not_written_again(deployer, two, home):
    before = set(ExposedIdentifier.objects.values_list("pk", flat=True))
    publish(home, "unrelated", "CVE-2099-70000")
    jobs.plan_all.enqueue()
    assert work() == 2
    assert set(ExposedIdentifier.objects.values_list("pk", flat=True)) == before
    remove(deployer, two[0].reference)
    work()
    assert Envelope.objects.filter(wrapped__isnull=False).count() == 2


def test_how_often_the_database_is_asked(coordinator, deployer, two):
    with CaptureQueriesContext(connection) as queries:
        exposures(coordinator, [FLAW])
    assert len(queries) == 4, [each["sql"][:80] for each in queries]
    reference = reference_of(deployer)
    with CaptureQueriesContext(connection) as queries:
        worklist(coordinator, reference)
    assert len(queries) == 6, [each["sql"][:80] for each in queries]
