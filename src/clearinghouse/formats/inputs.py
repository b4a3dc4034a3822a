"""What a caller names - files, archives, folders, pipes, standard input - as documents, each read once."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from clearinghouse.formats.document import LIMITS, Document, Limits, Names
from clearinghouse.formats.spool import STANDARD_INPUT, check_standard_input, is_standard_input
from clearinghouse.formats.text import plural, printable_name
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import ClearinghouseError, Level, Problem

_MOST_TOLD = 20
"""Files that are one with another and are told of each by itself; the rest are counted."""
_STANDARD = (-1, -1)
"""What identifies standard input where it is neither a file nor a pipe."""
_KINDS = {  # singular and plural of what is passed over in folders
    "broken link": "broken links",
    "link to a folder": "links to folders",
    "pipe": "pipes",
    "socket": "sockets",
    "device": "devices",
}


class MissingPathError(ClearinghouseError):
    """A path that was named does not exist."""


class NothingToReadError(ClearinghouseError):
    """The paths that were named hold no file at all."""


class Input(NamedTuple):
    """One document, or what is wrong with a file.

    Attributes:
        item: the document or problem. found: it was come upon in a folder or archive, not named by the caller; so is
            what is only a notice, because nothing that was named is missing.
    """

    item: Document | Problem
    found: bool


def inputs(paths: Iterable[Path], limits: Limits = LIMITS) -> Iterator[Input]:
    """Yield every document in ``paths``, in their order; those of a folder recursively and sorted.

    ``-`` is standard input, and so are ``/dev/stdin`` and the like. A file that is come upon twice is read once:
    silently if it has the same name both times, else with a notice. No two documents have the same source.

    Raises:
        MissingPathError: one of ``paths`` does not exist. NoInputError: nothing can come from standard input. Both are
            raised before anything is read.

    A folder that was named and gives nothing is a problem, unless there is nothing at all: that the caller says.
    """
    named = [(path, is_folder(path)) for path in paths]
    walk = _Walk(limits)
    for path, folder in named:
        yield from walk.folder(path) if folder else walk.file(str(path), _status(path), found=False)
    yield from walk.closing()


def is_folder(path: Path) -> bool:
    """Return whether ``path`` is a folder; one that cannot be looked at is none, and reading it will say why.

    Raises:
        MissingPathError: there is nothing of this name. NoInputError: nothing can come from standard input.
    """
    if is_standard_input(path):
        check_standard_input()
        return False
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except PermissionError:
        return False  # there is something, and opening it will say what is wrong
    except (OSError, ValueError) as error:
        name = printable_name(str(path))
        remedy = "check the path; folders are read recursively"
        raise MissingPathError(f"{name} does not exist", remedy, source=name) from error


def path_of(text: str) -> Path:
    """Return the path that an argument of the command line names.

    :class:`~pathlib.Path` alone would make the current folder of an empty argument, and standard input of ``./-``.

    Raises:
        MissingPathError: the argument is empty.
    """
    if not text:
        raise MissingPathError("a path is empty", "name a file or folder; . is the current folder, - standard input")
    path = Path(text)
    return path.absolute() if path == STANDARD_INPUT and text != str(STANDARD_INPUT) else path


class _Walk:
    """What has been read so far of all that was named."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._names = Names()
        self._paths: set[tuple[str, bool]] = set()
        self._files: dict[tuple[int, int], str] = {}  # device and inode: source
        self._same = 0
        self._untold = ""  # the first of those that are only counted
        self._barren: list[str] = []  # folders that were named and gave nothing
        self._given = False

    def folder(self, folder: Path) -> Iterator[Input]:
        if (str(folder), False) in self._paths:
            return
        self._paths.add((str(folder), False))
        barren = True
        for item in _below(folder):
            barren = False
            if isinstance(item, Input):
                self._given = True
                yield item
            else:
                yield from self.file(*item, found=True)
        if barren:
            self._barren.append(printable_name(str(folder)))

    def file(self, path: str, status: os.stat_result | None, *, found: bool) -> Iterator[Input]:
        standard = is_standard_input(path)
        key = (path, found and standard)  # a file "-" that was found in the current folder is not standard input
        if key in self._paths:
            return
        self._paths.add(key)
        name = printable_name(path)
        identity = _identity(status) or (_STANDARD if standard and not found else None)
        if identity in self._files:
            yield from self._again(name, self._files[identity])
            return
        source = self._names.take(name)
        if identity:
            self._files[identity] = source
        for item in documents(path, source, self._limits, self._names, found=found, status=status if found else None):
            self._given = True
            yield Input(item, found or item.source != source)

    def _again(self, name: str, first: str) -> Iterator[Input]:
        self._same += 1
        if self._same <= _MOST_TOLD:
            yield Input(_notice(name, "same_file", f"This is the same file as {first}, which was read already."), True)
        elif not self._untold:
            self._untold = name

    def closing(self) -> Iterator[Input]:
        """What can be said only when everything has been read."""
        if self._untold:
            count = f"{self._same - _MOST_TOLD:,}"
            message = f"This file and those after it, {count} in all, were read already under other names."
            yield Input(_notice(self._untold, "same_file", message), True)
        for name in self._barren if self._given else ():
            message = "There is nothing to read in this folder; hidden files and links to folders are passed over."
            yield Input(Problem(source=name, code="nothing_to_read", message=message), False)


