"""What tests of inventories share: an installation with the demonstration's advisories, and deployers."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearinghouse.cli.demo.flood import Flood, write_flood
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.inventories import jobs, known
from clearinghouse.server.participants.models import Role
from server.inventories.having import DAY, a_deployer, put
from server_people import a_participant, a_person, reader_for


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, without feeds."""
    folder = tmp_path / "home"
    folder.mkdir()
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, home=folder)
    options = settings.STORAGES["blobs"] | {"OPTIONS": {"location": folder / "blobs", "file_permissions_mode": 0o600}}
    settings.STORAGES = settings.STORAGES | {"blobs": options}
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no-feeds"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    vault.forget()
    known.forget()
    yield folder
    known.forget()
    vault.forget()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Say which day it is; the demonstration's, unless something else is said."""
    from clearinghouse.server.inventories import queries  # noqa: PLC0415

    def say(day: dt.date) -> None:
        monkeypatch.setattr(jobs, "as_of", lambda: day)
        monkeypatch.setattr(queries, "as_of", lambda: day)

    say(DAY)
    return say


@pytest.fixture
def flood(tmp_path: Path) -> Flood:
    """The demonstration's files."""
    return write_flood(tmp_path / "flood")


@pytest.fixture
def world(flood: Flood, home: Path, today: object) -> Flood:
    """The installation knows the demonstration's advisories and signals."""
    put(flood.published, home / "advisories" / "1 published")  # of several titles of a flaw the first counts
    put(flood.ssvc, home / "advisories" / "2 cve")
    put(flood.ssvc, home / "signals" / "cve")  # as the demonstration of the server has it: in both
    put(flood.kev, home / "signals" / "kev.json")
    put(flood.epss, home / "signals" / "epss.csv.gz")
    return flood


@pytest.fixture
def deployer(db: None) -> Reader:
    """A person of a deployer."""
    return a_deployer()


@pytest.fixture
def other(db: None) -> Reader:
    """A person of another deployer."""
    return a_deployer()


@pytest.fixture
def coordinator(db: None) -> Reader:
    """A person of the coordinator."""
    return reader_for(a_person(a_participant(Role.COORDINATOR)))
