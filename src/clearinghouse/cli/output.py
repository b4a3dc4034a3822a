"""How results leave the program: exit codes, JSON, errors of two lines, and problems of one line each."""

import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from clearinghouse.cli.layout import stderr
from clearinghouse.formats.inputs import MissingPathError, NothingToReadError
from clearinghouse.formats.spool import NoInputError
from clearinghouse.formats.text import clean, clean_line, plural, printable_name
from clearinghouse.priority import DateError
from clearinghouse.records import ClearinghouseError, Level, Problem
from clearinghouse.records.errors import WHILE
from clearinghouse.records.problem import only_errors, only_notices

if TYPE_CHECKING:  # what reads documents is not loaded for verbs that read none
    from clearinghouse.triage.intake import Intake

OK, ATTENTION, BAD_INPUT = 0, 1, 2
"""Exit codes: done; done, and problems were reported or something needs attention; bad input or usage."""
DEBUG = "CLEARINGHOUSE_DEBUG"
"""The environment variable that shows the traceback of a defect."""


class DefectError(ClearinghouseError):
    """A defect of this program, as it is told."""


class NothingJudgedError(ClearinghouseError):
    """Nothing is known to be affected, because not one component could be compared with any advisory."""


_FAILURES = {
    MissingPathError: "missing_path",
    NothingToReadError: "nothing_to_read",
    NoInputError: "nothing_to_read",
    DateError: "impossible_date",
    NothingJudgedError: "nothing_judged",
    DefectError: "internal_error",
}
"""The codes of what keeps a command from being done at all."""
_PROBLEMS = "problems"
_CHUNK = 1 << 18
"""Bytes of JSON that are gathered before they are written."""
_LONGEST = 8000
"""Characters of a line on standard error; a message may list many paths."""
_MOST_KINDS = 8
_SHORT = frozenset({"json", "yaml", "ssvc"})
"""Words of problem codes that are written in capitals."""


class OutputFormat(StrEnum):
    """What a command writes to standard output."""

    TABLE = "table"
    JSON = "json"


def exit_code(intake: "Intake") -> int:
    """Return the exit code of a command that has done what it could with what it read."""
    if intake.failed:
        return BAD_INPUT
    return ATTENTION if intake.needs_attention else OK


def write_json(value: Any) -> None:
    """Write one JSON document and a newline to standard output."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2))
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def write_json_line(value: Any) -> None:
    """Write one JSON value on one line to standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")


def write_members(lists: dict[str, Iterable[Any]], last: dict[str, Any], paths: Sequence[Path] = ()) -> None:
    """Write the members of a JSON object that are lists, one item a line, then the ``last`` ones, and close it.

    Items are taken one by one, so that a million of them never stand in memory as text. What comes before, such as
    ``{``, the caller has written.

    Law: what is written is one JSON document, whatever happens while items are made. A list whose next item fails ends
    before it; the failure stands among the ``problems``, if they are one of the lists, and is raised when the document
    is closed.

    Args:
        paths: those that the caller gave, for the problem of a failure.
    """
    out = sys.stdout.buffer
    encode = msgspec.json.Encoder().encode
    failures: list[Exception] = []
    for name, items in lists.items():
        out.write(encode(name) + b":[")
        told = [failure(error, paths) for error in failures] if name == _PROBLEMS else ()
        _write_items(chain(items, told), failures)
        out.write(b"],\n")
    out.write(encode(last)[1:] + b"\n")
    out.flush()
    if failures:
        raise failures[0]


