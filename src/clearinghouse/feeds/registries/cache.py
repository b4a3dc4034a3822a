"""The cache: files by their digest, and notes of whose files they are.

A file is flushed, and moved to its place under the name of its digest, before a note names it; a note is replaced in
one step. So whatever happens at whatever moment, what is noted is whole. What is read is checked again.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from clearinghouse.feeds.errors import unwritable
from clearinghouse.feeds.objects import Objects
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.registries.fetched import Record, Release
from clearinghouse.feeds.registries.names import Package

_FORGOTTEN = 86_400.0
"""Seconds after which what was being fetched by a process that was killed is deleted."""
_FILES = "files"


class _Listed(msgspec.Struct, frozen=True):
    text: str
    yanked: bool
    prerelease: bool


class _Listing(msgspec.Struct, frozen=True):
    project: str
    releases: list[_Listed]


class Cache(Objects):
    """The files that were fetched.

    Args:
        root: its folder, made where there is none when something is put into it.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Hold what is fetched under a key (hexadecimal), so that two processes do not fetch it into one file.

        Locks are shared by keys that begin alike; whoever holds one asks for no other.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = self.root / "locks" / key[:2]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def held(self, digest: str) -> Path | None:
        """Return the file with a digest (SHA-256) if it is here and whole. One that is damaged is deleted."""
        path = self._place(_FILES, digest, "")
        try:
            if digest_of(path) == digest:
                return path
            path.unlink()
        except OSError:
            pass
        return None

    def keep(self, path: Path) -> tuple[Path, str, int]:
        """Move a file that has come whole into the cache; return where it is now, its digest and size in bytes.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            path.chmod(0o444)
        except OSError as error:
            raise unwritable(path, error) from error
        digest, size = self.take(_FILES, path, "")
        return self._place(_FILES, digest, ""), digest, size

    def records(self, package: Package) -> list[Record]:
        """Return what is noted of the files of a version, in order of their names; broken notes are passed over."""
        found: dict[str, Record] = {}
        for path in sorted(self._notes(package.purl).glob("*.file")):
            with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
                record = msgspec.json.decode(path.read_bytes(), type=Record)
                if record.purl == package.purl:
                    found[record.sha256] = record
        return sorted(found.values(), key=lambda record: record.offer.name)

    def note(self, record: Record) -> None:
        """Note whose file it is that was kept.

        Raises:
            StoreError: it cannot be written.
        """
        self._write(self._notes(record.purl) / f"{record.sha256}.file", msgspec.json.encode(record))

    def releases(self, package: Package) -> list[Release] | None:
        """Return the versions that the registry listed last, or None where that was never asked."""
        try:
            data = self._listing(package).read_bytes()
            listing = msgspec.json.decode(data, type=_Listing)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if listing.project != package.project:
            return None
        return [Release.of(each.text, yanked=each.yanked, prerelease=each.prerelease) for each in listing.releases]

    def note_releases(self, package: Package, releases: list[Release]) -> None:
        """Note the versions that a registry lists.

        Raises:
            StoreError: it cannot be written.
        """
        listed = [_Listed(str(each), each.yanked, each.prerelease) for each in releases]
        self._write(self._listing(package), msgspec.json.encode(_Listing(package.project, listed)))

    def tidy(self) -> None:
        """Delete what was being fetched by processes that were killed, once it is a day old."""
        oldest = time.time() - _FORGOTTEN
        for path in self.workplace("").glob("*/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _listing(self, package: Package) -> Path:
        return self._notes(package.project) / "versions"

    def _notes(self, purl: str) -> Path:
        digest = hashlib.sha256(purl.encode()).hexdigest()
        return self.root / "notes" / digest[:2] / digest

    def _write(self, path: Path, data: bytes) -> None:
        folder = self.workplace("notes")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except OSError as error:
            raise unwritable(path, error) from error
