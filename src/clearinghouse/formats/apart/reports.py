"""The first process' side: starts the second one and takes its reports."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn, TypeVar

import msgspec

from clearinghouse.formats.apart.frames import (
    DONE,
    END,
    FAILED,
    FINDINGS,
    HEAD,
    LARGEST_FRAME,
    LENGTH,
    LISTS,
    PIPE,
    READY,
    Begin,
    Failed,
    Task,
)
from clearinghouse.formats.contract import Record
from clearinghouse.formats.registry import Report
from clearinghouse.formats.share import Sharing
from clearinghouse.records import ClearinghouseError

_Message = TypeVar("_Message", Begin, Failed)


class ReadingStoppedError(ClearinghouseError):
    """The second process ended before it had read everything."""


class Second:
    """The second process, as the first one holds it.

    ``-P`` keeps the current folder, in which the flood may lie, out of the places from which Python imports. A process
    group of its own keeps an interrupt from the keyboard away: the first process decides what becomes of the second,
    which ends by itself when the pipe with its task closes, however the first one ended.
    """

    def __init__(self, task: Task) -> None:
        given = (("-I", sys.flags.isolated), ("-E", sys.flags.ignore_environment), ("-s", sys.flags.no_user_site))
        flags = ["-P", *(flag for flag, on in given if on)]
        ours, self._lifeline = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, *flags, "-m", "clearinghouse.formats.apart.second", str(ours)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it has to say, it says in frames
                bufsize=PIPE,
                pass_fds=[ours],
                process_group=0,
            )
        except OSError:
            os.close(self._lifeline)
            raise
        finally:
            os.close(ours)
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        self.stream = self.process.stdout
        with suppress(OSError, AttributeError):  # as large as the system allows
            fcntl.fcntl(self.stream, fcntl.F_SETPIPE_SZ, PIPE)
        self._send(msgspec.json.encode(task))
        self.ready = self.stream.read(HEAD.size) == HEAD.pack(READY, 0)

    def _send(self, task: bytes) -> None:
        with suppress(BrokenPipeError), open(self._lifeline, "wb", closefd=False) as pipe:
            pipe.write(LENGTH.pack(len(task)))
            pipe.write(task)

    def close(self) -> None:
        """End it, whatever it is doing."""
        os.close(self._lifeline)
        self.process.kill()
        self.process.wait()
        self.stream.close()


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
            tag, data = self._frame()
            if tag == DONE:
                return
            begin = self._as(Begin, data)
            self._begun += 1
            self._inside = True
            yield Report(begin.source, begin.format, self._records(self._begun), begin.found)

    def _records(self, report: int) -> Iterator[Record]:
        share = self._sharing.share
        while self._inside and report == self._begun:
            tag, data = self._frame()
            if tag == END:
                self._inside = False
                return
            try:
                records = self._decode[tag](data)
            except (KeyError, msgspec.DecodeError):
                self._stopped("it sent what is no record")
            if tag == FINDINGS:
                for finding in records:
                    share(finding)
            for record in records:
                if report != self._begun:
                    return
                yield record

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._second.stream.read(HEAD.size)
        if len(head) < HEAD.size:
            self._stopped()
        tag, length = HEAD.unpack(head)
        if length > LARGEST_FRAME:
            self._stopped("it sent what is no record")
        data = self._second.stream.read(length)
        if len(data) < length:
            self._stopped()
        if tag == FAILED:
            failed = self._as(Failed, data)
            raise ClearinghouseError(failed.what, failed.remedy) if failed.remedy else RuntimeError(failed.what)
        return tag, data

    def _as(self, kind: type[_Message], data: bytes) -> _Message:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.DecodeError:
            self._stopped("it sent what is no record")

    def _stopped(self, why: str = "") -> NoReturn:
        if not why:
            code = self._second.process.wait()
            why = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise ReadingStoppedError(
            f"the process that reads the documents ended before it was done ({why})",
            "look at the memory of this machine; CLEARINGHOUSE_PROCESSES=1 reads without a second process",
        )
