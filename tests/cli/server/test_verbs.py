"""The verbs of the server: what they need, refuse and say. How an installation lives is in tests/server/operate."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.records.errors import install
from server_process import Installation

VERBS = (
    "serve",
    "worker",
    "user list",
    "participant list",
    "key service list",
    "key master list",
    "key master rotate",
    "backup b",
    "check",
)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    found = Installation(tmp_path_factory.mktemp("verbs") / "home")
    found.extra["said"] = found.init()
    yield found
    found.stop()


def test_other_verbs_load_no_django() -> None:
    program = (
        "import sys\nfrom clearinghouse.cli.main import invoke\n"
        "assert invoke(['version', 'compare', '--ecosystem', 'PyPI', '1', '2']) in (0, 1, 2)\n"
        "assert invoke(['serve', '--help']) == 0\n"
        "assert not {'django', 'cryptography', 'pyrage', 'gunicorn'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("missing", "verb"), [("django", "check"), ("cryptography", "worker"), ("pyrage", "backup"), ("gunicorn", "serve")]
)
def test_without_the_server_installed_it_is_said(missing: str, verb: str, installation: Installation) -> None:
    program = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {missing!r}: raise ModuleNotFoundError('no', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from clearinghouse.cli.main import invoke\n"
        "sys.exit(invoke(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, verb, *(["b"] if verb == "backup" else [])],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    said = f"error: this installation has no server ({missing} is not installed)"
    assert done.stderr == f"{said}\ntry: {install('server')}\n"


def test_where_nothing_is_installed(tmp_path: Path) -> None:
    nowhere = Installation(tmp_path / "nowhere")
    for verb in VERBS:
        refused = nowhere.attempt(*verb.split())
        assert refused.returncode == 2, verb
        assert "there is no installation" in refused.stderr
        assert "clearinghouse init" in refused.stderr
    assert not nowhere.home.exists()


def test_init_makes_what_is_needed_for_its_owner_only(installation: Installation) -> None:
    home = installation.home
    names = {str(path.relative_to(home)) for path in home.rglob("*")}
    keys = {f"keys/{name}" for name in ("master.key", "session.secret", "backup.identity", "backup.recipient")}
    assert {"config.toml", "blobs", "keys", "clearinghouse.sqlite3", *keys} <= names
    assert {path.stat().st_mode & 0o077 for path in [home, *home.rglob("*")] if "static" not in path.parts} == {0}
    said = installation.extra["said"]
    assert f"http://127.0.0.1:{installation.port}/accounts/invitation/" in said
    assert str(home / "keys/master.key") in said.replace("\n  ", "")
    assert (home / "keys/master.key").read_text().strip() not in said


def test_init_again_changes_nothing(installation: Installation) -> None:
    before = {path: path.read_bytes() for path in installation.home.rglob("*") if path.is_file()}
    said = installation.run("init")
    assert "nothing was changed" in " ".join(said.split())
    after = {path: path.read_bytes() for path in installation.home.rglob("*") if path.is_file()}
    assert {path for path in before if after.get(path) != before[path]} <= set(
        installation.home.glob("clearinghouse.sqlite3-*")
    )


def test_init_asks_or_says_what_is_missing(tmp_path: Path) -> None:
    new = Installation(tmp_path / "home")
    refused = new.attempt("init", "--name", "Ada")
    assert refused.returncode == 2
    assert refused.stderr == (
        "error: --organisation is not given, and there is no terminal to ask at\n"
        "try: add --organisation ... --email ...\n"
    )
    assert not new.home.exists()
    for origin in (
        "clearinghouse.example.org",
        "https://host/path",
        "https://user@host",
        "ftp://host",
        "https://host:0",
    ):
        refused = new.attempt(
            "init", "--origin", origin, "--name", "A", "--email", "a@b.example", "--organisation", "O"
        )
        assert refused.returncode == 2, origin
        assert "the origin is no address" in refused.stderr
    assert not new.home.exists()


def test_init_at_a_terminal(tmp_path: Path) -> None:
    new = Installation(tmp_path / "home")
    parent, child = os.openpty()
    process = subprocess.Popen(
        new.command("init"), env=new.environment, stdin=child, stdout=subprocess.PIPE, stderr=child
    )
    os.close(child)
    shown = bytearray()
    reading = threading.Thread(target=lambda: read_all(parent, shown))
    reading.start()
    os.write(parent, b"Coordination Centre\nada@example.org\nAda\n")
    said, _ = process.communicate(timeout=120)
    reading.join(10)
    os.close(parent)
    assert process.returncode == 0, shown
    assert b"Your e-mail address" in shown
    assert b"ada@example.org" in said


def read_all(descriptor: int, into: bytearray) -> None:
    while True:
        try:
            read = os.read(descriptor, 4096)
        except OSError:
            return
        if not read:
            return
        into += read


def test_init_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    new = Installation(tmp_path / "home")
    first = ("--name", "Ada", "--email", "ada@example.org", "--organisation", "O")
    new.run("init", *first)
    for path in new.home.glob("clearinghouse.sqlite3*"):
        path.unlink()
    said = new.run("init", *first)
    assert "/accounts/invitation/" in said


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"--email": "ab"}, "this is no e-mail address"),
        ({"--name": "A" * 121}, "the name has 121 characters"),
        ({"--organisation": "a\nb"}, "the organisation holds control"),
        ({"--kind": "nonsense"}, "there is no such kind of organisation"),
        ({"--jurisdiction": "XX"}, "is not a country code"),
    ],
)
def test_init_refuses_before_anything_is_made(tmp_path: Path, changed: dict[str, str], says: str) -> None:
    new = Installation(tmp_path / "home")
    first = {"--name": "Ada", "--email": "ada@example.org", "--organisation": "O"} | changed
    bad = new.attempt("init", *(part for pair in first.items() for part in pair))
    assert bad.returncode == 2
    assert says in bad.stderr
    assert not new.home.exists()


def test_what_cannot_be_waited_for_or_listened_on(installation: Installation) -> None:
    nowhere = installation.attempt("worker", "--once", "--queues", "default,nonsense")
    assert (nowhere.returncode, "there is no queue 'nonsense'" in nowhere.stderr) == (2, True)
    nothing = installation.attempt("serve", "--bind", "unix:/nonexistent/x.sock")
    assert (nothing.returncode, "there is no folder /nonexistent" in nothing.stderr) == (2, True)


def test_a_restore_that_cannot_begin_leaves_nothing(installation: Installation, tmp_path: Path) -> None:
    identity = ("--identity", str(installation.home / "keys/backup.identity"))
    refused = installation.attempt("restore", str(tmp_path / "none.age"), "--into", str(tmp_path / "new"), *identity)
    assert (refused.returncode, "none.age cannot be read" in refused.stderr) == (2, True)
    assert not (tmp_path / "new").exists()


def test_a_home_of_somebody_else(installation: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make files that belong to somebody else")
    os.chown(installation.home, 12_345, 12_345)
    try:
        refused = installation.attempt("user", "list")
    finally:
        os.chown(installation.home, 0, 0)
    assert refused.returncode == 2
    assert "belongs to user 12345" in refused.stderr
    assert "sudo -u" in refused.stderr


def test_participants_and_people(installation: Installation) -> None:
    made = installation.json(
        "participant", "add", "Northwind", "--role", "finder", "--role", "vendor", "--jurisdiction", "US"
    )
    assert made["roles"] == ["finder", "vendor"]
    again = installation.attempt("participant", "add", "Northwind", "--role", "finder", "--jurisdiction", "US")
    assert (again.returncode, "has this name" in again.stderr) == (2, True)
    wrong = installation.attempt("participant", "add", "X", "--role", "king", "--jurisdiction", "US")
    assert (wrong.returncode, "there is no such role" in wrong.stderr) == (2, True)
    link = installation.json("user", "add", "eve@example.org", "--participant", "northwind", "--name", "Eve")["link"]
    other = installation.json("user", "link", "EVE@example.org")["link"]
    assert link != other
    assert link.rpartition("/accounts/")[0] == f"http://127.0.0.1:{installation.port}"
    people = {each["email"]: each for each in installation.json("user", "list")["people"]}
    assert people["ada@example.org"]["administrator"]
    assert (people["eve@example.org"]["state"], people["eve@example.org"]["participant"]) == ("invited", "Northwind")
    installation.run("user", "deactivate", people["eve@example.org"]["reference"])
    listed = installation.json("user", "list", "--participant", made["reference"])["people"]
    assert [each["state"] for each in listed] == ["deactivated"]
    last = installation.attempt("user", "deactivate", "ada@example.org")
    assert (last.returncode, "nobody would be left" in last.stderr) == (2, True)
    nobody = installation.attempt("user", "link", "nobody@example.org", "--format", "json")
    assert nobody.returncode == 2
    assert "there is no person" in json.loads(nobody.stdout)["problems"][0]["message"]
    installation.run("participant", "close", "Northwind")
    states = {each["name"]: each["state"] for each in installation.json("participant", "list")["participants"]}
    assert states == {"Coordination Centre": "active", "Northwind": "closed"}
    assert "Northwind" in installation.run("participant", "list")


def test_keys_of_programs(installation: Installation) -> None:
    key = installation.key("Southwind")
    made = installation.json("key", "service", "list")["keys"][0]
    assert (made["state"], made["participant"], made["last_used_on"]) == ("active", "Southwind", None)
    assert made["key_id"] in key
    assert key.split("_", 3)[3] not in json.dumps(made)
    for scope, says in (("report:eat", "there is no such scope"), ("inventory:write", "do not allow this scope")):
        arguments = ("key", "service", "new", "x", "--participant", "Southwind", "--scope", scope)
        refused = installation.attempt(*arguments)
        assert (refused.returncode, says in refused.stderr) == (2, True)
    other = f"{key[:7]}{'a' * 12}{key[19:]}"
    refused = installation.attempt("key", "service", "revoke", other)
    assert (refused.returncode, "no such key" in refused.stderr) == (2, True)
    assert key.split("_", 3)[3] not in refused.stdout + refused.stderr
    installation.run("key", "service", "revoke", key)  # the whole of it, as one holds it when it has leaked
    assert installation.json("key", "service", "list")["keys"][0]["state"] == "revoked"
    assert installation.attempt("key", "service", "revoke", made["key_id"]).returncode == 2
    assert (
        installation.attempt(
            "key", "service", "new", "x", "--participant", "Southwind", "--scope", "report:read", "--days", "367"
        ).returncode
        == 2
    )


def test_master_keys(installation: Installation) -> None:
    assert installation.attempt("key", "master", "new").returncode == 2
    before = installation.json("key", "master", "list")["masters"]
    assert [each["wraps"] for each in before] == [True]
    said = installation.run("key", "master", "rotate")
    after = installation.json("key", "master", "list")["masters"]
    assert [each["wraps"] for each in after] == [True, False]
    assert after[1]["id"] == before[0]["id"]
    assert (after[1]["keys"], after[0]["keys"]) == (0, before[0]["keys"])
    old = installation.home / "keys" / f"master.key.{before[0]['id']}"
    assert str(old) in said.replace("\n  ", "")
    old.unlink()
    installation.run("check")
    acts = installation.run("check", "--format", "json")
    assert json.loads(acts)["well"]
