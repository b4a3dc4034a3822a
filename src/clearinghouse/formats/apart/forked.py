"""A process that has every reader loaded, and forks for each document that it is given.

What reads a document of a stranger is a process of its own that begins without a trace of any other document, holds no
key and no connection, may use so much memory and time, and ends with its document. Forking one costs a few
milliseconds where starting an interpreter costs hundreds.

What is read is a report, or what a room above has a reader for: a module that is named when the process starts, with
``READERS``, functions that make values of a document's bytes. Values are bytes, and who asked knows what they are.
"""

import contextlib
import gc
import importlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import IO

import msgspec

from clearinghouse.formats.apart.child import failure, write
from clearinghouse.formats.apart.frames import BEGIN, DONE, END, FAILED, LARGEST_TASK, READY, TAGS, VALUE, Begin, Single
from clearinghouse.formats.apart.second import write_records
from clearinghouse.formats.contract import Record
from clearinghouse.formats.guard import Limits
from clearinghouse.formats.registry import read_document
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Problem

Reader = Callable[[IO[bytes], str], Iterator[bytes]]
"""Makes values of a document: of its bytes, and of how it is called."""


def main(descriptor: int, *modules: str) -> None:
    """Serve tasks from a socket until its other end is closed.

    Args:
        modules: those that have readers of other things than reports.
    """
    others: dict[str, Reader] = {}
    for name in modules:
        others |= importlib.import_module(name).READERS
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()
    gc.freeze()  # what is loaded is shared with every child and never collected in one
    with socket.socket(fileno=descriptor) as link:
        link.sendall(READY)
        while True:
            data, descriptors, _, _ = socket.recv_fds(link, LARGEST_TASK, 2)
            if not data:
                return
            _serve(data, descriptors, link, others)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _serve(data: bytes, descriptors: list[int], link: socket.socket, others: Mapping[str, Reader]) -> None:
    child = os.fork()
    if child:
        for each in descriptors:
            os.close(each)
        return
    code = 1
    try:
        link.close()
        task = msgspec.json.decode(data, type=Single)
        _limit(task)
        with open(descriptors[1], "wb") as out:
            if task.kind:
                _read_as(others[task.kind], task, descriptors[0], out)
            else:
                _read(task, descriptors[0], out)
        code = 0
    finally:
        os._exit(code)


def _limit(task: Single) -> None:
    for what, most in (
        (resource.RLIMIT_AS, task.memory),
        (resource.RLIMIT_CPU, task.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(task.clock)  # whose default ends the process; 0 is none


def _read(task: Single, descriptor: int, out: IO[bytes]) -> None:
    formats = frozenset(task.formats) if task.formats is not None else None
    try:
        for item in documents(f"/proc/self/fd/{descriptor}", task.source, Limits(unpacked=task.unpacked)):
            if isinstance(item, Problem):
                _write_report(out, Begin(item.source, None, found=False), iter([item]))
            else:
                name, records = read_document(item, formats, role=task.role)
                _write_report(out, Begin(item.source, name, found=False), records)
    except BrokenPipeError:
        return
    except Exception as error:
        write(out, FAILED, failure(error))
    write(out, DONE, b"")


def _read_as(reader: Reader, task: Single, descriptor: int, out: IO[bytes]) -> None:
    try:
        with open(f"/proc/self/fd/{descriptor}", "rb") as file:
            for value in reader(file, task.source):
                write(out, VALUE, value)
    except BrokenPipeError:
        return
    except Exception as error:
        write(out, FAILED, failure(error))
    write(out, DONE, b"")


def _write_report(out: IO[bytes], begin: Begin, records: Iterator[Record]) -> None:
    write(out, BEGIN, msgspec.json.encode(begin))
    for kind, same in groupby(records, type):
        write_records(out, TAGS[kind], same)
    write(out, END, b"")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
