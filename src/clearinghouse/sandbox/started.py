"""bubblewrap, once it is started: its limits before that, what it tells meanwhile, and what it came to."""

import contextlib
import ctypes
import os
import platform
import re
import resource
import signal
import subprocess
from collections.abc import Callable
from typing import IO

from clearinghouse.sandbox import groups as control
from clearinghouse.sandbox.contract import Command, End, Limits, Outcome
from clearinghouse.sandbox.processes import children
from clearinghouse.sandbox.watch import Watch, Watched, end_process

_SIGNALS = 64
_OF_THE_LIBRARY = (32, 33)
"""Signals that the C library keeps for itself. What its posix_spawn(3) starts, as ``make`` does, has them ignored."""
_SIGACTION = {"x86_64": 13, "aarch64": 134}.get(platform.machine(), -1)
"""Number of rt_sigaction(2): the function of the library refuses those signals."""
_DEFAULT = ctypes.create_string_buffer(32)
"""The kernel's ``struct sigaction`` of a signal that is as it is by default: nothing but zeros."""
_LIBC = ctypes.CDLL(None)
_TOLD = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
_NO_CORE = 1
"""With 0 bytes a core would still go to a program of the host, where there is one; see ``seccomp.program``."""
_NOT_EXECUTED = re.compile(rb"\Abwrap: execvp [\s\S]{0,4096}?: (?:No such file|Permission denied|Exec format)")
_STATUS = re.compile(rb'"(child-pid|exit-code)": (\d{1,10})')


class Started:
    """A command that was started.

    Args:
        process: bubblewrap. status: where it tells of itself. others: what this process had started before.
    """

    def __init__(self, process: subprocess.Popen[bytes], status: IO[bytes], others: frozenset[int]) -> None:
        self._process = process
        self._others = others
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
            kill=self.kill,
            root=self.root,
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

    @property
    def lives(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def root(self) -> int:
        """Return the number of the first process of the box; 0 where there is none yet."""
        return self.status().get("child-pid", 0)

    def kill(self) -> None:
        """End the first process of the box, and with it all others; bubblewrap itself is told by that."""
        if self._process.poll() is None:
            end_process(self.root() or self._process.pid)
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._orphans()

    def _orphans(self) -> None:
        """End what outlives bubblewrap, and wait for it.

        bubblewrap ends with the command; the first process of the box, which has all others below it, is killed by the
        kernel then, but some time later. Its parent is the first process of the name space now, which is this one.
        """
        if os.getpid() != 1:
            return  # whose children they are is not known then
        for child in offspring() - self._others:
            end_process(child)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def outcome(watched: Watched, status: dict[str, int], returncode: int, usage: control.Usage) -> Outcome:
    """Return what a command did, from what was seen of it."""
    end, words = watched.end, ""
    code: int | None = None
    number: int | None = None
    if usage.killed:
        end = End.MEMORY
    if end is None:
        code = status.get("exit-code")
        if (code is None or code == 1) and _NOT_EXECUTED.match(watched.stderr):
            end, code, words = End.NOT_FOUND, None, _line(watched.stderr)
        elif code is None:
            end, words = End.NOT_STARTED, f"bubblewrap ended with {returncode}: {_line(watched.stderr)}"
        elif 128 < code <= 128 + _SIGNALS:
            end, number, code = End.SIGNALLED, code - 128, None
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


def as_by_default() -> None:
    """Give every signal its default in this process: who started it may have had some ignored, or held back."""
    for number in _TOLD:
        signal.signal(number, signal.SIG_DFL)
    for hidden in _OF_THE_LIBRARY:
        _LIBC.syscall(ctypes.c_long(_SIGACTION), ctypes.c_long(hidden), _DEFAULT, None, ctypes.c_long(8))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def before(
    limits: Limits, uid: int, group: control.Group, enter: Callable[[], None] | None = None
) -> Callable[[], None]:
    """What the child does between fork and exec: the group first, then its network, then limits, then the user."""
    # where a group counts processes, its limit comes first, for it also tells that it was met
    spare = 0 if isinstance(group, control.NoGroup) else 16
    most = (
        (resource.RLIMIT_NPROC, limits.processes + spare),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CPU, int(limits.cpu) + 1),
        (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_CORE, _NO_CORE),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_NICE, 0),
        (resource.RLIMIT_SIGPENDING, 1024),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 16),
    )

    def prepare() -> None:
        as_by_default()
        group.enter()
        if enter:
            enter()
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # where the whole machine is out of memory, this ends first
        if uid != os.getuid():
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        for what, value in most:
            hard = resource.getrlimit(what)[1]
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(what, (least, least))

    return prepare


def offspring() -> frozenset[int]:
    """Return the processes of which this one is the parent; none where the kernel does not tell."""
    try:
        return frozenset(children(os.getpid()))
    except OSError:
        return frozenset()


def in_memory(data: bytes, stack: contextlib.ExitStack) -> int:
    """Return a descriptor from which ``data`` can be read."""
    descriptor = os.memfd_create("options", os.MFD_CLOEXEC)
    stack.callback(close, descriptor)
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def close(descriptor: int) -> None:
    """Close a descriptor, if it still is open."""
    with contextlib.suppress(OSError):
        os.close(descriptor)
