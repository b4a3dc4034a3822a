"""Reading in a second process, so that one core reads while another compares.

:func:`read_apart` yields what :func:`clearinghouse.formats.registry.read_paths` yields, in the same order. The second
process gets the paths through one pipe and answers through another with frames: one byte that says what follows, its
length in eight bytes, and JSON. Nothing else passes between the two, so that whatever a hostile document could make of
the process that reads it, the other one only ever decodes typed records.
"""

import gc
import os
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.inputs import is_folder
from clearinghouse.formats.registry import Report, read_paths
from clearinghouse.formats.share import Sharing
from clearinghouse.formats.spool import is_of_this_process
from clearinghouse.records import ClearinghouseError, EpssScore, Finding, KevEntry, Problem, SsvcPoint

PROCESSES = "CLEARINGHOUSE_PROCESSES"
"""The environment variable with the number of processes that may be used; 1 forbids a second one."""
_ENOUGH = 16 * 2**20
"""Bytes on disk from which a second process is faster; starting one takes as long as reading a few thousand results."""
_PER_FRAME = 512
"""Most records of a frame."""
_FRAME = 2**22
"""Bytes from which a frame is a large one, and the next has fewer records."""
_PIPE = 2**20
_HEAD = struct.Struct("<cQ")
_BEGIN, _END, _FAILED, _DONE = b"{", b"}", b"!", b"."
_KINDS: Final[dict[bytes, type[Any]]] = {
    b"F": Finding,
    b"P": Problem,
    b"K": KevEntry,
    b"E": EpssScore,
    b"S": SsvcPoint,
}
_TAGS: Final = {kind: tag for tag, kind in _KINDS.items()}
_LISTS: Final[dict[bytes, Any]] = {tag: list[kind] for tag, kind in _KINDS.items()}  # type: ignore[valid-type]


class _Task(msgspec.Struct, frozen=True):
    """What the second process is to do; paths as bytes, because a file name need not be text."""

    paths: list[bytes]
    formats: list[str] | None
    signals_only: bool
    role: str


class _Begin(msgspec.Struct, frozen=True):
    source: str
    format: str | None
    found: bool


class _Failed(msgspec.Struct, frozen=True):
    """Why the second process cannot go on; without a remedy it is a defect of this program."""

    what: str
    remedy: str = ""


class ReadingStoppedError(ClearinghouseError):
    """The second process ended before it had read everything."""


def read_apart(
    paths: Iterable[Path], *, formats: frozenset[str] | None = None, signals_only: bool = False, role: str = ""
) -> Iterator[Report]:
    """Yield a report for every document in ``paths``, read in a second process where that is worth its start.

    Takes and yields what :func:`clearinghouse.formats.registry.read_paths` does. The records of a report must be
    taken before those of the next one; what is left of them when the next report is asked for is gone.

    Raises:
        MissingPathError: one of ``paths`` does not exist; raised before anything is read.
        ReadingStoppedError: the second process was stopped, for want of memory for example.
    """
    named = list(paths)
    if not _worth_it(named):
        yield from read_paths(named, formats=formats, signals_only=signals_only, role=role)
        return
    for path in named:
        is_folder(path)
    task = _Task([os.fsencode(path) for path in named], sorted(formats) if formats else None, signals_only, role)
    try:
        process = _started(task)
    except OSError:  # no room for another process
        yield from read_paths(named, formats=formats, signals_only=signals_only, role=role)
        return
    try:
        yield from _Reports(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None  # noqa: S101 - asked for when it was started
        process.stdout.close()


def _worth_it(paths: Sequence[Path]) -> bool:
    """Whether there are a second core and enough to read, none of which only this process can read."""
    allowed = os.environ.get(PROCESSES, "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (int(allowed) if allowed.isdecimal() else cores) < 2 or not sys.executable or hasattr(sys, "frozen"):
        return False
    if any(is_of_this_process(path) for path in paths):
        return False
    size = 0
    for path in paths:
        for file in _sizes(path):
            size += file
            if size >= _ENOUGH:
                return True
    return False


def _sizes(path: Path) -> Iterator[int]:
    """Yield the sizes of the files below ``path``, as far as they can be looked at."""
    try:
        if not path.is_dir():
            yield path.stat().st_size
            return
        for root, _, names in os.walk(path):
            for name in names:
                yield os.stat(os.path.join(root, name)).st_size
    except (OSError, ValueError):
        return


def _started(task: _Task) -> "subprocess.Popen[bytes]":
    """Start the second process and give it its task.

    ``-P`` keeps the current folder, in which the flood may lie, out of the places from which Python imports. A process
    group of its own keeps an interrupt from the keyboard away: the first process decides what becomes of the second.
    """
    ours, theirs = os.pipe()
    with suppress(BrokenPipeError), open(theirs, "wb") as pipe:  # if it has ended already, the first frame will show it
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "clearinghouse.formats.apart", str(ours)],
                stdout=subprocess.PIPE,
                bufsize=_PIPE,
                pass_fds=[ours],
                process_group=0,
            )
        finally:
            os.close(ours)
        pipe.write(msgspec.json.encode(task))
    return process


