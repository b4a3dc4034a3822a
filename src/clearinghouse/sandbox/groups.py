"""Limits of memory and processes that the kernel itself holds: control groups, of version 2 or 1.

Version 2 needs a group that was delegated to who runs this (systemd: ``Delegate=yes``); version 1 needs the right to
make one. Where there is neither, :class:`NoGroup` says so, and who runs a command samples its processes instead.
Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/{memory,pids,cpuacct}.rst.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from clearinghouse.sandbox.contract import Limits
from clearinghouse.sandbox.group_folders import Folder, sweep

_SELF = Path("/proc/self")
_LEAF = "runner"
"""The group beside which others stand: where there are controllers, one with processes may have none below it."""


class Usage(NamedTuple):
    """What a group counted; None where it does not count.

    Attributes:
        memory: most bytes at one time. cpu: seconds of processor time. killed: processes ended for want of memory, 0
        where that is not counted. refused: processes that were not made because there were as many as there may be.
    """

    memory: int | None = None
    cpu: float | None = None
    killed: int = 0
    refused: int | None = None


class Group(Protocol):
    """Holds the processes of one command to its limits."""

    def enter(self) -> None:
        """Put the calling process into it: called in the child, before anything else is started."""

    def usage(self) -> Usage:
        """Return what was used until now."""

    def end(self) -> None:
        """End whatever is left in it, and remove it."""


class NoGroup:
    """What there is where there are no control groups: nothing."""

    def enter(self) -> None:
        """Do nothing."""

    def usage(self) -> Usage:
        """Return that nothing is known."""
        return Usage()

    def end(self) -> None:
        """Do nothing."""


class Groups(Protocol):
    """A way to make groups.

    Attributes:
        name: ``cgroup-v2``, ``cgroup-v1`` or ``sampling``.
    """

    name: str

    def make(self, limits: Limits) -> Group:
        """Return a new group.

        Raises:
            OSError: the kernel does not make one.
        """

    def sweep(self) -> None:
        """Remove the groups of runners that were killed; those of runners that live stay."""


class Sampling:
    """No groups here."""

    name = "sampling"

    def make(self, limits: Limits) -> Group:
        """Return what holds nothing."""
        return NoGroup()

    def sweep(self) -> None:
        """Do nothing."""


def find() -> Groups:
    """Return the best way that works on this machine, each one having been tried; clear away what runners left."""
    for way in (_second, _first):
        with contextlib.suppress(OSError, ValueError):
            if groups := way():
                groups.sweep()
                group = groups.make(Limits())
                group.end()
                return groups
    return Sampling()


class _SecondGroup:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def enter(self) -> None:
        self._folder.write("cgroup.procs", 0)

    def usage(self) -> Usage:
        spent = self._folder.table("cpu.stat").get("usage_usec")
        return Usage(
            self._folder.number("memory.peak"),
            None if spent is None else spent / 1e6,
            self._folder.table("memory.events").get("oom_kill", 0),
            self._folder.table("pids.events").get("max"),
        )

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._folder.write("cgroup.kill", 1)
        self._folder.remove()


class _Second:
    """Version 2: one hierarchy. Groups stand beside a leaf that this process is in, as the kernel demands."""

    name = "cgroup-v2"

    def __init__(self, own: Path) -> None:
        self._own = own

    def make(self, limits: Limits) -> Group:
        folder = Folder.make(self._own)
        try:
            folder.write("memory.max", limits.memory)
            with contextlib.suppress(OSError):  # there may be no swap
                folder.write("memory.swap.max", 0)
            folder.write("memory.oom.group", 1)
            folder.write("pids.max", limits.processes)
        except OSError:
            folder.remove()
            raise
        return _SecondGroup(folder)

    def sweep(self) -> None:
        sweep(self._own)


def _second() -> Groups | None:
    own = _own("cgroup2", "")
    if own is None:
        return None
    have = (own / "cgroup.controllers").read_text().split()
    if not {"memory", "pids"} <= set(have):
        return None
    if own.name != _LEAF:
        leaf = own / _LEAF
        leaf.mkdir(exist_ok=True)
        (leaf / "cgroup.procs").write_text("0")
    else:
        own = own.parent
    (own / "cgroup.subtree_control").write_text("+memory +pids" + (" +cpu" if "cpu" in have else ""))
    return _Second(own)


class _FirstGroup:
    def __init__(self, folders: dict[str, Folder]) -> None:
        self._folders = folders

    def enter(self) -> None:
        for folder in self._folders.values():
            folder.write("cgroup.procs", 0)

    def usage(self) -> Usage:
        memory, pids, cpu = (self._folders[name] for name in ("memory", "pids", "cpuacct"))
        spent = cpu.number("cpuacct.usage")
        return Usage(
            memory.number("memory.max_usage_in_bytes"),
            None if spent is None else spent / 1e9,
            memory.table("memory.oom_control").get("oom_kill", 0),
            pids.table("pids.events").get("max"),
        )

    def end(self) -> None:
        for folder in self._folders.values():
            folder.remove()


class _First:
    """Version 1: a hierarchy for each controller."""

    name = "cgroup-v1"

    def __init__(self, own: dict[str, Path]) -> None:
        self._own = own

    def make(self, limits: Limits) -> Group:
        folders: dict[str, Folder] = {}
        try:
            for controller, path in self._own.items():
                folders[controller] = Folder.make(path)
            folders["memory"].write("memory.limit_in_bytes", limits.memory)
            with contextlib.suppress(OSError):  # where swap is counted
                folders["memory"].write("memory.memsw.limit_in_bytes", limits.memory)
            folders["pids"].write("pids.max", limits.processes)
        except OSError:
            _FirstGroup(folders).end()
            raise
        return _FirstGroup(folders)

    def sweep(self) -> None:
        for path in self._own.values():
            sweep(path)


def _first() -> Groups | None:
    own = {controller: _own("cgroup", controller) for controller in ("memory", "pids", "cpuacct")}
    found = {controller: path for controller, path in own.items() if path}
    return _First(found) if len(found) == len(own) else None


def _own(kind: str, controller: str) -> Path | None:
    """Return the folder of the group that this process is in; None where that hierarchy is not mounted."""
    groups = dict(_memberships())
    if controller not in groups:
        return None
    for root, point, options, found in _mounts():
        if found == kind and (not controller or controller in options):
            below = os.path.relpath(groups[controller], root)
            path = (point / below).resolve() if not below.startswith("..") else point
            return path if path.is_dir() else point
    return None


def _memberships() -> Iterator[tuple[str, str]]:
    for line in (_SELF / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def _mounts() -> Iterator[tuple[str, Path, list[str], str]]:
    """Yield root, mount point, options and kind of every mount (proc_pid_mountinfo(5))."""
    for line in (_SELF / "mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        fields = before.split(" ")
        yield fields[3], Path(fields[4]), options.split(","), kind
