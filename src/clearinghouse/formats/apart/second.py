"""The second process: reads what it is asked to read, and writes frames."""

import os
import sys
import threading
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import IO

import msgspec

from clearinghouse.formats.apart.child import begin, end_with, failure, next_task, write
from clearinghouse.formats.apart.frames import BEGIN, DONE, END, FAILED, TAGS, Begin, Task
from clearinghouse.formats.contract import Record
from clearinghouse.formats.registry import read_paths

_PER_FRAME = 128
"""Most records of a frame."""
_LARGE = 2**22
"""Bytes from which a frame is a large one, and the next has fewer records."""


def main(lifeline: int) -> None:
    """Be the second process: do what the pipe ``lifeline`` asks for, write frames to standard output."""
    pipe, out = begin(lifeline)
    asked = msgspec.json.decode(next_task(pipe), type=Task)
    threading.Thread(target=end_with, args=[pipe], daemon=True).start()
    try:
        _serve(asked, out)
        out.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more; a clean end would try to write what is left


def _serve(task: Task, out: IO[bytes]) -> None:
    paths = [Path(os.fsdecode(path)) for path in task.paths]
    formats = frozenset(task.formats) if task.formats is not None else None
    try:
        for report in read_paths(paths, formats=formats, signals_only=task.signals_only, role=task.role):
            write(out, BEGIN, msgspec.json.encode(Begin(report.source, report.format, report.found)))
            for kind, records in groupby(report.records, type):
                write_records(out, TAGS[kind], records)
            write(out, END, b"")
    except BrokenPipeError:
        raise
    except Exception as error:
        write(out, FAILED, failure(error))
    write(out, DONE, b"")


def write_records(out: IO[bytes], tag: bytes, records: Iterator[Record]) -> None:
    """Write records of one kind in frames of a moderate size."""
    encode = msgspec.json.Encoder().encode
    count = _PER_FRAME
    while waiting := list(islice(records, count)):
        data = encode(waiting)
        count = min(_PER_FRAME, max(1, _LARGE * len(waiting) // len(data)))
        write(out, tag, data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
