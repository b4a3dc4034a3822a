"""The master key of an installation: made, replaced, listed."""

from pathlib import Path

import msgspec
from django.db import transaction

from clearinghouse.server.audit.services import record
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence import keyring as rings
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import VaultClosedError
from clearinghouse.server.evidence.keyring import key_path, keyring
from clearinghouse.server.evidence.master import former, make_master_key, read_master_key, replace_master_key
from clearinghouse.server.operate.errors import OperateError


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """What a rotation did.

    Attributes:
        old, new: ids of the master keys. wrapped: how many keys were wrapped anew.
        removable: files of former master keys under which nothing is any more.
        needed: former master keys that still wrap something, and how many keys that is.
    """

    old: str
    new: str
    wrapped: int
    removable: list[Path]
    needed: dict[str, int]


class Master(msgspec.Struct, frozen=True, kw_only=True):
    """A master key: its id, how many keys it wraps, whether it wraps new ones, where it is; "" is nowhere here."""

    id: str
    keys: int
    wraps: bool
    place: str


def make(configuration: Configuration) -> tuple[Path, str]:
    """Make a master key in its file, and return path and id.

    Raises:
        MasterKeyError: there is one. OperateError: keys are wrapped already under one that is not here, or it is
            configured to be elsewhere.
    """
    if configuration.key or configuration.key_command:
        what = "the master key is configured to come from the environment or from a program"
        raise OperateError(what, "unset key and key_command to keep it in a file")
    in_use = vault.masters_in_use()
    path = key_path(configuration)
    if in_use and not path.exists():
        what = f"what is stored here is under master key {next(iter(in_use))}, and a new one would not open it"
        raise OperateError(what, f"bring that key back into {path}")
    return path, make_master_key(path)


def rotate(configuration: Configuration) -> Rotation:
    """Put a new master key into the place of the file's, and wrap every key anew; go on where one was interrupted.

    With a key command the program decides which key is the new one; then only the wrapping is done.

    Raises:
        OperateError: the key comes from the environment. VaultClosedError: a key is missing or cannot be used.
    """
    if configuration.key:
        what = "the master key comes from the environment, where this program cannot replace it"
        remedy = (
            f"put the old one into {former(key_path(configuration), 'ID')}, set a new CLEARINGHOUSE_KEY, run this again"
        )
        if not _stale(keyring().current.id):
            raise OperateError(what, remedy)
    vault.require_open()
    old = keyring().current.id
    if not configuration.key and not configuration.key_command and not _stale(old):
        old, _ = replace_master_key(key_path(configuration))
        rings.forget()
    new = keyring().current.id
    wrapped = vault.rewrap()
    needed = {name: count for name, count in vault.masters_in_use().items() if name != new}
    with transaction.atomic():
        record(None, "master.rotated", old=old, new=new, keys=wrapped, left=sum(needed.values()))
    return Rotation(old=old, new=new, wrapped=wrapped, removable=_removable(configuration, needed), needed=needed)


def _stale(current: str) -> dict[str, int]:
    """What is still under former master keys: a rotation was interrupted, or the key was replaced by hand."""
    return {name: count for name, count in vault.masters_in_use().items() if name != current}


def _removable(configuration: Configuration, needed: dict[str, int]) -> list[Path]:
    path = key_path(configuration)
    kept = sorted(path.parent.glob(f"{path.name}.*")) if path.parent.is_dir() else []
    return [each for each in kept if each.suffix[1:] not in needed]


def masters(configuration: Configuration) -> list[Master]:
    """Return the master keys that are here or wrap something, the one that wraps new keys first."""
    counts = vault.masters_in_use()
    places = _places(configuration)
    try:
        current = keyring().current.id
    except VaultClosedError:
        current = ""
    if current:
        places.setdefault(current, "the environment" if configuration.key else "the key command")
    names = sorted({*counts, *places}, key=lambda name: (name != current, name))
    return [
        Master(id=name, keys=counts.get(name, 0), wraps=name == current, place=places.get(name, "")) for name in names
    ]


def _places(configuration: Configuration) -> dict[str, str]:
    path = key_path(configuration)
    files = [path, *(sorted(path.parent.glob(f"{path.name}.*")) if path.parent.is_dir() else [])]
    found: dict[str, str] = {}
    for each in files:
        try:
            found[read_master_key(each).id] = str(each)
        except VaultClosedError:
            continue
    return found
