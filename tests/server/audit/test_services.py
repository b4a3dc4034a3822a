"""Acts that are recorded: what stands in an entry, and what is refused."""

from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.audit import guards, services
from clearinghouse.server.audit.acts import Act
from clearinghouse.server.audit.errors import (
    BrokenLogError,
    FactError,
    NotErasableError,
    OutsideTransactionError,
    UnknownActError,
)
from clearinghouse.server.audit.leaves import facts_of
from clearinghouse.server.audit.models import ActorKind, Entry, Head, TreeHead
from clearinghouse.server.audit.queries import verify
from clearinghouse.trust.commitment import opens
from clearinghouse.trust.merkle import Frontier

PERSON = Reader(participant=3, person=7)
SERVICE = Reader(participant=3, service=9)


@pytest.mark.django_db
def test_an_entry_says_who_did_what_with_what_and_commits_to_it():
    entry = services.record(PERSON, "evidence.downloaded", "report", 12, purpose="to reproduce it", parts=[1, 2])
    stored = Entry.objects.get(seq=0)
    assert (stored.actor, stored.participant, stored.person, stored.service) == (ActorKind.PERSON, 3, 7, None)
    assert (stored.act, stored.kind, stored.object_id) == (Act.EVIDENCE_DOWNLOADED, "report", "12")
    assert stored.sentence.startswith("A raw report")
    assert facts_of(stored.body) == {"purpose": "to reproduce it", "parts": [1, 2]}
    assert stored.at == entry.at
    assert opens(bytes(stored.leaf), bytes(stored.salt), stored.body.encode())
    assert verify() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actor", "kind", "ids"),
    [
        (PERSON, ActorKind.PERSON, (3, 7, None)),
        (SERVICE, ActorKind.SERVICE, (3, None, 9)),
        (Reader(participant=3), ActorKind.PARTICIPANT, (3, None, None)),
        (None, ActorKind.SYSTEM, (None, None, None)),
    ],
)
def test_each_kind_of_actor(actor, kind, ids):
    services.record(actor, Act.BACKUP_MADE)
    stored = Entry.objects.get()
    assert (stored.actor, (stored.participant, stored.person, stored.service)) == (kind, ids)
    assert verify() == []


@pytest.mark.django_db
def test_nobody_cannot_act():
    with pytest.raises(FactError, match="nobody"):
        services.record(NOBODY, Act.BACKUP_MADE)


@pytest.mark.django_db
def test_an_act_that_is_not_known_is_refused():
    with pytest.raises(UnknownActError, match=r"report\.eaten"):
        services.record(None, "report.eaten")


@pytest.mark.django_db(transaction=True)
def test_an_act_is_recorded_in_a_transaction_or_not_at_all():
    with pytest.raises(OutsideTransactionError):
        services.record(None, Act.BACKUP_MADE)
    with pytest.raises(OutsideTransactionError):
        services.erase([0])
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_leaves_nothing():
    with transaction.atomic():
        services.record(None, Act.BACKUP_MADE)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the point is what is between
        services.record(PERSON, Act.REPORT_RECEIVED, "report", 1)
        raise ZeroDivisionError
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            services.record(PERSON, Act.REPORT_RECEIVED, "report", 2)
            raise ZeroDivisionError
        services.record(PERSON, Act.REPORT_RECEIVED, "report", 3)
    assert [(entry.seq, entry.object_id) for entry in Entry.objects.order_by("seq")] == [(0, ""), (1, "3")]
    assert Head.objects.get().size == 2
    assert verify() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"share": 0.5},
        {"count": 2**53},
        {"data": b"bytes"},
        {"purpose": "two\nlines"},
        {"purpose": "a" * (services.LONGEST_TEXT + 1)},
        {"purpose": "\u202eturned round"},
        {"purpose": "\ud800"},
        {"nested": {"deep": ["b" * 501]}},
        {"name\n": 1},
        {"numbers": list(range(2000))},
        {"when": object()},
    ],
)
def test_what_is_not_to_stand_in_an_entry_is_refused(facts):
    with pytest.raises(FactError):
        services.record(PERSON, Act.GLASS_REQUESTED, "report", 1, **facts)
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "object_id"),
    [("Report", 1), ("report", "a b"), ("report", "x" * 65), ("", 1), ("r" * 25, 1), ("report", "é")],
)
def test_an_object_has_a_short_name(kind, object_id):
    with pytest.raises(FactError, match="names no object"):
        services.record(PERSON, Act.REPORT_READ, kind, object_id)


