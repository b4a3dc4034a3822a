"""One process and all that it starts, watched to its end: output, time, and what the kernel does not limit here."""

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from typing import IO

from clearinghouse.sandbox.contract import End, Limits
from clearinghouse.sandbox.processes import Seen, available, sample

_TICK = 0.02
"""Seconds between two looks at the processes, where they are looked at."""
_REST = 0.25
"""Seconds between two looks at the clock, where the kernel holds the limits."""
_PIECE = 1 << 16
_SCARCE = 128 << 20
"""Bytes of memory that the machine must still have: not all that is taken (by sockets and pipes) is some process's."""


class Watched:
    """What became of it.

    Attributes:
        end: the limit that ended it, or None. seconds: of the clock. cpu: seconds of processor time.
        memory: most bytes that were seen. stdout, stderr: what it wrote, cut at the limit. cut: whether it was.
    """

    def __init__(self) -> None:
        self.end: End | None = None
        self.seconds = 0.0
        self.cpu = 0.0
        self.memory = 0
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.cut = False


class Watch:
    """Watches a process that was started with pipes for all three streams.

    Args:
        process: it. limits: of which it is held to time and output, and where ``look`` says so to memory and processes.
        kill: ends everything that it started. root: returns the process id under which they all are, or 0 if none yet.
        look: whether processes are to be sampled, because no control group holds them.
        spent: returns the seconds of processor time of all of them where a control group counts them, else None.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        *,
        kill: Callable[[], None],
        root: Callable[[], int],
        look: bool,
        spent: Callable[[], float | None],
    ) -> None:
        self._process = process
        self._limits = limits
        self._kill = kill
        self._root = root
        self._look = look
        self._spent = spent
        self._result = Watched()
        self._selector = selectors.DefaultSelector()
        self._unwritten = memoryview(b"")

    def to_end(self, data: bytes) -> Watched:
        """Give it ``data`` as standard input, and return what became of it; nothing of it runs any more then."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        self._open(data)
        pidfd = os.pidfd_open(self._process.pid)
        try:
            self._selector.register(pidfd, selectors.EVENT_READ, None)
            self._follow(begin)
        finally:
            self._kill()
            os.close(pidfd)
            self._process.wait()
            self._drain()
            self._close()
        self._result.seconds = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self._result.cpu = max(self._result.cpu, waited)
        return self._result

    def _open(self, data: bytes) -> None:
        streams = ((self._process.stdout, self._result.stdout), (self._process.stderr, self._result.stderr))
        for stream, into in streams:
            assert stream is not None  # noqa: S101 - it was started with pipes
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, into)
        entry = self._process.stdin
        assert entry is not None  # noqa: S101
        self._unwritten = memoryview(data)
        os.set_blocking(entry.fileno(), False)
        self._selector.register(entry, selectors.EVENT_WRITE, None)

    def _follow(self, begin: float) -> None:
        deadline = begin + self._limits.seconds
        while self._result.end is None:
            now = time.monotonic()
            if now >= deadline:
                self._result.end = End.TIME
                return
            for key, _ in self._selector.select(min(_TICK if self._look else _REST, deadline - now)):
                if isinstance(key.fileobj, int):
                    return  # it has ended
                if key.data is None:
                    self._write(key.fileobj)  # type: ignore[arg-type]
                else:
                    self._read(key.fileobj, key.data)  # type: ignore[arg-type]
            self._check()

    def _check(self) -> None:
        """Hold it to the limits that are ours to hold."""
        if self._result.end is not None:
            return
        spent = self._spent()
        if self._look and (root := self._root()):
            seen = sample(root)
            self._note(seen)
            spent = seen.cpu if spent is None else spent
            left = available()
            if seen.memory > self._limits.memory or (left is not None and left < _SCARCE):
                self._result.end = End.MEMORY
            elif seen.processes > self._limits.processes:
                self._result.end = End.PROCESSES
        if spent is not None and spent > self._limits.cpu:
            self._result.end = End.CPU

    def _note(self, seen: Seen) -> None:
        self._result.memory = max(self._result.memory, seen.memory)
        self._result.cpu = max(self._result.cpu, seen.cpu)

    def _write(self, entry: IO[bytes]) -> None:
        try:
            written = os.write(entry.fileno(), self._unwritten[:_PIECE]) if self._unwritten else 0
        except BlockingIOError:
            return
        except OSError:  # nobody reads it
            written = len(self._unwritten)
        self._unwritten = self._unwritten[written:]
        if not self._unwritten:
            self._selector.unregister(entry)
            entry.close()

    def _read(self, stream: IO[bytes], into: bytearray) -> bool:
        try:
            piece = os.read(stream.fileno(), _PIECE)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._selector.unregister(stream)
            return False
        room = self._limits.output - len(into)
        into += piece[:room]
        if len(piece) > room:
            self._result.cut = True
            self._result.end = self._result.end or End.OUTPUT
            return False
        return True

    def _drain(self) -> None:
        """Read what is still in the pipes: they have no writers any more."""
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, bytearray):
                while self._read(key.fileobj, key.data):  # type: ignore[arg-type]
                    pass

    def _close(self) -> None:
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def end_process(pid: int) -> None:
    """Kill a process, if it is still there."""
    if pid > 0:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
