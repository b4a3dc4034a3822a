"""What a backup says of itself."""

import datetime as dt
import hashlib
import re

import msgspec

FORM = 1
"""The version of the form of backups; one that is not known here is not restored."""
ABOUT, CONFIG, MANIFEST = "about.json", "config.toml", "manifest.json"
DATABASE, BLOBS = "database/", "blobs/"
PIECE = 8 * 2**20
"""Most bytes of one piece of the database."""
MOST_NAMED = 1_000
PIECE_NAME = re.compile(r"database/([0-9]{8})")
BLOB_NAME = re.compile(r"blobs/([0-9a-f]{2}/[0-9a-f]{64})")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the beginning.

    Attributes:
        form: see :data:`FORM`. software: its version. engine: ``sqlite`` or ``postgresql``. made_at: when it was begun.
        installation: by which one installation is told from another: the first leaf of its log, in hex.
        migrations: those of our rooms that the database had.
    """

    form: int
    software: str
    engine: str
    made_at: dt.datetime
    installation: str
    migrations: list[str]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the end: only what was made to its end has one.

    Attributes:
        database_bytes, database_sha256, pieces: of the database. blobs, blob_bytes: how many, and their size together.
        blobs_sha256: over their names in order, each of which is the digest of the bytes that it names.
        config_sha256: of the settings.
        purged: how many were destroyed while the backup was made. missing, damaged: names of sealed bytes that should
            have been there and were not, or were not what their names say; the first thousand.
        log_size, log_root: how far the log of acts went.
    """

    database_bytes: int
    database_sha256: str
    pieces: int
    blobs: int
    blob_bytes: int
    blobs_sha256: str
    config_sha256: str
    purged: int = 0
    missing: list[str] = []
    damaged: list[str] = []
    log_size: int = 0
    log_root: str = ""


class Tally:
    """Counts and digests what passes, for who writes a backup and for who reads it."""

    def __init__(self) -> None:
        self._database = hashlib.sha256()
        self._names = hashlib.sha256()
        self._config = hashlib.sha256()
        self.database_bytes = self.pieces = self.blobs = self.blob_bytes = 0

    def config(self, data: bytes) -> None:
        """Take the settings."""
        self._config.update(data)

    def piece(self, data: bytes) -> None:
        """Take a piece of the database."""
        self._database.update(data)
        self.database_bytes += len(data)
        self.pieces += 1

    def blob(self, name: str, size: int) -> None:
        """Take sealed bytes, of which somebody has seen that they are what their name says."""
        self._names.update(name.encode() + b"\n")
        self.blobs += 1
        self.blob_bytes += size

    def facts(self) -> dict[str, int | str]:
        """Return what a manifest says of it."""
        return {
            "database_bytes": self.database_bytes,
            "database_sha256": self._database.hexdigest(),
            "pieces": self.pieces,
            "blobs": self.blobs,
            "blob_bytes": self.blob_bytes,
            "blobs_sha256": self._names.hexdigest(),
            "config_sha256": self._config.hexdigest(),
        }

    def fits(self, manifest: Manifest) -> bool:
        """Whether what passed is what a manifest says."""
        return all(getattr(manifest, name) == value for name, value in self.facts().items())
