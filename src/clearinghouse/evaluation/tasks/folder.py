"""The files of a task, read from a folder and written to one."""

import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.sandbox import File

NAME = "task.toml"
FROM_POOL = "from-pool.json"
"""Beside it where the task was written out of a sealed pool, and no part of the task
(:mod:`clearinghouse.evaluation.pools.marker`)."""
LARGEST_FILE = 32 << 20
LARGEST_TOGETHER = 64 << 20
"""Most bytes of one file, and of all files of a task together."""
MOST_FILES = 4096
_PASSED_OVER = frozenset({"__pycache__", ".DS_Store"})
"""What programs leave in folders without being asked."""


def read(folder: Path) -> dict[str, File]:
    """Return the files below a folder by their path, in the order of paths. Links are not followed but refused.

    Raises:
        TaskError: there is no ``task.toml``, something is no plain file, cannot be read, or is too large.
    """
    if not (folder / NAME).is_file():
        raise TaskError(f"{folder} has no {NAME}", "name the folder of a task", source=str(folder))
    files: dict[str, File] = {}
    left = LARGEST_TOGETHER
    for path in _paths(folder):
        name = path.relative_to(folder).as_posix()
        if name == FROM_POOL:
            continue
        files[name] = _file(path, min(left, LARGEST_FILE), str(folder))
        left -= len(files[name].data)
    return files


def _paths(folder: Path) -> list[Path]:
    found: list[Path] = []
    for at, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(each for each in folders if each not in _PASSED_OVER)
        linked = [each for each in folders if Path(at, each).is_symlink()]
        found.extend(Path(at, each) for each in [*linked, *names] if each not in _PASSED_OVER)
        if len(found) > MOST_FILES:
            raise TaskError(f"{folder} has more than {MOST_FILES} files", "give fewer", source=str(folder))
    return sorted(found)


def _unreadable(error: OSError) -> None:
    raise TaskError(f"{error.filename} cannot be read: {error.strerror}", "look at the path") from None


def _file(path: Path, most: int, source: str) -> File:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise TaskError(f"{path} is no plain file", "put a file there", source=source)
            data = file.read(most + 1)
    except OSError as error:
        what = "it is a link" if path.is_symlink() else error.strerror
        raise TaskError(f"{path} cannot be read: {what}", "put the file itself there", source=source) from None
    if len(data) > most:
        limit = f"{LARGEST_FILE >> 20} MiB in one file, or {LARGEST_TOGETHER >> 20} together"
        raise TaskError(f"{path} is too large: a task has at most {limit}", "give less", source=source)
    return File(data, bool(state.st_mode & stat.S_IXUSR))


def write(folder: Path, files: Mapping[str, File], *, private: bool = False) -> None:
    """Write files into a folder that is not there yet; it appears whole or not at all.

    Args:
        private: whether nobody but its owner may look into it.

    Raises:
        TaskError: it is there already, or cannot be written.
    """
    if folder.exists():
        raise TaskError(f"{folder} is there already", "name another folder", source=str(folder))
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        part.mkdir(mode=0o700 if private else 0o777, parents=True)
        for name, file in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                out.write(file.data)
                os.fchmod(out.fileno(), 0o755 if file.executable else 0o644)
                out.flush()
                os.fsync(out.fileno())
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        what = f"{folder} cannot be written: {error.strerror}"
        raise TaskError(what, "name another folder", source=str(folder)) from None
