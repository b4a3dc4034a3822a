"""Boxes by an OCI runtime (crun, runc, runsc) that is told by a bundle of ours what to run: no daemon, no image needed.

What a command sees is what it sees in bubblewrap's boxes. The runtime itself is nobody's root
(:mod:`clearinghouse.sandbox.oci.users`), in control groups and a name space of processes that are made before it is
started: it is the first process there, so nothing outlives it. It therefore makes no groups, and no such name space.

With a runtime whose kernel is shared (crun, runc) this is isolation of tier T1. runsc (gVisor) answers system calls by
itself. Runtimes with virtual machines (Kata) are used through an engine (:mod:`clearinghouse.sandbox.oci.engine`).
"""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from clearinghouse.sandbox import groups as control
from clearinghouse.sandbox.boxes import Box, Boxes
from clearinghouse.sandbox.contract import (
    Collected,
    Command,
    End,
    File,
    Limits,
    Outcome,
    UnavailableError,
)
from clearinghouse.sandbox.inside import sound
from clearinghouse.sandbox.oci import bundle, root, users
from clearinghouse.sandbox.oci.orphans import Orphans
from clearinghouse.sandbox.oci.programs import PATH, find
from clearinghouse.sandbox.processes import children
from clearinghouse.sandbox.started import as_by_default, offspring
from clearinghouse.sandbox.watch import Watch, Watched, end_process

_SIGNALS = 64
_LARGEST_LOG = 1 << 20
_NOT_EXECUTED = re.compile(
    r"executable file .{0,300}not found|\bexec\b.{0,300}: (?:stat .{0,300}: )?(?:no such file|permission denied)"
    r"|open executable: permission denied",
    re.IGNORECASE,
)
_NO_FORMAT = re.compile(
    rb'\A(?:\{"msg":"exec container process [^\n]{0,4096}|exec [^\n]{0,4096}): (?:exec format error|no such file)',
    re.IGNORECASE,
)
"""What is said of a program that the kernel did not take: by who was to become it, so where it writes to."""
_FIRST = ("/bin/sh", "-c", '"$@"; exit $?', "sh")
"""The first process of a box: it waits for the runtime, and buries whoever has lost its parent meanwhile.

A command that is the first itself is spared by signals that are to end it (pid_namespaces(7)). What the shell reads is
this line and paths of ours; what is to be run stands in the bundle.
"""


class Kind(NamedTuple):
    """What differs between runtimes.

    Attributes:
        options: before its verb. waits: whether it waits for whoever a command leaves behind. hide_groups: whether
            control groups are hidden from it. spare: processes and threads of itself, which count where a control group
            counts. memory: bytes of itself. own_processes: whether it must make a name space of processes, whatever it
            is in.
    """

    options: tuple[str, ...]
    waits: bool = False
    hide_groups: bool = False
    spare: int = 0
    memory: int = 0
    own_processes: bool = False


_MIB = 1 << 20
_CRUN = Kind(("--cgroup-manager=disabled",), waits=True, hide_groups=True)
_RUNC = Kind(("--rootless=true",), waits=True, spare=24)
KINDS = {
    "crun": _CRUN,
    "runc": _RUNC,
    "runsc": Kind(
        ("--network=none", "--ignore-cgroups", "--oci-seccomp"),
        spare=400,
        memory=64 * _MIB,
        own_processes=True,
    ),
}


class _Line(msgspec.Struct):
    """A line of a runtime's log."""

    level: str = ""
    msg: str = ""


