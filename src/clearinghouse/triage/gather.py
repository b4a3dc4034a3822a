"""Everything read: findings, which of them are the same flaw, signals wherever they stood, and what was wrong."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from clearinghouse.formats.registry import Report, read_paths
from clearinghouse.formats.text import printable_name
from clearinghouse.identity import Identifier, Identity
from clearinghouse.priority import Signals
from clearinghouse.records import ClearinghouseError, EpssScore, Finding, KevEntry, Level, Problem, SsvcPoint

_OFTEN = 4096
"""Records after which a caller is told how far reading has come, within one document too."""
SIGNAL_FORMATS = {
    "kev": frozenset({"kev"}),
    "epss": frozenset({"epss"}),
    "ssvc": frozenset({"cve", "nvd"}),
}
"""Which formats each kind of signal is read from."""


class NothingToReadError(ClearinghouseError):
    """The paths that were named hold no file at all."""


class Gathered:
    """Everything that was read, recognised as the same flaw as far as it is.

    Args:
        signals: where KEV, EPSS and SSVC are kept, wherever they stood.

    Attributes:
        findings: all of them, in order. problems: what was wrong, in order.
        refused: a path that the caller named could not be read at all.
        documents: how many were recognised.
    """

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.findings: list[Finding] = []
        self.problems: list[Problem] = []
        self.refused = False
        self.documents = 0
        self._identifier: Identifier | None = Identifier()
        self._identity: Identity | None = None

    def add(self, report: Iterable[Finding]) -> None:
        """Take in the findings of one report, before :attr:`identity` was asked for."""
        if self._identifier is None:
            raise RuntimeError("the findings are identified already")
        self._identifier.add(self._kept(report))

    @property
    def identity(self) -> Identity:
        """Which findings are the same flaw, by their positions in ``findings``; nothing can be added any more."""
        if self._identifier is not None:
            self._identity = self._identifier.result()
            self._identifier = None  # what it remembers takes much memory and is not needed any more
        assert self._identity is not None  # noqa: S101 - set above
        return self._identity

    def _kept(self, report: Iterable[Finding]) -> Iterator[Finding]:
        for finding in report:
            self.findings.append(finding)
            yield finding


class Reader(Protocol):
    """What reads paths: :func:`~clearinghouse.formats.registry.read_paths`, or a function that does the same."""

    def __call__(
        self,
        paths: Iterable[Path],
        /,
        *,
        formats: frozenset[str] | None = None,
        signals_only: bool = False,
        role: str = "",
    ) -> Iterator[Report]:
        """Yield a report for each document."""
        ...


def gather(
    paths: Sequence[Path],
    *,
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    as_of: dt.date | None = None,
    notice: Callable[[str, int], None] = lambda source, findings: None,
    read: Reader = read_paths,
) -> Gathered:
    """Read everything, and recognise what is the same flaw on the way.

    Args:
        paths: findings, and whatever else lies among them. kev, epss, ssvc: files or folders with signals only.
        as_of: signals dated later are not taken.
        notice: called now and then, and after each document, with its name and the findings since the last call.
        read: reads paths: in this process, or :func:`clearinghouse.formats.apart.read_apart` in a second one.

    Raises:
        MissingPathError: a path does not exist.
        NothingToReadError: there is no file below ``paths``, or below those of one kind of signal.
    """
    gathered = Gathered(Signals(as_of))
    for kind, places in (("kev", kev), ("epss", epss), ("ssvc", ssvc)):
        signals: Report | None = None
        for signals in read(places, formats=SIGNAL_FORMATS[kind], signals_only=True, role=f"--{kind}"):
            for _ in _findings(signals, gathered, lambda source, findings: notice(source, 0)):
                pass  # a reader that cannot leave them out gives them all the same
        if places and signals is None:
            raise nothing_to_read(places)
    last: Report | None = None
    for last in read(paths):
        gathered.add(_findings(last, gathered, notice))
    if last is None:
        raise nothing_to_read(paths)
    return gathered


def nothing_to_read(paths: Sequence[Path]) -> NothingToReadError:
    """Return the error for paths below which there is no file."""
    return NothingToReadError(
        f"nothing to read in {', '.join(printable_name(str(path)) for path in paths)}",
        "name files, or folders with files; hidden ones and links to folders are passed over",
    )


def _findings(report: Report, gathered: Gathered, notice: Callable[[str, int], None]) -> Iterator[Finding]:
    """Pass findings on; keep problems and signals."""
    gathered.documents += report.format is not None
    gathered.refused = gathered.refused or (report.format is None and not report.found)
    found = told = 0
    for number, record in enumerate(report.records, 1):
        if number % _OFTEN == 0:
            notice(report.source, found - told)
            told = found
        if isinstance(record, Finding):
            found += 1
            yield record
        elif isinstance(record, Problem):
            gathered.problems.append(record)
        elif isinstance(record, KevEntry | EpssScore | SsvcPoint):
            gathered.signals.add(record)
    notice(report.source, found - told)


def only_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that cost something; the others are notices."""
    return [problem for problem in problems if problem.level is Level.ERROR]
