"""The database as such: whole, as this version wants it, and with a log that nobody changed."""

from collections.abc import Iterator, Mapping

from django.db import connection

from clearinghouse.server.audit import queries as audit
from clearinghouse.server.operate import database
from clearinghouse.server.operate.check.finding import Finding

RESTORE = "restore the last backup into an empty place, and find out what happened to the disk"
_MOST = 100
_INVALID = """
    SELECT 'constraint', conname FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace
     WHERE NOT convalidated AND n.nspname = current_schema()
    UNION ALL
    SELECT 'index', c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      JOIN pg_namespace n ON n.oid = relnamespace
     WHERE NOT (indisvalid AND indisready) AND n.nspname = current_schema()
"""


def migrations() -> Iterator[Finding]:
    """Yield migrations that are pending, or that a newer version applied."""
    for name in database.pending_migrations():
        remedy = "make a backup, then start it with `clearinghouse serve --migrate`"
        yield Finding(part="database", code="migration_pending", what=f"migration {name} is pending", remedy=remedy)
    for name in database.unknown_migrations():
        what = f"migration {name} was applied by a newer version of the software"
        yield Finding(part="database", code="migration_unknown", what=what, remedy="install that version")


def integrity() -> Iterator[Finding]:
    """Yield what the database itself finds wrong with its pages, indexes and references."""
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA integrity_check({_MOST})")
        for (said,) in cursor.fetchall():
            if said != "ok":
                # What SQLite says names tables, pages and row numbers, and quotes no value.
                yield Finding(part="database", code="database_damaged", what=f"SQLite says: {said}", remedy=RESTORE)
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, parent, _ in cursor.fetchmany(_MOST):
            what = f"row {row} of {table} refers to a row of {parent} that is not there"
            yield Finding(part="database", code="reference_broken", what=what, remedy=RESTORE)


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_INVALID)
        for kind, name in cursor.fetchmany(_MOST):
            what = f"the {kind} {name} is not valid"
            remedy = "REINDEX it" if kind == "index" else "ALTER TABLE ... VALIDATE CONSTRAINT, and see what it says"
            yield Finding(part="database", code="database_damaged", what=what, remedy=remedy)


def log(known: Mapping[int, bytes] | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the log of acts.

    Args:
        known: tree heads that were kept elsewhere, root by size.
    """
    remedy = "compare with a backup and with tree heads that were kept elsewhere: somebody may have changed the log"
    for fault in audit.verify(known=known):
        yield Finding(part="log", code=f"log_{fault.code}", what=fault.message, remedy=remedy)
