"""The documents of the store, each in a file that is named by its digest (SHA-256)."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from clearinghouse.feeds.errors import StoreError, unwritable
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.version import MANIFEST, Version
from clearinghouse.formats.text import printable_name


class Objects:
    """The files of the store.

    Args:
        root: the folder of the store.
    """

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._partial = root / "partial"

    def workplace(self, feed: str) -> Path:
        """Return the folder for what is being fetched of a feed. It outlives a process that is killed."""
        return self._partial / feed

    def clear(self, feed: str) -> None:
        """Delete what was being fetched of a feed."""
        shutil.rmtree(self.workplace(feed), ignore_errors=True)

    def take(self, feed: str, path: Path, suffix: str) -> tuple[str, int]:
        """Move a file of the workplace into the store; return its digest and size. After that it outlives a power cut.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
            digest, size = digest_of(path), path.stat().st_size
            target = self._place(feed, digest, suffix)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            for folder in (target.parent, *target.parent.parents):
                _flush(folder)
                if folder == self._objects.parent:
                    break
        except OSError as error:
            raise unwritable(path, error) from error
        return digest, size

    def document(self, version: Version) -> Path:
        """Return the document of a version.

        Raises:
            StoreError: it is missing, or not as large as it was.
        """
        path = self._place(version.feed, version.digest, version.suffix)
        if not self.is_whole(version):
            name = printable_name(str(path))
            raise StoreError(f"{name} is missing or damaged", "fetch it again: clearinghouse feeds sync", source=name)
        return path

    def is_whole(self, version: Version) -> bool:
        """Whether the files of a version are there, the document as large as it was."""
        manifest = self.manifest(version)
        try:
            size = self._place(version.feed, version.digest, version.suffix).stat().st_size
            return size == version.size and (manifest is None or manifest.is_file())
        except OSError:
            return False

    def manifest(self, version: Version) -> Path | None:
        """Return the list of the parts of a version, if it has one."""
        return self._place(version.feed, version.manifest, MANIFEST) if version.manifest else None

    def sweep(self, kept: Iterable[Version]) -> int:
        """Delete files that no version names, such as those of a process that was killed; return the bytes freed.

        Raises:
            StoreError: one cannot be deleted.
        """
        named: set[Path | None] = set()
        for version in kept:
            named |= {self._place(version.feed, version.digest, version.suffix), self.manifest(version)}
        freed = 0
        for path in sorted(self._objects.rglob("*")):
            if path.is_file() and path not in named:
                freed += path.stat().st_size
                try:
                    path.unlink()
                except OSError as error:
                    raise unwritable(path, error) from error
        return freed

    def _place(self, feed: str, digest: str, suffix: str) -> Path:
        return self._objects / feed / f"{digest}{suffix}"


def _flush(folder: Path) -> None:
    """Write a folder's list of files to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
