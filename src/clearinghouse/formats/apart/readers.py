"""Documents whose bytes are at hand, each read in a process of its own (:mod:`.forked`)."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import IO, Any, NoReturn

import msgspec

from clearinghouse.formats.apart.frames import (
    BEGIN,
    DONE,
    END,
    FAILED,
    HEAD,
    LARGEST_FRAME,
    LISTS,
    PIPE,
    READY,
    VALUE,
    Begin,
    Failed,
    Single,
)
from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.records import ClearinghouseError

MEMORY = 4 * 2**30
SECONDS = 900
_OF_FAILURE = 1 << 16
"""Bytes that say why nothing could be read."""
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV")
"""What of the environment a reader has: where Python is, and no secret."""


class Readers:
    """Starts reading processes; keep one of these as long as there may be documents to read. Threads may share it.

    Args:
        memory: most bytes of address space, and seconds: most CPU time, of one document's process.
        others: modules with readers of other things than reports; see :mod:`.forked`.
    """

    def __init__(self, memory: int = MEMORY, seconds: int = SECONDS, others: Sequence[str] = ()) -> None:
        self._memory = memory
        self._seconds = seconds
        self._others = tuple(others)
        self._one = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    def read(
        self,
        data: int,
        source: str,
        *,
        unpacked: int,
        formats: Sequence[str] | None = None,
        role: str = "",
    ) -> Iterator[Begin | list[Any]]:
        """Yield what is in one document: of each report in it a ``Begin``, then lists of records of one kind.

        Args:
            data: file descriptor of its bytes, which must be a file (in memory, say). source: how records name it.
            unpacked: most bytes after its packing is undone. formats: which are wanted; None is all but inventories.
            role: what the document is wanted for, for problems.

        Raises:
            ReadingStoppedError: the process ended before it was done: it took too much memory or time.
            ClearinghouseError: what stopped it otherwise.
        """
        task = Single(
            source, unpacked, self._memory, self._seconds, list(formats) if formats is not None else None, role
        )
        with self._frames(task, data) as frames:
            yield from _records(frames)

    def values(
        self, kind: str, data: int, source: str, *, memory: int, seconds: int, clock: int, most: int
    ) -> Iterator[bytes]:
        """Yield what a reader from a room above makes of one document.

        Args:
            kind: the name of that reader. data: file descriptor of its bytes. source: how it is called.
            memory: most bytes of address space, seconds: most CPU time, clock: most time on the wall, of the process.
            most: bytes of all values together.

        Raises:
            ReadingStoppedError: the process ended before it was done, or sent more than that.
            ClearinghouseError: what stopped it otherwise. OSError: there is no room for another process.
        """
        with self._frames(Single(source, 0, memory, seconds, kind=kind, clock=clock), data) as frames:
            yield from _values(frames, most)

    def _frames(self, task: Single, data: int) -> IO[bytes]:
        """Return what the process that is forked for a task will write."""
        ours, theirs = os.pipe()
        frames = open(ours, "rb", buffering=PIPE)  # noqa: SIM115 - for who asked
        try:
            with self._one:
                self._send(msgspec.json.encode(task), [data, theirs])
        except BaseException:
            frames.close()
            raise
        finally:
            os.close(theirs)
        return frames

    def close(self) -> None:
        """End the process that forks; what it forked ends with its documents, or when nobody reads any more."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _send(self, task: bytes, descriptors: Sequence[int]) -> None:
        for attempt in range(2):
            link = self._ready()
            try:
                socket.send_fds(link, [task], descriptors)
            except OSError:
                self.close()
                if attempt:
                    raise
            else:
                return

    def _ready(self) -> socket.socket:
        if self._process is not None and self._process.poll() is None and self._link is not None:
            return self._link
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "clearinghouse.formats.apart.forked", str(theirs.fileno()), *self._others],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
            )
        if ours.recv(len(READY)) != READY:
            ours.close()
            _stopped("it could not start")
        self._link = ours
        return ours

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()


def _records(frames: IO[bytes]) -> Iterator[Begin | list[Any]]:
    decoders = {tag: msgspec.json.Decoder(kind).decode for tag, kind in LISTS.items()}
    while True:
        tag, data = _frame(frames)
        if tag == DONE:
            return
        if tag == FAILED:
            raise _failure(data)
        if tag == BEGIN:
            yield _decoded(msgspec.json.Decoder(Begin).decode, data)
        elif tag != END:
            yield _decoded(decoders.get(tag, _unknown), data)


def _values(frames: IO[bytes], most: int) -> Iterator[bytes]:
    while True:
        tag, data = _frame(frames, most + _OF_FAILURE)
        if tag == DONE:
            return
        if tag == FAILED:
            raise _failure(data)
        most -= len(data)
        if tag != VALUE or most < 0:
            _stopped("it sent what is no value")
        yield data


def _failure(data: bytes) -> Exception:
    failed = _decoded(msgspec.json.Decoder(Failed).decode, data)
    return ClearinghouseError(failed.what, failed.remedy) if failed.remedy else RuntimeError(failed.what)


def _frame(frames: IO[bytes], most: int = LARGEST_FRAME) -> tuple[bytes, bytes]:
    head = frames.read(HEAD.size)
    if len(head) < HEAD.size:
        _stopped("it took too much memory or time, or was ended")
    tag, length = HEAD.unpack(head)
    if length > most:
        _stopped("it sent what is no record")
    data = frames.read(length)
    if len(data) < length:
        _stopped("it took too much memory or time, or was ended")
    return tag, data


def _decoded(decode: Any, data: bytes) -> Any:
    try:
        return decode(data)
    except msgspec.DecodeError:
        _stopped("it sent what is no record")


def _unknown(data: bytes) -> NoReturn:
    raise msgspec.DecodeError


def _stopped(why: str) -> NoReturn:
    raise ReadingStoppedError(
        f"the process that read the document ended before it was done: {why}", "divide the document into several"
    )
