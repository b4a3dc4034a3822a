"""The default provider: name spaces by bubblewrap, a filter of system calls, control groups where there are any.

What a command sees: ``/usr`` of the host, read-only, and few files of ``/etc`` that programs need to start; ``/work``,
``/tmp`` and ``/subject`` of its box; its own ``/proc`` and a small ``/dev``; no network but a loopback of its own; no
privilege, and no way to get one. It shares the kernel with the host: this is isolation of tier T1, not more.

bubblewrap itself is started without any environment and reads its options from a file, because the first process in a
box is a copy of it, and what that was started with can be read inside (``/proc/1/environ``, ``/proc/1/cmdline``).
"""

import contextlib
import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox import groups as control
from clearinghouse.sandbox import launch, network, seccomp
from clearinghouse.sandbox.boxes import SHARED, Box, Boxes
from clearinghouse.sandbox.contract import (
    ENVIRONMENT,
    Collected,
    Command,
    End,
    File,
    Host,
    Limits,
    Outcome,
    UnavailableError,
)
from clearinghouse.sandbox.inside import ETC, HIDDEN, HOST_ETC, INSIDE, UIDS, sound
from clearinghouse.sandbox.started import Started, before, close, in_memory, offspring, outcome

_DISABLES_NESTING = (0, 8)


class Options(NamedTuple):
    """What can be left out of a box. Nothing is, but where a test shows that the self-check notices.

    Attributes:
        drop: options of bubblewrap that are left out, with what stands for the same here. filtered: whether system
            calls are.
        clean: whether bubblewrap is started without environment and arguments. add: further options.
        keep_user: whether a command keeps the user that this process is.
    """

    drop: frozenset[str] = frozenset()
    filtered: bool = True
    clean: bool = True
    add: tuple[str, ...] = ()
    keep_user: bool = False


class _Place(NamedTuple):
    """The place of one command in a range."""

    networks: network.Networks
    name: str

    @property
    def space(self) -> int:
        """The descriptor of its network."""
        return self.networks.spaces[self.name]


