"""What follows for a deployer: when it is worked out, what it says, and what becomes of it."""

import zlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clearinghouse.priority.plan import Do
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.inventories import jobs, known, worklists
from clearinghouse.server.inventories.models import ExposedIdentifier, Inventory, State, Version, Worklist
from clearinghouse.server.inventories.queries import inventory, worklist
from clearinghouse.server.inventories.services import replace, set_terms
from clearinghouse.server.jobs.models import Job
from clearinghouse.triage.worklist import FIRST_FOUND
from server.inventories.having import DAY, FLAW, MARKER, OTHER_FLAW, list_in_kev, packages, publish, pypi, send, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(home, today):
    publish(home, "harbour", FLAW)


def plan_all():
    """The look whether something is other than it was; return how many jobs followed."""
    jobs.plan_all.enqueue()
    return work() - 1


def test_there_is_none_before_there_is_an_inventory(deployer):
    assert worklist(deployer) is None


def test_what_is_to_be_done(deployer):
    send(deployer, packages(pypi()))
    work()
    view = worklist(deployer)
    (action,) = view.plan.actions
    assert (action.do, action.to, action.clears[0].id) == (Do.UPGRADE, "2.0", FLAW)
    assert view.made_from[0] == "list.cdx.json: 1 component"
    assert view.judged
    assert view.mine
    assert not view.acknowledged
    assert view.waiting == 0
    assert (view.made_as_of, view.as_of) == (DAY, DAY)
    html = "".join(str(each) for each in view.sections())
    assert "harbour" in html
    assert FLAW in html


def test_two_files_of_one_name_are_told_apart(deployer):
    send(deployer, packages(pypi()), site="North")
    send(deployer, packages(pypi("quay", "1")), site="South")
    work()
    assert worklist(deployer).made_from[:2] == ("North/list.cdx.json: 1 component", "South/list.cdx.json: 1 component")


def test_without_advisories_nothing_is_judged(deployer, home):
    (home / "advisories" / f"{FLAW}.json").unlink()
    send(deployer, packages(pypi()))
    work()
    view = worklist(deployer)
    assert not view.judged
    assert not view.plan.actions
    assert len(view.unknown) == 1


def test_it_is_made_once_for_many_inventories(deployer):
    for number in range(5):
        send(deployer, packages(pypi(), pypi(f"lib{number}")), site=f"Site {number}")
    work()
    row = Worklist.objects.get()
    assert Job.objects.filter(state="done").count() == 10
    assert Job.objects.filter(state="failed").count() == 0
    assert len(worklist(deployer).plan.actions[0].subject.places) == 5
    made_at = row.made_at
    assert plan_all() == 0
    assert Worklist.objects.get().made_at == made_at


def test_new_advisories_and_a_new_day_change_it(deployer, home, today):
    send(deployer, packages(pypi(), pypi("quay")))
    work()
    assert plan_all() == 0
    publish(home, "quay", OTHER_FLAW)
    assert plan_all() == 1
    assert len(worklist(deployer).plan.actions) == 2
    list_in_kev(home, OTHER_FLAW, str(DAY - timedelta(days=20)))
    assert plan_all() == 1
    assert worklist(deployer).plan.actions[0].clears[0].id == OTHER_FLAW
    today(DAY + timedelta(days=1))
    assert plan_all() == 1
    assert worklist(deployer).made_as_of == DAY + timedelta(days=1)


def test_the_clock_does_not_begin_anew_every_day(deployer, home, today):
    list_in_kev(home, FLAW, str(DAY + timedelta(days=3)))
    set_terms(deployer, exposed="yes")
    found, _ = send(deployer, packages(pypi()))
    work()
    first = worklist(deployer).plan.actions[0].clears[0].deadline
    assert (first.identified, first.identified_source) == (DAY, FIRST_FOUND)
    for days in (1, 5):
        today(DAY + timedelta(days=days))
        plan_all()
        assert worklist(deployer).plan.actions[0].clears[0].deadline.identified == DAY
    replace(deployer, found.reference, [packages(pypi(version="1.5"))])
    work()
    later = worklist(deployer).plan.actions[0]
    assert later.subject.version == "1.5"
    assert later.clears[0].deadline.identified == DAY
    send(deployer, packages(pypi()), site="New site")
    work()
    assert {each.clears[0].deadline.identified for each in worklist(deployer).plan.actions} == {DAY}


