"""Questions about the database as a whole, which the rooms below do not ask."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import db
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, ProgrammingError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from clearinghouse.server.evidence import blobs
from clearinghouse.server.operate.errors import DatabaseError, MigrationsError

_LOST = "see that database_url and DATABASE_URL are right and bring it back, or restore the last backup elsewhere"
_UP = "see that it runs, and that database_url or DATABASE_URL is right; docs/operate.md, Settings"


@contextmanager
def reaching() -> Iterator[None]:
    """Say of a database that cannot be reached, or has no tables, that it is so; what drivers say may quote values.

    Raises:
        DatabaseError: it cannot be reached. MigrationsError: it has not the tables of this version.
    """
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        if not _answers():
            what = f"the {connection.vendor} database cannot be reached ({type(error).__name__})"
            raise DatabaseError(what, _UP) from error
        require_migrated()
        raise
    except db.DatabaseError as error:
        if type(error) is not db.DatabaseError:
            raise
        # SQLite says so of a file that is malformed, encrypted or none of its own.
        what = f"the {connection.vendor} database is damaged"
        raise DatabaseError(
            what, "`clearinghouse check` says more; restore the last backup into an empty place"
        ) from error


def _answers() -> bool:
    try:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return False
    return True


def require_answer() -> None:
    """See that the database answers at all; what it raises then, :func:`reaching` tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def is_sqlite() -> bool:
    """Whether the database is a file of SQLite."""
    return bool(connection.vendor == "sqlite")


def pending_migrations() -> list[str]:
    """Return the names of the migrations that are not applied, in their order."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def has_tables() -> bool:
    """Whether there is any table in it."""
    return bool(connection.introspection.table_names())


def require_not_lost() -> None:
    """See that a database without tables is one of an installation in which nothing is.

    Raises:
        DatabaseError: sealed files are there, so it is not the database that belongs to them.
    """
    if not has_tables() and next(blobs.names(), None):
        raise DatabaseError(f"the {connection.vendor} database is empty, and there are sealed files", _LOST)


def require_file() -> None:
    """See that a database that is a file is there, instead of making an empty one.

    Raises:
        DatabaseError: it is not.
    """
    if is_sqlite() and not Path(connection.settings_dict["NAME"]).exists():
        raise DatabaseError(f"there is no database {connection.settings_dict['NAME']}", _LOST)


def require_migrated() -> None:
    """See that the tables are those of this version.

    Raises:
        MigrationsError: migrations are pending, or applied ones are not known here.
    """
    pending = pending_migrations()
    if pending:
        names = ", ".join(pending[:3]) + (", …" if len(pending) > 3 else "")
        what = f"{len(pending)} migrations of the database are pending ({names})"
        raise MigrationsError(what, "make a backup, then start it with `clearinghouse serve --migrate`")
    unknown = unknown_migrations()
    if unknown:
        what = f"the database was migrated by a newer version of the software ({unknown[0]})"
        raise MigrationsError(what, "install that version, or restore a backup of before")


def unknown_migrations() -> list[str]:
    """Return the names of applied migrations that this version does not have."""
    return sorted(set(applied_migrations()) - known_migrations())


def applied_migrations() -> list[str]:
    """Return the names of the migrations that the database has, of rooms that this version has."""
    loader = MigrationExecutor(connections[DEFAULT_DB_ALIAS]).loader
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if app in loader.migrated_apps)


def known_migrations() -> set[str]:
    """Return the names of the migrations of this version."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}


def migrate() -> list[str]:
    """Apply what is pending, and return its names."""
    from django.core.management import call_command

    pending = pending_migrations()
    if pending:
        call_command("migrate", interactive=False, verbosity=0)
    return pending


def disconnect() -> None:
    """Close all connections of this process, so that one that is forked inherits none."""
    connections.close_all()


def libpq_environment() -> tuple[list[str], dict[str, str]]:
    """Return the options and the environment by which PostgreSQL's own programs reach the database.

    What is secret stands in the environment, which other users of the machine cannot see, never among the options.
    """
    from clearinghouse.server.operate.environment import without_secrets

    it = connection.settings_dict
    named = {"--host": it["HOST"], "--port": it["PORT"], "--username": it["USER"], "--dbname": it["NAME"]}
    options = [f"{name}={value}" for name, value in named.items() if value]
    environment = without_secrets()
    if it["PASSWORD"]:
        environment["PGPASSWORD"] = str(it["PASSWORD"])
    known = {"passfile": "PGPASSFILE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "service": "PGSERVICE"}
    known |= {"sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "connect_timeout": "PGCONNECT_TIMEOUT"}
    for name, variable in known.items():
        if value := it["OPTIONS"].get(name):
            environment[variable] = str(value)
    environment.setdefault("PGCONNECT_TIMEOUT", "10")
    environment.pop("PGDATABASE", None)
    return options, environment


def free_bytes(path: str | os.PathLike[str]) -> int:
    """Return how many bytes there is room for, for a user who is not root, on the disk of a folder."""
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def started(arguments: list[str], environment: dict[str, str], **streams: Any) -> "subprocess.Popen[bytes]":
    """Start one of PostgreSQL's own programs.

    Raises:
        DatabaseError: it is not installed.
    """
    try:
        return subprocess.Popen(arguments, env=environment, **streams)  # noqa: S603 - our own arguments, no shell
    except FileNotFoundError as error:
        what = f"{arguments[0]} is not installed on this machine"
        remedy = "install PostgreSQL's client programs, of the server's version or newer (Debian: postgresql-client)"
        raise DatabaseError(what, remedy) from error
