"""Reading a backup: opened, looked at piece by piece, put into a folder of its own, and nowhere else."""

import hashlib
import os
import shutil
import tarfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

import msgspec
import pyrage

from clearinghouse.server.operate.backup import manifest as form
from clearinghouse.server.operate.backup.manifest import About, Manifest, Tally
from clearinghouse.server.operate.errors import RestoreError

_AGAIN = "take another backup, or fetch this one again from where it is kept"
_SMALL = 4 * 2**20
_SPARE = 64 * 2**20


class Unpacked(msgspec.Struct, frozen=True):
    """A backup that is whole, in a folder.

    Attributes:
        about, manifest: what it says of itself. database: a file of SQLite, or an archive of ``pg_dump``.
        blobs: folder with the sealed bytes, as it is to be. config: the settings.
    """

    about: About
    manifest: Manifest
    database: Path
    blobs: Path
    config: bytes


def unpack(file: BinaryIO, identities: Sequence[pyrage.x25519.Identity], folder: Path) -> Unpacked:
    """Open a backup and put what is in it into an empty folder; it is whole when this returns.

    Raises:
        RestoreError: it is no backup, not for these identities, damaged, cut, or of a form that is not known here.
    """
    reading, writing = os.pipe()
    opening = _Opening(file, identities, writing)
    opening.start()
    unpacking = _Unpacking(folder)
    try:
        with os.fdopen(reading, "rb") as clear:
            unpacking.read(clear)
    except tarfile.TarError as error:
        opening.join()
        raise opening.error or RestoreError("this is no backup of a clearinghouse", _AGAIN) from error
    except FileExistsError as error:
        raise _foreign() from error
    except OSError as error:
        what = f"the backup cannot be unpacked: {error.strerror or type(error).__name__}"
        raise RestoreError(what, f"make room on the disk of {folder.parent}") from error
    except RestoreError as error:
        opening.join()
        raise opening.error or error from None
    finally:
        opening.join()
    if opening.error:
        raise opening.error
    return unpacking.whole()


class _Opening(threading.Thread):
    """Decrypts in a thread of its own, into a pipe. What comes out of it was authenticated piece by piece."""

    def __init__(self, file: BinaryIO, identities: Sequence[pyrage.x25519.Identity], writing: int) -> None:
        super().__init__(name="decrypting", daemon=True)
        self.error: RestoreError | None = None
        self._file = file
        self._identities = list(identities)
        self._writing = writing

    def run(self) -> None:
        """Decrypt everything, or note why not."""
        sink = os.fdopen(self._writing, "wb", buffering=2**16)
        broken = _Sink(sink)
        try:
            pyrage.decrypt_io(self._file, broken, self._identities)
        except (pyrage.DecryptError, OSError) as error:
            if not broken.closed_by_reader:
                self.error = _told(error)
        finally:
            with suppress(OSError):
                sink.close()


class _Sink:
    """Where decrypted bytes go; it notes when nobody wants them any more."""

    def __init__(self, file: IO[bytes]) -> None:
        self.closed_by_reader = False
        self._file = file

    def write(self, data: bytes) -> int:
        """Write all of it."""
        try:
            return self._file.write(data)
        except BrokenPipeError:
            self.closed_by_reader = True
            raise

    def flush(self) -> None:
        """Write what waits."""
        try:
            self._file.flush()
        except BrokenPipeError:
            self.closed_by_reader = True
            raise


def _told(error: Exception) -> RestoreError:
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return RestoreError("the backup is not for this identity", "name the one for which it was made with --identity")
    if isinstance(error, pyrage.DecryptError):
        return RestoreError("this is no backup: it is not encrypted as one is", _AGAIN)
    return RestoreError("the backup was damaged or cut", _AGAIN)


class _Unpacking:
    """Takes the members of the archive in their order, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tally = Tally()
        self._about: About | None = None
        self._manifest: Manifest | None = None
        self._config = b""
        (folder / "blobs").mkdir(mode=0o700)

    def read(self, clear: IO[bytes]) -> None:
        """Read all members."""
        with (
            tarfile.open(fileobj=clear, mode="r|") as archive,
            open(self._database, "xb") as database,
        ):
            for member in archive:
                if self._manifest is not None or not member.isreg():
                    raise _foreign()
                data = archive.extractfile(member)
                if data is None:
                    raise _foreign()
                self._take(member, data, database)
            database.flush()
            os.fsync(database.fileno())
        shutil.copyfileobj(clear, _Nowhere())  # to its end, so that it is known whether that is its end

    @property
    def _database(self) -> Path:
        return self._folder / "database"

    def _take(self, member: tarfile.TarInfo, data: IO[bytes], database: IO[bytes]) -> None:
        if self._about is None:
            self._about = _about(member, data)
        elif member.name == form.CONFIG and not self._tally.pieces:
            self._config = _small(member, data)
            self._tally.config(self._config)
        elif piece := form.PIECE_NAME.fullmatch(member.name):
            self._take_piece(int(piece[1]), member, data, database)
        elif blob := form.BLOB_NAME.fullmatch(member.name):
            self._take_blob(blob[1], data)
        elif member.name == form.MANIFEST:
            self._manifest = _decoded(_small(member, data), Manifest)
        else:
            raise _foreign()

    def _take_piece(self, number: int, member: tarfile.TarInfo, data: IO[bytes], database: IO[bytes]) -> None:
        if number != self._tally.pieces or member.size > form.PIECE or self._tally.blobs:
            raise _foreign()
        piece = data.read()
        database.write(piece)
        self._tally.piece(piece)

    def _take_blob(self, name: str, data: IO[bytes]) -> None:
        path = self._folder / "blobs" / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while piece := data.read(2**20):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
        if digest.hexdigest() != name[3:]:
            raise RestoreError("sealed bytes in the backup are not what their name says", _AGAIN)
        self._tally.blob(name, size)

    def whole(self) -> Unpacked:
        """Return what was unpacked, if it is what the manifest says.

        Raises:
            RestoreError: it is not.
        """
        if self._about is None:
            raise _foreign()
        if self._manifest is None:
            raise RestoreError("the backup was cut: it has no end", _AGAIN)
        if not self._tally.fits(self._manifest):
            raise RestoreError("what is in the backup is not what its manifest says", _AGAIN)
        os.sync()
        return Unpacked(self._about, self._manifest, self._database, self._folder / "blobs", self._config)


def _about(member: tarfile.TarInfo, data: IO[bytes]) -> About:
    if member.name != form.ABOUT:
        raise _foreign()
    text = _small(member, data)
    if _decoded(text, dict[str, Any]).get("form") != form.FORM:
        remedy = "restore it with the version of the software that made it, or a newer one"
        raise RestoreError("the backup is of a form that this version does not know", remedy)
    return _decoded(text, About)


def _small(member: tarfile.TarInfo, data: IO[bytes]) -> bytes:
    if member.size > _SMALL:
        raise _foreign()
    return data.read()


def _decoded(data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise _foreign() from error


def _foreign() -> RestoreError:
    return RestoreError("this is no backup of a clearinghouse", _AGAIN)


class _Nowhere:
    def write(self, data: bytes) -> int:
        """Take everything."""
        return len(data)
