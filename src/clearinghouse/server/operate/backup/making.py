"""Making a backup while server and workers run."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyrage
from django.db import connection, transaction
from django.utils import timezone

from clearinghouse import __version__
from clearinghouse.server.audit.models import Head
from clearinghouse.server.audit.services import record
from clearinghouse.server.configuration import CONFIG as CONFIG_FILE
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence.storage import blob_storage
from clearinghouse.server.operate import database, stored
from clearinghouse.server.operate.backup import manifest as form
from clearinghouse.server.operate.backup.ended import installation
from clearinghouse.server.operate.backup.manifest import About, Manifest, Tally
from clearinghouse.server.operate.backup.recipients import recipients
from clearinghouse.server.operate.backup.snapshots import Names, snapshot
from clearinghouse.server.operate.backup.streams import Counted, Feed, end, member, target
from clearinghouse.server.operate.errors import BackupError

Progress = Callable[[int, int], None]
_DATABASE_LINE = re.compile(r"^[ \t]*database_url[ \t]*=.*$", re.MULTILINE)
_NO_DATABASE = 'database_url = ""'


class Made(msgspec.Struct, frozen=True):
    """A backup that was made: what it says of itself, and how large it is, encrypted."""

    about: About
    manifest: Manifest
    size: int


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def make(name: str, configuration: Configuration, named: Sequence[str] = (), progress: Progress = _silent) -> Made:
    """Make a backup.

    Until it is whole it has another name, beginning with a dot. Nothing of it is ever on a disk in clear but the copy
    of an SQLite database, see :mod:`.snapshots`.

    Args:
        name: path of a file that is not there yet, or ``-`` for standard output. named: for whom it is encrypted, if
            not for those configured. progress: called with how many sealed files were looked at, of how many.

    Raises:
        BackupError: it cannot be made or written. DatabaseError: the database does not answer.
    """
    who = recipients(configuration, named)
    with target(name) as file:
        out = Counted(file)
        content = _Content(configuration, progress)
        _encrypt(content, out, who)
    found = content.manifest
    if found is None:
        raise BackupError("the backup was not finished", "make another one")
    with transaction.atomic():
        facts: dict[str, Any] = {
            "bytes": out.size,
            "blobs": found.blobs,
            "recipients": len(who),
            "missing": len(found.missing),
        }
        record(None, "backup.made", made_at=content.about.made_at.isoformat(), **facts)
    return Made(content.about, found, out.size)


def _encrypt(content: "_Content", out: Counted, who: list[Any]) -> None:
    feed = Feed(content.archive())
    try:
        pyrage.encrypt_io(feed, out, who)
    except (pyrage.EncryptError, OSError) as error:
        # What is raised below the encryption comes out of it as its words alone.
        _raise(feed.failed or out.failed or error)


def _raise(error: BaseException) -> None:
    if isinstance(error, OSError):
        what = f"the backup cannot be written: {error.strerror or type(error).__name__}"
        raise BackupError(what, "make room where it goes, and in the home folder; nothing is left of it") from error
    raise error


class _Content:
    """What stands in a backup, made piece by piece as it is asked for."""

    def __init__(self, configuration: Configuration, progress: Progress) -> None:
        self.manifest: Manifest | None = None
        self.about = About(
            form=form.FORM,
            software=__version__,
            engine=str(connection.vendor),
            made_at=timezone.now(),
            installation=installation(),
            migrations=database.applied_migrations(),
        )
        self._configuration = configuration
        self._progress = progress
        self._tally = Tally()
        self._purged = 0
        self._missing: list[str] = []
        self._damaged: list[str] = []

    def archive(self) -> Iterator[bytes]:
        """Yield the archive's bytes."""
        yield from member(form.ABOUT, msgspec.json.encode(self.about))
        config = without_database(_read(self._configuration.home / CONFIG_FILE))
        self._tally.config(config)
        yield from member(form.CONFIG, config)
        head = Head.objects.first()
        with snapshot(self._configuration.home) as taken:
            for piece in taken.pieces:
                yield from member(f"{form.DATABASE}{self._tally.pieces:08}", piece)
                self._tally.piece(piece)
            names = taken.names
        yield from self._blobs(names)
        self.manifest = Manifest(
            **self._tally.facts(),  # type: ignore[arg-type]
            purged=self._purged,
            missing=self._missing[: form.MOST_NAMED],
            damaged=self._damaged[: form.MOST_NAMED],
            log_size=head.size if head else 0,
            log_root=bytes(head.root).hex() if head else "",
        )
        yield from member(form.MANIFEST, msgspec.json.encode(self.manifest))
        yield end()

    def _blobs(self, names: Names) -> Iterator[bytes]:
        for number, name in enumerate(names):
            if number % 100 == 0:
                self._progress(number, len(names))
            data = self._blob(name)
            if data is not None:
                yield from member(f"{form.BLOBS}{name}", data)
                self._tally.blob(name, len(data))
        self._progress(len(names), len(names))

    def _blob(self, name: str) -> bytes | None:
        """Return sealed bytes that are what their name says. They are not many: a report has some tens of MiB."""
        try:
            with blob_storage().open(name, "rb") as file:
                data = bytes(file.read())
        except FileNotFoundError:
            if stored.expected([name]):
                self._missing.append(name)
            else:
                self._purged += 1
            return None
        if hashlib.sha256(data).hexdigest() != name[3:]:
            self._damaged.append(name)
            return None
        return data


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def without_database(config: bytes) -> bytes:
    """Return settings without the address of the database, which may hold a password and belongs to one machine."""
    text = _DATABASE_LINE.sub(_NO_DATABASE, config.decode("utf-8", "replace"))
    try:
        kept = not tomllib.loads(text).get("database_url")
    except tomllib.TOMLDecodeError:
        kept = False
    return text.encode() if kept else b"# The settings could not be taken into the backup.\n"
