"""What tests of running an installation share: installations on both databases."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

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


@pytest.fixture
def new_database(cluster: str | None) -> Iterator[Callable[[], str]]:
    """Make an empty PostgreSQL database, and return its address."""
    made: list[str] = []

    def make() -> str:
        if cluster is None:
            pytest.skip("NOT TESTED: there is no PostgreSQL here; install it, or name one with DATABASE_URL")
        name = f"operate_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(f"{cluster}/postgres", autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return f"{cluster}/{name}"

    yield make
    for name in made:
        with psycopg.connect(f"{cluster}/postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation on SQLite that ``init`` made once, with a participant and its key."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    made = Installation(home)
    made.init()
    (home.parent / "key").write_text(made.key())
    return home


@pytest.fixture
def installations(
    tmp_path: Path, _prepared: Path, new_database: Callable[[], str]
) -> Iterator[Callable[[str], Installation]]:
    """Make installations on a database, ``sqlite`` or ``postgresql``; nothing of them is left running."""
    made: list[Installation] = []

    def make(engine: str = "sqlite") -> Installation:
        home = tmp_path / f"home{len(made)}"
        if engine == "sqlite":
            shutil.copytree(_prepared, home)
            found = Installation(home)
            found.first_key = (_prepared.parent / "key").read_text()
        else:
            found = Installation(home, new_database())
            found.init()
        made.append(found)
        return found

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
