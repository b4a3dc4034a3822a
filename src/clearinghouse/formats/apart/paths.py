"""Reading paths in a second process, where that is worth its start."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clearinghouse.formats.apart.frames import Task
from clearinghouse.formats.apart.process import may_start
from clearinghouse.formats.apart.reports import Reports, Second
from clearinghouse.formats.contract import Report
from clearinghouse.formats.inputs import is_folder
from clearinghouse.formats.registry import read_paths
from clearinghouse.formats.spool import is_standard_input

_ENOUGH = 16 * 2**20
"""Bytes on disk from which a second process is faster; starting one takes as long as reading a few thousand results."""
_MOST_LINKS = 40


def read_apart(
    paths: Iterable[Path], *, formats: frozenset[str] | None = None, signals_only: bool = False, role: str = ""
) -> Iterator[Report]:
    """Yield a report for every document in ``paths``, read in a second process where that is worth its start.

    Takes and yields what :func:`clearinghouse.formats.registry.read_paths` does, under the limits that hold by default.
    The records of a report must be taken before those of the next one; what is left of them when the next report is
    asked for is gone.

    Raises:
        MissingPathError: one of ``paths`` does not exist; raised before anything is read.
        ReadingStoppedError: the second process was stopped, for want of memory for example.
    """
    named = list(paths)
    if not _worth_it(named):
        yield from read_paths(named, formats=formats, signals_only=signals_only, role=role)
        return
    for path in named:
        is_folder(path)
    task = Task([os.fsencode(path) for path in named], sorted(formats) if formats else None, signals_only, role)
    try:
        second = Second(task)
    except OSError:  # no room for another process
        yield from read_paths(named, formats=formats, signals_only=signals_only, role=role)
        return
    try:
        if second.ready:
            yield from Reports(second)
        else:  # it cannot even start, as where this process found its modules in a way of its own
            yield from read_paths(named, formats=formats, signals_only=signals_only, role=role)
    finally:
        second.close()


def _worth_it(paths: Sequence[Path]) -> bool:
    """Whether there are a second core and enough to read, all of it in files and folders."""
    if not may_start():
        return False
    if not all((path.is_file() or path.is_dir()) and not _is_descriptor(path) for path in paths):
        return False
    size = 0
    for path in paths:
        for file in _sizes(path):
            size += file
            if size >= _ENOUGH:
                return True
    return False


def _is_descriptor(path: Path) -> bool:
    """Whether ``path`` leads to an open file of this process, which another one does not have under that name."""
    if is_standard_input(path):
        return True
    name = os.path.join(os.getcwd(), path)
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(os.path.dirname(name))
        if folder.startswith("/proc/"):
            return True
        if not os.path.islink(name):
            return False
        name = os.path.join(folder, os.readlink(name))
    return True


def _sizes(path: Path) -> Iterator[int]:
    """Yield the sizes of the files below ``path``, as far as they can be looked at."""
    try:
        if not path.is_dir():
            yield path.stat().st_size
            return
        for root, _, names in os.walk(path):
            for name in names:
                yield os.stat(os.path.join(root, name)).st_size
    except (OSError, ValueError):
        return
