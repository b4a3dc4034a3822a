"""Master keys from the environment and from files: what is accepted, what is refused and how it is said."""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.server.configuration import ConfigurationError
from clearinghouse.server.evidence.errors import MasterKeyError, SealBrokenError, VaultClosedError
from clearinghouse.server.evidence.keyring import keyring
from clearinghouse.server.evidence.master import (
    LocalMasterKey,
    former,
    make_master_key,
    read_master_key,
    replace_master_key,
)

Key = Callable[[int], str]


def put(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_it_wraps_and_unwraps() -> None:
    master = LocalMasterKey(bytes(32))
    wrapped = master.wrap(bytes(range(32)))
    assert master.unwrap(wrapped) == bytes(range(32))
    assert master.unwrap_all(master.wrap_all([bytes(32), bytes(range(32))])) == [bytes(32), bytes(range(32))]


@pytest.mark.parametrize("position", range(40))
def test_a_wrapped_key_cannot_be_changed(position: int) -> None:
    master = LocalMasterKey(bytes(32))
    wrapped = bytearray(master.wrap(bytes(range(32))))
    wrapped[position] ^= 1
    with pytest.raises(SealBrokenError):
        master.unwrap(bytes(wrapped))
    with pytest.raises(SealBrokenError):
        master.unwrap(master.wrap(bytes(32))[:position])


def test_the_id_says_which_and_tells_nothing() -> None:
    one, other = LocalMasterKey(bytes(32)), LocalMasterKey(bytes(range(32)))
    assert one.id == LocalMasterKey(bytes(32)).id != other.id
    assert len(other.id) == 16
    assert bytes.fromhex(other.id) not in bytes(range(32))
    with pytest.raises(SealBrokenError):
        other.unwrap(one.wrap(bytes(32)))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("not base64 at all!", "is not base64"),
        (base64.b64encode(bytes(16)), "has 16 bytes"),
        (b"", "has 0 bytes"),
        (b"\xff\xfe" * 40, "is not base64"),
        (b"QUFB" * 100_000, "has 768 bytes"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str | bytes, what: str) -> None:
    with pytest.raises(MasterKeyError, match=what) as error:
        read_master_key(put(tmp_path / "k", text))
    assert str(tmp_path / "k") in error.value.what
    assert isinstance(error.value, ConfigurationError)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666])
def test_a_key_that_others_reach_is_refused(tmp_path: Path, key: Key, mode: int) -> None:
    with pytest.raises(MasterKeyError, match="can be read by others"):
        read_master_key(put(tmp_path / "k", key(1), mode))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match="is no file"):
        read_master_key(tmp_path)
    with pytest.raises(MasterKeyError, match="cannot be read"):
        read_master_key(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(MasterKeyError, match="is no file"):
        read_master_key(tmp_path / "pipe")


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    name = make_master_key(path)
    assert read_master_key(path).id == name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(MasterKeyError, match="already"):
        make_master_key(path)
    assert os.listdir(path.parent) == ["master.key"]


def test_a_replaced_key_is_kept_for_unwrapping(tmp_path: Path, configure: Any) -> None:
    path = tmp_path / "keys" / "master.key"
    first = make_master_key(path)
    configure()
    wrapped = keyring().current.wrap(bytes(32))
    old, new = replace_master_key(path)
    assert old == first
    assert keyring().current.id == new != old
    assert keyring().unwrap_all([(old, wrapped)]) == [bytes(32)]
    assert sorted(os.listdir(path.parent)) == ["master.key", f"master.key.{old}"]
    former(path, old).unlink()
    with pytest.raises(VaultClosedError, match=old):
        keyring().unwrap_all([(old, wrapped)])


def test_a_former_key_under_a_wrong_name_is_refused(tmp_path: Path, configure: Any) -> None:
    path = tmp_path / "keys" / "master.key"
    make_master_key(path)
    os.link(path, former(path, "0" * 16))
    configure()
    with pytest.raises(MasterKeyError, match="not the one it is named for"):
        keyring()


def test_without_a_key_there_is_none_and_none_is_made(tmp_path: Path, configure: Any) -> None:
    configure()
    with pytest.raises(VaultClosedError, match="there is no master key"):
        keyring()
    assert list(tmp_path.rglob("*")) == []


def test_a_named_file_must_be_there(tmp_path: Path, configure: Any) -> None:
    configure(key_file=str(tmp_path / "elsewhere"))
    with pytest.raises(MasterKeyError, match="elsewhere"):
        keyring()


def test_the_environment_wraps_and_the_file_still_unwraps(tmp_path: Path, configure: Any, key: Key) -> None:
    path = put(tmp_path / "keys" / "master.key", key(1))
    configure()
    old = keyring().current
    configure(key=key(2))
    assert keyring().current.id != old.id
    assert keyring().unwrap_all([(old.id, old.wrap(bytes(32)))]) == [bytes(32)]
    path.chmod(0o644)
    with pytest.raises(MasterKeyError, match="can be read by others"):
        keyring()


def test_a_key_in_the_environment_that_is_none_is_refused_and_not_repeated(configure: Any) -> None:
    configure(key="c2VjcmV0")
    with pytest.raises(MasterKeyError, match="CLEARINGHOUSE_KEY") as error:
        keyring()
    assert "c2VjcmV0" not in str(error.value)
