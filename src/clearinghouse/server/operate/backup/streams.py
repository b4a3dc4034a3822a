"""What passes through the encryption: pieces as a file, bytes that are counted, a target that is whole or not there."""

import io
import os
import secrets
import sys
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from clearinghouse.server.evidence.master import sync_folder
from clearinghouse.server.operate.errors import BackupError

STANDARD_OUTPUT = "-"


def member(name: str, data: bytes) -> Iterator[bytes]:
    """Yield a member of a tar archive."""
    head = tarfile.TarInfo(name)
    head.size, head.mode = len(data), 0o600
    yield head.tobuf(tarfile.USTAR_FORMAT)
    yield data
    yield bytes(-len(data) % tarfile.BLOCKSIZE)


def end() -> bytes:
    """Return the end of a tar archive."""
    return bytes(2 * tarfile.BLOCKSIZE)


class Feed(io.RawIOBase):
    """Hands out what an iterator makes, as a file does; what that raised is kept in ``failed``."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.failed: BaseException | None = None
        self._pieces = iter(pieces)
        self._rest: memoryview = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, none at the end."""
        try:
            while not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._rest = memoryview(piece)
            found = bytes(self._rest[: size if size > 0 else len(self._rest)])
            self._rest = self._rest[len(found) :]
        except BaseException as error:
            self.failed = error
            raise
        return found


class Counted(io.RawIOBase):
    """Passes bytes on and counts them; what that raised is kept in ``failed``."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self.failed: BaseException | None = None
        self._file = file

    def write(self, data: Any) -> int:
        """Write all of it."""
        try:
            self._file.write(data)
        except BaseException as error:
            self.failed = error
            raise
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""


@contextmanager
def target(name: str) -> Iterator[IO[bytes]]:
    """Return what a backup is written to; a file is there under its name when all of it is on the disk.

    Args:
        name: path of a file that is not there yet, or ``-`` for standard output.

    Raises:
        BackupError: it is there already, or cannot be written.
    """
    if name == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name).absolute()
    _require_absent(path)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        file = open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")  # noqa: SIM115 - below
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror or error}"
        raise BackupError(what, "name a file in a folder that you may write in") from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _require_absent(path)
        os.rename(unfinished, path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _require_absent(path: Path) -> None:
    if path.exists():
        remedy = "name a file that is not, such as one with the date in its name"
        raise BackupError(f"{path} is there already", remedy)
