"""What tests of faults share: installations on the database that this run of the tests is for."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from server.faults.places import Place

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether somebody has time: ``--long``."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def on_postgresql() -> bool:
    """Whether this run of the tests is for PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def _run(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, on_postgresql: bool) -> Iterator[tuple[Place, str]]:
    """An installation with finders and keys that others are copied from, and the name of its database."""
    name = f"faults_{os.getpid()}"
    server = os.environ["DATABASE_URL"].rpartition("/")[0] if on_postgresql else ""
    if on_postgresql:
        _run(f'CREATE DATABASE "{name}"')
    place = Place(tmp_path_factory.mktemp("prepared") / "home", f"{server}/{name}" if server else "")
    place.init()
    place.make_keys()
    yield place, name
    if on_postgresql:
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def new_place(prepared: tuple[Place, str], on_postgresql: bool, tmp_path: Path) -> Iterator[Callable[[Path], Place]]:
    """Make an installation in a folder, with finders and keys."""
    made: list[tuple[Place, str]] = []

    def make(home: Path) -> Place:
        model, template = prepared
        shutil.copytree(model.home, home, dirs_exist_ok=True)
        home.chmod(0o700)
        address = name = ""
        if on_postgresql:
            name = f"{template}_{next(_numbers)}"
            _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            address = f"{model.database_url.rpartition('/')[0]}/{name}"
        place = Place(home, address)
        place.log = tmp_path / "processes.log"
        place.keys = dict(model.keys)
        made.append((place, name))
        return place

    yield make
    for place, name in made:
        place.stop()
        if name:
            _run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def place(new_place: Callable[[Path], Place], tmp_path: Path) -> Place:
    """An installation with finders and keys."""
    return new_place(tmp_path / "home")
