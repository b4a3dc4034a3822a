"""Inventories come in: stored sealed before they are read, once, and by whom they may."""

import zipfile

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.server.access.reader import NOBODY
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs
from clearinghouse.server.evidence.errors import TooLargeError
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake.errors import EmptyBodyError, KeyReusedError, NotForThemError, QuotaError
from clearinghouse.server.inventories import jobs
from clearinghouse.server.inventories.errors import InventoryNotFoundError
from clearinghouse.server.inventories.models import Content, Inventory, State, Version, Violation
from clearinghouse.server.inventories.queries import blobs_in_use, inventories, inventory
from clearinghouse.server.inventories.queries import sent as asked_by_sender
from clearinghouse.server.inventories.services import Sent, receive_inventory, remove, replace
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from server.inventories.having import MARKER, packages, pypi, send, work
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db

LIST = packages(pypi(), pypi("quay", "3.1"))


def test_an_inventory_on_which_work_ended_is_told_to_have_failed_and_can_be_read_again(deployer):
    found, _ = send(deployer, LIST)
    read = Job.objects.filter(args=[found.latest_id])
    read.update(state=JobState.FAILED, finished_at=timezone.now())
    assert jobs.note_failed() == 1
    assert jobs.note_failed() == 0
    seen = inventory(deployer, found.reference)
    assert (seen.view.state, [each.code for each in seen.violations]) == (State.FAILED, ["reading_failed"])
    read.update(state=JobState.READY, finished_at=None, attempts=0)
    work()
    seen = inventory(deployer, found.reference)
    assert (seen.view.state, seen.violations) == (State.READY, ())


def test_what_comes_is_stored_and_its_work_is_queued(deployer):
    found, new = send(deployer, LIST)
    assert new
    assert found.state == State.RECEIVED
    job = Job.objects.get()
    assert job.args == [found.latest_id]
    assert list(blobs.names()) == [found.latest.blob]
    assert blobs_in_use([found.latest.blob, "00/nothing"]) == {found.latest.blob}
    assert [entry.act for entry in Entry.objects.all()] == ["inventory.received"]


def test_it_is_read(deployer):
    found, _ = send(deployer, LIST)
    work()
    view = inventory(deployer, found.reference).view
    assert (view.state, view.components, view.formats, view.counts) == (State.READY, 2, "cyclonedx", True)
    assert (view.site, view.filename) == ("Main site", "list.cdx.json")
    assert Content.objects.get().count == 2


def test_what_is_wrong_with_it_is_listed(deployer):
    rows = ["Vendor,Product,Version", "Cuttlegraph,PACS Viewer,5.1", "Cuttlegraph,,5.1", ",,"]
    found, _ = send(deployer, "\n".join(rows).encode(), filename="equipment.csv")
    work()
    detail = inventory(deployer, found.reference)
    assert detail.view.state == State.READY
    assert detail.total == len(detail.violations) == detail.view.problems >= 1
    assert all(each.source.endswith("equipment.csv") for each in detail.violations)
    assert inventory(deployer, found.reference, start=1).violations == detail.violations[1:]


def test_what_is_no_inventory_is_kept_and_counts_nowhere(deployer):
    found, _ = send(deployer, b"\x00\x01 no list of anything")
    work()
    detail = inventory(deployer, found.reference)
    assert (detail.view.state, detail.view.counts) == (State.FAILED, False)
    assert detail.violations[0].code == "unrecognised_format"
    assert len(list(blobs.names())) == 1
    assert Entry.objects.filter(act="inventory.failed").count() == 1


