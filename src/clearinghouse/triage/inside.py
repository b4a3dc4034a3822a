"""Signals that stand inside advisories: CISA puts its SSVC values, and the day of addition to KEV, into CVE records."""

import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from clearinghouse.formats.document import Limits
from clearinghouse.formats.registry import read_paths
from clearinghouse.formats.spool import is_standard_input
from clearinghouse.formats.text import printable_name
from clearinghouse.priority import Signals
from clearinghouse.records import KevEntry, Level, Problem, SsvcPoint
from clearinghouse.triage.gather import SIGNAL_FORMATS


class Inside(msgspec.Struct, frozen=True):
    """What advisories say beside what they are about: SSVC values, and days of addition to KEV."""

    ssvc: tuple[SsvcPoint, ...] = ()
    kev: tuple[KevEntry, ...] = ()


class Seen:
    """Which of the paths that are read for advisories hold documents with signals.

    Args:
        paths: those that are read.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = {printable_name(str(path)): path for path in paths}
        self._found: dict[Path, None] = {}

    def take(self, source: str, form: str | None) -> None:
        """Take note of a document and its format."""
        if form in SIGNAL_FORMATS["ssvc"]:
            for name, path in self._paths.items():
                if is_below(source, name):
                    self._found[path] = None

    def read(self, limits: Limits) -> tuple[Inside, list[Problem]]:
        """Read the signals. What can be read only once has been read, and is told of.

        Raises:
            ClearinghouseError: whatever reading raises.
        """
        ssvc: list[SsvcPoint] = []
        kev: list[KevEntry] = []
        again = [path for path in self._found if _can_be_read_again(path)]
        for report in read_paths(again, limits=limits, formats=SIGNAL_FORMATS["ssvc"], signals_only=True):
            for record in report.records:
                if isinstance(record, SsvcPoint):
                    ssvc.append(record)
                elif isinstance(record, KevEntry):
                    kev.append(record)
        return Inside(tuple(ssvc), tuple(kev)), [_not_counted(path) for path in self._found if path not in again]


def add_inside(signals: Signals, inside: Inside, named: Iterable[Path]) -> None:
    """Add the signals that stand inside advisories, but those of documents that were named as signals, too.

    Args:
        named: paths of which the signals were added already.
    """
    names = [printable_name(str(path)) for path in named]
    for signal in _all(inside):
        if not any(is_below(signal.source, name) for name in names):
            signals.add(signal)


def is_below(source: str, name: str) -> bool:
    """Whether a document is the one of this name, or stands in the folder or archive of this name."""
    if name == ".":
        return not source.startswith(("/", "../"))
    return source == name or (source.startswith(name) and (name.endswith("/") or source[len(name)] in "/!"))


def _all(inside: Inside) -> Iterator[SsvcPoint | KevEntry]:
    yield from inside.ssvc
    yield from inside.kev


def _can_be_read_again(path: Path) -> bool:
    if is_standard_input(path):
        return True  # it is kept
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _not_counted(path: Path) -> Problem:
    return Problem(
        source=printable_name(str(path)),
        code="signals_not_counted",
        message="The SSVC values in these CVE records do not count, because a pipe is read only once.",
        expected="a file, or the same records named with --ssvc, too",
        level=Level.NOTICE,
    )
