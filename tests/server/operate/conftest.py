"""What tests of running an installation share: installations on both databases."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

import postgresql_cluster
from server_process import Installation

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str | None]:
    """The address of a PostgreSQL server, without a database; None if there is none."""
    named = os.environ.get("DATABASE_URL", "")
    if named.startswith(("postgres://", "postgresql://")):
        yield named.rpartition("/")[0]
        return
    if postgresql_cluster.binaries() is None:
        yield None
        return
    with postgresql_cluster.cluster(postgresql_cluster.CARELESS) as running:
        yield running.address().rpartition("/")[0]


def _run(cluster: str, statement: str) -> None:
    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as server:
        server.execute(statement)


@pytest.fixture
def new_database(cluster: str | None) -> Iterator[Callable[..., str]]:
    """Make a PostgreSQL database, empty or like another one, and return its address."""
    made: list[str] = []

    def make(like: str = "template1") -> str:
        if cluster is None:
            pytest.skip("NOT TESTED: there is no PostgreSQL here; install it, or name one with DATABASE_URL")
        name = f"operate_{os.getpid()}_{next(_numbers)}"
        _run(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        made.append(name)
        return f"{cluster}/{name}"

    yield make
    for name in made:
        _run(str(cluster), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class _Model(NamedTuple):
    """An installation that ``init`` made once, with a participant and its key; its database, if that is no file."""

    home: Path
    key: str
    database: str = ""

    def copied(self, home: Path, database_url: str = "") -> Installation:
        shutil.copytree(self.home, home)
        found = Installation(home, database_url)
        found.first_key = self.key
        return found


def _model(home: Path, cluster: str = "", database: str = "") -> _Model:
    made = Installation(home, f"{cluster}/{database}" if database else "")
    made.init()
    return _Model(home, made.key(), database)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> _Model:
    """An installation on SQLite, to be copied."""
    return _model(tmp_path_factory.mktemp("prepared") / "home")


@pytest.fixture(scope="session")
def on_postgresql(cluster: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Model | None]:
    """An installation on PostgreSQL, to be copied; None if there is none."""
    if cluster is None:
        yield None
        return
    name = f"prepared_{os.getpid()}"
    _run(cluster, f'CREATE DATABASE "{name}"')
    yield _model(tmp_path_factory.mktemp("prepared") / "home", cluster, name)
    _run(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def installations(
    tmp_path: Path, new_database: Callable[..., str], request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Installation]]:
    """Make installations on a database, ``sqlite`` or ``postgresql``; nothing of them is left running."""
    made: list[Installation] = []

    def make(engine: str = "sqlite") -> Installation:
        home = tmp_path / f"home{len(made)}"
        model: _Model | None = request.getfixturevalue(f"on_{engine}")
        if model is None:
            new_database()  # which says that there is none
            raise AssertionError
        made.append(model.copied(home, new_database(model.database) if model.database else ""))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, installations: Callable[[str], Installation]) -> Installation:
    """An installation on each database."""
    return installations(request.param)


@pytest.fixture
def small(installations: Callable[[str], Installation]) -> Installation:
    """An installation on SQLite."""
    return installations("sqlite")
