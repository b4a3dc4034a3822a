"""People say what they did; it holds for the same action of every later plan, until a newer list contradicts it."""

import msgspec
import pytest

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.intake.errors import NotForThemError
from clearinghouse.server.inventories import jobs
from clearinghouse.server.inventories.errors import AcknowledgementError, InventoryNotFoundError, TermsError
from clearinghouse.server.inventories.models import Acknowledgement, Worklist
from clearinghouse.server.inventories.queries import terms, worklist
from clearinghouse.server.inventories.services import acknowledge, replace, set_terms, take_back
from clearinghouse.server.participants.models import Participant, Person
from server.inventories.having import FLAW, MARKER, OTHER_FLAW, packages, publish, pypi, send, work
from server_people import a_person, reader_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(home, today):
    publish(home, "harbour", FLAW)
    publish(home, "quay", OTHER_FLAW)


@pytest.fixture
def found(deployer):
    """An inventory with one thing to do."""
    made, _ = send(deployer, packages(pypi()))
    work()
    return made


def test_done_on_a_day_by_somebody(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done", f"with the reboot {MARKER}")
    view = worklist(deployer)
    said = view.acknowledged[0]
    assert (said.mark, said.note) == ("done", f"with the reboot {MARKER}")
    assert said.by == Person.objects.get(pk=deployer.person).name
    assert view.done() == [(view.plan.actions[0], said)]
    assert (view.tally.actions, Worklist.objects.get().actions) == (0, 0)
    assert MARKER.encode() not in bytes(Acknowledgement.objects.get().note)


def test_it_holds_for_later_plans(deployer, found, home, today):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done")
    publish(home, "other", "CVE-2099-70001")
    jobs.plan_all.enqueue()
    work()
    send(deployer, packages(pypi("quay")), site="South")
    work()
    view = worklist(deployer)
    position = view.words.index(word)
    assert list(view.acknowledged) == [position]
    assert (view.tally.actions, Worklist.objects.get().actions) == (1, 1)
    publish(home, "harbour", FLAW, fixed="3.0")  # another version to install is another thing to do
    jobs.plan_all.enqueue()
    work()
    assert not worklist(deployer).acknowledged


def test_the_same_again_is_one(deployer, found):
    (word,) = worklist(deployer).words
    first = acknowledge(deployer, word, "done", "so")
    assert acknowledge(deployer, word, "done") == first
    acknowledge(deployer, word, "not_applicable")
    assert [each.taken_back_at is None for each in Acknowledgement.objects.order_by("pk")] == [False, True]
    assert worklist(deployer).acknowledged[0].mark == "not_applicable"


def test_it_is_taken_back_by_a_person(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done")
    take_back(deployer, word)
    view = worklist(deployer)
    assert (view.acknowledged, view.taken_back, view.tally.actions, Worklist.objects.get().actions) == ({}, 0, 1, 1)
    with pytest.raises(InventoryNotFoundError):
        take_back(deployer, word)
    acts = [entry.act for entry in Entry.objects.order_by("seq")]
    assert acts[-2:] == ["action.acknowledged", "acknowledgement.taken_back"]


def test_a_newer_list_with_the_same_component_takes_it_back(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done")
    replace(deployer, found.reference, [packages(pypi(), pypi("more"))])
    work()
    view = worklist(deployer)
    assert view.words == (word,)
    assert (view.acknowledged, view.taken_back) == ({}, 1)
    row = Acknowledgement.objects.get()
    assert row.taken_back_at is not None
    assert row.taken_back_by is None


def test_a_newer_list_without_it_confirms_it(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done")
    replace(deployer, found.reference, [packages(pypi(version="2.0"))])
    work()
    assert not worklist(deployer).plan.actions
    assert Acknowledgement.objects.get().taken_back_at is None


def test_that_it_does_not_apply_is_not_contradicted_by_a_newer_list(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "not_applicable")
    replace(deployer, found.reference, [packages(pypi(), pypi("more"))])
    work()
    assert worklist(deployer).acknowledged[0].mark == "not_applicable"


def test_a_list_that_does_not_have_it_changes_nothing(deployer, found):
    (word,) = worklist(deployer).words
    acknowledge(deployer, word, "done")
    send(deployer, packages(pypi("more")), site="South")
    work()
    assert worklist(deployer).acknowledged


def test_who_may(deployer, other, coordinator, found):
    (word,) = worklist(deployer).words
    send(other, packages(pypi()))
    work()
    (theirs,) = worklist(other).words
    assert theirs != word
    for wrong in (word, "00" * 32, "no hex", ""):
        with pytest.raises(InventoryNotFoundError):
            acknowledge(other, wrong, "done")
        with pytest.raises(InventoryNotFoundError):
            take_back(other, wrong)
    service = msgspec.structs.replace(deployer, person=None, service=None)
    for reader in (coordinator, service):
        with pytest.raises(NotForThemError):
            acknowledge(reader, word, "done")
    with pytest.raises(AcknowledgementError):
        acknowledge(deployer, word, "perhaps")
    with pytest.raises(AcknowledgementError):
        acknowledge(deployer, word, "done", "x" * 2_001)
    colleague = reader_for(a_person(Participant.objects.get(pk=deployer.participant)))
    acknowledge(colleague, word, "done")
    assert worklist(deployer).acknowledged[0].by == Person.objects.get(pk=colleague.person).name


def test_a_deployer_without_anything_has_nothing_to_mark(other):
    with pytest.raises(InventoryNotFoundError):
        acknowledge(other, "00" * 32, "done")


def test_terms(deployer, found):
    assert len(worklist(deployer).plan.actions[0].arms) == 2
    set_terms(deployer, exposed="no", bound=True)
    work()
    view = worklist(deployer)
    assert (len(view.plan.actions[0].arms), view.bound) == (1, True)
    assert (terms(deployer).exposed, terms(deployer).bound) == ("no", True)
    with pytest.raises(TermsError):
        set_terms(deployer, exposed="perhaps")
