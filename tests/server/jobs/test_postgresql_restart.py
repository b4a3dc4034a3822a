"""PostgreSQL is restarted while two workers work: on a cluster of its own, whatever database the other tests use."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from beside import environment
from postgresql_cluster import CARELESS, Cluster, binaries, cluster

from .conftest import Workers

STEPS, JOBS = 3, 60
SCRIPT = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from server.jobs.jobs_tasks import steps
call_command("migrate", "jobs", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE jobs_effect (name varchar(200) NOT NULL, fence integer NOT NULL)")
    cursor.execute("CREATE TABLE jobs_step (name varchar(200) PRIMARY KEY, tries integer NOT NULL)")
for number in range(60):
    steps.enqueue(f"{number:03}", 3)
"""


@pytest.fixture
def running() -> Iterator[Cluster]:
    if binaries() is None:
        pytest.skip("no PostgreSQL programs here: that workers survive its restart is NOT TESTED")
    with cluster(CARELESS) as made:
        yield made


def ask(running: Cluster, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(running.address()) as connection:
        return connection.execute(sql).fetchall()


def test_nothing_is_lost_when_it_is_restarted(
    running: Cluster, tmp_path: Path, until: Callable[[Callable[[], object]], None]
) -> None:
    env = environment(DATABASE_URL=running.address(), CLEARINGHOUSE_HOME=str(tmp_path / "home"))
    subprocess.run([sys.executable, "-c", SCRIPT], env=env, check=True, timeout=120)
    workers = Workers(tmp_path, env)
    brisk = {"lease": 5.0, "beat": 1.0, "backoff": {"first": 0.1, "longest": 0.5}, "reconnect": 0.5}
    both = [workers.start(pace=brisk) for _ in range(2)]
    try:
        for begun in (5, 25):
            until(lambda count=begun: ask(running, "SELECT count(*) FROM jobs_effect")[0][0] >= count)
            running.stop(kill=True)
            running.start()
        until(lambda: not ask(running, "SELECT 1 FROM jobs_job WHERE state IN ('ready', 'running')"))
        assert [worker.poll() for worker in both] == [None, None]
    finally:
        workers.stop()
    effects = sorted(name for (name,) in ask(running, "SELECT name FROM jobs_effect"))
    assert effects == [f"{number:03}/{step}" for number in range(JOBS) for step in range(STEPS)]
    assert set(ask(running, "SELECT state FROM jobs_job")) == {("done",)}
    assert "database is away" in workers.log
