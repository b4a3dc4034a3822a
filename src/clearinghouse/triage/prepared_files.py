"""Where prepared files lie: a few of them, in a folder to which this user alone can write.

A file has the name of what it was made of, so that nothing has to be remembered about it. What is in it is believed; so
the folder has to be this user's. Whether a file is whole says its seal (:mod:`clearinghouse.packages.index.seal`).
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from clearinghouse import __version__
from clearinghouse.formats.spool import is_standard_input
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.packages.index import LAYOUT
from clearinghouse.records import Level, Problem

SMALL = 4 << 20
"""Bytes up to which a prepared file is small: it is made anew in a moment."""
MOST_SMALL = 24
"""Small ones that are kept; the one that was used longest ago goes first."""
MOST_BYTES = 2 << 30
"""Bytes that all the others may have, likewise; the one that was used last is kept whatever its size. They are counted
apart, so that many small sets of advisories never cost a large one, which takes minutes to read."""
LEFT_BEHIND = 24 * 3600.0
"""Seconds after which a file that was not finished is taken for what a killed process left behind."""
_SUFFIX = ".advisories"
_CONTENT = 3
"""Changes with what is kept beside an index."""
_ONLY_MINE = 0o700
_OTHERS = 0o022
"""The permission of group and others to write."""


class PreparedFiles:
    """The prepared files of one user.

    Args:
        folder: made if it is not there; None where there is none.

    Attributes:
        notices: why the folder is not used, if it is not for a reason that its user should know.
    """

    def __init__(self, folder: Path | None) -> None:
        self.notices: tuple[Problem, ...] = ()
        self._folder = folder
        try:
            why = _why_not_mine(folder) if folder else ""
        except OSError as error:  # nothing can be kept there, on a disk that is only read for example
            why = f"it cannot be used ({why_failed(error)})"
        if why:
            self._folder = None
            self.notices = (_not_used(folder, why),)

    def not_kept(self, error: Exception) -> None:
        """Note that a prepared file could not be written."""
        self.notices = (*self.notices, _not_used(self._folder, f"nothing can be kept in it ({why_failed(error)})"))

    def place(self, key: str | None) -> Path | None:
        """Return where the file of a fingerprint lies or would lie; None where none is kept."""
        return self._folder / f"{key}{_SUFFIX}" if self._folder and key else None

    def sweep(self) -> None:
        """Remove what is more than is kept, and what was left behind."""
        if self._folder is None:
            return
        finished: list[_Kept] = []
        now = time.time()
        for file in self._folder.glob(f"*{_SUFFIX}*"):
            with suppress(OSError):
                status = file.stat()
                if not file.name.startswith("."):
                    finished.append(_Kept(status.st_mtime, file, status.st_size))
                elif now - status.st_mtime > LEFT_BEHIND:
                    file.unlink()
        for file in _too_many(sorted(finished, reverse=True)):
            with suppress(OSError):
                file.unlink()


class _Kept(NamedTuple):
    """A prepared file: when it was used last, where it lies, how many bytes it has."""

    used: float
    file: Path
    size: int


def _too_many(newest_first: Iterable[_Kept]) -> Iterator[Path]:
    small = large = 0
    for kept in newest_first:
        if kept.size <= SMALL:
            small += 1
            if small > MOST_SMALL:
                yield kept.file
        elif large and large + kept.size > MOST_BYTES:
            yield kept.file
        else:
            large += kept.size


def weight_of(paths: Iterable[Path]) -> tuple[int, int]:
    """Return how many files there are in ``paths``, and their bytes; what cannot be looked at is left out."""
    files = size = 0
    for path in paths:
        if is_standard_input(path):
            continue
        for root, _, names in os.walk(path) if path.is_dir() else [("", (), (str(path),))]:
            for name in names:
                with suppress(OSError, ValueError):
                    status = os.stat(os.path.join(root, name))
                    if stat.S_ISREG(status.st_mode):
                        files += 1
                        size += status.st_size
    return files, size


def default_cache() -> Path | None:
    """Return the folder of prepared files; None where this user has none.

    Source: XDG Base Directory Specification, ``XDG_CACHE_HOME``, which counts only if it is absolute.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    except RuntimeError:
        return None  # a user without a home
    return home / "clearinghouse" / "advisories"


def fingerprint(paths: Iterable[Path]) -> str | None:
    """Return a digest of which documents ``paths`` name and when they were written; None where that cannot be said.

    Standard input and pipes can be read once, and what cannot be listed is told anew each time.
    """
    digest = hashlib.blake2b(f"{LAYOUT} {_CONTENT} {__version__}".encode(), digest_size=16)
    try:
        for path in paths:
            if is_standard_input(path):
                return None
            status = path.stat()
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                return None
            digest.update(f"\0{path.absolute()}\0{path}\0{_state(status)}".encode("utf-8", "surrogateescape"))
            for line in _below(path) if stat.S_ISDIR(status.st_mode) else ():
                digest.update(line.encode("utf-8", "surrogateescape"))
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


def _state(status: os.stat_result) -> str:
    """What changes when a file is written to, replaced, or given other times."""
    kind = stat.S_IFMT(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        return f"{kind} {status.st_dev} {status.st_ino}"
    return f"{kind} {status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _below(folder: Path) -> Iterator[str]:
    """A line for each file and folder, in an order that does not hang on the disk."""
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in folders:
            yield f"\0{root}/{name}/"
        for name in sorted(names):
            file = os.path.join(root, name)
            try:
                yield f"\0{file} {_state(os.stat(file))}"
            except FileNotFoundError:
                yield f"\0{file} {_state(os.lstat(file))}"  # a link that leads nowhere


def _raise(error: OSError) -> None:
    raise error


def _why_not_mine(folder: Path) -> str:
    """Say why a folder is not this user's alone; nothing if it is. It is made, and what is above it, if need be.

    Raises:
        OSError: it cannot be made or looked at.
    """
    _make(folder)
    status = folder.stat()
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    if status.st_mode & _OTHERS:
        return "others may write to it"
    return next((why for above in folder.resolve().parents if (why := _why_not_safe(above))), "")


def _why_not_safe(above: Path) -> str:
    """Say why somebody else may put another folder in the place of one below; nothing if nobody may."""
    status = above.stat()
    if status.st_uid not in (0, os.geteuid()):
        return f"{printable_name(str(above))} belongs to another user"
    if status.st_mode & _OTHERS and not status.st_mode & stat.S_ISVTX:
        return f"others may write to {printable_name(str(above))}"
    return ""


def is_mine(file: Path) -> bool:
    """Whether a prepared file is a plain file of this user to which nobody else may write.

    Raises:
        OSError: it cannot be looked at.
    """
    status = file.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(_ONLY_MINE)


def why_failed(error: Exception) -> str:
    """Return in words of the system why a file cannot be used."""
    return clean_line(getattr(error, "strerror", None) or str(error))


def _not_used(folder: Path | None, why: str) -> Problem:
    return Problem(
        source=printable_name(str(folder)),
        code="cache_not_used",
        message=f"Advisories are read anew each time, because {why}.",
        expected="a folder of this user with room, to which nobody else may write; XDG_CACHE_HOME names another",
        level=Level.NOTICE,
    )
