"""Whatever is changed in the log is found."""

import datetime as dt

import pytest
from django.db import connection

from clearinghouse.server.audit import guards, services
from clearinghouse.server.audit.leaves import facts_of, hash_of, record_of
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.queries import verify
from clearinghouse.server.audit.rows import CHUNK
from clearinghouse.server.audit.verification import MOST
from clearinghouse.trust.commitment import commit
from clearinghouse.trust.merkle import Frontier
from server.audit.tampering import codes, execute, move, undone, unguarded

PLAIN, ERASED, ERASER = 5, 9, 13
LATER = dt.timedelta(microseconds=1)


def flipped(data) -> bytes:
    return bytes([data[0] ^ 1, *bytes(data)[1:]]) if data else bytes(32)


def changes(entry: Entry) -> list[dict[str, object]]:
    """Every field of a row, changed."""
    now = entry.at
    return [
        {"at": entry.at + LATER},
        *({"actor": actor} for actor in ("person", "service", "system", "") if actor != entry.actor),
        *({name: (getattr(entry, name) or 0) + 1} for name in ("participant", "person", "service", "erased_by")),
        *({name: None} for name in ("participant", "person") if getattr(entry, name) is not None),
        {"act": "report.purged"},
        {"kind": "vulnerability"},
        {"object_id": "77"},
        {"leaf": flipped(entry.leaf)},
        {"leaf": b""},
        {"salt": flipped(entry.salt)},
        {"salt": b"short"},
        {"body": (entry.body or "{}") + " "},
        {"body": (entry.body or "{}").replace("{", "{ ", 1)},
        {"body": "no record"},
        {"erased_at": (entry.erased_at or now) + LATER},
        {"salt": None, "body": None, "erased_at": now, "erased_by": ERASER},
        *({name: None} for name in ("salt", "body", "erased_at", "erased_by") if getattr(entry, name) is not None),
    ]


@pytest.mark.parametrize("seq", [0, PLAIN, ERASED, ERASER, 3, 10, 12])
def test_a_changed_field_is_found(log, seq):
    for change in changes(Entry.objects.get(seq=seq)):
        with undone():
            with unguarded():
                Entry.objects.filter(seq=seq).update(**change)
            assert codes(), change
    assert verify() == []


def test_a_deleted_entry_is_found_wherever_it_stood(log):
    for seq in range(14):
        with undone():
            with unguarded():
                Entry.objects.filter(seq=seq).delete()
            assert ("entry_missing", seq) in {(fault.code, fault.seq) for fault in verify()}


def test_swapped_entries_are_found(log):
    for one, other in ((0, 1), (2, 3), (4, 11), (9, 2), (12, 13)):
        with undone():
            with unguarded():
                move(one, 100)
                move(other, one)
                move(100, other)
            assert codes(), (one, other)


def test_an_inserted_entry_is_found(log):
    with undone():
        with unguarded():
            for seq in range(13, 4, -1):
                move(seq, seq + 1)
            copy = Entry.objects.get(seq=4)
            copy.seq = 5
            copy.save(force_insert=True)
        assert {"columns_changed", "entry_beyond"} <= codes()
    with undone():
        with unguarded():
            copy = Entry.objects.get(seq=12)
            copy.seq = 14
            copy.save(force_insert=True)
        assert codes() == {"entry_beyond"}


def test_a_changed_or_missing_head_is_found(log):
    head = Head.objects.get()
    changed = [
        {"size": 13},
        {"size": 15},
        {"size": 0},
        {"root": flipped(head.root)},
        {"frontier": flipped(head.frontier)},
        {"frontier": b""},
    ]
    for change in changed:
        with undone():
            with unguarded():
                Head.objects.update(**change)
            assert codes(), change
    with undone():
        with unguarded():
            Head.objects.all().delete()
        assert "head_missing" in codes()


def test_a_changed_or_missing_tree_head_is_found(log):
    for size in (4, 8, 12):
        head = TreeHead.objects.get(size=size)
        for change in ({"root": flipped(head.root)}, {"at": head.at + LATER}, {"size": size - 1}, {"size": 99}):
            with undone():
                with unguarded():
                    TreeHead.objects.filter(size=size).update(**change)
                assert codes(), (size, change)
        with undone():
            with unguarded():
                TreeHead.objects.filter(size=size).delete()
            assert codes() == {"tree_head_missing"}


