"""Folders of control groups: made so that it can be told whose runner still lives, and removed when it does not.

A runner that is killed leaves its groups, empty: the kernel ends what was in them, but not them. Who made a group
holds a lock (flock(2)) on its folder, which goes when that process goes, however it goes; what bears our name and is
locked by nobody belongs to nobody. Only what is empty can be removed at all: the kernel refuses everything else.
"""

import contextlib
import fcntl
import os
import re
import secrets
import signal
import time
from pathlib import Path

PREFIX = "clearinghouse-"
_NAME = re.compile(re.escape(PREFIX) + r"[0-9a-f]{16}")
_TRIES = 8
_PATIENCE = 2.0
"""Seconds for which a group may still have processes that are being ended."""


class Folder:
    """The files of one group in one hierarchy.

    Args:
        path: of the folder. lock: the descriptor that holds the lock on it; it is closed when the folder is removed.
    """

    def __init__(self, path: Path, lock: int | None = None) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def make(cls, parent: Path) -> "Folder":
        """Return a new one below ``parent``, locked.

        Raises:
            OSError: it cannot be made.
        """
        for _ in range(_TRIES):
            path = parent / f"{PREFIX}{secrets.token_hex(8)}"
            path.mkdir()
            # between the two, another runner that sweeps may have taken it for one that nobody holds
            lock = _locked(path)
            if lock is not None:
                return cls(path, lock)
            with contextlib.suppress(OSError):
                path.rmdir()
        raise OSError(f"no group stays below {parent}")

    def write(self, name: str, value: object) -> None:
        """Write a file of it."""
        (self.path / name).write_text(str(value))

    def number(self, name: str) -> int | None:
        """Return the number that a file of it holds, or None."""
        try:
            return int((self.path / name).read_text())
        except (OSError, ValueError):
            return None

    def table(self, name: str) -> dict[str, int]:
        """Return the names and numbers that a file of it holds."""
        try:
            lines = (self.path / name).read_text().splitlines()
            return {key: int(value) for key, value in (line.split() for line in lines)}
        except (OSError, ValueError):
            return {}

    def members(self) -> list[int]:
        """Return the processes in it that can be seen from here."""
        try:
            found = [int(each) for each in (self.path / "cgroup.procs").read_text().split()]
        except (OSError, ValueError):
            return []
        # the kernel writes 0 for one of another name space; to kill 0 is to kill one's own kin
        return [each for each in found if each > 1 and each != os.getpid()]

    def remove(self) -> None:
        """End what is in it, and remove it; what cannot be removed now stays, empty and without harm."""
        end = time.monotonic() + _PATIENCE
        while not self._removed() and time.monotonic() < end:
            for member in self.members():
                with contextlib.suppress(OSError):
                    os.kill(member, signal.SIGKILL)
            time.sleep(0.002)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _removed(self) -> bool:
        try:
            self.path.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


def sweep(parent: Path) -> None:
    """Remove the groups below ``parent`` that bear our name, have no process, and are held by nobody who lives."""
    with contextlib.suppress(OSError):
        for path in parent.iterdir():
            if _NAME.fullmatch(path.name):
                lock = _locked(path)
                if lock is not None:
                    with contextlib.suppress(OSError):
                        path.rmdir()
                    os.close(lock)


def _locked(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a folder; None where somebody else does, or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None
