"""Users that belong to nobody, for what runs in containers, and how a process becomes one of them.

A container's runtime has much to do with privileges before what it runs has none. So it gets none that are worth
anything: it is root in a user name space (user_namespaces(7)) of two users, both nobody's outside, one for the runtime
and one for the command.
"""

import ctypes
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox.contract import UnavailableError
from clearinghouse.sandbox.inside import INSIDE, UIDS

_NEW_USER, _NEW_MOUNT = 0x10000000, 0x00020000
_PRIVATE, _NOSUID_NODEV_NOEXEC = 1 << 18 | 1 << 14, 2 | 4 | 8
_LIBC = ctypes.CDLL(None, use_errno=True)
_GROUPS = "/sys/fs/cgroup"


class Pair(NamedTuple):
    """Two users (and groups of the same numbers): the runtime's, and the command's."""

    runtime: int
    command: int


class Users:
    """Hands out users of this machine, a pair for each box.

    Raises:
        UnavailableError: this process may not become other users.
    """

    def __init__(self) -> None:
        self._range = _available()
        self._next = secrets.randbelow(len(self._range) // 2)

    def pair(self) -> Pair:
        """Return the next two; after thousands they come again."""
        self._next = (self._next + 1) % (len(self._range) // 2)
        first = self._range[2 * self._next]
        return Pair(first, first + 1)


def _available() -> range:
    """Users that this process may become: root all, root of a user name space those that it has been given."""
    if os.getuid() == 0:
        lines = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
        for inside, _, count in lines:
            if inside <= UIDS.start and UIDS.stop <= inside + count:
                return UIDS
        for inside, _, count in lines:
            if inside > 0 and count > 1:
                return range(inside, inside + count)
    raise UnavailableError(
        "containers need users of their own, and this process has no other than itself",
        "start the runner as root, or give its user some (/etc/subuid and /etc/subgid; apt-get install uidmap)",
    )


def enter(pair: Pair, *, hide_groups: bool) -> None:
    """Become root of a name space of two users, and have mounts of one's own. Only in a child that is about to exec.

    Args:
        hide_groups: whether control groups are hidden, for a runtime that fails where there are two versions of them.

    Raises:
        OSError: this process may not.
    """
    ready, tell = os.pipe()
    own = os.getpid()
    writer = os.fork()
    if writer == 0:  # stays in the name space of before, where both users are known
        os._exit(_map(own, pair, ready))
    try:
        _call(_LIBC.unshare(_NEW_USER | _NEW_MOUNT))
    finally:
        os.write(tell, b"x")
        status = os.waitpid(writer, 0)[1]
        os.close(ready)
        os.close(tell)
    if status:
        raise PermissionError("users cannot be mapped")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    _call(_LIBC.mount(b"none", b"/", None, _PRIVATE, None))
    if hide_groups and os.path.isdir(_GROUPS):
        _call(_LIBC.mount(b"none", _GROUPS.encode(), b"tmpfs", _NOSUID_NODEV_NOEXEC, b"size=4k"))


def _map(process: int, pair: Pair, ready: int) -> int:
    try:
        os.read(ready, 1)
        lines = f"0 {pair.runtime} 1\n{INSIDE} {pair.command} 1\n".encode()
        for name in ("uid_map", "gid_map"):
            Path("/proc", str(process), name).write_bytes(lines)
    except OSError:
        return 1
    return 0


def _call(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
