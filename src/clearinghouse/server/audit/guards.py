"""Triggers by which the database keeps the log append-only, whoever speaks to it.

They stop mistakes and whoever has no more than the program's connection; who owns the database can drop them, and is
then found by :func:`.queries.verify`. Inserting is guarded too, because ``INSERT OR REPLACE`` of SQLite deletes without
asking the triggers for deleting. On SQLite, Django makes a table anew when a migration alters it, which loses its
triggers; therefore they are installed after every migration.
"""

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_entry", "audit_head", "audit_treehead")

_ERASES = """
    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND OLD.act <> 'entry.erased'
    AND NEW.salt IS NULL AND NEW.body IS NULL
    AND NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.act = OLD.act AND NEW.kind = OLD.kind AND NEW.leaf = OLD.leaf
"""
_ENDS_LOG = "NEW.erased_at IS NULL AND NEW.seq = (SELECT size FROM audit_head)"
_MOVES_ON = "NEW.id = OLD.id AND NEW.size > OLD.size"
_IS_FIRST = "NOT EXISTS (SELECT 1 FROM audit_head) AND NEW.size = 0 AND NOT EXISTS (SELECT 1 FROM audit_entry)"
_IS_NEWEST = """
    EXISTS (SELECT 1 FROM audit_head WHERE size = NEW.size AND root = NEW.root)
    AND NOT EXISTS (SELECT 1 FROM audit_treehead WHERE size >= NEW.size)
"""
_RULES = {
    ("audit_entry", "insert"): _ENDS_LOG,
    ("audit_entry", "update"): _ERASES,
    ("audit_entry", "delete"): "",
    ("audit_head", "insert"): _IS_FIRST,
    ("audit_head", "update"): _MOVES_ON,
    ("audit_head", "delete"): "",
    ("audit_treehead", "insert"): _IS_NEWEST,
    ("audit_treehead", "update"): "",
    ("audit_treehead", "delete"): "",
}
"""Under which condition a change of a table is let through; without one, never."""


def names() -> list[str]:
    """Return the names of the triggers that both databases have."""
    return [f"{table}_{change}" for table, change in _RULES]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put all triggers in place, over those that are there; nothing happens while the tables are not there."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if set(TABLES) <= set(connection.introspection.table_names(cursor)):
            _run(cursor, removing(connection.vendor) + installing(connection.vendor))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take all triggers away: for a migration that is undone, and for tests."""
    with connection.cursor() as cursor:
        _run(cursor, removing(connection.vendor))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are not there, or not in force."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    wanted = names() if connection.vendor == "sqlite" else [*names(), *(f"{table}_truncate" for table in TABLES)]
    return [name for name in wanted if name not in found]


def installing(vendor: str) -> list[str]:
    """Return the statements that put the triggers in place."""
    if vendor == "sqlite":
        return [_sqlite(table, change, rule) for (table, change), rule in _RULES.items()]
    if vendor == "postgresql":
        rows = [part for (table, change), rule in _RULES.items() for part in _postgresql(table, change, rule)]
        return [_POSTGRESQL_REFUSAL, *rows, *(_postgresql_truncate(table) for table in TABLES)]
    raise NotImplementedError(vendor)


def removing(vendor: str) -> list[str]:
    """Return the statements that take the triggers away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names()]
    rows = [f"DROP TRIGGER IF EXISTS {table}_{change} ON {table}" for table, change in _RULES]
    whole = [f"DROP TRIGGER IF EXISTS {table}_truncate ON {table}" for table in TABLES]
    return [*rows, *whole, *(f"DROP FUNCTION IF EXISTS {name}" for name in ("audit_refuse", *names()))]


def _run(cursor: Any, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _sqlite(table: str, change: str, rule: str) -> str:
    when = f"WHEN NOT coalesce({rule}, 0)" if rule else ""
    return (
        f"CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table} FOR EACH ROW {when} "
        f"BEGIN SELECT RAISE(ABORT, 'the log is append-only: {change} of {table} refused'); END"
    )


_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % of % refused', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _postgresql(table: str, change: str, rule: str) -> list[str]:
    function, returned = "audit_refuse", "OLD" if change == "delete" else "NEW"
    statements = []
    if rule:
        function = f"{table}_{change}"
        statements.append(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF ({rule}) THEN RETURN {returned}; END IF; "
            f"RAISE EXCEPTION 'the log is append-only: {change} of {table} refused' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    statements.append(
        f"CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    return statements


def _postgresql_truncate(table: str) -> str:
    name = f"{table}_truncate"
    return f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
