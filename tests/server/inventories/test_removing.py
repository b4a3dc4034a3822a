"""What is removed is gone for good, and what followed from it too."""

import pytest

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import DestroyedError
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.inventories import jobs
from clearinghouse.server.inventories.errors import InventoryNotFoundError
from clearinghouse.server.inventories.models import Content, ExposedIdentifier, State, Version, Violation, Worklist
from clearinghouse.server.inventories.queries import inventories, inventory, worklist
from clearinghouse.server.inventories.services import acknowledge, remove, replace
from server.inventories.having import FLAW, OTHER_FLAW, packages, publish, pypi, send, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(home, today):
    publish(home, "harbour", FLAW)
    publish(home, "quay", OTHER_FLAW)


def test_everything_goes(deployer, django_capture_on_commit_callbacks):
    found, _ = send(deployer, packages(pypi()))
    work()
    acknowledge(deployer, worklist(deployer).words[0], "done", "Dale did it")
    keys = list(Envelope.objects.values_list("pk", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        remove(deployer, found.reference)
    assert not list(blobs.names())
    for model in (Content, Violation, ExposedIdentifier, Worklist):
        assert not model.objects.exists()
    vault.forget()
    for key in keys:
        with pytest.raises(DestroyedError):
            vault.sealer(key)
    work()
    assert worklist(deployer) is None
    assert not Worklist.objects.exists()
    assert inventories(deployer) == []
    (left,) = inventories(deployer, removed=True)
    assert (left.state, left.site, left.components, left.size) == (State.REMOVED, "", 0, 0)
    assert inventory(deployer, found.reference).violations == ()
    assert "inventory.removed" in {entry.act for entry in Entry.objects.all()}
    for act in (lambda: remove(deployer, found.reference), lambda: replace(deployer, found.reference, [b"x"])):
        with pytest.raises(InventoryNotFoundError):
            act()


def test_what_remains_is_worked_out_anew(deployer):
    first, _ = send(deployer, packages(pypi()), site="North")
    send(deployer, packages(pypi("quay")), site="South")
    work()
    assert len(worklist(deployer).plan.actions) == 2
    remove(deployer, first.reference)
    assert worklist(deployer) is None  # until it is worked out
    work()
    (action,) = worklist(deployer).plan.actions
    assert action.clears[0].id == OTHER_FLAW
    assert {row.inventory.reference for row in ExposedIdentifier.objects.all()} == {
        each.reference for each in inventories(deployer)
    }


def test_removing_what_waits_to_be_read(deployer):
    found, _ = send(deployer, packages(pypi()))
    remove(deployer, found.reference)
    work()
    assert Version.objects.get().state == State.REMOVED
    assert not Content.objects.exists()


def test_removing_while_it_is_read_keeps_nothing(deployer, monkeypatch):
    found, _ = send(deployer, packages(pypi()))
    read = jobs.read

    def meanwhile(*args):
        made = read(*args)
        remove(deployer, found.reference)
        return made

    monkeypatch.setattr(jobs, "read", meanwhile)
    work()
    assert Version.objects.get().state == State.REMOVED
    assert not Content.objects.exists()
    assert not Worklist.objects.exists()


def test_removing_while_it_is_planned_keeps_nothing(deployer, monkeypatch):
    found, _ = send(deployer, packages(pypi()))
    other, _ = send(deployer, packages(pypi("quay")), site="South")
    make = jobs.worklists.make
    once = [found.reference]

    def meanwhile(*args):
        made = make(*args)
        if once:
            remove(deployer, once.pop())
        return made

    monkeypatch.setattr(jobs.worklists, "make", meanwhile)
    work()
    (action,) = worklist(deployer).plan.actions
    assert action.clears[0].id == OTHER_FLAW
    assert {row.inventory_id for row in ExposedIdentifier.objects.all()} == {other.pk}


def test_the_same_may_come_again_after_it_was_removed(deployer):
    body = packages(pypi())
    found, _ = send(deployer, body)
    remove(deployer, found.reference)
    again, new = send(deployer, body)
    assert new
    assert again.reference != found.reference
