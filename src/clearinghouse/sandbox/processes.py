"""What a process and all that it started use, read from ``/proc`` (proc(5)): for machines without control groups."""

import os
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024
_MOST = 20_000
"""Processes that are looked at; more than any limit allows."""


class Seen(NamedTuple):
    """One look: processes and threads, bytes of memory of their own or shared, seconds of processor time."""

    processes: int
    memory: int
    cpu: float


def sample(root: int) -> Seen:
    """Return what the process ``root`` and its descendants use now; those that end meanwhile are not counted."""
    processes, memory, cpu = 0, 0, 0.0
    waiting, seen = [root], 0
    while waiting and seen < _MOST:
        pid = waiting.pop()
        seen += 1
        try:
            status = _status(pid)
            waiting += _children(pid)
        except OSError:
            continue
        processes += status.get("Threads", 1)
        memory += _KIB * (status.get("RssAnon", 0) + status.get("RssShmem", 0))
        cpu += _cpu(pid)
    return Seen(processes, memory, cpu)


def _status(pid: int) -> dict[str, int]:
    found = {}
    for line in (_PROC / str(pid) / "status").read_text(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name in {"Threads", "RssAnon", "RssShmem"}:
            found[name] = int(value.split()[0])
    return found


def _children(pid: int) -> list[int]:
    """Return the children of all threads of a process."""
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
