"""As which user a process of a box runs, seen from outside, by a process that looks for it meanwhile."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_PATIENCE = 5.0
_GRACE = 0.1
"""Seconds for which it is waited for once the process has ended."""


@contextlib.contextmanager
def watched(mark: str) -> Iterator[Callable[[], int | None]]:
    """Look for a process that has ``mark`` among its arguments; afterwards, what is yielded tells its user, or None.

    Who could become root counts as root.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with contextlib.suppress(BaseException):
            os.write(writer, _look(mark))
        os._exit(0)
    os.close(writer)
    found: list[int] = []

    def told() -> int | None:
        return found[0] if found else None

    try:
        yield told
        text = os.read(reader, 64) if select.select([reader], [], [], _GRACE)[0] else b""
        found.extend(int(each) for each in text.split())
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)


def alive(mark: str) -> list[int]:
    """Return the processes that have ``mark`` among their arguments and are no more than that: programs of a box."""
    word = mark.encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                arguments = (folder / "cmdline").read_bytes()
                if word in arguments and arguments.startswith(b"python3"):
                    found.append(int(folder.name))
    return found


def _look(mark: str) -> bytes:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        for pid in alive(mark):
            with contextlib.suppress(OSError):
                return str(_user(Path("/proc", str(pid)))).encode()
        time.sleep(0.02)
    return b""


def _user(folder: Path) -> int:
    for line in (folder / "status").read_text().splitlines():
        if line.startswith("Uid:"):
            users = [_outside(int(each)) for each in line.split()[1:]]
            return 0 if 0 in users else users[0]
    return 0


def _outside(user: int) -> int:
    """Return a user as the machine sees it: in a name space of its own, an ordinary user is root."""
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, outside, count = (int(each) for each in line.split())
        if first <= user < first + count:
            return outside + user - first
    return user
