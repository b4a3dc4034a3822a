"""The tables of the catalogue: which versions of each feed were adopted, and what asking its origin gave last."""

import os
import sqlite3
from pathlib import Path

from clearinghouse.feeds.errors import StoreError
from clearinghouse.formats.text import printable_name

FILE = "catalogue.sqlite3"
_VERSION = 1
_BUSY_SECONDS = 10
_TABLES = """
CREATE TABLE version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('adopted', 'pending')),
    why TEXT,                    -- why it is pending
    fetched TEXT NOT NULL,       -- when it came
    dated TEXT,                  -- the day that its content speaks of
    live INTEGER NOT NULL,       -- 0: from a folder, so that it tells nothing about the day on which it came
    origin TEXT NOT NULL,        -- the address that was asked
    redirects TEXT NOT NULL,     -- where that led, a JSON array
    etag TEXT,
    modified TEXT,
    digest TEXT NOT NULL,        -- SHA-256
    suffix TEXT NOT NULL,
    size INTEGER NOT NULL,
    records INTEGER NOT NULL,
    bad INTEGER NOT NULL,        -- how many of them could not be read
    manifest TEXT,               -- digest of the list of its parts, where it is made of parts
    parent INTEGER               -- the version that it followed on; it may have been dropped since
) STRICT;
CREATE UNIQUE INDEX one_pending ON version (feed) WHERE state = 'pending';
CREATE INDEX by_feed ON version (feed, id);
CREATE TABLE look (
    feed TEXT PRIMARY KEY,
    tried TEXT NOT NULL,         -- when the origin was asked last
    confirmed TEXT,              -- when it last gave what is adopted, or said that this is still what it has
    failure TEXT                 -- what was wrong the last time; NULL if nothing was
) STRICT;
"""


def opened(root: Path, *, write: bool) -> sqlite3.Connection:
    """Open the catalogue of the store in ``root``; to read where there is none, an empty one in memory.

    Raises:
        StoreError: it cannot be opened, is damaged, or was made by a newer release.
    """
    path = root / FILE
    try:
        if write:
            root.mkdir(parents=True, exist_ok=True)
            return _made(path)
        return _read(path) if path.exists() else _made(Path(":memory:"))
    except (sqlite3.Error, OSError) as error:
        raise unusable(path, error) from error


def _read(path: Path) -> sqlite3.Connection:
    """Open it to be read, by somebody who may not write beside it as well."""
    settled = not path.with_name(f"{FILE}-wal").exists() and not os.access(path.parent, os.W_OK)
    connection = _connected(f"{path.absolute().as_uri()}?immutable=1" if settled else path.absolute().as_uri())
    if _release(connection, path):
        return connection
    connection.close()
    return _made(Path(":memory:"))  # another process is just making it


def _made(path: Path) -> sqlite3.Connection:
    """Open it to be written, so that what was committed outlives a loss of power."""
    connection = _connected(str(path))
    found = _release(connection, path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if not found:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=_BUSY_SECONDS, isolation_level=None, uri=place.startswith("file:"))
    connection.row_factory = sqlite3.Row
    return connection


def _release(connection: sqlite3.Connection, path: Path) -> int:
    """Return the layout of the catalogue; 0 where there is none yet."""
    try:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    except BaseException:
        connection.close()
        raise
    if found > _VERSION:
        connection.close()
        name = printable_name(str(path))
        raise StoreError(f"{name} was made by a newer release", "use that, or another store", source=name)
    return found


def unusable(path: Path, error: Exception) -> StoreError:
    """Return what is told of a catalogue that cannot be used."""
    name = printable_name(str(path))
    why = getattr(error, "strerror", None) or str(error)
    return StoreError(
        f"{name} cannot be used: {why}",
        "look at the path and its permissions; a damaged store can be moved away and fetched again",
        source=name,
    )
