"""The database refuses what is not adding to the log or erasing."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_migrate

from clearinghouse.server.audit import guards
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.queries import verify

_COLUMNS = "at, actor, participant, person, service, act, kind, object_id, leaf, salt, body, erased_at, erased_by"
ENTRY = f"(seq, {_COLUMNS}) SELECT {{seq}}, {_COLUMNS} FROM audit_entry WHERE seq = 1"
ERASED = (
    "actor = '', participant = NULL, person = NULL, service = NULL, object_id = '', salt = NULL, body = NULL, "
    "erased_at = at, erased_by = 13"
)
REFUSED = [
    "DELETE FROM audit_entry WHERE seq = 5",
    "DELETE FROM audit_entry WHERE seq = 2",
    "DELETE FROM audit_entry",
    "UPDATE audit_entry SET act = 'backup.made' WHERE seq = 5",
    "UPDATE audit_entry SET seq = 14 WHERE seq = 13",
    "UPDATE audit_entry SET person = 8 WHERE seq = 5",
    "UPDATE audit_entry SET object_id = '8' WHERE seq = 5",
    "UPDATE audit_entry SET body = 'x' WHERE seq = 5",
    "UPDATE audit_entry SET body = body",
    "UPDATE audit_entry SET salt = NULL, body = NULL WHERE seq = 5",
    "UPDATE audit_entry SET body = NULL, erased_at = at, erased_by = 13 WHERE seq = 5",
    "UPDATE audit_entry SET erased_at = at WHERE seq = 5",
    "UPDATE audit_entry SET erased_by = 10 WHERE seq = 9",
    "UPDATE audit_entry SET body = 'back', salt = leaf, erased_at = NULL, erased_by = NULL WHERE seq = 9",
    f"UPDATE audit_entry SET kind = 'x', {ERASED} WHERE seq = 5",
    f"UPDATE audit_entry SET act = 'x', {ERASED} WHERE seq = 5",
    f"UPDATE audit_entry SET leaf = salt, {ERASED} WHERE seq = 5",
    f"UPDATE audit_entry SET {ERASED} WHERE seq = 13",
    f"UPDATE audit_entry SET {ERASED} WHERE seq = 9",
    f"INSERT INTO audit_entry {ENTRY.format(seq=13)}",
    f"INSERT INTO audit_entry {ENTRY.format(seq=15)}",
    f"INSERT INTO audit_entry {ENTRY.format(seq=-1)}",
    "UPDATE audit_head SET size = size - 1",
    "UPDATE audit_head SET root = frontier",
    "UPDATE audit_head SET size = size, root = root",
    "UPDATE audit_head SET id = 2, size = size + 1",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head (id, size, root, frontier) SELECT 2, 0, root, frontier FROM audit_head",
    "DELETE FROM audit_treehead",
    "UPDATE audit_treehead SET at = at",
    "UPDATE audit_treehead SET size = 5 WHERE size = 4",
    "INSERT INTO audit_treehead (size, root, at) SELECT 13, root, at FROM audit_treehead WHERE size = 12",
    "INSERT INTO audit_treehead (size, root, at) SELECT 14, root, at FROM audit_treehead WHERE size = 12",
]
ONLY_SQLITE = [
    f"INSERT OR REPLACE INTO audit_entry {ENTRY.format(seq=5)}",
    "INSERT OR REPLACE INTO audit_head (id, size, root, frontier) SELECT 1, 0, root, frontier FROM audit_head",
    "INSERT OR REPLACE INTO audit_treehead (size, root, at) SELECT size, root, at FROM audit_treehead",
    "UPDATE OR REPLACE audit_entry SET seq = 5 WHERE seq = 6",
]
ONLY_POSTGRESQL = [
    "TRUNCATE audit_entry",
    "TRUNCATE audit_head",
    "TRUNCATE audit_treehead",
    "TRUNCATE audit_entry, audit_head, audit_treehead CASCADE",
    f"INSERT INTO audit_entry {ENTRY.format(seq=5)} ON CONFLICT (seq) DO UPDATE SET body = 'x'",
]


def refused(statement: str) -> None:
    before = list(Entry.objects.values_list()), list(Head.objects.values_list()), list(TreeHead.objects.values_list())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    after = list(Entry.objects.values_list()), list(Head.objects.values_list()), list(TreeHead.objects.values_list())
    assert [[[_plain(value) for value in row] for row in rows] for rows in before] == [
        [[_plain(value) for value in row] for row in rows] for rows in after
    ]


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize("statement", REFUSED)
def test_what_the_database_refuses(log, statement):
    refused(statement)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize("statement", ONLY_SQLITE)
def test_what_sqlite_refuses(log, statement):
    refused(statement)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize("statement", ONLY_POSTGRESQL)
def test_what_postgresql_refuses(log, statement):
    refused(statement)


def test_erasing_is_let_through(log):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_entry SET {ERASED} WHERE seq = 5")
    assert Entry.objects.get(seq=5).body is None


def test_guards_are_installed_again_after_every_migration(log):
    guards.remove(connection)
    assert len(guards.missing(connection)) >= len(guards.names())
    config = apps.get_app_config("audit")
    post_migrate.send(sender=config, app_config=config, verbosity=0, interactive=False, using="default")
    assert guards.missing(connection) == []
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_tests_with_real_transactions_may_empty_the_database_once():
    Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_and_the_guards_are_there_the_next_time():
    assert not Entry.objects.exists()
    assert guards.missing(connection) == []
