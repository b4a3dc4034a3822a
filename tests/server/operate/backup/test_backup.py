"""Backups of installations that run, and the way back, as processes."""

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from server_process import Installation, sarif, until

New = Callable[[], str]
Make = Callable[[str], Installation]


def done(installation: Installation, key: str, receipt: str) -> bool:
    return bool(installation.status(key, receipt)["status"] == "done")


def identity(installation: Installation) -> str:
    return str(installation.home / "keys/backup.identity")


def nothing_but_keys(home: Path) -> bool:
    return not home.exists() or {path.name for path in home.iterdir()} <= {"keys"}


class Elsewhere:
    """Places into which backups of an installation are restored, each with its keys.

    Args:
        of: the installation. new_database: makes an empty database.
    """

    def __init__(self, of: Installation, folder: Path, new_database: New) -> None:
        self.of = of
        self.folder = folder
        self._new_database = new_database
        self.keys = {path.name: path.read_bytes() for path in (of.home / "keys").iterdir()}

    def restore(self, backup: Path, name: str, *more: str, code: int, alone: bool = False) -> Installation:
        """Restore a backup; ``alone`` on a machine where the installation that made it is not."""
        home = self.folder / name
        (home / "keys").mkdir(mode=0o700, parents=True)
        home.chmod(0o700)
        for key, data in self.keys.items():
            (home / "keys" / key).write_bytes(data)
            (home / "keys" / key).chmod(0o600)
        url = self._new_database() if self.of.database_url else ""
        machine = Installation(self.folder / "no installation") if alone else self.of
        more = (*more, "--database-url", url) if url else more
        said = machine.attempt("restore", str(backup), "--into", str(home), *more)
        assert said.returncode == code, (said.stdout, said.stderr)
        assert ("Nothing is known of what was purged" in said.stdout) == (code == 1)
        return Installation(home, url)


@pytest.fixture
def elsewhere(installation: Installation, tmp_path: Path, new_database: New) -> Elsewhere:
    return Elsewhere(installation, tmp_path / "elsewhere", new_database)


def test_made_under_load_and_restored_elsewhere(
    installation: Installation, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    key = installation.key()
    installation.serve("--with-worker")
    receipts = [installation.send(key, sarif(number, results=20)) for number in range(4)]
    until(lambda: all(done(installation, key, each) for each in receipts))
    stop = threading.Event()
    later: list[str] = []

    def load() -> None:
        while not stop.is_set() and len(later) < 40:
            later.append(installation.send(key, sarif(100 + len(later))))

    sender = threading.Thread(target=load)
    sender.start()
    backup = tmp_path / "first.age"
    try:
        said = installation.run("backup", str(backup))
    finally:
        stop.set()
        sender.join()
    assert "sealed files" in said
    assert later
    assert {path.name for path in installation.home.glob("run/*")} <= {"metrics", "identify.lock"}
    assert backup.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"intake_report" not in backup.read_bytes()
    assert backup.stat().st_mode & 0o077 == 0
    other = elsewhere.restore(backup, "other", code=0)
    other.serve("--with-worker")
    bearer = f"Bearer {key}"
    for receipt in receipts:
        assert installation.status(key, receipt) == other.status(key, receipt)
        path = f"/v1/reports/{receipt}/findings"
        assert other.get(path, Authorization=bearer).body == installation.get(path, Authorization=bearer).body
    came_along = [each for each in later if other.get(f"/v1/reports/{each}", Authorization=bearer).status == 200]
    assert later[: len(came_along)] == came_along  # those that were accepted first, and no others
    until(lambda: all(done(other, key, each) for each in came_along))
    other.send(key, sarif(7_777))
    other.run("check")
    other.stop()


def test_what_is_in_it(small: Installation, tmp_path: Path) -> None:
    config = small.home / "config.toml"
    url = f"sqlite:///{small.home}/clearinghouse.sqlite3"
    config.write_text(re.sub('database_url = ""', f'database_url = "{url}"', config.read_text()) + "# end\n")
    small.run("backup", str(tmp_path / "b.age"))
    clear = opened(tmp_path / "b.age", small)
    assert str(small.home).encode() not in clear
    for name in ("master.key", "session.secret", "backup.identity"):
        assert (small.home / "keys" / name).read_bytes().strip() not in clear
    assert b"about.json" in clear[:200]
    assert b"# end" in clear


def opened(backup: Path, of: Installation) -> bytes:
    text = Path(identity(of)).read_text().strip()
    found: bytes = pyrage.decrypt(backup.read_bytes(), [pyrage.x25519.Identity.from_str(text)])
    return found


def test_recipients(small: Installation, tmp_path: Path) -> None:
    other = pyrage.x25519.Identity.generate()
    second = pyrage.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"# a comment\n{other}\n{second}\n")
    target = str(tmp_path / "r")
    small.run("backup", str(tmp_path / "b.age"), "--recipient", str(other.to_public()))
    refused = small.attempt("restore", str(tmp_path / "b.age"), "--into", target, "--identity", identity(small))
    assert refused.returncode == 2
    assert "not for this identity" in refused.stderr
    assert nothing_but_keys(tmp_path / "r")
    done = small.attempt("restore", str(tmp_path / "b.age"), "--into", target, "--identity", str(tmp_path / "id"))
    assert done.returncode == 1, done.stderr
    assert "there is no master key" in done.stdout
    assert (tmp_path / "r/keys/backup.recipient").read_text() == f"{other.to_public()}\n{second.to_public()}\n"
    # the public half is enough to make another one; what opens it may be elsewhere
    (small.home / "keys/backup.identity").unlink()
    small.run("backup", str(tmp_path / "c.age"))
    small.extra = {"CLEARINGHOUSE_BACKUP_RECIPIENTS": f"{other.to_public()}, nonsense"}
    assert "no public age key" in small.attempt("backup", str(tmp_path / "d.age")).stderr
    assert not (tmp_path / "d.age").exists()


