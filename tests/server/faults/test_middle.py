"""Verbs that are killed in the middle: a backup, a repair, a migration. Afterwards they can be begun again."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.faults.places import FINDERS, HERE, Place, is_whole, steadily
from server_reports import a_result, sarif

pytestmark = [pytest.mark.database, pytest.mark.fault]


@pytest.fixture
def filled(place: Place) -> Iterator[Place]:
    """An installation in which something is."""
    place.serve("--processes", "1")
    for number in range(12):
        body = sarif([a_result(number + each) for each in range(60)])
        place.send(place.keys[FINDERS[number % 3]], body)
    place.stop()
    assert place.start("worker", "--once").wait(240) == 0
    yield place
    place.stop()


def kill_at(place: Place, moments: list[float], *arguments: str) -> list[int]:
    """Run a verb again and again, killed after each of these shares of the time that it takes; return how it ended."""
    begun = time.monotonic()
    assert place.attempt(*arguments).returncode in {0, 1}
    takes = time.monotonic() - begun
    codes = []
    for number, moment in enumerate(moments):
        process = place.start(*(each.replace("NUMBER", str(number)) for each in arguments))
        try:
            codes.append(process.wait(takes * moment))
        except subprocess.TimeoutExpired:
            process.kill()
            codes.append(process.wait())
    return codes


def moments(long: bool) -> list[float]:
    chance = random.Random(3)
    return [0.3 + 0.7 * chance.random() for _ in range(30 if long else 4)]


def test_a_backup(filled: Place, tmp_path: Path, long: bool, fresh_database: str) -> None:
    before = filled.truth()
    codes = kill_at(filled, moments(long), "backup", str(tmp_path / "NUMBER.age"))
    assert -signal.SIGKILL in codes
    assert filled.truth() == before
    filled.run("backup", str(tmp_path / "whole.age"))
    assert {path.name for path in filled.home.glob("run/*")} <= {"metrics", "identify.lock"}
    is_whole(filled)
    # What has the name of a backup is one, even if the program was killed right after.
    last = [tmp_path / f"{number}.age" for number in range(len(codes)) if (tmp_path / f"{number}.age").exists()][-1:]
    made = [*last, tmp_path / "whole.age"][0]
    restored = Place(tmp_path / "restored", fresh_database if filled.database_url else "")
    shutil.copytree(filled.home / "keys", restored.home / "keys")
    restored.home.chmod(0o700)
    where = ("--database-url", fresh_database) if filled.database_url else ()
    assert restored.attempt("restore", str(made), "--into", str(restored.home), *where).returncode in {0, 1}
    after = restored.truth()
    assert {name: after[name] for name in LASTING} == {name: before[name] for name in LASTING}


LASTING = ("reports", "findings", "groups", "broken", "log", "orphans", "blobs")


def test_a_repair(filled: Place, long: bool) -> None:
    before = filled.truth()
    old = time.time() - 3 * 86_400
    for each in range(200):
        content = os.urandom(64)
        name = filled.home / "blobs" / f"{each % 256:02x}" / f"{each % 256:02x}{content.hex()[:62]}"
        name.parent.mkdir(mode=0o700, exist_ok=True)
        name.write_bytes(content)
        os.utime(name, (old, old))
    assert len(filled.truth()["orphans"]) == 200
    kill_at(filled, moments(long), "check", "--repair")
    filled.run("check", "--repair")
    assert filled.truth() == before
    is_whole(filled)


@pytest.fixture
def unmigrated(place: Place, tmp_path: Path, fresh_database: str) -> Place:
    """An installation with the same folder, and a database that is filled and of each app's first migration."""
    made = Place(place.home, fresh_database)
    made.log = tmp_path / "unmigrated.log"
    script = HERE.parent / "migrations" / "forward.py"
    environment = made.environment | {"DJANGO_SETTINGS_MODULE": "clearinghouse.server.settings"}
    done = subprocess.run(
        [sys.executable, str(script), "--stay"], env=environment, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return made


def test_a_migration(unmigrated: Place, long: bool) -> None:
    """Each migration is one transaction: killed between or inside them, the rest is applied the next time."""
    counts = unmigrated.truth("--counts")["counts"]
    chance = random.Random(5)
    serve = ["serve", "--bind", f"127.0.0.1:{unmigrated.port}", "--processes", "1"]
    for _ in range(20 if long else 3):
        process = unmigrated.start(*serve, "--migrate")
        time.sleep(chance.uniform(0.5, 4.0))
        process.kill()
        process.wait()
    steadily(lambda: not reachable(unmigrated), 30)
    unmigrated.serve("--processes", "1", "--migrate")
    unmigrated.stop()
    after = unmigrated.truth("--counts")["counts"]
    assert {name: after[name] for name in counts if name not in APPLIED} == {
        name: count for name, count in counts.items() if name not in APPLIED
    }


APPLIED = frozenset({"django_migrations", "auth_permission", "django_content_type"})


def reachable(place: Place) -> bool:
    try:
        return bool(place.get("/healthz").status == 200)
    except OSError:
        return False
