"""Server and workers are killed at random moments, and exchanged for a later version, while reports come in."""

import os
import random
import time
from pathlib import Path

import pytest

from server.faults.places import Keeper, Place, is_whole, steadily, upgraded
from server.faults.sending import acts, finish, send_all, waiting

pytestmark = [pytest.mark.database, pytest.mark.fault]


def test_reports_under_kills_and_an_upgrade(place: Place, tmp_path: Path, long: bool) -> None:
    seed = int(os.environ.get("FAULTS_SEED", "4"))
    chance = random.Random(seed)
    count, seconds, most = (2_000, 600.0, 1_800.0) if long else (200, 25.0, 240.0)
    everything = acts(chance, count, seconds)
    later = upgraded(tmp_path)
    keeper = Keeper(place)
    keeper.look()
    keeper.start()
    clients = send_all(place, everything, seed, most)
    begun = time.monotonic()
    exchanged = False
    kills = 0
    try:
        while time.monotonic() - begun < seconds or any(client.is_alive() for client in clients):
            assert time.monotonic() - begun < most
            time.sleep(chance.uniform(0.7, 3.0))
            if not exchanged and time.monotonic() - begun > seconds / 2:
                keeper.exchange(later)
                exchanged = True
            elif time.monotonic() - begun < 2 * seconds:
                victim = chance.choice([0, 1, 1, 2, 2])
                keeper.kill(victim, child=chance.random() < 0.5)
                kills += 1
        finish(clients, most)
        steadily(lambda: not waiting(place), most)
    finally:
        keeper.stop()
    assert exchanged
    assert kills >= 5
    assert keeper.starts > kills / 2

    receipts = [set(act.receipts) for act in everything]
    assert all(len(each) == 1 for each in receipts)
    given = [receipt for each in receipts for receipt in each]
    assert len(set(given)) == len(given)  # every act of sending has a key of its own
    mended = retried(place)
    found = is_whole(place)
    assert len(mended) < count / 20
    assert {each["receipt"] for each in found["reports"]} == set(given)
    assert {each["state"] for each in found["reports"]} == {"done"}
    assert found["received"] == found["read"] == len(given)
    size = {next(iter(act.receipts)): len(act.body) for act in everything}
    assert {each["receipt"]: each["size"] for each in found["reports"]} == size
    expected = {next(iter(act.receipts)): act.body.count(b'"ruleId"') for act in everything}
    assert {each["receipt"]: each["findings"] for each in found["reports"]} == expected
    numbered = sorted((receipt, number) for _, receipt, number in found["findings"])
    assert numbered == sorted((receipt, number) for receipt, size in expected.items() for number in range(size))
    again = place.truth("--identify")
    assert again["groups"] == again["in memory"]
    # What was killed in the middle of taking something in left at most what it was about.
    unanswered = sum(act.unanswered for act in everything)
    assert len(found["orphans"]) <= unanswered
    assert found["unfinished"] <= unanswered
    assert found["unused keys"] <= unanswered
    assert found["blobs"] == len(given) + len(found["orphans"])


def retried(place: Place) -> list[str]:
    """What a person does about work that did not let several workers survive: it is tried again."""
    found = place.truth()
    dead = [each for each in found["jobs"] if each["state"] == "failed"]
    assert {(each["kills"], each["error_class"]) for each in dead} <= {(3, "WorkerLost")}
    if dead:
        place.truth("--retry")
        assert place.start("worker", "--once").wait(240) == 0
    return [each["task_path"] for each in dead]