def test_it_goes_over_nothing(small: Installation, tmp_path: Path) -> None:
    (tmp_path / "b.age").write_text("mine")
    assert small.attempt("backup", str(tmp_path / "b.age")).returncode == 2
    assert (tmp_path / "b.age").read_text() == "mine"
    small.run("backup", str(tmp_path / "c.age"))
    refused = small.attempt("restore", str(tmp_path / "c.age"), "--into", str(small.home))
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    small.run("check")
    assert small.attempt("backup", "/proc/nowhere/b.age").returncode == 2
    assert small.attempt("backup").returncode == 2


def test_to_standard_output(small: Installation, tmp_path: Path) -> None:
    made = subprocess.run(small.command("backup", "-"), env=small.environment, capture_output=True, check=True)
    (tmp_path / "b.age").write_bytes(made.stdout)
    assert b"about.json" in opened(tmp_path / "b.age", small)[:200]


@pytest.mark.parametrize("moment", [0, 20_000_000, 60_000_000])
def test_killed_it_leaves_nothing(small: Installation, tmp_path: Path, moment: int) -> None:
    fill(small)
    process = small.start("backup", str(tmp_path / "b.age"))
    until(lambda: process.poll() is not None or any(size >= moment for size in unfinished(tmp_path)))
    process.kill()
    process.wait()
    assert not (tmp_path / "b.age").exists()
    assert not list((small.home / "run").glob(".snapshot*"))
    for path in tmp_path.glob(".b.age.*.unfinished"):
        assert b"SQLite format 3" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    small.run("check")
    small.run("backup", str(tmp_path / "c.age"))


def fill(installation: Installation) -> None:
    """Make the database larger, so that there is something to be in the middle of."""
    with closing(sqlite3.connect(installation.home / "clearinghouse.sqlite3", timeout=60)) as database, database:
        database.execute("CREATE TABLE ballast (data BLOB)")
        for _ in range(70):
            database.execute("INSERT INTO ballast VALUES (?)", [os.urandom(1_000_000)])


def unfinished(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.glob(".b.age.*.unfinished")]


