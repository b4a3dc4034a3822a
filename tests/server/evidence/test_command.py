"""A key service behind an operator's program: a real program, and programs that misbehave."""

import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.command import KeyCommand
from clearinghouse.server.evidence.errors import MasterKeyError
from clearinghouse.server.evidence.keyring import keyring

PROGRAM = Path(__file__).with_name("fake_kms.py")
Command = Callable[..., str]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    folder = tmp_path / "kms; touch not-a-shell"
    folder.mkdir()
    (folder / "one.key").write_bytes(bytes(32))
    (folder / "two.key").write_bytes(bytes(range(32)))
    (folder / "current").write_text("one")
    monkeypatch.setenv("CLEARINGHOUSE_KMS_FOLDER", str(folder))
    return lambda mode="good": shlex.join([sys.executable, "-I", str(PROGRAM), mode])


def calls(tmp_path: Path) -> list[str]:
    return (tmp_path / "kms; touch not-a-shell" / "calls").read_text().splitlines()


def ended(process: int) -> bool:
    """Whether a process has ended; it waits a little until it has."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    time.sleep(0.1 if state != "Z" else 0)
    return state == "Z"


def test_it_wraps_and_unwraps(command: Command, tmp_path: Path) -> None:
    master = KeyCommand(command()).current()
    assert master.id == "command:one"
    assert master.unwrap(master.wrap(bytes(range(32)))) == bytes(range(32))
    assert not list(Path.cwd().glob("not-a-shell*"))


def test_many_keys_are_one_call(command: Command, tmp_path: Path) -> None:
    master = KeyCommand(command()).current()
    keys = [bytes([number]) * 32 for number in range(50)]
    assert master.unwrap_all(master.wrap_all(keys)) == keys
    assert [line.split(" [")[0] for line in calls(tmp_path)] == ["id 0", "wrap 50", "unwrap 50"]
    thousand = keys * 20
    assert len(master.wrap_all(thousand)) == 1000
    assert len(calls(tmp_path)) == 5


def test_it_sees_little_of_the_environment(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "x")
    monkeypatch.setenv("CLEARINGHOUSE_KEY", "x")
    KeyCommand(command()).current()
    (line,) = calls(tmp_path)
    assert "CLEARINGHOUSE_KMS_FOLDER" in line
    assert "PATH" in line
    assert "PASSWORD" not in line
    assert "CLEARINGHOUSE_KEY" not in line


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        ("garbage", "does not answer what it should"),
        ("flood", "answers more than"),
        ("fails", "failed with code 3"),
        ("deaf", "names no master key"),
    ],
)
def test_a_program_that_misbehaves_is_told_of(command: Command, mode: str, what: str) -> None:
    with pytest.raises(MasterKeyError, match=what):
        KeyCommand(command(mode)).current()


@pytest.mark.parametrize(("mode", "what"), [("short", "answered 1 items to 2"), ("odd", "not base64")])
def test_an_answer_that_does_not_fit_is_refused(command: Command, mode: str, what: str) -> None:
    with pytest.raises(MasterKeyError, match=what):
        KeyCommand(command(mode)).current().wrap_all([bytes(32), bytes(32)])


def test_a_program_that_hangs_is_ended(command: Command, tmp_path: Path) -> None:
    script = tmp_path / "hangs"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {shlex.quote(str(tmp_path / 'child'))}\nsleep 600\n")
    script.chmod(0o700)
    with pytest.raises(MasterKeyError, match="longer than"):
        KeyCommand(str(script), time_limit=0.5).current()
    assert any(ended(int((tmp_path / "child").read_text())) for _ in range(100))
    with pytest.raises(MasterKeyError, match="longer than"):
        KeyCommand(command("hangs"), time_limit=0.5).convert("wrap", "command:one", [bytes(32)] * 500)


@pytest.mark.parametrize("text", ["/does/not/exist", "'unfinished", " "])
def test_a_program_that_cannot_be_run_is_told_of(text: str) -> None:
    with pytest.raises(MasterKeyError):
        KeyCommand(text).current()


@pytest.mark.django_db
def test_the_vault_works_with_it(command: Command, tmp_path: Path, configure: Any) -> None:
    configure(key_command=command())
    assert vault.is_open()
    made = [vault.new_envelope() for _ in range(5)]
    sealed = {envelope.pk: sealer.seal(b"text") for envelope, sealer in made}
    vault.forget()
    before = len(calls(tmp_path))
    assert [each.open(sealed[pk]) for pk, each in vault.sealers(sealed).items()] == [b"text"] * 5
    assert len(calls(tmp_path)) == before + 1


@pytest.mark.django_db
def test_the_service_may_change_its_key(command: Command, tmp_path: Path, configure: Any) -> None:
    configure(key_command=command())
    made = [vault.new_envelope() for _ in range(3)]
    sealed = made[0][1].seal(b"text")
    (tmp_path / "kms; touch not-a-shell" / "current").write_text("two")
    vault.forget()
    assert keyring().current.id == "command:two"
    before = len(calls(tmp_path))
    assert vault.rewrap() == 3
    assert len(calls(tmp_path)) == before + 2
    assert vault.masters_in_use() == {"command:two": 3}
    vault.forget()
    assert vault.sealer(made[0][0].pk).open(sealed) == b"text"


def test_a_service_that_is_away_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "away"
    script.write_text(f"#!/bin/sh\necho asked >> {shlex.quote(str(tmp_path / 'asked'))}\nexit 4\n")
    script.chmod(0o700)
    command = KeyCommand(str(script))
    for _ in range(3):
        with pytest.raises(MasterKeyError, match="code 4"):
            command.current()
    assert (tmp_path / "asked").read_text() == "asked\n"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    with pytest.raises(MasterKeyError, match="code 4"):
        command.current()
    assert (tmp_path / "asked").read_text() == "asked\n" * 2


@pytest.mark.django_db
def test_a_service_that_is_away_closes_the_vault(command: Command, configure: Any) -> None:
    configure(key_command=command("fails"))
    assert not vault.is_open()
    with pytest.raises(vault.VaultClosedError, match="code 3"):
        vault.new_envelope()


@pytest.mark.django_db
def test_from_a_file_to_the_service_and_back(command: Command, tmp_path: Path, configure: Any, key: Any) -> None:
    path = tmp_path / "keys" / "master.key"
    path.parent.mkdir()
    path.write_text(key(1))
    path.chmod(0o600)
    configure()
    envelope, sealer = vault.new_envelope()
    sealed = sealer.seal(b"text")
    for changes, master in (
        ({"key_command": command()}, "command:one"),
        ({"key_command": command(), "key": key(2)}, ""),
    ):
        configure(**changes)
        vault.forget()
        assert vault.rewrap() == 1
        assert (master or keyring().current.id) in vault.masters_in_use()
        vault.forget()
        assert vault.sealer(envelope.pk).open(sealed) == b"text"
    assert os.listdir(path.parent) == ["master.key"]
