"""A long log: it is looked at as a stream."""

import datetime as dt
import gc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.server.audit.leaves import hash_of, record_of
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.queries import verify
from clearinghouse.server.audit.rows import CHUNK
from clearinghouse.trust.commitment import commit, new_salt
from clearinghouse.trust.merkle import Frontier
from server.audit.tampering import unguarded

COLUMNS = [field.column for field in Entry._meta.concrete_fields]
INSERT = f"INSERT INTO audit_entry ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # one a row


def fill(count: int) -> None:
    """Write a log of so many entries, as :func:`services.record` does it, but many at a time."""
    at = timezone.now()
    frontier, heads = Frontier(), []
    with unguarded(), connection.cursor() as cursor:
        for low in range(0, count, CHUNK):
            entries = [_entry(seq, at) for seq in range(low, min(low + CHUNK, count))]
            cursor.executemany(INSERT, [_row(entry) for entry in entries])
            for entry in entries:
                frontier.append(hash_of(entry))
                if frontier.size % TreeHead.EVERY == 0:
                    heads.append(TreeHead(size=frontier.size, root=frontier.root(), at=at))
        TreeHead.objects.bulk_create(heads)
        Head.objects.all().delete()
        Head.objects.create(size=count, root=frontier.root(), frontier=frontier.to_bytes())


def _entry(seq: int, at: dt.datetime) -> Entry:
    entry = Entry(
        seq=seq, at=at, actor="person", participant=1, person=seq % 50, act="report.received", salt=new_salt()
    )
    body = record_of(entry, {"size": 1000})
    entry.body, entry.leaf = body.decode(), commit(entry.salt, body)
    return entry


def _row(entry: Entry) -> list[object]:
    values = [getattr(entry, name) for name in COLUMNS]
    return [
        connection.ops.adapt_datetimefield_value(each) if isinstance(each, dt.datetime) else each for each in values
    ]


@pytest.mark.django_db
def test_a_hundred_thousand_entries_are_verified_with_few_of_them_in_memory():
    fill(100_000)
    held = []

    def count(done: int, total: int) -> None:
        if done % (10 * CHUNK) == 0:
            held.append(sum(type(each) is Entry for each in gc.get_objects()))

    assert verify(progress=count) == []
    assert len(held) == 100_000 // (10 * CHUNK)
    assert max(held) <= 2 * CHUNK


@pytest.mark.django_db
def test_verifying_takes_two_queries_for_each_stretch():
    fill(3 * CHUNK)
    with CaptureQueriesContext(connection) as queries:
        assert verify() == []
    assert len(queries) == 2 * 3 + 4