class Runtime:
    """Boxes by an OCI runtime. See :class:`~clearinghouse.sandbox.contract.Provider`.

    Args:
        base: an empty folder of this process alone, on which boxes are mounted.
        name: of the runtime. image: the unpacked root folder of an image, which everyone can read; None is ``/usr`` of
            this machine. groups: how the kernel holds limits; None finds out. toolchains: folders that every box has
            beside, read-only.

    Raises:
        UnavailableError: the runtime is not installed or not known, or this process has no users for it.
    """

    def __init__(
        self,
        base: Path,
        name: str = "crun",
        *,
        image: Path | None = None,
        groups: control.Groups | None = None,
        toolchains: Sequence[Path] = (),
    ) -> None:
        if name not in KINDS:
            raise UnavailableError(f"{name[:40]!r} is no runtime that is known here", f"take one of {', '.join(KINDS)}")
        self._kind = KINDS[name]
        self._program = find(name)
        self._unshare = find("unshare", "util-linux")
        self.name = _version(self._program, name)
        self._users = users.Users()
        self.groups = groups or control.find()
        self._runs = base / "runs"
        self._runs.mkdir(mode=0o711)
        self._root = base / "root"
        self._parts = tuple(root.make(self._root, image, tuple(toolchains)))
        self._boxes = Boxes(base)

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box."""
        pair = self._users.pair()
        return self._boxes.prepare(files, limits, over, pair.runtime, pair.command)

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end."""
        found = self._boxes.find(box)
        sound(command)
        begin = time.monotonic()
        folder = self._runs / secrets.token_hex(8)
        group: control.Group = control.NoGroup()
        try:
            group = self.groups.make(self._with_itself(command.limits))
            self._write(folder, found, command)
            watched, code = self._watched(folder, found, command, group)
            return _outcome(watched, code, _log(folder / "log"), group.usage())
        except (OSError, subprocess.SubprocessError) as error:
            words = getattr(error, "strerror", None) or str(error)[:200]
            return Outcome(end=End.NOT_STARTED, seconds=time.monotonic() - begin, words=words)
        finally:
            group.end()
            shutil.rmtree(folder, ignore_errors=True)

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return self._boxes.collect(box, paths, most)

    def destroy(self, box: str) -> None:
        """Remove a box."""
        self._boxes.destroy(box)

    def _with_itself(self, limits: Limits) -> Limits:
        """Limits of a group that has the runtime in it, too."""
        return msgspec.structs.replace(
            limits, processes=limits.processes + self._kind.spare, memory=limits.memory + self._kind.memory
        )

    def _write(self, folder: Path, box: Box, command: Command) -> None:
        place = bundle.Place(self._root, self._parts, box.folder, box.subject, box.builds)
        # where a group counts processes without the runtime's, its limit comes first, for it also tells that it was met
        counted = self.groups.name != "sampling"
        processes = command.limits.processes + (16 if counted and not self._kind.spare else 0)
        own = self._kind.own_processes
        said = bundle.config(place, command, processes=processes, own_processes=own, counted=counted)
        for each in (folder, folder / "state"):
            each.mkdir(mode=0o700)
            os.chown(each, box.runtime, box.runtime)
        (folder / "config.json").write_bytes(msgspec.json.encode(said))
        os.chmod(folder / "config.json", 0o644)

    def _watched(self, folder: Path, box: Box, command: Command, group: control.Group) -> tuple[Watched, int]:
        unshare = (self._unshare, "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--")
        state = ("--root", str(folder / "state"), "--log", str(folder / "log"), "--log-format", "json")
        run = ("run", "--pid-file", str(folder / "pid"), "--bundle", str(folder), folder.name)
        others = offspring()
        process = subprocess.Popen(  # noqa: S603 - a runtime, with options of ours
            [*unshare, *_FIRST, self._program, *state, *self._kind.options, *run],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": PATH, "XDG_RUNTIME_DIR": str(folder / "state")},
            cwd="/",
            start_new_session=True,
            preexec_fn=self._before(box, group),  # noqa: PLW1509 - this process has one thread
        )
        orphans = Orphans(process.pid, folder / "pid")

        def spent() -> float | None:
            if self._kind.waits:
                orphans.look()
            return group.usage().cpu

        watched = Watch(
            process,
            command.limits,
            kill=lambda: _kill(process, others),
            root=lambda: process.pid,
            look=self.groups.name == "sampling",
            spent=spent,
        ).to_end(command.input)
        return watched, process.returncode

    def _before(self, box: Box, group: control.Group) -> Callable[[], None]:
        """What the child does between fork and exec."""
        pair, hide = users.Pair(box.runtime, box.owner), self._kind.hide_groups

        def prepare() -> None:
            as_by_default()
            group.enter()
            with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
                score.write("1000")  # where the whole machine is out of memory, this ends first
            users.enter(pair, hide_groups=hide)

        return prepare


def _kill(process: subprocess.Popen[bytes], others: frozenset[int]) -> None:
    """End the first process of the box, and with it all others; ``unshare`` is told by that when they are gone."""
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        for child in children(process.pid):
            end_process(child)
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in offspring() - others:  # where this process is the first in its name space, it has them now
        end_process(child)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def _outcome(watched: Watched, returncode: int, said: str, usage: control.Usage) -> Outcome:
    end, words = watched.end, ""
    code: int | None = None
    number: int | None = None
    if usage.killed:
        end = End.MEMORY
    if end is None:
        if said and returncode in {1, 126, 127, 128}:
            end, words = (End.NOT_FOUND if _NOT_EXECUTED.search(said) else End.NOT_STARTED), said
        elif returncode and _NO_FORMAT.match(watched.stderr):
            end, words = End.NOT_FOUND, watched.stderr[:200].decode(errors="replace").strip()
        elif returncode < 0:
            end, words = End.NOT_STARTED, f"the runtime was ended by signal {-returncode}"
        elif 128 < returncode <= 128 + _SIGNALS:
            end, number = End.SIGNALLED, returncode - 128
        else:
            end, code = End.EXITED, returncode
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


def _log(path: Path) -> str:
    """Return the last error that a runtime wrote into its log, or an empty text."""
    last = ""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        for line in file.read(_LARGEST_LOG).splitlines():
            with contextlib.suppress(msgspec.DecodeError):
                read = msgspec.json.decode(line, type=_Line)
                last = read.msg[:400] if read.level in {"error", "fatal"} else last
    return last


def _version(program: str, name: str) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise UnavailableError(f"{name} does not run: {type(error).__name__}", "look at its installation") from None
    found = re.search(r"version:? (?:release-)?(\S{1,40})", said)
    if found is None:
        raise UnavailableError(f"{name} does not say which version it is", "install it from your distribution")
    return f"{name} {found[1]}"
