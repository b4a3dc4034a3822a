"""What somebody does who has the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from clearinghouse.server.audit import guards
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.audit.queries import verify


@contextmanager
def unguarded() -> Iterator[None]:
    """No trigger and no constraint stops what is done inside; the triggers are back afterwards."""
    guards.remove(connection)
    if connection.vendor == "sqlite":
        execute("PRAGMA ignore_check_constraints = ON")
    else:
        execute("ALTER TABLE audit_entry DROP CONSTRAINT IF EXISTS entry_whole_or_erased")
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            execute("PRAGMA ignore_check_constraints = OFF")
    guards.install(connection)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is taken back."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def move(seq: int, to: int) -> None:
    Entry.objects.filter(seq=seq).update(seq=to)


def codes(**arguments) -> set[str]:
    return {fault.code for fault in verify(**arguments)}
