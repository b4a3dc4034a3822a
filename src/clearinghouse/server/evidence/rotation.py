"""Another master key: every key that the former ones wrapped is wrapped anew, while the server runs."""

from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Count, Model, QuerySet

from clearinghouse.server.evidence.keyring import Keyring, keyring
from clearinghouse.server.evidence.models import Envelope, InstallationSecret

_BATCH = 500
_PASSES = 5
_Row = TypeVar("_Row", bound=Model)


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def rewrap(progress: Callable[[int, int], None] = _silent) -> int:
    """Wrap every key anew under the current master key; return how many were.

    It may be stopped at any moment and started again: each batch is one short transaction, and what is done is not done
    again. What is sealed is not touched, and readers notice nothing. The former master keys must be there, and may be
    taken away when :func:`masters_in_use` does not name them any more.

    Args:
        progress: called after each batch with how many were done, and how many there were to do.

    Raises:
        VaultClosedError: a master key is not here, or cannot be used. SealBrokenError: a wrapped key was changed.
    """
    tables = [InstallationSecret.objects.all(), Envelope.objects.filter(wrapped__isnull=False)]
    done = 0
    for _ in range(_PASSES):  # a server that has not yet noticed the new master key may wrap some under the old one
        ring = keyring()
        current = ring.current.id
        stale = [table.exclude(master=current) for table in tables]
        total = sum(table.count() for table in stale)
        if not total:
            break
        before = done
        for table in stale:
            done = _table(table, ring, done, before + total, progress)
    return done


def _table(stale: QuerySet[_Row], ring: Keyring, done: int, total: int, progress: Callable[[int, int], None]) -> int:
    last = 0
    while rows := list(stale.filter(pk__gt=last).order_by("pk").values_list("pk", "master", "wrapped")[:_BATCH]):
        keys = ring.unwrap_all([(master, wrapped) for _, master, wrapped in rows])
        current = ring.current
        wrapped = current.wrap_all(keys)
        changes = [(new, current.id, pk, master) for (pk, master, _), new in zip(rows, wrapped, strict=True)]
        done += _change(stale.model, changes)
        last = rows[-1][0]
        progress(done, total)
    return done


def _change(table: type[Model], changes: list[tuple[bytes, str, int, str]]) -> int:
    """Write a batch, only where it still is as it was read: a key that was destroyed meanwhile stays destroyed."""
    name = connection.ops.quote_name(table._meta.db_table)
    statement = f"UPDATE {name} SET wrapped = %s, master = %s WHERE id = %s AND master = %s AND wrapped IS NOT NULL"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, changes)
        return cursor.rowcount


def masters_in_use() -> dict[str, int]:
    """Return how many keys each master key has wrapped that are not destroyed, by its id."""
    found: dict[str, int] = {}
    for table in (InstallationSecret.objects.all(), Envelope.objects.filter(wrapped__isnull=False)):
        for row in table.values("master").annotate(keys=Count("pk")).order_by("master"):
            found[row["master"]] = found.get(row["master"], 0) + row["keys"]
    return found
