"""What can be read only once, kept so that it can be read again: standard input and pipes.

A document is opened more than once. What does not lie on a disk is copied into an unnamed temporary file, which goes
away with its last user.
"""

import io
import os
import sys
import tempfile
import weakref
from pathlib import Path
from typing import BinaryIO

from clearinghouse.formats.guard import LIMITS, LimitExceededError, Limits, UnreadableError
from clearinghouse.records import ClearinghouseError

STANDARD_INPUT = Path("-")
"""The path that stands for standard input."""
_NAMES = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_CHUNK = 1 << 20


class NoInputError(ClearinghouseError):
    """Standard input was asked for, and nothing can come from it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy, source=str(STANDARD_INPUT))


class Spool:
    """Bytes in an unnamed temporary file.

    Args:
        stream: what is copied, to its end. source: its name. limits: the most that is copied.

    Raises:
        LimitExceededError: there is more. UnreadableError: it cannot be read, or there is no room for it.
    """

    def __init__(self, stream: BinaryIO, source: str, limits: Limits = LIMITS) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the last user
        weakref.finalize(self, self._file.close)
        self.size = 0
        try:
            while chunk := stream.read(_CHUNK):
                self._add(chunk)
                if self.size > limits.unpacked:
                    raise LimitExceededError(
                        source, f"it is larger than {limits.unpacked >> 20} MiB", "divide it into several files"
                    )
        except OSError as error:
            why = f"it cannot be copied to be read: {error.strerror or 'the system does not say why'}"
            raise UnreadableError(source, why, "save it into a file and name that") from error

    def _add(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:  # a disk that is nearly full takes a part
            written = self._file.write(rest)
            self.size += written
            rest = rest[written:]

    def open(self) -> BinaryIO:
        """Return a fresh stream of the bytes; several may be open at once."""
        return io.BufferedReader(_View(self))

    def at(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``position`` on."""
        return os.pread(self._file.fileno(), size, position)


class _View(io.RawIOBase):
    """A place of its own in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._spool.size}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._spool.at(self._position, len(buffer))
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)


def is_standard_input(path: Path | str) -> bool:
    """Whether ``path`` stands for standard input: ``-``, ``/dev/stdin`` and the like."""
    return str(path) in _NAMES


def check_standard_input() -> None:
    """See whether anything can come from standard input.

    Raises:
        NoInputError: it is a terminal, or closed.
    """
    remedy = "pipe a document into the command, as in `cat report.sarif | ...`, or name a file"
    if sys.stdin is None or sys.stdin.closed:
        raise NoInputError("standard input is closed, and - asks to read it", remedy)
    if sys.stdin.isatty():
        raise NoInputError("standard input is a terminal, and - asks to read a document from it", remedy)


_kept: "weakref.WeakKeyDictionary[object, Spool]" = weakref.WeakKeyDictionary()


def standard_input(limits: Limits = LIMITS) -> Spool:
    """Return what standard input gives. It is read once, however often it is asked for.

    Raises:
        NoInputError: see :func:`check_standard_input`. LimitExceededError, UnreadableError: see :class:`Spool`.
    """
    check_standard_input()
    stream = sys.stdin.buffer
    if stream not in _kept:
        _kept[stream] = Spool(stream, str(STANDARD_INPUT), limits)
    return _kept[stream]


def pipe(path: Path, source: str, limits: Limits = LIMITS) -> Spool:
    """Return what the pipe at ``path`` gives until its writers are done; it may wait for them.

    Raises:
        LimitExceededError, UnreadableError: see :class:`Spool`. OSError: it cannot be opened.
    """
    with path.open("rb") as stream:
        return Spool(stream, source, limits)
