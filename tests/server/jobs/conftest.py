"""What tests of background work share: a table for the effects of jobs, and workers that are real processes."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

import warm
from beside import environment
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.participants.models import Role
from server_process import ended

HERE = Path(__file__).parent
WAIT = 300.0
"""Seconds after which something that should happen has not; no test depends on how much sooner it does."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS jobs_effect")
        cursor.execute("CREATE TABLE jobs_effect (name varchar(200) NOT NULL, fence integer NOT NULL)")
        cursor.execute("DROP TABLE IF EXISTS jobs_step")
        cursor.execute("CREATE TABLE jobs_step (name varchar(200) PRIMARY KEY, tries integer NOT NULL)")


@pytest.fixture
def effects() -> Iterator[Callable[[], list[str]]]:
    """What the jobs of a test wrote, in order."""

    def read() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM jobs_effect ORDER BY name")
            return [name for (name,) in cursor.fetchall()]

    yield read
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_effect")
        cursor.execute("DELETE FROM jobs_step")


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait until something is so."""

    def until(happened: Callable[[], object]) -> None:
        end = time.monotonic() + WAIT
        while not happened():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)

    return until


class Workers:
    """Starts workers as processes and sees to it that none is left."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.running: list[warm.Process] = []

    def start(self, **options: Any) -> warm.Process:
        """Start one; options are those of ``worker_process.py``."""
        with (self.folder / "workers.log").open("ab") as log:
            script = [str(HERE / "worker_process.py"), json.dumps(options)]
            process = warm.start(script, self.env | {"PYTHONWARNINGS": "error"}, log, log)
        self.running.append(process)
        return process

    def stop(self) -> None:
        """Tell all to leave; who does not is killed."""
        ended(self.running, 30)

    @property
    def log(self) -> str:
        """What all of them wrote."""
        return (self.folder / "workers.log").read_text()


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path, effects: Any) -> Iterator[Workers]:
    """Workers on the test database."""
    found = Workers(tmp_path, environment())
    yield found
    found.stop()


@pytest.fixture
def coordinator() -> Reader:
    """A person who may see jobs."""
    return Reader(participant=1, roles=frozenset({Role.COORDINATOR}), person=1)


@pytest.fixture
def only() -> Callable[[], Job]:
    """Return the only job."""
    return Job.objects.get
