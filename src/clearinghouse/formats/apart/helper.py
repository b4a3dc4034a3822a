"""A second process that makes pieces of an advisory index of the work that it is sent."""

import os
import sys
import threading
from queue import SimpleQueue
from typing import IO

import msgspec

from clearinghouse.formats.apart.child import begin, failure, next_task, write
from clearinghouse.formats.apart.frames import FAILED, PIECES
from clearinghouse.formats.pieces import Work, piece_of

_WORKS = msgspec.msgpack.Decoder(list[Work])
_ENCODE = msgspec.msgpack.Encoder().encode


def main(lifeline: int) -> None:
    """Be the second process: do what comes by the pipe ``lifeline``, write frames to standard output.

    Tasks are taken in while one is done, so that the first process never waits for this one to take them, and neither
    can wait for the other at once. How many there may be is for the first process to see to.
    """
    pipe, out = begin(lifeline)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_take, args=[pipe, tasks], daemon=True).start()
    try:
        while True:
            _do(tasks.get(), out)
            out.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more; a clean end would try to write what is left


def _take(pipe: IO[bytes], tasks: "SimpleQueue[bytes]") -> None:
    while True:
        tasks.put(next_task(pipe))


def _do(task: bytes, out: IO[bytes]) -> None:
    try:
        answer = _ENCODE([piece_of(work) for work in _WORKS.decode(task)])
    except Exception as error:
        write(out, FAILED, failure(error))
    else:
        write(out, PIECES, answer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