def test_a_missing_guard_is_found(log):
    for name in guards.names():
        with undone():
            execute(
                f"DROP TRIGGER {name}" + (f" ON {name.rpartition('_')[0]}" if connection.vendor != "sqlite" else "")
            )
            assert codes() == {"guard_missing"}


def test_what_nobody_said_to_be_erased_is_found(log):
    nothing = {"actor": "", "participant": None, "person": None, "object_id": "", "salt": None, "body": None}
    at = Entry.objects.get(seq=ERASER).at
    for by in (ERASER, 12, 99):
        with undone():
            with unguarded():
                Entry.objects.filter(seq=PLAIN).update(**nothing, erased_at=at, erased_by=by)
            assert codes() == {"erasure_unfounded"}


def test_what_is_brought_back_after_it_was_erased_is_found(log):
    kept = Entry.objects.get(seq=PLAIN)
    services.erase([PLAIN])
    with unguarded():
        kept.save(force_update=True)
    assert codes() == {"erasure_undone"}


def forge(entry: Entry) -> None:
    """Say something else in an entry as well as it can be done."""
    entry.object_id = "9999"
    body = record_of(entry, facts_of(entry.body))
    entry.body, entry.leaf = body.decode(), commit(bytes(entry.salt), body)
    entry.save(force_update=True)


def test_a_forged_entry_does_not_lead_to_the_head_and_it_is_said_where(log):
    with unguarded():
        forge(Entry.objects.get(seq=PLAIN))
    (fault,) = verify()
    assert (fault.code, fault.message) == (
        "head_differs",
        "the entries do not lead to the tree head of 8; up to 4 they lead to theirs",
    )


def test_a_log_that_was_made_anew_is_found_by_a_head_that_was_kept_elsewhere(log):
    kept = {head.size: bytes(head.root) for head in TreeHead.objects.all()} | {14: bytes(Head.objects.get().root)}
    assert verify(known=kept) == []
    with unguarded():
        forge(Entry.objects.get(seq=PLAIN))
        frontier = Frontier()
        for entry in Entry.objects.order_by("seq"):
            frontier.append(hash_of(entry))
            TreeHead.objects.filter(size=frontier.size).update(root=frontier.root())
        Head.objects.update(root=frontier.root(), frontier=frontier.to_bytes())
    assert verify() == []
    assert verify(known={4: kept[4]}) == []
    assert codes(known=kept) == {"head_differs"}
    assert codes(known={14: kept[14]}) == {"head_differs"}


def test_a_log_whose_end_was_cut_off_is_found_by_a_head_that_was_kept_elsewhere(log):
    with unguarded():
        frontier = Frontier(hash_of(entry) for entry in Entry.objects.filter(seq__lt=12).order_by("seq"))
        known = {14: bytes(Head.objects.get().root)}
        TreeHead.objects.filter(size__gt=12).delete()
        Entry.objects.filter(seq__gte=12).delete()
        Head.objects.update(size=12, root=frontier.root(), frontier=frontier.to_bytes())
    assert "erasure_undone" not in codes()
    assert codes(known=known) >= {"cut_off"}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps to the types of its columns")
@pytest.mark.parametrize(
    "value", ["at = 'yesterday'", "at = '2026-99-99'", "leaf = 7", "salt = 'text'", "body = x'ff'", "erased_by = 'x'"]
)
def test_a_column_that_holds_what_it_cannot_hold_is_found(log, value):
    with unguarded():
        execute(f"UPDATE audit_entry SET {value} WHERE seq = {PLAIN}")
    assert PLAIN in {fault.seq for fault in verify()}


def test_an_empty_log_is_whole(db):
    assert verify() == []


def test_progress_is_told(log):
    told = []
    verify(progress=lambda done, total: told.append((done, total)))
    assert told == [(14, 14)]


def test_not_more_faults_are_listed_than_anybody_reads(db):
    services.record(None, "backup.made")
    with unguarded():
        Head.objects.update(size=CHUNK * 3)
    assert len(verify()) == MOST
