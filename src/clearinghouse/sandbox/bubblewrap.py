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
import resource
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from clearinghouse.sandbox import groups as control
from clearinghouse.sandbox import seccomp, workspace
from clearinghouse.sandbox.contract import (
    ENVIRONMENT,
    BoxError,
    Collected,
    Command,
    End,
    File,
    Limits,
    Outcome,
    UnavailableError,
)
from clearinghouse.sandbox.watch import Watch, Watched, end_process

INSIDE = 65_534
"""The user and group that a command is inside."""
UIDS = range(1_879_113_728, 1_879_179_264)
"""Users that belong to nobody: above those that systemd gives to containers (https://systemd.io/UIDS-GIDS)."""
_SHARED_MEMORY = 64 << 20
_SIGNALS = 64
_DISABLES_NESTING = (0, 8)
_ETC = {
    "passwd": "root:x:0:0::/:/bin/false\nsandbox:x:65534:65534::/work:/bin/sh\n",
    "group": "root:x:0:\nsandbox:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_HOST_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
_HIDDEN = ("cmdline", "keys", "kallsyms", "timer_list", "sched_debug", "interrupts", "version_signature")
"""Of ``/proc``: what is of the host and nothing that a program needs."""
_NOT_EXECUTED = re.compile(rb"\Abwrap: execvp [^\n]{0,4096}: (?:No such file|Permission denied|Exec format)")
_STATUS = re.compile(rb'"(child-pid|exit-code)": (\d{1,10})')


class Options(NamedTuple):
    """What can be left out of a box. Nothing is, but where a test shows that the self-check notices.

    Attributes:
        drop: options of bubblewrap that are left out. filtered: whether system calls are.
        clean: whether bubblewrap is started without environment and arguments. add: further options.
        keep_user: whether a command keeps the user that this process is.
    """

    drop: frozenset[str] = frozenset()
    filtered: bool = True
    clean: bool = True
    add: tuple[str, ...] = ()
    keep_user: bool = False


class _Box(NamedTuple):
    folder: Path
    subject: Path
    builds: bool
    disk: int
    uid: int


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
        program = shutil.which("bwrap", path=ENVIRONMENT["PATH"])
        if program is None:
            raise UnavailableError("bubblewrap is not installed on this machine", "apt-get install bubblewrap")
        self._program = program
        self._version = _version(program)
        self.name = "bubblewrap " + ".".join(map(str, self._version))
        self.groups = groups or control.find()
        self._base = base
        self._toolchains = tuple(toolchains)
        self._options = options
        self._boxes: dict[str, _Box] = {}
        self._next = secrets.randbelow(len(UIDS))
        self._filter = seccomp.program()
        self._etc = base / "etc"
        self._etc.mkdir(mode=0o755)
        for name, text in _ETC.items():
            (self._etc / name).write_text(text)
        (self._etc / "empty").write_text("")

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box."""
        if sum(len(file.data) for file in files.values()) > limits.disk:
            raise BoxError("the files are more than the disk of a box", "give fewer files, or more disk")
        below = self._box(over) if over else None
        name = secrets.token_hex(8)
        folder = self._base / name
        folder.mkdir(mode=0o755)
        uid = self._uid()
        try:
            workspace.mount_memory(folder, limits)
        except OSError as error:
            folder.rmdir()
            raise UnavailableError(
                f"a box cannot have a disk of its own here: {error.strerror}", "run it where name spaces may be made"
            ) from None
        for each in workspace.FOLDERS:
            (folder / each).mkdir(mode=0o700)
            os.chown(folder / each, uid, uid)
        subject = below.subject if below else folder / "subject"
        self._boxes[name] = _Box(
            folder, subject, builds=below is None, disk=limits.disk, uid=below.uid if below else uid
        )
        if below:
            for each in ("work", "tmp"):
                os.chown(folder / each, below.uid, below.uid)
        try:
            workspace.put(folder / "work", files, self._boxes[name].uid)
        except BoxError:
            self.destroy(name)
            raise
        return name

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end."""
        found = self._box(box)
        group = self.groups.make(command.limits)
        begin = time.monotonic()
        try:
            with contextlib.ExitStack() as stack:
                started = self._start(found, command, group, stack)
                watched = started.watch(command, group, sampled=self.groups.name == "sampling")
                status = started.status()
            return _outcome(watched, status, started.returncode, group.usage())
        except OSError as error:
            words = error.strerror or type(error).__name__
            return Outcome(end=End.NOT_STARTED, seconds=time.monotonic() - begin, words=words)
        finally:
            group.end()

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return workspace.collect(self._box(box).folder, paths, most)

    def destroy(self, box: str) -> None:
        """Remove a box."""
        found = self._boxes.pop(box, None)
        if found:
            workspace.unmount(found.folder)
            with contextlib.suppress(OSError):
                found.folder.rmdir()

    def _box(self, name: str) -> _Box:
        if name not in self._boxes:
            raise BoxError("there is no such box", "prepare one")
        return self._boxes[name]

    def _uid(self) -> int:
        """The user of a box, seen from outside: one of its own where this process may choose, else its own."""
        if self._options.keep_user or not _may_choose():
            return os.getuid()
        self._next = (self._next + 1) % len(UIDS)
        return UIDS[self._next]

    def _start(self, box: _Box, command: Command, group: control.Group, stack: contextlib.ExitStack) -> "_Started":
        arguments = [*self._arguments(box, command)]
        descriptors = []
        if self._options.filtered:
            descriptors.append(_in_memory(self._filter, stack))
            arguments += ["--seccomp", str(descriptors[-1])]
        status, told = os.pipe()
        reader = stack.enter_context(os.fdopen(status, "rb"))
        stack.callback(_close, told)
        descriptors.append(told)
        arguments += ["--json-status-fd", str(told)]
        if self._options.clean:
            descriptors.append(_in_memory(b"".join(os.fsencode(each) + b"\0" for each in arguments), stack))
            arguments = ["--args", str(descriptors[-1])]
        process = subprocess.Popen(  # noqa: S603 - what is started is bubblewrap, with options of ours
            [self._program, *arguments, "--", *command.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={} if self._options.clean else None,
            cwd="/",
            pass_fds=descriptors,
            start_new_session=True,
            preexec_fn=_before(command.limits, box.uid, group),  # noqa: PLW1509 - this process has one thread
        )
        _close(told)
        return _Started(process, reader)

    def _arguments(self, box: _Box, command: Command) -> Iterator[str]:
        options: tuple[tuple[str, ...], ...] = (
            *(("--unshare-user",), ("--unshare-ipc",), ("--unshare-pid",), ("--unshare-net",), ("--unshare-uts",)),
            *(("--unshare-cgroup-try",), ("--die-with-parent",), ("--new-session",), ("--clearenv",)),
            *(("--cap-drop", "ALL"), ("--uid", str(INSIDE)), ("--gid", str(INSIDE)), ("--hostname", "sandbox")),
        )
        if self._version >= _DISABLES_NESTING:
            options = (*options, ("--disable-userns",))
        for option in options:
            if option[0] not in self._options.drop:
                yield from option
        yield from self._mounts(box)
        for name, value in {**ENVIRONMENT, **command.environment}.items():
            yield from ("--setenv", name, value)
        yield from ("--chdir", command.at)

    def _mounts(self, box: _Box) -> Iterator[str]:
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
        for name in _ETC:
            yield from ("--ro-bind", str(self._etc / name), f"/etc/{name}")
        for name in _HOST_ETC:
            yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
        yield from ("--symlink", "/tmp", "/var/tmp", "--proc", "/proc")  # noqa: S108 - of the box
        for name in _HIDDEN:
            if Path("/proc", name).exists():
                yield from ("--ro-bind", str(self._etc / "empty"), f"/proc/{name}")
        yield from ("--dev", "/dev", "--size", str(min(_SHARED_MEMORY, box.disk)), "--tmpfs", "/dev/shm")  # noqa: S108
        for name in ("work", "tmp"):
            yield from ("--bind", str(box.folder / name), f"/{name}")
        yield from ("--bind" if box.builds else "--ro-bind", str(box.subject), "/subject")
        if "--remount-ro" not in self._options.drop:
            yield from ("--remount-ro", "/dev", "--remount-ro", "/")
        yield from self._options.add


class _Started:
    """A command that was started."""

    def __init__(self, process: subprocess.Popen[bytes], status: IO[bytes]) -> None:
        self._process = process
        self._reader = status
        os.set_blocking(status.fileno(), False)
        self._told = b""

    @property
    def returncode(self) -> int:
        """What bubblewrap ended with."""
        return self._process.returncode

    def watch(self, command: Command, group: control.Group, *, sampled: bool) -> Watched:
        """Follow it to its end."""
        watch = Watch(
            self._process,
            command.limits,
            kill=self._kill,
            root=lambda: self.status().get("child-pid", 0),
            look=sampled,
            spent=lambda: group.usage().cpu,
        )
        return watch.to_end(command.input)

    def status(self) -> dict[str, int]:
        """Return what bubblewrap told about its child: ``child-pid``, and ``exit-code`` once it has one."""
        with contextlib.suppress(BlockingIOError):
            while piece := self._reader.read(4096):
                self._told += piece
        return {name.decode(): int(value) for name, value in _STATUS.findall(self._told)}

    def _kill(self) -> None:
        """End the first process of the box, and with it all others; bubblewrap itself is told by that."""
        if self._process.poll() is None:
            end_process(self.status().get("child-pid", 0) or self._process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                return
            self._process.kill()


def _outcome(watched: Watched, status: dict[str, int], returncode: int, usage: control.Usage) -> Outcome:
    end, code, number = watched.end, None, None
    words = ""
    if usage.killed:
        end = End.MEMORY
    if end is None:
        code = status.get("exit-code")
        if (code is None or code == 1) and _NOT_EXECUTED.match(watched.stderr):
            end, code, words = End.NOT_FOUND, None, _line(watched.stderr)
        elif code is None:
            end, words = End.NOT_STARTED, f"bubblewrap ended with {returncode}: {_line(watched.stderr)}"
        elif 128 < code <= 128 + _SIGNALS:
            end, code, number = End.SIGNALLED, None, code - 128
        else:
            end = End.EXITED
    return Outcome(
        end=end,
        code=code,
        signal=number,
        seconds=watched.seconds,
        cpu=watched.cpu if usage.cpu is None else usage.cpu,
        memory=watched.memory if usage.memory is None else usage.memory,
        stdout=bytes(watched.stdout),
        stderr=bytes(watched.stderr),
        cut=watched.cut,
        refused=usage.refused,
        words=words,
    )


def _line(text: bytearray) -> str:
    return text[:400].decode(errors="replace").strip().partition("\n")[0]


def _before(limits: Limits, uid: int, group: control.Group) -> Callable[[], None]:
    """What the child does between fork and exec: the group first, then limits, then the user."""
    # where a group counts processes, its limit comes first, for it also tells that it was met
    spare = 0 if isinstance(group, control.NoGroup) else 16
    most = (
        (resource.RLIMIT_NPROC, limits.processes + spare),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CPU, int(limits.cpu) + 1),
        (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 16),
    )

    def prepare() -> None:
        group.enter()
        if uid != os.getuid():
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        for what, value in most:
            hard = resource.getrlimit(what)[1]
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(what, (least, least))

    return prepare


def _may_choose() -> bool:
    """Whether this process may become other users: it is root, and not only inside a name space of one user."""
    if os.getuid() != 0:
        return False
    mapped = Path("/proc/self/uid_map").read_text().split()
    return len(mapped) == 3 and int(mapped[0]) <= UIDS.start and int(mapped[2]) > UIDS.stop


def _in_memory(data: bytes, stack: contextlib.ExitStack) -> int:
    """Return a descriptor from which ``data`` can be read."""
    descriptor = os.memfd_create("options", os.MFD_CLOEXEC)
    stack.callback(_close, descriptor)
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _close(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise UnavailableError(f"{program} does not say which version it is", "install bubblewrap 0.8 or newer")
    return tuple(int(each) for each in found.groups())
