"""A report's bytes as findings and problems: read by a process that has no key, no connection and no other report."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

import msgspec
from django.conf import settings

from clearinghouse.formats.apart.frames import Begin
from clearinghouse.formats.apart.readers import Readers
from clearinghouse.records import ClearinghouseError, Finding, Level, Problem
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.vulnerabilities.preparing import Preparing

MOST_PROBLEMS = 10_000
"""Problems of one report that are kept one by one; the rest are counted."""
MOST_COUNTED = 250_000
"""Problems after which a report is not read on: telling of what is damaged takes longer than reading what is not."""

_RECIPES = "clearinghouse.validation.apart"
"""Its readers are loaded by the process that reads, not here."""
_readers: list[Readers] = []
_lock = Lock()


def readers() -> Readers:
    """Return this process' readers of documents: of reports, and of recipes."""
    with _lock:
        if not _readers:
            _readers.append(Readers(others=[_RECIPES]))
        return _readers[0]


class Read(msgspec.Struct, kw_only=True):
    """What was in a report.

    Attributes:
        formats: names of the formats that were recognised. problems: those that are kept; untold: how many are not.
        preparing: its findings. stopped: why it was not read to its end, if it was not.
    """

    preparing: Preparing
    formats: list[str] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    untold: int = 0
    stopped: ClearinghouseError | None = None

    def add_problem(self, problem: Problem) -> None:
        """Keep a problem, or count it."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.untold += 1


def read(report: int, source: str, body: Iterable[bytes], sealer: Sealer, check: Callable[[], None]) -> Read:
    """Read a report.

    Args:
        report: its primary key. source: how its records name it. body: its bytes, in clear; they are held in memory
            and never on a disk. sealer: of its envelope. check: called often; what it raises ends the reading.
    """
    found = Read(preparing=Preparing(report, sealer))
    with in_memory(body) as data:
        _read(data, source, found, check)
    return found


@contextmanager
def in_memory(body: Iterable[bytes]) -> Iterator[int]:
    """Hold bytes in clear, for who reads them, as a file that is on no disk; yields its descriptor."""
    data = os.memfd_create("clear", os.MFD_CLOEXEC)
    try:
        for piece in body:
            _write(data, piece)
        yield data
    finally:
        os.close(data)


def _read(data: int, source: str, found: Read, check: Callable[[], None]) -> None:
    limits = settings.CONFIGURATION.limits
    try:
        for records in readers().read(data, source, unpacked=limits.unpacked):
            check()
            if isinstance(records, Begin):
                if records.format:
                    found.formats.append(records.format)
            elif not _take(records, found, limits.findings):
                found.add_problem(_too_many(source, limits.findings))
                break
            elif found.untold > MOST_COUNTED:
                found.problems[-1] = _too_damaged(source)
                break
    except ClearinghouseError as error:
        found.stopped = error
        found.add_problem(stopped(source, error))


def _write(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _take(records: list[object], found: Read, most: int) -> bool:
    """Take records of one kind; False if there are more findings than a report may have."""
    if records and isinstance(records[0], Finding):
        for finding in records:
            if len(found.preparing) >= most:
                return False
            found.preparing.add(finding)  # type: ignore[arg-type]
    elif records and isinstance(records[0], Problem):
        for problem in records:
            found.add_problem(problem)  # type: ignore[arg-type]
    return True  # KEV, EPSS and SSVC are no findings; what a sender holds for urgent is not taken from a report


def _too_many(source: str, most: int) -> Problem:
    return Problem(
        source=source,
        code="too_many_findings",
        message=f"Only the first {most:,} findings were taken, the most that one report may have.",
        expected="a flood divided into several reports",
    )


def _too_damaged(source: str) -> Problem:
    return Problem(
        source=source,
        code="too_many_problems",
        message=f"More than {MOST_COUNTED:,} things are wrong with it; it was not read on.",
        expected="a document that fits its format",
    )


def stopped(source: str, error: ClearinghouseError) -> Problem:
    """Return as a problem that a document was not read to its end."""
    return Problem(
        source=source,
        code="reading_stopped",
        message=f"{error.what[:1].upper()}{error.what[1:]}; what it had read before is kept.",
        expected=error.remedy,
        level=Level.ERROR,
    )
