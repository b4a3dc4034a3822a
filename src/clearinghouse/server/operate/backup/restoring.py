"""Putting a backup into place: into an empty folder, and an empty database, or not at all.

A file ``restoring`` in the folder says from the first change on that this is not finished. While it is there nothing
else runs here, and a restore that is run again begins anew.
"""

import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.server.configuration import CONFIG, home_of
from clearinghouse.server.operate.backup.reading import Unpacked, unpack
from clearinghouse.server.operate.backup.recipients import IDENTITY, identities, keep_public
from clearinghouse.server.operate.environment import without_secrets
from clearinghouse.server.operate.errors import RestoreError
from clearinghouse.server.operate.home import DATABASE, RESTORING, is_installed, make_folder, require_private

_OURS = frozenset({"blobs", "static", "run", "outbox", DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"})
_MAY_BE_THERE = frozenset({"keys", CONFIG})
_STAGING = ".restore-"
_ASKING = 120
_DATABASE_LINE = re.compile(r"^[ \t]*database_url[ \t]*=.*$", re.MULTILINE)


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did.

    Attributes:
        purged: contents that were back and are destroyed again. shut_out: keys, people and participants likewise.
        knew: whether it was told what was purged since the backup was made. migrated: migrations that were applied.
    """

    purged: int
    shut_out: int
    knew: bool
    migrated: list[str]


class Place:
    """An empty folder that is to be an installation.

    Args:
        home: the folder; it may hold keys and settings, and nothing else.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settled = False
        """Whether the database is in place: from then on nothing is taken away again if something fails."""
        self._kept_config = False
        self._made = False
        self._identities: Sequence[Any] = ()
        self._staging = home / f"{_STAGING}{secrets.token_hex(8)}"

    @property
    def marker(self) -> Path:
        """The file that says that this is not finished."""
        return self.home / RESTORING

    def begin(self) -> None:
        """See that the folder is empty, or take away what a restore left that was interrupted.

        Raises:
            RestoreError: it is not empty. HomeError: it is not for its owner only.
        """
        self._made = not self.home.exists()
        make_folder(self.home)
        require_private(self.home)
        if self.marker.exists():
            self._kept_config = json.loads(self.marker.read_text() or "{}").get("kept_config", False)
            self.clear()
        there = sorted(path.name for path in self.home.iterdir() if path.name not in _MAY_BE_THERE)
        if there:
            what = f"{self.home} is not empty: {', '.join(there[:3])} is there"
            raise RestoreError(what, "name another folder; a backup never goes over what is there")
        self._kept_config = (self.home / CONFIG).exists()
        self.marker.write_text(json.dumps({"kept_config": self._kept_config}))
        self._staging.mkdir(mode=0o700)

    def clear(self) -> None:
        """Take away everything that a restore put here; keys and settings that were there before stay."""
        for path in list(self.home.iterdir()):
            if path.name in _OURS or path.name.startswith(_STAGING):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not self._kept_config:
            (self.home / CONFIG).unlink(missing_ok=True)
        (self.home / f"{CONFIG}.from-backup").unlink(missing_ok=True)
        self.marker.unlink(missing_ok=True)
        if self._made:
            self.home.rmdir()

    def unpack(self, file: Path, identity: Path | None) -> Unpacked:
        """Open a backup beside where it is to be.

        Raises:
            RestoreError: see :func:`.reading.unpack`; or there is no identity.
        """
        named = identity or self.home / "keys" / IDENTITY
        known = identities(named)
        try:
            opened = file.open("rb")
        except OSError as error:
            raise RestoreError(f"{file} cannot be read: {error.strerror or error}", "look at its path") from error
        with opened:
            unpacked = unpack(opened, known, self._staging)
        self._identities = known
        return unpacked

    def keep_recipients(self) -> None:
        """Have further backups made for whoever could open this one, unless somebody is named for them already."""
        make_folder(self.home / "keys")
        keep_public(self.home / "keys", self._identities)

    def write_config(self, unpacked: Unpacked, database_url: str) -> None:
        """Put the settings into place, with the address of the database that is named; those that are there stay."""
        path = self.home / (f"{CONFIG}.from-backup" if self._kept_config else CONFIG)
        text = with_database(unpacked.config.decode("utf-8", "replace"), database_url)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def end(self) -> None:
        """Say that it is finished."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self.marker.unlink()


@contextmanager
def place(home: Path) -> Iterator[Place]:
    """Return an empty folder to restore into; if that fails it is empty again, until the database is in place."""
    found = Place(home)
    found.begin()
    try:
        yield found
    except BaseException:
        if not found.settled:
            with suppress(OSError):
                found.clear()
        raise


def with_database(config: str, database_url: str) -> str:
    """Return settings with another address of the database."""
    line = f"database_url = {json.dumps(database_url)}"
    found, count = _DATABASE_LINE.subn(lambda _: line, config)
    if count or not database_url:
        return found
    return f"{line}\n{config}"


def ask_running(into: Path) -> tuple[bytes | None, str]:
    """Ask the installation that this machine is set up for what was purged in it; return that, and where it was asked.

    It runs on its own settings, in a process of its own, whose answer is None if there is none.
    """
    home = home_of(os.environ)
    if home == into or not is_installed(home):
        return None, ""
    command = [sys.executable, "-P", "-m", "clearinghouse", "backup", "--purged-list", "--home", str(home)]
    try:
        asked = subprocess.run(  # noqa: S603 - ourselves
            command, capture_output=True, timeout=_ASKING, check=False, env=without_secrets(database=True)
        )
    except (OSError, subprocess.TimeoutExpired):
        return None, str(home)
    return (asked.stdout if asked.returncode == 0 else None), str(home)


# From here on Django runs, on the folder that is restored into


def finish(target: Place, unpacked: Unpacked, purged: bytes | None, asked: str) -> Restored:
    """Put database and sealed bytes into place, and end again what had been ended.

    Args:
        purged: a list as :mod:`.ended` writes it. asked: where it was asked for, if it was not given by name: then a
            list of another installation is left aside.

    Raises:
        RestoreError: the database is another one or not empty, or the list is of another installation.
    """
    from clearinghouse.server.operate.backup import ended

    listed = ended.decoded(purged) if purged is not None else None
    if listed is not None and listed.installation != unpacked.about.installation:
        if not asked:
            raise RestoreError("the list of what was purged is of another installation", "give that of this one")
        listed = None
    _require_fit(unpacked)
    _put_blobs(target.home, unpacked.blobs)
    _put_database(target, unpacked)
    return _settle(target, unpacked, listed)


def _settle(target: Place, unpacked: Unpacked, listed: Any) -> Restored:
    from django.db import transaction

    from clearinghouse.server.audit.services import record
    from clearinghouse.server.jobs.claims import disown
    from clearinghouse.server.operate import database
    from clearinghouse.server.operate.backup import ended

    migrated = database.migrate()
    disown()
    applied = ended.apply(listed) if listed is not None else ended.Applied(0, 0)
    knew = listed is not None and listed.log_size >= unpacked.manifest.log_size
    with transaction.atomic():
        facts: dict[str, Any] = {"made_at": unpacked.about.made_at.isoformat(), "blobs": unpacked.manifest.blobs}
        record(None, "backup.restored", purged=applied.contents, shut_out=applied.access, knew=knew, **facts)
    target.keep_recipients()
    target.end()
    return Restored(purged=applied.contents, shut_out=applied.access, knew=knew, migrated=migrated)


def _require_fit(unpacked: Unpacked) -> None:
    from clearinghouse.server.operate import database

    engine = "sqlite" if database.is_sqlite() else "postgresql"
    if engine != unpacked.about.engine:
        what = f"the backup is of {unpacked.about.engine}, and this installation is set up for {engine}"
        remedy = "name an empty PostgreSQL database with --database-url, or unset DATABASE_URL for SQLite"
        raise RestoreError(what, remedy)
    newer = sorted(set(unpacked.about.migrations) - database.known_migrations())
    if newer:
        what = f"the backup was made by a newer version of the software, {unpacked.about.software} ({newer[0]})"
        raise RestoreError(what, "install that version")
    if engine == "sqlite":
        _check_file(unpacked.database)
        return
    with database.reaching():
        if database.has_tables():
            raise RestoreError("the database is not empty", "make a new one with createdb, and name that")


def _check_file(path: Path) -> None:
    broken = RestoreError("the database in the backup is damaged", "take another backup")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            found = file.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise broken from error
    if found != ("ok",):
        raise broken


def _put_blobs(home: Path, blobs: Path) -> None:
    os.rename(blobs, home / "blobs")


def _put_database(target: Place, unpacked: Unpacked) -> None:
    from django.db import connection

    from clearinghouse.server.operate import database

    if database.is_sqlite():
        path = Path(connection.settings_dict["NAME"])
        if path.exists():
            raise RestoreError(f"there is a database already: {path}", "restore into an empty place")
        database.disconnect()
        os.chmod(unpacked.database, 0o600)
        os.rename(unpacked.database, path)
        target.settled = True
        return
    _pg_restore(unpacked.database)
    target.settled = True
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a backup holds no statistics, and rows are looked for by them


def _pg_restore(archive: Path) -> None:
    """All in one transaction, so that a database is as empty after a failure as it was before."""
    from clearinghouse.formats.text import clean_line
    from clearinghouse.server.operate import database

    options, environment = database.libpq_environment()
    arguments = ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", *options]
    with archive.open("rb") as file:
        process = database.started(arguments, environment, stdin=file, stderr=subprocess.PIPE)
        _, said = process.communicate()
    if process.returncode:
        told = clean_line(said[-2_000:].decode("utf-8", "replace"), 300)
        raise RestoreError(f"pg_restore failed: {told}", "see that it is at least as new as the server that was saved")
