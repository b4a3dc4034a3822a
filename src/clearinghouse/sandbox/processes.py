"""What a process and all that it started use, read from ``/proc`` (proc(5)): for machines without control groups."""

import os
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024
_MOST = 20_000
"""Processes that are looked at; more than any limit allows."""
_ROUNDS = 4
"""How often it is looked again for those that were missed."""


class Seen(NamedTuple):
    """One look: processes and threads, bytes of memory of their own or shared, seconds of processor time."""

    processes: int
    memory: int
    cpu: float


def sample(root: int) -> Seen:
    """Return what the process ``root`` and its descendants use now.

    A process may end between being named and being looked at, and what it started has another parent then: whenever
    one does, all are looked for again, so that nobody hides by handing on what it holds from child to child.
    """
    counted: dict[int, Seen] = {}
    for _ in range(_ROUNDS):
        if _walk(root, counted):
            break
    each = counted.values()
    return Seen(sum(one.processes for one in each), sum(one.memory for one in each), sum(one.cpu for one in each))


def _walk(root: int, counted: dict[int, Seen]) -> bool:
    """Look at those that were not looked at yet; return whether none was missed."""
    waiting, seen, whole = [root], set[int](), True
    while waiting and len(seen) < _MOST:
        pid = waiting.pop()
        if pid in seen:
            continue
        seen.add(pid)
        try:
            if pid not in counted:
                counted[pid] = _look(pid)
            waiting += children(pid)
        except OSError:
            whole = False
    return whole


def _look(pid: int) -> Seen:
    status = _status(pid)
    memory = _KIB * (status.get("RssAnon", 0) + status.get("RssShmem", 0))
    return Seen(status.get("Threads", 1), memory, _cpu(pid))


def available() -> int | None:
    """Return the bytes of memory that this machine can still give (``MemAvailable`` of proc(5)); None if unknown."""
    try:
        text = (_PROC / "meminfo").read_text()
    except OSError:
        return None
    found = [line.split() for line in text.splitlines() if line.startswith("MemAvailable:")]
    return int(found[0][1]) * _KIB if found else None


def _status(pid: int) -> dict[str, int]:
    found = {}
    for line in (_PROC / str(pid) / "status").read_text(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name in {"Threads", "RssAnon", "RssShmem"}:
            found[name] = int(value.split()[0])
    return found


def children(pid: int) -> list[int]:
    """Return the children of all threads of a process.

    Raises:
        OSError: it is not there, or the kernel does not tell (``CONFIG_PROC_CHILDREN``).
    """
    found = []
    for thread in (_PROC / str(pid) / "task").iterdir():
        found += [int(each) for each in (thread / "children").read_text().split()]
    return found


def _cpu(pid: int) -> float:
    """Return the seconds of processor time of a process and of the children that it waited for."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11:15]) / _TICKS
