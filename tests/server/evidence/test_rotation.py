"""Rotation of the master key: interrupted, resumed, while others go on."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from clearinghouse.server.evidence import rotation, vault
from clearinghouse.server.evidence.keyring import keyring
from clearinghouse.server.evidence.master import former, make_master_key, replace_master_key
from clearinghouse.server.evidence.models import Envelope

pytestmark = pytest.mark.django_db


class StoppedError(Exception):
    pass


@pytest.fixture
def path(tmp_path: Path, configure: Any) -> Path:
    path = tmp_path / "keys" / "master.key"
    make_master_key(path)
    configure()
    return path


def filled(count: int) -> dict[int, bytes]:
    made = [vault.new_envelope() for _ in range(count)]
    return {envelope.pk: sealer.seal(str(envelope.pk).encode()) for envelope, sealer in made}


def readable(sealed: dict[int, bytes]) -> bool:
    vault.forget()
    found = vault.sealers(sealed)
    return all(found[pk].open(each) == str(pk).encode() for pk, each in sealed.items())


def test_it_can_be_interrupted_and_resumed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_BATCH", 10)
    sealed = filled(35)
    index = vault.index_key("test")
    old, new = replace_master_key(path)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done > 15:
            raise StoppedError

    with pytest.raises(StoppedError):
        vault.rewrap(stop)
    assert told == [(1, 36), (11, 36), (21, 36)]
    assert vault.masters_in_use() == {old: 15, new: 21}
    assert readable(sealed)
    assert vault.rewrap() == 15
    assert vault.masters_in_use() == {new: 36}
    assert vault.rewrap() == 0
    former(path, old).unlink()
    assert readable(sealed)
    assert vault.index_key("test") == index
    assert vault.is_open()


def test_what_is_destroyed_meanwhile_stays_destroyed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = filled(3)
    victim = list(sealed)[1]
    replace_master_key(path)
    current = keyring().current
    wrap_all = current.wrap_all

    def purge_first(keys: list[bytes]) -> list[bytes]:
        vault.destroy(victim)  # between what was read and what is written
        return wrap_all(keys)

    monkeypatch.setattr(current, "wrap_all", purge_first)
    assert vault.rewrap() == 2
    assert Envelope.objects.get(pk=victim).wrapped is None
    del sealed[victim]
    assert readable(sealed)


def test_what_a_server_wraps_late_is_done_too(path: Path) -> None:
    sealed = filled(2)
    late = keyring()
    replace_master_key(path)

    def wrap_late(done: int, total: int) -> None:
        if Envelope.objects.count() < 3:
            Envelope.objects.create(wrapped=late.current.wrap(bytes(32)), master=late.current.id)

    assert vault.rewrap(wrap_late) == 3
    assert vault.masters_in_use() == {keyring().current.id: 3}
    assert readable(sealed)


def test_a_missing_former_key_is_named(path: Path) -> None:
    filled(2)
    old, _ = replace_master_key(path)
    former(path, old).unlink()
    with pytest.raises(vault.VaultClosedError, match=old) as error:
        vault.rewrap()
    assert f"master.key.{old}" in error.value.remedy


def test_twice(path: Path) -> None:
    sealed = filled(4)
    names = []
    for _ in range(3):
        names.append(replace_master_key(path)[1])
        with transaction.atomic():
            sealed |= filled(1)
    assert len(vault.masters_in_use()) == 4
    assert vault.rewrap() == 6
    assert vault.masters_in_use() == {names[-1]: 7}
    assert readable(sealed)
