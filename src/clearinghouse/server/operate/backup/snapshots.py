"""The database as it was at one moment, while others go on writing."""

import os
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec
from django.db import connection, transaction

from clearinghouse.formats.text import clean_line
from clearinghouse.server.operate import database, stored
from clearinghouse.server.operate.backup.manifest import PIECE
from clearinghouse.server.operate.errors import BackupError
from clearinghouse.server.operate.home import make_folder

_DIGEST = 32
_ROOM = "make room on the disk of the home folder: a backup needs as much as the database takes"


class Names:
    """Names of sealed bytes, 32 bytes each, so that a million of them take little."""

    def __init__(self) -> None:
        self._digests = bytearray()

    def add(self, name: str) -> None:
        """Add a name."""
        self._digests += bytes.fromhex(name[3:])

    def __len__(self) -> int:
        return len(self._digests) // _DIGEST

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self._digests), _DIGEST):
            name = self._digests[start : start + _DIGEST].hex()
            yield f"{name[:2]}/{name}"


class Snapshot(msgspec.Struct, frozen=True):
    """The database at one moment.

    Attributes:
        names: of all sealed bytes that it says are there. pieces: of the database itself, to be read once.
    """

    names: Names
    pieces: Iterator[bytes]


@contextmanager
def snapshot(home: Path) -> Iterator[Snapshot]:
    """Return the database as it is now. Nobody who writes has to wait for it.

    Raises:
        BackupError: it cannot be made.
    """
    taken = _sqlite(home) if database.is_sqlite() else _postgresql()
    with taken as found:
        yield found


@contextmanager
def _sqlite(home: Path) -> Iterator[Snapshot]:
    """By SQLite's backup interface, in one transaction that reads.

    The copy is a file without a name in the home folder: what is in it is not sealed as a whole (who sent something
    when stands in it in clear, as in the database beside it), and it is gone when this process ends, however it ends.
    """
    source_path = connection.settings_dict["NAME"]
    make_folder(home / "run")
    if database.free_bytes(home) < 1.1 * os.path.getsize(source_path):
        raise BackupError(f"there is no room in {home} for a copy of the database", _ROOM)
    path = home / "run" / f".snapshot-{secrets.token_hex(8)}"
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "rb", buffering=0) as file:
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as copy:
                path.unlink()
                names, size = _copied(source_path, copy)
        except sqlite3.Error as error:
            raise BackupError(f"the database cannot be copied: {error}", _ROOM) from error
        finally:
            path.unlink(missing_ok=True)
        if os.fstat(file.fileno()).st_size != size:
            raise BackupError("the copy of the database is not as large as the database", "make another backup")
        yield Snapshot(names, _pieces(file))


def _copied(source_path: str, copy: sqlite3.Connection) -> tuple[Names, int]:
    """Copy the database; return the names of sealed bytes in it, and its size in bytes."""
    # No journal: it would have a name of its own, and a copy that is not finished is of no use.
    copy.execute("PRAGMA journal_mode=OFF")
    copy.execute("PRAGMA synchronous=OFF")
    names = Names()
    with closing(sqlite3.connect(source_path, isolation_level=None, timeout=60)) as source:
        source.execute("BEGIN")  # what is read from here on, the copy too, is of one moment
        for query in _queries():
            statement, parameters = query.query.sql_with_params()
            for (name,) in source.execute(statement.replace("%s", "?"), parameters):
                names.add(name)
        pages, size = (source.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        source.backup(copy)
    return names, pages * size


@contextmanager
def _postgresql() -> Iterator[Snapshot]:
    """By ``pg_dump``, on the snapshot of a transaction of ours, so that both see the same moment."""
    with transaction.atomic():
        names = Names()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            shared = cursor.fetchone()[0]
        for query in _queries():
            for name in query.iterator(chunk_size=10_000):
                names.add(name)
        with TemporaryFile() as said, _pg_dump(shared, said) as process:
            yield Snapshot(names, _dumped(process, said))


def _queries() -> list[Any]:
    return [source.rows.filter(source.live).order_by().values_list("blob", flat=True) for source in stored.SOURCES]


@contextmanager
def _pg_dump(shared: str, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    options, environment = database.libpq_environment()
    arguments = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={shared}", *options]
    process = database.started(arguments, environment, stdout=subprocess.PIPE, stderr=said)
    with process:
        try:
            yield process
        finally:
            process.kill()


def _dumped(process: subprocess.Popen[bytes], said: IO[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    yield from _pieces(process.stdout)
    if process.wait():
        said.seek(0)
        told = clean_line(said.read(2_000).decode("utf-8", "replace"), 300)
        raise BackupError(f"pg_dump failed: {told}", "see that it is at least as new as the database server")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while True:
        piece = bytearray()
        while len(piece) < PIECE and (read := file.read(PIECE - len(piece))):
            piece += read
        if not piece:
            return
        yield bytes(piece)
