"""Advisories read for an index, half of them in a second process.

The first process finds the documents and divides the work; it sends works to the second one, and does works itself
while that is busy. So nothing is read twice or by two processes, pipes and standard input are as good as files, and who
does how much follows from who is fast. Pieces come in the order of the documents, whoever made them.
"""

import select
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from clearinghouse.formats.apart.frames import PIECES, READY
from clearinghouse.formats.apart.process import Process, ReadingStoppedError, may_start
from clearinghouse.formats.document import LIMITS, Limits
from clearinghouse.formats.pieces import Piece, Work, piece_of
from clearinghouse.formats.works import works

_ENOUGH = 4 * 2**20
"""Bytes of documents from which a second process is faster; starting one takes as long as reading a few thousand."""
_TASK = 256 * 1024
"""Bytes of documents from which works are a task."""
_MOST_WORKS = 512
_MOST_ASKED = 3
"""Tasks that the second process has at one time: enough for it never to wait."""
_MOST_WAITING = 64
"""Tasks that are done and wait for one that was before them."""
_ENCODE = msgspec.msgpack.Encoder().encode
_PIECES = msgspec.msgpack.Decoder(list[Piece])


def read_divided(paths: Iterable[Path], *, limits: Limits = LIMITS) -> Iterator[Piece]:
    """Yield what the documents in ``paths`` give to an advisory index, in their order.

    Small inputs are read in this process, and so is everything where no other can be started.

    Raises:
        MissingPathError, NoInputError: before anything is read.
        ReadingStoppedError: the second process was stopped, for want of memory for example.
    """
    division = _Division()
    try:
        for item in works(paths, limits):
            yield from division.take(item)
        yield from division.rest()
    finally:
        division.close()


class _Slot:
    """The place of a task's pieces in the order; None until it is done."""

    def __init__(self, pieces: list[Piece] | None = None) -> None:
        self.pieces = pieces


class _Helper(Process):
    """The second process.

    Attributes:
        is_ready: whether it has started; before that it is asked for nothing.
    """

    def __init__(self) -> None:
        super().__init__("helper", buffering=0)  # what is buffered here, `poll` would not see
        self._poll = select.poll()
        self._poll.register(self.stream, select.POLLIN)
        self._asked: deque[_Slot] = deque()
        self.is_ready = False

    @property
    def is_free(self) -> bool:
        """Whether it may be asked for more."""
        return self.is_ready and len(self._asked) < _MOST_ASKED

    def ask(self, task: list[Work]) -> _Slot:
        """Have it do a task; return where the pieces will be."""
        slot = _Slot()
        self._asked.append(slot)
        try:
            self.send(_ENCODE(task))
        except BrokenPipeError:
            self.stopped()
        return slot

    def listen(self, *, wait: bool) -> None:
        """Take in what it has answered; with ``wait``, one answer at least if there will be any."""
        while (wait and self._asked) or self._poll.poll(0):
            wait = False
            tag, data = self.frame()
            if tag == READY:
                self.is_ready = True
            elif tag == PIECES and self._asked:
                self._asked.popleft().pieces = self._pieces(data)
            else:
                self.stopped("it sent what is no record")

    def _pieces(self, data: bytes) -> list[Piece]:
        try:
            return _PIECES.decode(data)
        except msgspec.DecodeError:
            self.stopped("it sent what is no record")


class _Division:
    """Who does what, and in which order it comes."""

    def __init__(self) -> None:
        self._helper: _Helper | None = None
        self._wanted = may_start()
        self._task: list[Work] = []
        self._size = 0
        self._seen = 0
        self._slots: deque[_Slot] = deque()

    def take(self, item: Work | Piece) -> Iterator[Piece]:
        """Take in one thing to do, or what was done where it was read; yield what is done of what comes next."""
        if isinstance(item, Piece):
            if self._task:
                self._hand_out()
            self._slots.append(_Slot([item]))
        else:
            self._task.append(item)
            self._size += len(item.data)
            if self._size < _TASK and len(self._task) < _MOST_WORKS:
                return
            self._hand_out()
        yield from self._done()

    def rest(self) -> Iterator[Piece]:
        """Yield everything that is left."""
        if self._task:
            self._hand_out()
        while self._slots:
            yield from self._done(wait=True)

    def close(self) -> None:
        """End the second process."""
        if self._helper:
            self._helper.close()

    def _hand_out(self) -> None:
        task, self._task = self._task, []
        self._seen += self._size
        self._size = 0
        if self._helper and self._helper.is_free:
            self._slots.append(self._helper.ask(task))
            return
        if self._wanted and self._seen >= _ENOUGH:
            self._start()
        self._slots.append(_Slot([piece_of(work) for work in task]))

    def _start(self) -> None:
        self._wanted = False
        try:
            self._helper = _Helper()
        except OSError:  # no room for another process
            self._helper = None

    def _done(self, *, wait: bool = False) -> Iterator[Piece]:
        slots = self._slots
        if self._helper:
            self._listen(self._helper, wait=(wait and slots[0].pieces is None) or len(slots) > _MOST_WAITING)
        while slots and (pieces := slots[0].pieces) is not None:
            slots.popleft()
            yield from pieces

    def _listen(self, helper: _Helper, *, wait: bool) -> None:
        try:
            helper.listen(wait=wait)
        except ReadingStoppedError:
            if helper.is_ready:
                raise  # else it could not even start, as where this process found its modules in a way of its own
            helper.close()
            self._helper = None
