"""Files without a sign of any format that lie among others: a licence, a note, a list of addresses.

A folder of advisories, or a clone of a repository with them, holds such files, and nothing is missing because of them.
They are passed over, and counted where something else beside them was read. A file that looks like a format and is
none, JSON or XML of an unknown kind, or an empty one, may be a report that was damaged: it stays a problem. So does
every file of a folder, or archive, in which nothing could be read, and every file that was named by itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from clearinghouse.formats.registry import is_without_sign
from clearinghouse.formats.text import clean_line, plural, printable_name
from clearinghouse.records import Level, Problem

_MOST_NAMED = 5
_ENDS = ("/", "!")


class PassedOver:
    """Gathers what may be passed over while documents are read, and says in the end what was.

    Law: each file that is taken is counted in one notice, or told as it would have been.

    Args:
        paths: what was named.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._named = frozenset(printable_name(str(path)) for path in paths)
        self._read: set[str] = set()
        self._held: dict[str, list[Problem]] = {}

    def read(self, source: str) -> None:
        """Take note of a document that was recognised."""
        self._read.add(self._above(source))

    def takes(self, problem: Problem) -> bool:
        """Whether it is the problem of a file that may be passed over; then :meth:`problems` says what became of it."""
        if not is_without_sign(problem) or problem.source in self._named:
            return False
        self._held.setdefault(self._above(problem.source), []).append(problem)
        return True

    def problems(self) -> Iterator[Problem]:
        """Yield what there is to say, once everything is read: a notice for each path, or the problems as they were."""
        for above, problems in self._held.items():
            if above in self._read:
                yield _told([problem.source for problem in problems])
            else:
                yield from problems

    def _above(self, source: str) -> str:
        """Which of the paths that were named a document was come upon in; empty if none of their names begins it."""
        end = len(source)
        while end > 0:
            if source[:end] in self._named:
                return source[:end]
            end = max(source.rfind(sign, 0, end) for sign in _ENDS)
        return ""


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
