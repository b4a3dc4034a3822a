"""Which master keys this installation has: one that wraps, and others that only unwrap."""

import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence.command import PREFIX, CommandMasterKey, KeyCommand
from clearinghouse.server.evidence.errors import KEYS, MasterKeyError, SealBrokenError, VaultClosedError
from clearinghouse.server.evidence.master import MasterKey, former, master_of, read_master_key
from clearinghouse.server.evidence.sealing import KEY

_NAME = "master.key"
_ENVIRONMENT = "the environment (CLEARINGHOUSE_KEY)"


class Keyring:
    """The master keys of a configuration.

    The first that is named of the environment, the command and the file wraps; whatever else is there unwraps too.
    Former master keys are files ``master.key.<id>`` in the folder of keys, or beside the file that is named.

    Raises:
        VaultClosedError: there is no master key. MasterKeyError: one is named, and cannot be used.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.is_proved = False
        self._command = KeyCommand(configuration.key_command) if configuration.key_command else None
        local = []
        if configuration.key:
            local.append(master_of(configuration.key, _ENVIRONMENT))
        path = key_path(configuration)
        if configuration.key_file or path.exists():
            local.append(read_master_key(path))
        wrapping = local[0] if local and (configuration.key or not self._command) else self._command
        if wrapping is None:
            raise VaultClosedError(f"there is no master key: neither is one configured, nor is there {path}", KEYS)
        self._wrapping: MasterKey | KeyCommand = wrapping
        self._known: dict[str, MasterKey] = {each.id: each for each in [*local, *_former_keys(configuration)]}

    @property
    def current(self) -> MasterKey:
        """The master key that wraps."""
        return self._wrapping.current() if isinstance(self._wrapping, KeyCommand) else self._wrapping

    def named(self, name: str) -> MasterKey:
        """Return the master key of an id.

        Raises:
            VaultClosedError: it is not here.
        """
        if found := self._known.get(name):
            return found
        if self._command and name.startswith(PREFIX):
            return CommandMasterKey(self._command, name)
        what = f"master key {name}, which wrapped what is to be opened, is not here"
        raise VaultClosedError(what, f"put it into {former(key_path(self.configuration), name)}, or configure it")

    def unwrap_all(self, rows: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Return the keys of pairs of master key and wrapped key, in their order; each master key is asked once.

        Raises:
            VaultClosedError: a master key is not here, or cannot be used. SealBrokenError: a wrapped key was changed.
        """
        found: dict[int, bytes] = {}
        for name in dict.fromkeys(name for name, _ in rows):
            places = [place for place, row in enumerate(rows) if row[0] == name]
            keys = self.named(name).unwrap_all([bytes(rows[place][1]) for place in places])
            found.update(zip(places, keys, strict=True))
        if any(len(key) != KEY for key in found.values()):
            raise SealBrokenError("a key that was unwrapped is not of 32 bytes", KEYS)
        return [found[place] for place in range(len(rows))]


def key_path(configuration: Configuration) -> Path:
    """Return where the master key is kept that a file holds."""
    return Path(configuration.key_file) if configuration.key_file else configuration.keys / _NAME


def _former_keys(configuration: Configuration) -> list[MasterKey]:
    found: list[MasterKey] = []
    for path in dict.fromkeys((key_path(configuration), configuration.keys / _NAME)):
        pattern = re.compile(re.escape(path.name) + r"\.([0-9a-f]{16})")
        names = sorted(os.listdir(path.parent)) if path.parent.is_dir() else []
        matches = [match for name in names if (match := pattern.fullmatch(name))]
        found += [_former_key(path.with_name(match[0]), match[1]) for match in matches]
    return found


def _former_key(path: Path, name: str) -> MasterKey:
    key = read_master_key(path)
    if key.id != name:
        raise MasterKeyError(f"{path} holds master key {key.id} and not the one it is named for", "rename it")
    return key


_lock = threading.Lock()
_loaded: tuple[tuple[object, ...], Keyring] | None = None


def keyring() -> Keyring:
    """Return the master keys as they are configured now; a changed file or folder of keys is read anew.

    Raises:
        VaultClosedError: there is no master key. MasterKeyError: one is named, and cannot be used.
    """
    global _loaded  # noqa: PLW0603 - one a process
    configuration: Configuration = settings.CONFIGURATION
    stamp = _stamp(configuration)
    loaded = _loaded
    if loaded and loaded[0] == stamp:
        return loaded[1]
    with _lock:
        ring = Keyring(configuration)
        _loaded = (stamp, ring)
    return ring


def _stamp(configuration: Configuration) -> tuple[object, ...]:
    path = key_path(configuration)
    return (id(configuration), *(_state(each) for each in (path, path.parent, configuration.keys)))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_ctime_ns, status.st_size


def forget() -> None:
    """Read the master keys anew when they are next needed."""
    global _loaded  # noqa: PLW0603
    _loaded = None
