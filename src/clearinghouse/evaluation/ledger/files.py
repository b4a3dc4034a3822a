"""Files that are written whole or not at all, and read within bounds."""

import os
import secrets
import stat
from pathlib import Path

from clearinghouse.evaluation.ledger.errors import unusable

PRIVATE, PUBLIC = 0o600, 0o644
"""Modes of files: for their owner alone, and for everybody to read."""
FOLDER = 0o700
"""The mode of folders that hold what is secret."""


def read(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file; no link is followed and nothing is waited for.

    Args:
        most: how many bytes it may have.

    Raises:
        LedgerError: it is not there, no plain file, or larger.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise unusable(path, "is no plain file", "put the file itself there")
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero in it
        if path.is_symlink():
            raise unusable(path, "is a link", "put the file itself there") from None
        why = getattr(error, "strerror", None) or str(error)
        raise unusable(path, f"cannot be read: {why}", "look at the path and its permissions") from None
    if len(data) > most:
        raise unusable(path, f"has more than {most:,} bytes", "name the right file")
    return data


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put a file in its place, whole, also over another one. After that it outlives a power cut.

    Raises:
        LedgerError: it cannot be written; what was there before is as it was.
    """
    try:
        unfinished = _unfinished(path, data, mode)
        try:
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        flush(path.parent)
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from None


def write_new(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put a file where there is none yet, whole.

    Raises:
        LedgerError: there is one already, or it cannot be written.
    """
    try:
        unfinished = _unfinished(path, data, mode)
        try:
            os.link(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
        flush(path.parent)
    except FileExistsError:
        raise unusable(path, "is there already", "choose another name, or move it away") from None
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from None


def make_folder(path: Path, mode: int = 0o755) -> None:
    """Make a folder, if it is not there.

    Raises:
        LedgerError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from None


def _unfinished(path: Path, data: bytes, mode: int) -> Path:
    part = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(descriptor)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def flush(folder: Path) -> None:
    """Make sure that names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritten(path: Path, error: Exception) -> Exception:
    why = getattr(error, "strerror", None) or str(error)
    return unusable(path, f"cannot be written: {why}", "name a place that you may write to, with room on its disk")
