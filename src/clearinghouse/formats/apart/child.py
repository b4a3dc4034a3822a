"""What a second process does, whatever its task is."""

import gc
import os
import signal
import sys
import traceback
from typing import IO

import msgspec

from clearinghouse.formats.apart.frames import HEAD, LENGTH, READY, Failed
from clearinghouse.records import ClearinghouseError


def begin(lifeline: int) -> tuple[IO[bytes], IO[bytes]]:
    """Be ready, and say so; return the pipe ``lifeline`` with the tasks, and the stream that takes frames."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # as in the process that started this one
    pipe = open(lifeline, "rb", buffering=0)  # noqa: SIM115 - until the process ends
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up among the frames
    try:
        write(out, READY, b"")
        out.flush()
    except BrokenPipeError:
        os._exit(0)
    return pipe, out


def next_task(pipe: IO[bytes]) -> bytes:
    """Return the next task; end this process where there will be none, because the other one is gone."""
    size = LENGTH.unpack(_exactly(pipe, LENGTH.size))[0]
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    parts = []
    while size > 0:
        part = pipe.read(size)
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def end_with(pipe: IO[bytes]) -> None:
    """End this process when the other end of ``pipe`` is gone, in the middle of a long document too."""
    pipe.read(1)
    os._exit(0)


def failure(error: Exception) -> bytes:
    """Return the content of the frame that says why this process cannot go on."""
    if isinstance(error, ClearinghouseError):
        return msgspec.json.encode(Failed(error.what, error.remedy))
    if isinstance(error, MemoryError):
        return msgspec.json.encode(Failed("there is not enough memory to read these documents", "name fewer at a time"))
    steps = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(steps[-1].filename)}:{steps[-1].lineno}"
    return msgspec.json.encode(Failed(f"{type(error).__name__} at {where}, while reading"))


def write(out: IO[bytes], tag: bytes, data: bytes) -> None:
    """Write a frame."""
    out.write(HEAD.pack(tag, len(data)))
    out.write(data)