def problem_lists(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Return the two members of a JSON document that hold what was wrong: what cost something, and what did not."""
    return {_PROBLEMS: only_errors(problems), "notices": only_notices(problems)}


def write_items(items: Iterable[Any]) -> None:
    """Write the items of a JSON array, each on a line of its own; if one fails, those before it, and raise."""
    failures: list[Exception] = []
    _write_items(items, failures)
    if failures:
        raise failures[0]


def _write_items(items: Iterable[Any], failures: list[Exception]) -> None:
    for chunk in _encoded(items, failures):
        sys.stdout.buffer.write(chunk)


def _encoded(items: Iterable[Any], failures: list[Exception]) -> Iterator[bytearray]:
    """Yield the items as text, many at a time; what ends them before their time is put into ``failures``."""
    encode_into = msgspec.json.Encoder().encode_into
    waiting = bytearray()
    whole = 0
    before = b"\n"
    try:
        for item in items:
            waiting += before
            encode_into(item, waiting, -1)
            before = b",\n"
            whole = len(waiting)
            if whole > _CHUNK:
                yield waiting
                waiting, whole = bytearray(), 0
    except Exception as error:
        failures.append(error)
    yield waiting[:whole]


def explained(error: Exception) -> ClearinghouseError:
    """Return what is to be told of an exception: ours itself, what the system says, or that it is a defect.

    Where it ended the reading of a document, that is named.
    """
    read = next((note.removeprefix(WHILE) for note in getattr(error, "__notes__", ()) if note.startswith(WHILE)), None)
    while_reading = f", while {read} was read" if read else ""
    if isinstance(error, ClearinghouseError):
        if read and error.source is None:
            error.what, error.source = error.what + while_reading, read
        return error
    if isinstance(error, OSError):
        name = printable_name(str(error.filename)) if error.filename else None
        what = f"{name}: {error.strerror}" if name else f"{error.strerror or error}{while_reading}"
        remedy = "look at the path, its permissions and the space left on the disk"
        return ClearinghouseError(clean_line(what), remedy, source=name or read)
    if isinstance(error, MemoryError):
        what = f"there was not enough memory{while_reading}"
        return ClearinghouseError(what, "name fewer at a time", source=read)
    steps = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(steps[-1].filename)}:{steps[-1].lineno}" if steps else ""
    what = f"internal error: {type(error).__name__}{where}{while_reading}: {clean_line(str(error), 200)}"
    return DefectError(what, f"{DEBUG}=1 shows where it happened; please report it with the command", source=read)


def failure(error: Exception, paths: Sequence[Path]) -> Problem:
    """Return as a problem why nothing could be done, for output that a program reads.

    Args:
        error: what ended it; a defect of this program as well.
        paths: those that the caller gave; all of them are the problem's source where the error is about none alone.
    """
    told = explained(error)
    return Problem(
        source=told.source or ", ".join(dict.fromkeys(printable_name(str(path)) for path in paths)),
        code=next((code for kind, code in _FAILURES.items() if isinstance(told, kind)), "unreadable"),
        message=f"{clean(told.what)}.",
        expected=clean(told.remedy),
    )


def show_error(error: ClearinghouseError) -> None:
    """Print ``error: what`` and ``try: remedy`` on standard error, one line each whatever stands in them."""
    print(f"error: {clean_line(error.what, _LONGEST)}", file=sys.stderr)
    show_remedy(error.remedy)


def show_remedy(remedy: str) -> None:
    """Print ``try: remedy`` on standard error."""
    print(f"try: {clean_line(remedy, _LONGEST)}", file=sys.stderr)


def show_problems(problems: Sequence[Problem], most: int = 20, *, whole: str = " (--format json lists all)") -> None:
    """Print problems for people, on standard error: the first ``most`` of them, then how many of which kind follow.

    Args:
        whole: where the others can be seen.
    """
    out = stderr()
    for problem in problems[:most]:
        out.print(f"{problem.level}: {_told(problem)}", soft_wrap=True)
    if len(problems) > most:
        rest = problems[most:]
        out.print(f"... and {len(rest):,} more{whole}:")
        for text in _kinds(rest):
            out.print(f"    {text}", soft_wrap=True)


def _told(problem: Problem) -> str:
    """A problem in one line: its document, its place there, and its message, which by law names neither."""
    place = f" at {problem.pointer}" if problem.pointer else f" line {problem.line}" if problem.line else ""
    return ": ".join(clean_line(part, _LONGEST) for part in (f"{problem.source}{place}", problem.message))


def _kinds(problems: Iterable[Problem]) -> Iterable[str]:
    """Yield how many there are of each kind, the most frequent first, and where the first one is."""
    counts: Counter[tuple[str, Level]] = Counter()
    first: dict[tuple[str, Level], str] = {}
    for problem in problems:
        kind = problem.code, problem.level
        counts[kind] += 1
        first.setdefault(kind, problem.source)
    for (code, level), count in counts.most_common(_MOST_KINDS):
        words = " ".join(word.upper() if word in _SHORT else word for word in code.split("_"))
        yield f"{plural(count, str(level))}: {words} (first: {clean_line(first[code, level])})"
    if len(counts) > _MOST_KINDS:
        yield f"and {plural(len(counts) - _MOST_KINDS, 'other kind')}"
