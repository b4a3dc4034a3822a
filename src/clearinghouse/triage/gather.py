"""Everything read: findings, which of them are the same flaw, signals wherever they stood, and what was wrong."""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from clearinghouse.formats.contract import Report
from clearinghouse.formats.registry import read_paths
from clearinghouse.identity import Identifier, Identity
from clearinghouse.priority import Signals
from clearinghouse.records import Finding
from clearinghouse.triage.intake import Intake, Notice

SIGNAL_FORMATS = {
    "kev": frozenset({"kev"}),
    "epss": frozenset({"epss"}),
    "ssvc": frozenset({"cve", "nvd"}),
}
"""Which formats each kind of signal is read from."""


class Gathered(Intake):
    """Everything that was read, recognised as the same flaw as far as it is.

    Args:
        signals: where KEV, EPSS and SSVC are kept, wherever they stood.

    Attributes:
        findings: all of them, in order. The others are those of :class:`Intake`.
    """

    def __init__(self, signals: Signals) -> None:
        super().__init__(signals)
        self.signals = signals
        self.findings: list[Finding] = []
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
    notice: Notice = lambda source, findings: None,
    read: Reader = read_paths,
) -> Gathered:
    """Read everything, and recognise what is the same flaw on the way.

    Args:
        paths: findings, and whatever else lies among them; there may be none.
        kev, epss, ssvc: files or folders with signals only.
        as_of: signals dated later are not taken.
        notice: called now and then, and after each document, with its name and the findings since the last call.
        read: reads paths: in this process, or :func:`clearinghouse.formats.apart.paths.read_apart` in a second one.

    Raises:
        MissingPathError: a path does not exist.
        NothingToReadError: there is no file below ``paths``, or below those of one kind of signal.
    """
    gathered = Gathered(Signals(as_of))
    take_signals(gathered, kev=kev, epss=epss, ssvc=ssvc, notice=notice, read=read)
    if paths:
        gathered.take(read(paths), paths, notice, gathered.add)
    return gathered


def take_signals(
    intake: Intake,
    *,
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    notice: Notice = lambda source, findings: None,
    read: Reader = read_paths,
) -> None:
    """Take the signals in files or folders that hold nothing else that is wanted; the arguments are those of above.

    Raises:
        MissingPathError, NothingToReadError: as :func:`gather` does.
    """
    for kind, places in (("kev", kev), ("epss", epss), ("ssvc", ssvc)):
        if places:
            reports = read(places, formats=SIGNAL_FORMATS[kind], signals_only=True, role=f"--{kind}")
            intake.take(reports, places, lambda source, findings: notice(source, 0), _leave)


def _leave(findings: Iterable[Finding]) -> None:
    """Take findings and keep none: a reader that cannot leave them out gives them among signals too."""
    deque(findings, maxlen=0)