@pytest.mark.django_db
def test_recording_takes_three_queries_and_a_tree_head_a_fourth(monkeypatch):
    monkeypatch.setattr(TreeHead, "EVERY", 4)
    services.record(None, Act.BACKUP_MADE)
    counts = []
    for _ in range(4):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.record(PERSON, Act.REPORT_RECEIVED, "report", 1, size=10)
        counts.append(len(queries))
    assert counts == [3, 3, 4, 3]


@pytest.mark.django_db
def test_tree_heads_are_kept_every_so_often_and_when_asked_for(monkeypatch):
    monkeypatch.setattr(TreeHead, "EVERY", 4)
    assert services.publish_head() is None
    for _ in range(6):
        services.record(None, Act.BACKUP_MADE)
    first, again = services.publish_head(), services.publish_head()
    assert (first.size, bytes(first.root)) == (6, bytes(Head.objects.get().root)) == (again.size, bytes(again.root))
    assert list(TreeHead.objects.order_by("size").values_list("size", flat=True)) == [4, 6]
    assert first.at == Entry.objects.get(seq=5).at
    assert Frontier.from_bytes(bytes(Head.objects.get().frontier)).root() == bytes(first.root)
    assert verify() == []


@pytest.mark.django_db
def test_an_erased_entry_leaves_its_place_and_that_it_was_erased():
    for report in range(6):
        services.record(PERSON, Act.REPORT_RECEIVED, "report", report, note=f"planted {report}")
    before = {entry.seq: bytes(entry.leaf) for entry in Entry.objects.all()}
    assert services.erase([1, 2, 4, 4, 99, -1], SERVICE) == 3
    assert services.erase([1, 2]) == 0
    erased = Entry.objects.filter(erased_by=6).order_by("seq")
    assert [entry.seq for entry in erased] == [1, 2, 4]
    for entry in erased:
        assert (entry.salt, entry.body, entry.object_id, entry.actor) == (None, None, "", "")
        assert (entry.participant, entry.person, entry.service) == (None, None, None)
        assert (entry.act, entry.kind, bytes(entry.leaf)) == ("report.received", "report", before[entry.seq])
    said = Entry.objects.get(seq=6)
    assert (said.act, said.service, facts_of(said.body)) == ("entry.erased", 9, {"stretches": [[1, 2], [4, 4]]})
    assert verify() == []
    with pytest.raises(NotErasableError):
        services.erase([6])


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL overwrites when it vacuums")
@pytest.mark.django_db(transaction=True)
def test_what_was_erased_is_nowhere_in_the_file():
    marker = "marker-5f1c9a77"
    with transaction.atomic():
        services.record(PERSON, Act.EVIDENCE_DOWNLOADED, "report", f"{marker}-object", purpose=f"{marker}-purpose")
        services.record(None, Act.BACKUP_MADE)
    assert marker.encode() in in_files()
    with transaction.atomic():
        services.erase([0])
    assert marker.encode() not in in_files()


def in_files() -> bytes:
    """Every byte of the database, after its journal was written back."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(connection.settings_dict["NAME"])
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


@pytest.mark.django_db
def test_erasing_many_scattered_entries_is_said_in_several_entries():
    for _ in range(501):
        services.record(PERSON, Act.REPORT_READ, "report", 1)
    assert services.erase(range(0, 501, 2)) == 251
    assert Entry.objects.filter(act=Act.ENTRY_ERASED).count() == 3
    assert verify() == []


@pytest.mark.django_db
def test_a_log_whose_head_is_gone_takes_nothing_more():
    services.record(None, Act.BACKUP_MADE)
    guards.remove(connection)
    Head.objects.all().delete()
    guards.install(connection)
    with pytest.raises(BrokenLogError):
        services.record(None, Act.BACKUP_MADE)