def test_days_are_counted_when_it_is_shown(deployer, home, today):
    list_in_kev(home, FLAW, str(DAY))
    set_terms(deployer, exposed="yes")
    send(deployer, packages(pypi()))
    work()
    due = worklist(deployer).tally.next_due
    assert due is not None
    row = Worklist.objects.get()
    assert (row.next_due, row.overdue, row.actions) == (due, 0, 1)
    today(due + timedelta(days=2))
    view = worklist(deployer)
    assert (view.tally.overdue, view.tally.next_due, view.made_as_of) == (1, None, DAY)
    assert "overdue" in "".join(str(each) for each in view.sections()).lower()


def test_a_newer_version_takes_the_place(deployer, django_capture_on_commit_callbacks):
    found, _ = send(deployer, packages(pypi()))
    work()
    old = Version.objects.get()
    again, new = replace(deployer, found.reference, [packages(pypi(version="2.0"))])
    assert new
    assert again.reference == found.reference
    assert len(worklist(deployer).plan.actions) == 1  # the one before counts until this one is read
    assert worklist(deployer).waiting == 1
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert not worklist(deployer).plan.actions
    view = inventory(deployer, found.reference).view
    assert (view.version, view.counting, view.site, view.filename) == (2, 2, "Main site", "list.cdx.json")
    old.refresh_from_db()
    assert (old.state, old.meta, old.blob, old.size) == (State.REMOVED, None, "", 0)
    assert Envelope.objects.get(pk=old.envelope_id).wrapped is None
    assert not replace(deployer, found.reference, [packages(pypi(version="2.0"))]).new


def test_a_version_that_cannot_be_read_takes_no_place(deployer):
    found, _ = send(deployer, packages(pypi()))
    work()
    replace(deployer, found.reference, [b"\x00 nothing"])
    work()
    view = inventory(deployer, found.reference).view
    assert (view.state, view.version, view.counting) == (State.FAILED, 2, 1)
    assert len(worklist(deployer).plan.actions) == 1
    replace(deployer, found.reference, [packages(pypi("quay"))])
    work()
    assert inventory(deployer, found.reference).view.counting == 3
    assert not worklist(deployer).plan.actions
    assert Version.objects.exclude(state=State.REMOVED).count() == 1


def test_worklists_are_sealed(deployer, home):
    publish(home, MARKER, OTHER_FLAW)
    send(deployer, packages(pypi(MARKER)))
    work()
    assert len(worklist(deployer).plan.actions) == 1
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for each in row:
                    value = (
                        bytes(each)
                        if isinstance(each, memoryview)
                        else each
                        if isinstance(each, bytes)
                        else str(each).encode()
                    )
                    assert MARKER.encode() not in value
                    assert OTHER_FLAW.encode() not in value


def test_how_often_the_database_is_asked(deployer):
    for number in range(4):
        send(deployer, packages(pypi(), pypi(f"lib{number}")), site=f"Site {number}")
    work()
    with CaptureQueriesContext(connection) as queries:
        assert worklist(deployer)
    assert len(queries) == 5, [each["sql"][:80] for each in queries]
    with CaptureQueriesContext(connection) as queries:
        assert worklists.is_made(deployer.participant, worklists.inputs_of(deployer.participant, known.versions(), DAY))
        assert worklists.outdated(known.versions(), DAY) == []
    assert len(queries) == 4, [each["sql"][:80] for each in queries]
    assert ExposedIdentifier.objects.count() == 8
    assert Inventory.objects.count() == 4


def test_what_another_version_of_the_program_made_is_made_anew(deployer):
    send(deployer, packages(pypi()))
    work()
    row = Worklist.objects.get()
    sealer = vault.sealer(row.envelope_id)
    row.sealed = sealer.seal(zlib.compress(b"\x81\xa4rest\x01"), b"worklist")
    row.advisories = "another"
    row.inputs = bytes(32)
    row.save()
    assert worklist(deployer) is None
    assert plan_all() == 1
    assert worklist(deployer).plan.actions
