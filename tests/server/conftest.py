"""What all tests of the server share."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.conf import settings as django_settings
from django.db.backends.base.operations import BaseDatabaseOperations


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_the_log() -> Iterator[None]:
    """Emptying the database after a test with real transactions is refused by the log's guards.

    So they are taken away while it is done.
    """
    from clearinghouse.server.audit import guards  # noqa: PLC0415 - Django has to be set up first

    empty = BaseDatabaseOperations.execute_sql_flush

    def without_guards(operations: Any, sql: list[str]) -> None:
        vendor = operations.connection.vendor
        empty(operations, [*guards.removing(vendor), *sql, *guards.installing(vendor)])

    patch = pytest.MonkeyPatch()
    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", without_guards)
    yield
    patch.undo()


@pytest.fixture
def configured(settings: Any) -> Callable[..., Any]:
    """Change the configuration for one test."""

    def change(**values: Any) -> Any:
        settings.CONFIGURATION = msgspec.structs.replace(django_settings.CONFIGURATION, **values)
        return settings.CONFIGURATION

    return change


@pytest.fixture
def limited(configured: Callable[..., Any]) -> Callable[..., Any]:
    """Change the limits for one test."""

    def change(**values: Any) -> Any:
        return configured(limits=msgspec.structs.replace(django_settings.CONFIGURATION.limits, **values))

    return change


@pytest.fixture
def fresh_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database for processes: on the PostgreSQL that ``DATABASE_URL`` names, else SQLite."""
    server, _, _ = os.environ.get("DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        yield f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        return
    name = f"fresh_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as there:
        there.execute(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as there:
        there.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


_numbers = itertools.count(1)
_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "live_server", "fresh_database"})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what works on Django's database, and what looks at pages in a browser; begin with what takes long.

    ``make test`` runs what is marked ``database`` and not ``browser`` a second time, on PostgreSQL. A test that starts
    processes with a database of their own says so itself. Tests that kill and wait come first, so that no processor is
    left over for the last of them.
    """
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or _DATABASE & names:
            item.add_marker(pytest.mark.database)
        if item.path.stem.endswith("_browser"):
            item.add_marker(pytest.mark.browser)
    yield
    # After those who sort by what a test wants of the database.
    items.sort(key=lambda item: not (item.get_closest_marker("fault") or "backup" in item.path.parts))