def test_an_archive_holds_several(deployer, tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.cdx.json", LIST)
        archive.writestr("two.cdx.json", packages(pypi("third")))
        archive.writestr("LICENSE", b"Do as you like.\n")
    found, _ = send(deployer, path.read_bytes(), filename="all.zip")
    work()
    detail = inventory(deployer, found.reference)
    assert (detail.view.state, detail.view.components, detail.view.unreadable) == (State.READY, 3, 0)
    assert [each.code for each in detail.violations] == ["passed_over"]


def test_the_same_for_the_same_site_is_one_inventory(deployer):
    first, new = send(deployer, LIST)
    again, anew = send(deployer, LIST)
    assert (new, anew) == (True, False)
    assert first.pk == again.pk
    work()
    assert send(deployer, LIST) == msgspec.structs.replace(send(deployer, LIST), inventory=first)
    assert Envelope.objects.count() - 1 == Version.objects.count() == 1  # and the worklist's
    assert len(list(blobs.names())) == 1
    assert send(deployer, LIST, site="Second site").new


def test_a_key_names_one_act_of_sending(deployer):
    first, _ = send(deployer, LIST, idempotency_key="a")
    assert send(deployer, LIST, idempotency_key="a").inventory.pk == first.pk
    assert not send(deployer, LIST, idempotency_key="b").new  # one site has one list
    assert send(deployer, LIST, idempotency_key="b", site="Second site").new
    with pytest.raises(KeyReusedError):
        send(deployer, packages(pypi("fourth")), idempotency_key="a")


def test_two_owners_of_the_same_see_nothing_of_each_other(deployer, other):
    mine, _ = send(deployer, LIST, idempotency_key="a")
    theirs, new = send(other, LIST, idempotency_key="a")
    assert new
    work()
    ours, yours = Version.objects.order_by("pk")
    assert {bytes(ours.body_mac)} != {bytes(yours.body_mac)}
    assert ours.blob != yours.blob
    assert [each.reference for each in inventories(deployer)] == [mine.reference]
    assert [each.reference for each in inventories(other)] == [theirs.reference]
    for wrong in (mine.reference, "nothingthere"):
        with pytest.raises(InventoryNotFoundError) as told:
            inventory(other, wrong)
        assert str(told.value) == "there is nothing here for you by this name"
        with pytest.raises(InventoryNotFoundError):
            remove(other, wrong)
        with pytest.raises(InventoryNotFoundError):
            replace(other, wrong, [LIST])


@pytest.mark.parametrize("role", [Role.FINDER, Role.VENDOR, Role.OBSERVER, Role.COORDINATOR])
def test_only_deployers_send(db, role):
    with pytest.raises(NotForThemError):
        send(reader_for(a_person(a_participant(role))), LIST)


def test_a_key_needs_the_scope(deployer, other):
    narrow = msgspec.structs.replace(deployer, person=None, scopes=frozenset({Scope.INVENTORY_READ}))
    with pytest.raises(NotForThemError):
        send(narrow, LIST)
    with pytest.raises(NotForThemError):
        send(NOBODY, LIST)
    wide = msgspec.structs.replace(narrow, scopes=frozenset({Scope.INVENTORY_WRITE}))
    found, _ = send(wide, LIST)
    assert inventories(wide) == []
    assert asked_by_sender(wide, found).reference == found.reference
    for reader in (narrow, msgspec.structs.replace(other, person=None)):
        with pytest.raises(InventoryNotFoundError):
            asked_by_sender(reader, found)
    assert [each.reference for each in inventories(narrow)] == [found.reference]


def test_nothing_is_left_of_what_is_refused(deployer, settings):
    limits = msgspec.structs.replace(settings.CONFIGURATION.limits, inventory=100, waiting=1)
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, limits=limits)
    with pytest.raises(EmptyBodyError):
        send(deployer, b"")
    with pytest.raises(TooLargeError):
        send(deployer, b"x" * 101)

    def broken():
        yield b"half"
        raise OSError

    with pytest.raises(OSError):
        receive_inventory(deployer, broken(), Sent())
    assert not Envelope.objects.exists()
    assert not list(blobs.names())
    assert not Inventory.objects.exists()
    send(deployer, b"short")
    with pytest.raises(QuotaError):
        send(deployer, b"other")


def test_nothing_of_it_is_in_clear(deployer, home):
    body = packages(pypi(MARKER), "pkg:npm/bad@@@") + b"\n"
    found, _ = send(deployer, body, site=f"site {MARKER}", filename=f"{MARKER}.json", idempotency_key=MARKER)
    send(deployer, f"Vendor,Product,Version\n{MARKER},,\n{MARKER},Viewer,\n".encode(), filename=f"{MARKER}.csv")
    work()
    assert inventory(deployer, found.reference).view.site == f"site {MARKER}"
    assert Violation.objects.exists()
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                stored += [
                    bytes(each) if isinstance(each, memoryview) else each
                    for each in row
                    if isinstance(each, bytes | memoryview)
                ]
                stored.append(repr(row).encode())
    assert len(stored) > 10
    assert not any(MARKER.encode() in each for each in stored)


def test_a_name_of_a_file_is_no_path(deployer):
    found, _ = send(deployer, LIST, site="a/b", filename="../../etc/C:\\list.json")
    work()
    assert inventory(deployer, found.reference).view.filename == "list.json"


def test_the_job_is_locked_before_the_log(deployer):
    """Who cancels work locks in this order, too: the other way round the two could wait for each other for ever."""
    send(deployer, LIST)
    with CaptureQueriesContext(connection) as queries:
        work()
    asked = [each["sql"] for each in queries]
    logged = asked.index(next(sql for sql in asked if "FROM audit_head" in sql))
    begun = max(place for place, sql in enumerate(asked[:logged]) if sql.startswith("SAVEPOINT"))
    assert any(sql.startswith('UPDATE "jobs_job" SET "heartbeat_at"') for sql in asked[begun:logged])


def test_how_often_the_database_is_asked(deployer):
    send(deployer, LIST)
    with CaptureQueriesContext(connection) as queries:
        send(deployer, LIST, site="Second")
    assert len(queries) == 18, [each["sql"][:80] for each in queries]
    work()
    for count in range(3):
        send(deployer, LIST, site=f"Third {count}")
    with CaptureQueriesContext(connection) as queries:
        assert len(inventories(deployer)) == 5
    assert len(queries) == 1, [each["sql"][:80] for each in queries]
