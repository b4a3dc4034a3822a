"""What every verb that reads findings does with the reports: findings are passed on, everything else is kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from clearinghouse.formats.contract import Report
from clearinghouse.formats.inputs import NothingToReadError
from clearinghouse.formats.text import printable_name
from clearinghouse.priority import Signals
from clearinghouse.records import EpssScore, Finding, KevEntry, Problem, SsvcPoint
from clearinghouse.records.errors import WHILE
from clearinghouse.records.problem import only_errors

Notice = Callable[[str, int], None]
"""Is told the name of a document, and how many findings were read since the last call."""
_OFTEN = 4096
"""Records after which a caller is told how far reading has come, within one document too."""


class Intake:
    """Takes reports in.

    Args:
        signals: where KEV, EPSS and SSVC are kept, wherever they stood; without it they are left.

    Attributes:
        problems: what was wrong, in order.
        refused: a path that the caller named could not be read at all.
        documents: how many were recognised.
    """

    def __init__(self, signals: Signals | None = None) -> None:
        self.problems: list[Problem] = []
        self.refused = False
        self.documents = 0
        self._kept_signals = signals

    def take(
        self,
        reports: Iterable[Report],
        paths: Sequence[Path],
        notice: Notice,
        add: Callable[[Iterable[Finding]], object],
    ) -> None:
        """Take in all reports.

        Args:
            reports: what ``paths`` gave. notice: called now and then, and after each document.
            add: called with the findings of each report, all of which it has to take.

        Raises:
            NothingToReadError: there is no report. ClearinghouseError: whatever reading raises.
        """
        report: Report | None = None
        for report in reports:
            self.documents += report.format is not None
            self.refused = self.refused or (report.format is None and not report.found)
            with reading_of(report.source):
                add(self._findings(report, notice))
        if report is None:
            raise nothing_to_read(paths)

    @property
    def failed(self) -> bool:
        """Whether something that the caller named could not be read, or nothing that was found could."""
        return self.refused or (self.needs_attention and not self.documents)

    @property
    def needs_attention(self) -> bool:
        """Whether something was lost."""
        return bool(only_errors(self.problems))

    def _findings(self, report: Report, notice: Notice) -> Iterator[Finding]:
        """Pass findings on; keep problems and signals."""
        found = told = 0
        for number, record in enumerate(report.records, 1):
            if number % _OFTEN == 0:
                notice(report.source, found - told)
                told = found
            if isinstance(record, Finding):
                found += 1
                yield record
            elif isinstance(record, Problem):
                self.problems.append(record)
            elif self._kept_signals is not None and isinstance(record, KevEntry | EpssScore | SsvcPoint):
                self._kept_signals.add(record)
        notice(report.source, found - told)


@contextmanager
def reading_of(source: str) -> Iterator[None]:
    """Note on whatever ends the reading of a document which one it was: a reader does not know, nor does the system."""
    try:
        yield
    except Exception as error:
        error.add_note(WHILE + source)
        raise


def nothing_to_read(paths: Sequence[Path]) -> NothingToReadError:
    """Return the error for paths below which there is no file."""
    names = ", ".join(dict.fromkeys(printable_name(str(path)) for path in paths))
    return NothingToReadError(
        f"nothing to read in {names}",
        "name files, or folders with files; hidden ones and links to folders are passed over",
        source=names,
    )
