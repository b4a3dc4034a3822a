"""The database goes away for seconds while reports come in: a restart of PostgreSQL, a lock on SQLite's file."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from postgresql_cluster import CARELESS, Cluster, cluster
from server.faults.places import Keeper, Place, is_whole, steadily
from server.faults.sending import acts, finish, send_all, waiting

pytestmark = [pytest.mark.database, pytest.mark.fault]
COUNT, SECONDS, MOST = 60, 8.0, 240.0


@contextmanager
def _own_cluster(wanted: bool) -> Iterator[Cluster | None]:
    if not wanted:
        yield None
        return
    with cluster(CARELESS) as made:
        yield made


@pytest.fixture
def shaken(
    on_postgresql: bool, new_place: Callable[[Path], Place], tmp_path: Path
) -> Iterator[tuple[Place, Callable[[], None]]]:
    """An installation, and what takes its database away for a while."""
    with _own_cluster(on_postgresql) as running:
        if running is None:
            place = new_place(tmp_path / "home")
            yield place, lambda: _lock(place.home / "clearinghouse.sqlite3", 3.0)
            return
        place = Place(tmp_path / "home", running.create("clearinghouse"))
        place.init()
        place.make_keys()
        yield place, lambda: _restart(running)
        place.stop()


def _lock(path: Path, seconds: float) -> None:
    with sqlite3.connect(path, timeout=60, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        other.execute("ROLLBACK")
    other.close()


def _restart(running: Cluster) -> None:
    running.stop(kill=True)
    time.sleep(1.0)
    running.start()


def test_nothing_is_lost_or_doubled(shaken: tuple[Place, Callable[[], None]], long: bool) -> None:
    place, take_away = shaken
    times = 20 if long else 3
    seconds = SECONDS * times / 3
    everything = acts(random.Random(7), COUNT * times // 3, seconds)
    keeper = Keeper(place)
    keeper.look()
    keeper.start()
    steadily(lambda: not waiting(place), MOST)
    started = keeper.starts
    clients = send_all(place, everything, 7, MOST)
    try:
        for _ in range(times):
            time.sleep(seconds / times)
            take_away()
        finish(clients, MOST)
        steadily(lambda: not waiting(place), MOST)
        assert keeper.starts == started  # nobody died of it
    finally:
        keeper.stop()
    receipts = [set(act.receipts) for act in everything]
    assert all(len(each) == 1 for each in receipts)
    found = is_whole(place)
    assert {each["receipt"] for each in found["reports"]} == {receipt for each in receipts for receipt in each}
    assert len(found["reports"]) == len(everything)
    assert {each["state"] for each in found["reports"]} == {"done"}
    assert len(found["findings"]) == sum(act.body.count(b'"ruleId"') for act in everything)