def test_refuses_what_is_damaged(small: Installation, tmp_path: Path) -> None:
    """What else is refused is in test_reading.py."""
    small.run("backup", str(tmp_path / "b.age"))
    whole = (tmp_path / "b.age").read_bytes()
    middle = len(whole) // 2
    (tmp_path / "bad.age").write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    target = tmp_path / "target"
    arguments = ("--into", str(target), "--identity", identity(small))
    refused = small.attempt("restore", str(tmp_path / "bad.age"), *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: the backup was damaged or cut\ntry: ")
    assert nothing_but_keys(target)
    said = small.attempt("restore", str(tmp_path / "b.age"), *arguments)
    assert said.returncode == 1, said.stderr  # only its master key is not there


def test_killed_it_can_be_run_again(small: Installation, tmp_path: Path) -> None:
    fill(small)
    small.run("backup", str(tmp_path / "b.age"))
    target = tmp_path / "target"
    arguments = ("restore", str(tmp_path / "b.age"), "--into", str(target), "--identity", identity(small))
    process = small.start(*arguments)
    until(lambda: target.exists() and list(target.glob(".restore-*/database")))
    process.kill()
    process.wait()
    assert (target / "restoring").exists()
    refused = Installation(target).attempt("serve", "--bind", "127.0.0.1:1")
    assert refused.returncode == 2
    assert "was interrupted" in refused.stderr
    assert small.attempt(*arguments).returncode == 1  # its master key is not there
    assert not (target / "restoring").exists()
    assert not list(target.glob(".restore-*"))


def test_what_was_ended_does_not_come_back(installation: Installation, elsewhere: Elsewhere, tmp_path: Path) -> None:
    key = installation.key()
    arguments = ("--participant", "Finder Ltd", "--scope", "report:read")
    second = installation.json("key", "service", "new", "second", *arguments)
    installation.serve("--with-worker")
    kept, gone = (installation.send(key, sarif(number, results=5)) for number in range(2))
    until(lambda: done(installation, key, kept) and done(installation, key, gone))
    backup = tmp_path / "b.age"
    installation.run("backup", str(backup))
    purge(installation, gone)
    installation.run("key", "service", "revoke", second["key_id"])
    installation.run("backup", "--purged-list", str(tmp_path / "ended.json"))
    purged, there = {kept: "done", gone: "purged"}, {kept: "done", gone: "done"}

    other = elsewhere.restore(backup, "asked of the one that runs", code=0)
    assert seen(other, key, kept, gone) == purged
    assert seen(other, second["key"], kept) == {kept: "401"}
    other.run("check")
    until(lambda: blobs(other) <= blobs(installation))

    other = elsewhere.restore(backup, "told", "--purged", str(tmp_path / "ended.json"), code=0, alone=True)
    assert seen(other, key, kept, gone) == purged
    assert seen(other, second["key"], kept) == {kept: "401"}

    other = elsewhere.restore(backup, "not told", code=1, alone=True)
    assert seen(other, key, kept, gone) == there

    listed = json.loads((tmp_path / "ended.json").read_text())
    (tmp_path / "foreign.json").write_text(json.dumps(listed | {"installation": "00" * 32}))
    elsewhere.restore(backup, "foreign", "--purged", str(tmp_path / "foreign.json"), code=2, alone=True)
    assert nothing_but_keys(elsewhere.folder / "foreign")


def seen(installation: Installation, key: str, *receipts: str) -> dict[str, str]:
    server = installation.serve("--with-worker", "--processes", "1")
    found = {}
    for receipt in receipts:
        answer = installation.status(key, receipt)
        found[receipt] = str(answer["status"])
    server.terminate()
    assert server.wait(60) == 0
    return found


def blobs(installation: Installation) -> set[str]:
    return {path.name for path in (installation.home / "blobs").rglob("*") if path.is_file()}


def purge(installation: Installation, receipt: str) -> None:
    """Purge a report as a person of the coordinator does on its page."""
    program = (
        "from clearinghouse.cli.server import loading; loading.load(None)\n"
        "from clearinghouse.server.intake.purging import purge\n"
        "from clearinghouse.server.access.reader import Reader\n"
        "from clearinghouse.server.participants.models import Person, Role\n"
        "p = Person.objects.get()\n"
        "reader = Reader(participant=p.participant_id, person=p.pk, roles=frozenset({Role.COORDINATOR}))\n"
        f"purge(reader, {receipt!r}, 'sent by mistake')\n"
    )
    subprocess.run([sys.executable, "-c", program], env=installation.environment, check=True)


def test_of_another_database(installations: Make, small: Installation, new_database: New, tmp_path: Path) -> None:
    other = installations("postgresql")
    target = tmp_path / "r"
    small.run("backup", str(tmp_path / "b.age"))
    arguments = ("restore", str(tmp_path / "b.age"), "--identity", identity(small), "--into", str(target))
    refused = small.attempt(*arguments, "--database-url", new_database())
    assert refused.returncode == 2
    assert "the backup is of sqlite" in refused.stderr
    assert nothing_but_keys(target)
    other.run("backup", str(tmp_path / "c.age"))
    arguments = ("restore", str(tmp_path / "c.age"), "--identity", identity(other), "--into", str(target))
    assert small.attempt(*arguments).returncode == 2
    full = small.attempt(*arguments, "--database-url", other.database_url)
    assert full.returncode == 2
    assert "the database is not empty" in full.stderr
    assert nothing_but_keys(target)
    other.run("check")


def test_a_full_disk(small: Installation, tmp_path: Path) -> None:
    """The largest file that a process may write stands for a disk that is full."""
    program = (
        f"import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, {resource.RLIM_INFINITY}))\n"
        "runpy.run_module('clearinghouse', run_name='__main__')"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, "backup", str(tmp_path / "b.age")],
        env=small.environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
    )
    assert said.returncode == 2, said.stderr
    assert said.stderr.startswith("error: ")
    assert "internal" not in said.stderr
    assert list(tmp_path.glob("*.age")) == list(tmp_path.glob(".*unfinished")) == []
    assert not list((small.home / "run").glob(".snapshot*"))
