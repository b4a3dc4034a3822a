"""Files without a sign of any format that lie among others: a licence, a note, a list of addresses.

A folder of advisories, or a clone of a repository with them, holds such files, and nothing is missing because of them.
They are passed over, and counted where something else beside them was read. A file that looks like a format and is
none, or an empty one, may be a report that was damaged: it stays a problem. So does every file of a folder, or archive,
in which nothing could be read, and every file that was named by itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from clearinghouse.formats.published import AdvisoryReport
from clearinghouse.formats.registry import Report
from clearinghouse.formats.text import clean_line, plural, printable_name
from clearinghouse.records import Level, Problem

_MOST_NAMED = 5
_EMPTY = "There is nothing in it"
"""How the registry begins what it says of an empty document."""
_ENDS = ("/", "!")


R = TypeVar("R", Report, AdvisoryReport)


def passed_over(reports: Iterable[R], paths: Sequence[Path]) -> Iterator[R]:
    """Yield reports, those of files without a sign of any format last: as one notice for each of ``paths``.

    Laws: nothing else is changed or moved. Each file is counted once, or told as it would have been.

    Args:
        reports: as :func:`~clearinghouse.formats.registry.read_paths` yields them. paths: what they were asked of.
    """
    named = frozenset(printable_name(str(path)) for path in paths)
    read: set[str] = set()
    held: dict[str, list[tuple[R, Problem]]] = {}
    for report in reports:
        if not report.found:
            yield report
        elif report.format is not None:
            read.add(_named_above(report.source, named))
            yield report
        else:
            records = list(report.records)  # of a document that is of no format, what is wrong with it
            problem = records[0] if len(records) == 1 else None
            if isinstance(problem, Problem) and _shows_no_sign(problem):
                held.setdefault(_named_above(report.source, named), []).append((report, problem))
            else:
                yield structs.replace(report, records=iter(records))
    for above, files in held.items():
        if above in read:
            yield structs.replace(files[0][0], records=iter((_told([report.source for report, _ in files]),)))
        else:
            yield from (structs.replace(report, records=iter((problem,))) for report, problem in files)


def _named_above(source: str, named: frozenset[str]) -> str:
    """Return which of the paths that were named a document was come upon in; empty if none of their names begins it."""
    end = len(source)
    while end > 0:
        if source[:end] in named:
            return source[:end]
        end = max(source.rfind(sign, 0, end) for sign in _ENDS)
    return ""


def _shows_no_sign(problem: Problem) -> bool:
    """Whether a document was of no format that is known, and near none."""
    return problem.code == "unrecognised_format" and not problem.candidates and not problem.message.startswith(_EMPTY)


def _told(sources: Sequence[str]) -> Problem:
    others = sources[1:]
    names = ", ".join(others[:_MOST_NAMED]) + (", ..." if len(others) > _MOST_NAMED else "")
    beside = f" and {plural(len(others), 'other')} beside it ({names})" if others else ""
    be = "were" if others else "was"
    return Problem(
        source=sources[0],
        code="passed_over",
        message=clean_line(
            f"This file{beside} {be} passed over: without a sign of any format that is read here.", 1000
        ),
        level=Level.NOTICE,
    )
