"""Who may ask what of the log, and what they can check of the answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.audit import services
from clearinghouse.server.audit.errors import BrokenLogError, NoSuchEntryError
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.queries import consistency, entries, proof
from clearinghouse.server.participants.models import Role
from clearinghouse.trust.commitment import opens
from clearinghouse.trust.merkle import check_consistency, check_inclusion, leaf_hash
from server.audit.tampering import unguarded

COORDINATOR = Reader(participant=1, person=1, roles=frozenset({Role.COORDINATOR}))
ADMINISTRATOR = Reader(participant=1, person=2, administrator=True)
OTHERS = [NOBODY, Reader(participant=3, person=7, roles=frozenset(set(Role) - {Role.COORDINATOR}), steward=True)]


def seqs(*arguments, **named) -> list[int]:
    return [entry.seq for entry in entries(*arguments, **named)]


@pytest.mark.parametrize("reader", [COORDINATOR, ADMINISTRATOR])
def test_the_newest_come_first_and_pages_follow_by_position(log, reader):
    assert seqs(reader) == list(range(13, -1, -1))
    assert seqs(reader, limit=3) == [13, 12, 11]
    assert seqs(reader, before=11, limit=3) == [10, 9, 8]
    assert seqs(reader, before=0) == []
    assert seqs(reader, limit=0) == []
    assert seqs(reader, limit=-5) == []


def test_entries_are_found_by_object_and_act(log):
    assert seqs(COORDINATOR, kind="report", object_id=4) == [12, 4]
    assert seqs(COORDINATOR, kind="report", object_id="4", act="evidence.downloaded") == [12]
    assert seqs(COORDINATOR, act="entry.erased") == [13, 10]
    assert seqs(COORDINATOR, kind="report", object_id=2) == []  # it is erased: what it was about is gone
    assert 2 in seqs(COORDINATOR, kind="report")


@pytest.mark.parametrize("reader", OTHERS)
def test_the_log_is_for_coordinators_and_administrators(log, reader):
    assert entries(reader) == []
    messages = []
    for seq in (0, 99):
        with pytest.raises(NoSuchEntryError) as caught:
            proof(reader, seq)
        messages.append(caught.value.what.replace(str(seq), "?"))
    assert len(set(messages)) == 1
    with pytest.raises(NoSuchEntryError):
        consistency(reader, 4, bytes(TreeHead.objects.get(size=4).root))


def test_one_page_is_one_query(log):
    with CaptureQueriesContext(connection) as queries:
        entries(COORDINATOR, kind="report")
    assert len(queries) == 1


def test_every_entry_can_be_proved_with_nothing_but_what_is_handed_out(log):
    kept = services.publish_head()
    for entry in Entry.objects.all():
        shown = proof(ADMINISTRATOR, entry.seq)
        assert (shown.size, shown.root) == (kept.size, bytes(kept.root))
        check_inclusion(leaf_hash(shown.public), shown.seq, shown.size, bytes(kept.root), shown.path)
        assert entry.act.encode() in shown.public
        if entry.body is not None:
            commitment = bytes(entry.leaf)
            assert commitment.hex().encode() in shown.public
            assert opens(commitment, shown.salt, shown.body.encode())
        else:
            assert (shown.salt, shown.body) == (None, None)


def test_the_log_is_proved_to_begin_with_every_head_that_was_kept(log):
    for kept in TreeHead.objects.all():
        shown = consistency(COORDINATOR, kept.size, bytes(kept.root))
        check_consistency(kept.size, bytes(kept.root), shown.new, bytes(Head.objects.get().root), shown.path)
        with pytest.raises(BrokenLogError):
            consistency(COORDINATOR, kept.size, bytes(32))
    with pytest.raises(BrokenLogError):
        consistency(COORDINATOR, 99, bytes(32))
    with pytest.raises(NoSuchEntryError):
        consistency(COORDINATOR, 0, bytes(32))


def test_a_log_that_was_changed_proves_nothing(log):
    with unguarded():
        Entry.objects.filter(seq=5).update(kind="other")
    with pytest.raises(BrokenLogError):
        proof(COORDINATOR, 5)
    with pytest.raises(BrokenLogError):
        proof(COORDINATOR, 0)


def test_there_is_nothing_to_prove_in_an_empty_log(db):
    assert entries(COORDINATOR) == []
    with pytest.raises(NoSuchEntryError):
        proof(COORDINATOR, 0)
