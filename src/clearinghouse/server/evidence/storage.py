"""Where sealed bytes are put: a folder by default, or whatever Django storage ``STORAGES["blobs"]`` names."""

import datetime as dt
import errno
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from clearinghouse.server.evidence.errors import RESTORE, NoRoomError, SealBrokenError
from clearinghouse.server.evidence.master import sync_folder

NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
FOLDER = re.compile(r"[0-9a-f]{2}")
_UNFINISHED = ".unfinished"
_FULL = {errno.ENOSPC, errno.EDQUOT}

Draft = AbstractContextManager[tuple[IO[bytes], Callable[[str], None]]]
"""A file to write into, and what puts it into its place under a name; if that is not called, nothing remains."""


class BlobFolder(FileSystemStorage):
    """A folder for its owner only. What is in its place is whole and on the disk."""

    @contextmanager
    def draft(self) -> Iterator[tuple[IO[bytes], Callable[[str], None]]]:
        """See :data:`Draft`."""
        root = Path(self.location)
        path = _private(root / _UNFINISHED) / secrets.token_hex(16)
        try:
            with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:

                def keep(name: str) -> None:
                    file.flush()
                    os.fsync(file.fileno())
                    place = root / name
                    _private(place.parent)
                    os.replace(path, place)
                    sync_folder(place.parent)

                yield file, keep
        finally:
            path.unlink(missing_ok=True)

    def sweep(self, older_than: dt.datetime) -> int:
        """Remove what was being written when a process ended, and has not changed since; return how many there were."""
        folder = Path(self.location) / _UNFINISHED
        found = 0
        for path in list(folder.iterdir()) if folder.is_dir() else []:
            if path.stat().st_mtime < older_than.timestamp():
                path.unlink(missing_ok=True)
                found += 1
        return found


def blob_storage() -> Storage:
    """Return where sealed bytes are kept."""
    return storages["blobs"]


def draft() -> Draft:
    """Return a new draft, in the folder itself or, where storage is elsewhere, in an unnamed file."""
    storage = blob_storage()
    return storage.draft() if isinstance(storage, BlobFolder) else _elsewhere(storage)


@contextmanager
def _elsewhere(storage: Storage) -> Iterator[tuple[IO[bytes], Callable[[str], None]]]:
    with tempfile.TemporaryFile() as file:

        def keep(name: str) -> None:
            file.seek(0)
            if (saved := storage.save(name, File(file))) != name:
                storage.delete(saved)
                raise SealBrokenError(f"there are sealed bytes of the name {name} already", RESTORE)

        yield file, keep


@contextmanager
def room() -> Iterator[None]:
    """Say of a full disk that it is full.

    Raises:
        NoRoomError: it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        what = "there is no room for sealed bytes: the disk is full, or a quota of it"
        raise NoRoomError(what, "make room; nothing was stored, send it again then") from error


def _private(folder: Path) -> Path:
    """Make a folder for its owner only, with those above it, so that it is still there after a loss of power."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            _private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    return folder