class _Reports:
    """The reports that the second process sends."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None  # noqa: S101 - asked for above
        self._process = process
        self._stream = process.stdout
        self._sharing = Sharing()
        self._decode = {tag: msgspec.json.Decoder(kinds).decode for tag, kinds in _LISTS.items()}
        self._inside = False

    def __iter__(self) -> Iterator[Report]:
        while True:
            if self._inside:
                for _ in self._records():
                    pass
            tag, data = self._frame()
            if tag == _DONE:
                return
            begin = msgspec.json.decode(data, type=_Begin)
            self._inside = True
            yield Report(begin.source, begin.format, self._records(), begin.found)

    def _records(self) -> Iterator[Record]:
        share = self._sharing.share
        while self._inside:
            tag, data = self._frame()
            if tag == _END:
                self._inside = False
                return
            records = self._decode[tag](data)
            if tag == b"F":
                for finding in records:
                    share(finding)
            yield from records

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            self._stopped()
        tag, length = _HEAD.unpack(head)
        data = self._stream.read(length)
        if len(data) < length:
            self._stopped()
        if tag == _FAILED:
            failed = msgspec.json.decode(data, type=_Failed)
            raise ClearinghouseError(failed.what, failed.remedy) if failed.remedy else RuntimeError(failed.what)
        return tag, data

    def _stopped(self) -> NoReturn:
        code = self._process.wait()
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise ReadingStoppedError(
            f"the process that reads the documents ended before it was done ({why})",
            f"look at the memory of this machine; {PROCESSES}=1 reads without a second process",
        )


def main(task: int) -> None:
    """Be the second process: do what the pipe with descriptor ``task`` asks for, write frames to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # as in the process that started this one
    with open(task, "rb") as pipe:
        asked = msgspec.json.decode(pipe.read(), type=_Task)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=_PIPE)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up among the frames
    try:
        _serve(asked, out)
        out.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more; a clean end would try to write what is left


def _serve(task: _Task, out: IO[bytes]) -> None:
    paths = [Path(os.fsdecode(path)) for path in task.paths]
    formats = frozenset(task.formats) if task.formats is not None else None
    try:
        for report in read_paths(paths, formats=formats, signals_only=task.signals_only, role=task.role):
            _write(out, _BEGIN, msgspec.json.encode(_Begin(report.source, report.format, report.found)))
            for kind, records in groupby(report.records, type):
                _write_records(out, _TAGS[kind], records)
            _write(out, _END, b"")
    except ClearinghouseError as error:
        _write(out, _FAILED, msgspec.json.encode(_Failed(error.what, error.remedy)))
    except BrokenPipeError:
        raise
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)
        where = f"{os.path.basename(steps[-1].filename)}:{steps[-1].lineno}"
        _write(out, _FAILED, msgspec.json.encode(_Failed(f"{type(error).__name__} at {where}, while reading")))
    _write(out, _DONE, b"")


def _write_records(out: IO[bytes], tag: bytes, records: Iterator[Record]) -> None:
    encode = msgspec.json.Encoder().encode
    count = _PER_FRAME
    while waiting := list(islice(records, count)):
        data = encode(waiting)
        count = min(_PER_FRAME, max(1, _FRAME * len(waiting) // len(data)))
        _write(out, tag, data)


def _write(out: IO[bytes], tag: bytes, data: bytes) -> None:
    out.write(_HEAD.pack(tag, len(data)))
    out.write(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
