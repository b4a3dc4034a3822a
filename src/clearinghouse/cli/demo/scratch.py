"""The temporary folder of a demonstration, and what demonstrations that were killed have left behind."""

import os
import re
import shutil
import tempfile
import time

PREFIX = "clearinghouse-demo-"
_NAME = re.compile(rf"{PREFIX}([1-9][0-9]{{0,9}})-[a-z0-9_]+", re.ASCII)
_OLD = 3600
"""Seconds after which a folder may be removed; a demonstration takes a few."""


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a new temporary folder, whose name says which process it belongs to; remove those of dead processes."""
    remove_leftovers(tempfile.gettempdir())
    return tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")


def remove_leftovers(parent: str) -> None:
    """Remove the folders below ``parent`` that killed demonstrations left there.

    Only real folders (never links) that have a name of ours, belong to this user, are older than an hour, and whose
    process is gone. What cannot be removed stays.
    """
    try:
        with os.scandir(parent) as entries:
            left = [entry.path for entry in entries if _is_left(entry)]
    except OSError:
        return
    for path in left:
        shutil.rmtree(path, ignore_errors=True)


def _is_left(entry: "os.DirEntry[str]") -> bool:
    name = _NAME.fullmatch(entry.name)
    try:
        if name is None or not entry.is_dir(follow_symlinks=False):
            return False
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return status.st_uid == os.getuid() and time.time() - status.st_mtime > _OLD and not _lives(int(name[1]))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # it is somebody else's
    return True
