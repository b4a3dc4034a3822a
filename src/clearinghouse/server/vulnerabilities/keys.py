"""The table of the keys of identity, as rows that come by the thousand.

On SQLite a table is the index by its primary key, and keys come in random order: those of one transaction stand on
thousands of pages once there are millions. So they are put into a small part of the table first, and that is moved into
the large one a slice at a time, in order, where several rows go to each page. At 10^6 findings a quarter of the pages
are written, at 10^7 three quarters (``benchmarks/key_pages.py``). A key is looked up in both.
PostgreSQL writes rows where there is room, and would only have more of them to clean up.
"""

from collections.abc import Iterable, Sequence

from django.db import connection

from clearinghouse.server.vulnerabilities.bulk import Table, execute_in, select_in

SLICES = 32
"""Parts of all keys, by their number. One is moved at a time."""
PACE = 1_536
"""Findings after which the next slice is moved, so that there are never more than those of some fifty thousand."""
_WIDTH = 2**64 // SLICES
_ROWS = Table("vulnerabilities_identitykey", settled="boolean[]", key="bigint[]", finding="bigint[]")
_OF = """SELECT key, finding FROM vulnerabilities_identitykey WHERE settled IN (FALSE, TRUE) AND key IN {values}
    ORDER BY key, finding"""
MOVES = (
    "INSERT OR IGNORE INTO vulnerabilities_identitykey SELECT TRUE, key, finding FROM vulnerabilities_identitykey "
    "WHERE settled = FALSE AND key BETWEEN %s AND %s",
    "DELETE FROM vulnerabilities_identitykey WHERE settled = FALSE AND key BETWEEN %s AND %s",
)
"""Moves a slice, given its first and its last key."""


def rows_of(keys: Iterable[int]) -> list[tuple[int, int]]:
    """Return the rows of keys in their order, each a key and a finding."""
    return select_in(_OF, keys)


def add(rows: Sequence[tuple[int, int]]) -> None:
    """Add rows, each a key and a finding, none of which is there."""
    settled = connection.vendor != "sqlite"
    _ROWS.insert([(settled, key, finding) for key, finding in sorted(rows)])


def remove(keys: Iterable[int]) -> None:
    """Remove the rows of keys."""
    execute_in("DELETE FROM vulnerabilities_identitykey WHERE settled IN (FALSE, TRUE) AND key IN {values}", keys)


def settle(base: int, count: int) -> None:
    """Move the slices whose turn it is after findings were identified, inside the caller's transaction.

    Args:
        base: the first of these findings. count: how many they are.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for bounds in due(base, count):
            for statement in MOVES:
                cursor.execute(statement, bounds)


def due(base: int, count: int) -> list[tuple[int, int]]:
    """Return the slices whose turn it is, each as its first and its last key; arguments as for :func:`settle`."""
    turns = range(base // PACE, (base + count) // PACE)
    firsts = [turn % SLICES * _WIDTH - 2**63 for turn in turns]
    return [(first, first + _WIDTH - 1) for first in firsts]