def _identity(status: os.stat_result | None) -> tuple[int, int] | None:
    """Return what tells files and pipes apart, whatever their names; None for anything else."""
    if status is None or not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        return None
    return status.st_dev, status.st_ino


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.fstat(sys.stdin.fileno()) if is_standard_input(path) else path.stat()
    except (OSError, ValueError):
        return None  # it cannot be looked at, or standard input is no file


def _below(folder: Path) -> Iterator[tuple[str, os.stat_result | None] | Input]:
    """Yield every regular file below ``folder``, sorted, with its status if that can be had, and what is to be told.

    What is passed over is counted, where anything else was found: hidden files and folders in one notice at the end,
    links that lead nowhere or to folders, pipes, sockets and devices in another. Links to folders are not followed.
    A folder that cannot be listed is a problem.
    """
    failures: list[OSError] = []
    hidden, empty = 0, True
    passed: Counter[str] = Counter()
    for root, folders, names in os.walk(folder, onerror=failures.append):
        hidden += sum(name.startswith(".") for name in (*folders, *names))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        passed["link to a folder"] += sum(os.path.islink(os.path.join(root, name)) for name in folders)
        here = os.path.join(root, "").removeprefix(os.path.join(os.curdir, ""))  # as pathlib writes it
        for name in sorted(name for name in names if not name.startswith(".")):
            file = here + name
            kind, status = _look(file)
            if kind:
                passed[kind] += 1
            else:
                empty = False
                yield file, status
    name = printable_name(str(folder))
    if hidden and not empty:
        what = plural(hidden, "hidden file or folder was", "hidden files and folders were")
        yield Input(_notice(name, "hidden", f"{what} passed over."), True)
    if passed.total() and not empty:
        yield Input(_notice(name, "passed_over", _passed_over(passed)), True)
    for failure in failures:
        name = printable_name(str(failure.filename))
        message = f"The folder cannot be listed: {failure.strerror}."
        named = failure.filename == str(folder)
        yield Input(Problem(source=name, code="unreadable", message=message), not named)


def _look(path: str) -> tuple[str, os.stat_result | None]:
    """Return why a member of a folder is passed over, or nothing, and its status if that can be had."""
    try:
        status = os.stat(path)
    except PermissionError:
        return "", None  # in a folder that may be listed and not entered; opening it will say so
    except OSError:
        return ("broken link", None) if os.path.islink(path) else ("", None)
    if stat.S_ISREG(status.st_mode):
        return "", status
    if stat.S_ISFIFO(status.st_mode):
        return "pipe", status
    return "socket" if stat.S_ISSOCK(status.st_mode) else "device", status


def _passed_over(passed: Counter[str]) -> str:
    told = [plural(passed[one], one, many) for one, many in _KINDS.items() if passed[one]]
    listed = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
    return f"{listed} {'was' if passed.total() == 1 else 'were'} passed over."


def _notice(source: str, code: str, message: str) -> Problem:
    return Problem(source=source, code=code, message=message, level=Level.NOTICE)
