"""The first process' side of a second one: its start, its end, and the frames that it sends."""

import fcntl
import os
import subprocess
import sys
from contextlib import suppress
from typing import NoReturn, TypeVar

import msgspec

from clearinghouse.formats.apart.frames import FAILED, HEAD, LARGEST_FRAME, LENGTH, PIPE, Begin, Failed
from clearinghouse.records import ClearinghouseError

PROCESSES = "CLEARINGHOUSE_PROCESSES"
"""The environment variable with the number of processes that may be used; 1 forbids a second one."""
_Message = TypeVar("_Message", Begin, Failed)


class ReadingStoppedError(ClearinghouseError):
    """The second process ended before it had read everything."""


def may_start() -> bool:
    """Whether there is a second core, a second process is not forbidden, and an interpreter to start is known."""
    allowed = os.environ.get(PROCESSES, "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    enough = (int(allowed) if allowed.isdecimal() else cores) >= 2
    return enough and bool(sys.executable) and not hasattr(sys, "frozen")


class Process:
    """A second process, as the first one holds it.

    ``-P`` keeps the current folder, in which the flood may lie, out of the places from which Python imports. A process
    group of its own keeps an interrupt from the keyboard away: the first process decides what becomes of the second,
    which ends by itself when the pipe with its tasks closes, however the first one ended.

    Args:
        module: the last part of the name of the module that it runs. buffering: as of :class:`subprocess.Popen`.

    Raises:
        OSError: there is no room for another process.
    """

    def __init__(self, module: str, buffering: int = PIPE) -> None:
        given = (("-I", sys.flags.isolated), ("-E", sys.flags.ignore_environment), ("-s", sys.flags.no_user_site))
        flags = ["-P", *(flag for flag, on in given if on)]
        ours, lifeline = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, *flags, "-m", f"clearinghouse.formats.apart.{module}", str(ours)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it has to say, it says in frames
                bufsize=buffering,
                pass_fds=[ours],
                process_group=0,
            )
        except OSError:
            os.close(lifeline)
            raise
        finally:
            os.close(ours)
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        self.stream = self.process.stdout
        self._lifeline = open(lifeline, "wb", buffering=0)  # noqa: SIM115 - until it is closed
        for pipe in (self.stream, self._lifeline):
            with suppress(OSError, AttributeError):  # as large as the system allows
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)

    def send(self, task: bytes) -> None:
        """Send a task.

        Raises:
            BrokenPipeError: it has ended.
        """
        rest = memoryview(LENGTH.pack(len(task)) + task)
        while rest:
            rest = rest[self._lifeline.write(rest) :]

    def frame(self) -> tuple[bytes, bytes]:
        """Return the tag and the data of the next frame; wait for it.

        Raises:
            ReadingStoppedError: it ended, or sent what is no frame. ClearinghouseError: what stopped it.
        """
        tag, length = HEAD.unpack(self._exactly(HEAD.size))
        if length > LARGEST_FRAME:
            self.stopped("it sent what is no record")
        data = self._exactly(length)
        if tag == FAILED:
            failed = self.decoded(Failed, data)
            raise ClearinghouseError(failed.what, failed.remedy) if failed.remedy else RuntimeError(failed.what)
        return tag, data

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size > 0:
            part = self.stream.read(min(size, PIPE))
            if not part:
                self.stopped()
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def decoded(self, kind: type[_Message], data: bytes) -> _Message:
        """Return what a frame holds.

        Raises:
            ReadingStoppedError: something else.
        """
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.DecodeError:
            self.stopped("it sent what is no record")

    def stopped(self, why: str = "") -> NoReturn:
        """Tell that it has ended.

        Raises:
            ReadingStoppedError: always.
        """
        if not why:
            code = self.process.wait()
            why = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise ReadingStoppedError(
            f"the process that reads the documents ended before it was done ({why})",
            f"look at the memory of this machine; {PROCESSES}=1 reads without a second process",
        )

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._lifeline.close()
        self.process.kill()
        self.process.wait()
        self.stream.close()
