"""Everything read: findings by report, signals wherever they stood, and what was wrong."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from clearinghouse.formats.registry import Report, read_paths
from clearinghouse.priority import Signals
from clearinghouse.records import ClearinghouseError, Finding, Level, Problem

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


class Gathered(msgspec.Struct):
    """Everything that was read.

    Attributes:
        reports: the findings of each document that had any, in order.
        signals: KEV, EPSS and SSVC, wherever they stood. problems: what was wrong, in order.
        refused: a path that the caller named could not be read at all.
        documents: how many were recognised.
    """

    signals: Signals
    reports: list[list[Finding]] = []
    problems: list[Problem] = []
    refused: bool = False
    documents: int = 0


def gather(
    paths: Sequence[Path],
    *,
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    as_of: dt.date | None = None,
    notice: Callable[[str, int], None] = lambda source, findings: None,
    read: Callable[[Sequence[Path]], Iterable[Report]] = read_paths,
) -> Gathered:
    """Read everything.

    Args:
        paths: findings, and whatever else lies among them. kev, epss, ssvc: files or folders with signals only.
        as_of: signals dated later are not taken.
        notice: called now and then, and after each document, with its name and the findings since the last call.
        read: reads ``paths``: here, or :func:`clearinghouse.formats.apart.read_apart` in a second process.

    Raises:
        MissingPathError: a path does not exist.
        NothingToReadError: there is no file below ``paths``, or below those of one kind of signal.
    """
    gathered = Gathered(Signals(as_of))
    for kind, places in (("kev", kev), ("epss", epss), ("ssvc", ssvc)):
        signals: Report | None = None
        for signals in read_paths(places, formats=SIGNAL_FORMATS[kind], signals_only=True):
            _take(signals, gathered, notice, findings=False)
        if places and signals is None:
            raise nothing_to_read(places)
    last: Report | None = None
    for last in read(paths):
        found = _take(last, gathered, notice, findings=True)
        if found:
            gathered.reports.append(found)
    if last is None:
        raise nothing_to_read(paths)
    return gathered


def nothing_to_read(paths: Sequence[Path]) -> NothingToReadError:
    """Return the error for paths below which there is no file."""
    return NothingToReadError(
        f"nothing to read in {', '.join(map(str, paths))}",
        "name files, or folders with files; hidden ones and links to folders are passed over",
    )


def _take(report: Report, gathered: Gathered, notice: Callable[[str, int], None], *, findings: bool) -> list[Finding]:
    found: list[Finding] = []
    told = 0
    if report.format is not None:
        gathered.documents += 1
    for number, record in enumerate(report.records, 1):
        if number % _OFTEN == 0:
            notice(report.source, len(found) - told)
            told = len(found)
        if isinstance(record, Finding):
            if findings:
                found.append(record)
        elif isinstance(record, Problem):
            gathered.problems.append(record)
        else:
            gathered.signals.add(record)
    if report.format is None and not report.found:
        gathered.refused = True
    notice(report.source, len(found) - told)
    return found


def only_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that cost something; the others are notices."""
    return [problem for problem in problems if problem.level is Level.ERROR]