class Bubblewrap:
    """Boxes by bubblewrap. See :class:`~clearinghouse.sandbox.contract.Provider`.

    Args:
        base: an empty folder of this process alone, on which boxes are mounted.
        groups: how the kernel holds limits; None finds out. toolchains: folders outside of ``/usr`` that every box has,
            read-only. options: for tests.

    Raises:
        UnavailableError: bubblewrap is not installed.
    """

    def __init__(
        self,
        base: Path,
        *,
        groups: control.Groups | None = None,
        toolchains: Sequence[Path] = (),
        options: Options = Options(),  # noqa: B008 - frozen
    ) -> None:
        program = launch.bubblewrap()
        self._program = program
        self._version = _version(program)
        self.name = "bubblewrap " + ".".join(map(str, self._version))
        self.groups = groups or control.find()
        self._toolchains = tuple(toolchains)
        self._options = options
        self._boxes = Boxes(base)
        self._next = secrets.randbelow(len(UIDS))
        self._filter = seccomp.program(counted=self.groups.name != "sampling")
        self._etc = base / "etc"
        self._etc.mkdir(mode=0o755)
        for name, text in ETC.items():
            (self._etc / name).write_text(text)
        (self._etc / "empty").write_text("")

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box."""
        uid = self._uid()
        return self._boxes.prepare(files, limits, over, uid, uid)

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end."""
        found = self._boxes.find(box)
        sound(command, networks=True)
        begin = time.monotonic()
        group: control.Group = control.NoGroup()
        try:
            group = self.groups.make(command.limits)
            with contextlib.ExitStack() as stack:
                place = self._range(command.hosts, stack) if command.hosts else None
                started = self._start(found, command, group, stack, place)
                watched = started.watch(command, group, sampled=self.groups.name == "sampling")
                status = started.status()
            return outcome(watched, status, started.returncode, group.usage())
        except (OSError, subprocess.SubprocessError) as error:  # the second one is what fails between fork and exec
            words = getattr(error, "strerror", None) or str(error)[:200]
            return Outcome(end=End.NOT_STARTED, seconds=time.monotonic() - begin, words=words)
        finally:
            group.end()

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return self._boxes.collect(box, paths, most)

    def destroy(self, box: str) -> None:
        """Remove a box."""
        self._boxes.destroy(box)

    def _uid(self) -> int:
        """The user of a box, seen from outside: one of its own where this process may choose, else its own."""
        if self._options.keep_user or not _may_choose():
            return os.getuid()
        self._next = (self._next + 1) % len(UIDS)
        return UIDS[self._next]

    def _range(self, hosts: Sequence[Host], stack: contextlib.ExitStack) -> "_Place":
        """Start the hosts of a range, and return the command's own place in it; both end with ``stack``.

        Raises:
            UnavailableError: nothing would hold what its hosts use. OSError: one of them does not come to listen.
        """
        if self.groups.name == "sampling":
            raise UnavailableError("several hosts need control groups, and there are none here", "delegate some")
        boxes = {host.name: self._boxes.find(host.box) for host in hosts}
        networks = stack.enter_context(network.made(hosts))
        for host in hosts:
            sound(host.command)
            group = self.groups.make(host.command.limits)
            stack.callback(group.end)
            place = _Place(networks, host.name)
            started = self._start(boxes[host.name], host.command, group, stack, place, heard=False)
            stack.callback(started.kill)
            if not network.wait_for(host.port, started.root, lambda: started.lives):  # noqa: B023 - called here
                raise ConnectionError(f"the host {host.name} does not listen on port {host.port}")
        return _Place(networks, network.OWN)

    def _start(
        self,
        box: Box,
        command: Command,
        group: control.Group,
        stack: contextlib.ExitStack,
        place: "_Place | None" = None,
        *,
        heard: bool = True,
    ) -> Started:
        descriptors = [in_memory(place.networks.hosts_file(place.name), stack)] if place else []
        arguments = [*self._arguments(box, command, *descriptors)]
        if self._options.filtered:
            descriptors.append(in_memory(self._filter, stack))
            arguments += ["--seccomp", str(descriptors[-1])]
        status, told = os.pipe()
        reader = stack.enter_context(os.fdopen(status, "rb"))
        stack.callback(close, told)
        descriptors.append(told)
        arguments += ["--json-status-fd", str(told)]
        if self._options.clean:
            descriptors.append(in_memory(b"".join(os.fsencode(each) + b"\0" for each in arguments), stack))
            arguments = ["--args", str(descriptors[-1])]
        others = offspring()
        process = subprocess.Popen(  # noqa: S603 - what is started is bubblewrap, with options of ours
            [self._program, *arguments, "--", *command.argv],
            stdin=subprocess.PIPE if heard else subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
            stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
            env={} if self._options.clean else None,
            cwd="/",
            pass_fds=descriptors,
            start_new_session="--new-session" not in self._options.drop,
            preexec_fn=before(command.limits, box.owner, group, place and network.entering(place.space)),  # noqa: PLW1509 - this process has one thread
        )
        close(told)
        return Started(process, reader, others)

    def _arguments(self, box: Box, command: Command, hosts: int | None = None) -> Iterator[str]:
        options: tuple[tuple[str, ...], ...] = (
            *(("--unshare-user",), ("--unshare-ipc",), ("--unshare-pid",), ("--unshare-net",), ("--unshare-uts",)),
            *(("--unshare-cgroup-try",), ("--die-with-parent",), ("--new-session",), ("--clearenv",)),
            *(("--cap-drop", "ALL"), ("--uid", str(INSIDE)), ("--gid", str(INSIDE)), ("--hostname", "sandbox")),
        )
        if self._version >= _DISABLES_NESTING:
            options = (*options, ("--disable-userns",))
        # on a network of a range it has a name space of its own already
        left_out = self._options.drop | (set() if hosts is None else {"--unshare-net"})
        for option in options:
            if option[0] not in left_out:
                yield from option
        yield from self._mounts(box, hosts)
        for name, value in {**ENVIRONMENT, **command.environment}.items():
            yield from ("--setenv", name, value)
        yield from ("--chdir", command.at)

    def _mounts(self, box: Box, hosts: int | None) -> Iterator[str]:
        yield from ("--ro-bind", "/usr", "/usr")
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            path = Path("/", name)
            if path.is_symlink():
                yield from ("--symlink", os.readlink(path), str(path))
            elif path.is_dir():
                yield from ("--ro-bind", str(path), str(path))
        for folder in self._toolchains:
            yield from ("--ro-bind", str(folder), str(folder))
        yield from ("--dir", "/etc", "--dir", "/run", "--dir", "/var")
        for name in ETC:
            if name == "hosts" and hosts is not None:
                yield from ("--ro-bind-data", str(hosts), "/etc/hosts")
            else:
                yield from ("--ro-bind", str(self._etc / name), f"/etc/{name}")
        for name in HOST_ETC:
            yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
        yield from ("--symlink", "/tmp", "/var/tmp", "--proc", "/proc")  # noqa: S108 - of the box
        for name in HIDDEN:
            if Path("/proc", name).exists():
                yield from ("--ro-bind", str(self._etc / "empty"), f"/proc/{name}")
        yield from ("--dev", "/dev", "--bind", str(box.folder / SHARED), "/dev/shm")  # noqa: S108
        for name in ("work", "tmp"):
            yield from ("--bind", str(box.folder / name), f"/{name}")
        yield from ("--bind" if box.builds else "--ro-bind", str(box.subject), "/subject")
        if "--remount-ro" not in self._options.drop:
            yield from ("--remount-ro", "/dev", "--remount-ro", "/")
        yield from self._options.add


def _may_choose() -> bool:
    """Whether this process may become other users: it is root, and not only inside a name space of one user."""
    if os.getuid() != 0:
        return False
    mapped = Path("/proc/self/uid_map").read_text().split()
    return len(mapped) == 3 and int(mapped[0]) <= UIDS.start and int(mapped[2]) > UIDS.stop


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise UnavailableError(f"{program} does not say which version it is", "install bubblewrap 0.8 or newer")
    return tuple(int(each) for each in found.groups())
