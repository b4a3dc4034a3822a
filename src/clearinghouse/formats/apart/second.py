"""The second process: reads what it is asked to read, and writes frames."""

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import IO

import msgspec

from clearinghouse.formats.apart.frames import (
    BEGIN,
    DONE,
    END,
    FAILED,
    HEAD,
    LENGTH,
    READY,
    TAGS,
    Begin,
    Failed,
    Task,
)
from clearinghouse.formats.contract import Record
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import ClearinghouseError

_PER_FRAME = 128
"""Most records of a frame."""
_LARGE = 2**22
"""Bytes from which a frame is a large one, and the next has fewer records."""


def main(lifeline: int) -> None:
    """Be the second process: do what the pipe ``lifeline`` asks for, write frames to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # as in the process that started this one
    pipe = open(lifeline, "rb", buffering=0)  # noqa: SIM115 - until the process ends
    asked = msgspec.json.decode(_exactly(pipe, LENGTH.unpack(_exactly(pipe, LENGTH.size))[0]), type=Task)
    threading.Thread(target=_end_with, args=[pipe], daemon=True).start()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up among the frames
    try:
        _write(out, READY, b"")
        out.flush()
        _serve(asked, out)
        out.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more; a clean end would try to write what is left


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    parts = b""
    while len(parts) < size and (part := pipe.read(size - len(parts))):
        parts += part
    return parts


def _end_with(pipe: IO[bytes]) -> None:
    """End this process when the other end of ``pipe`` is gone, in the middle of a long document too."""
    pipe.read(1)
    os._exit(0)


def _serve(task: Task, out: IO[bytes]) -> None:
    paths = [Path(os.fsdecode(path)) for path in task.paths]
    formats = frozenset(task.formats) if task.formats is not None else None
    try:
        for report in read_paths(paths, formats=formats, signals_only=task.signals_only, role=task.role):
            _write(out, BEGIN, msgspec.json.encode(Begin(report.source, report.format, report.found)))
            for kind, records in groupby(report.records, type):
                _write_records(out, TAGS[kind], records)
            _write(out, END, b"")
    except ClearinghouseError as error:
        _write(out, FAILED, msgspec.json.encode(Failed(error.what, error.remedy)))
    except BrokenPipeError:
        raise
    except MemoryError:
        why = Failed("there is not enough memory to read these documents", "name fewer at a time")
        _write(out, FAILED, msgspec.json.encode(why))
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)
        where = f"{os.path.basename(steps[-1].filename)}:{steps[-1].lineno}"
        _write(out, FAILED, msgspec.json.encode(Failed(f"{type(error).__name__} at {where}, while reading")))
    _write(out, DONE, b"")


def _write_records(out: IO[bytes], tag: bytes, records: Iterator[Record]) -> None:
    encode = msgspec.json.Encoder().encode
    count = _PER_FRAME
    while waiting := list(islice(records, count)):
        data = encode(waiting)
        count = min(_PER_FRAME, max(1, _LARGE * len(waiting) // len(data)))
        _write(out, tag, data)


def _write(out: IO[bytes], tag: bytes, data: bytes) -> None:
    out.write(HEAD.pack(tag, len(data)))
    out.write(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
