"""The first process' side: starts the second one and takes its reports."""

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from clearinghouse.formats.apart.frames import DONE, END, FINDINGS, HEAD, LISTS, READY, Begin, Task
from clearinghouse.formats.apart.process import Process
from clearinghouse.formats.contract import Record, Report
from clearinghouse.formats.share import Sharing


class Second(Process):
    """The process that reads.

    Attributes:
        ready: whether it could start.
    """

    def __init__(self, task: Task) -> None:
        super().__init__("second")
        with suppress(BrokenPipeError):
            self.send(msgspec.json.encode(task))
        self.ready = self.stream.read(HEAD.size) == HEAD.pack(READY, 0)


class Reports:
    """The reports that the second process sends."""

    def __init__(self, second: Second) -> None:
        self._second = second
        self._sharing = Sharing()
        self._decode = {tag: msgspec.json.Decoder(kinds).decode for tag, kinds in LISTS.items()}
        self._begun = 0  # how many reports
        self._inside = False

    def __iter__(self) -> Iterator[Report]:
        while True:
            for _ in self._records(self._begun):
                pass  # what the caller left
            tag, data = self._second.frame()
            if tag == DONE:
                return
            begin = self._second.decoded(Begin, data)
            self._begun += 1
            self._inside = True
            yield Report(begin.source, begin.format, self._records(self._begun), begin.found)

    def _records(self, report: int) -> Iterator[Record]:
        share = self._sharing.share
        while self._inside and report == self._begun:
            tag, data = self._second.frame()
            if tag == END:
                self._inside = False
                return
            try:
                records = self._decode[tag](data)
            except (KeyError, msgspec.DecodeError):
                self._second.stopped("it sent what is no record")
            if tag == FINDINGS:
                for finding in records:
                    share(finding)
            for record in records:
                if report != self._begun:
                    return
                yield record
