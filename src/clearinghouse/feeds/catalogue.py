"""The catalogue of the store: rows in SQLite, each change one transaction."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.feeds import schema
from clearinghouse.feeds.clock import moment_of, stamp
from clearinghouse.feeds.version import Look, New, Version

Run = Callable[[str, tuple[Any, ...]], sqlite3.Cursor]


class Catalogue:
    """What is known of each version of each feed.

    Args:
        root: the folder of the store. write: whether it may be changed; only then is it made where there is none.

    Raises:
        StoreError: it cannot be used; every method may raise it.
    """

    def __init__(self, root: Path, *, write: bool = False) -> None:
        self._path = root / schema.FILE
        self._connection = schema.opened(root, write=write)

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def versions(self, feed: str | None = None) -> list[Version]:
        """Return the versions of a feed, or of all, the one adopted last first, and before it one that is pending."""
        order = "ORDER BY state = 'pending' DESC, id DESC"
        where, values = ("", ()) if feed is None else ("WHERE feed = ?", (feed,))
        return [_version(row) for row in self._rows(f"SELECT * FROM version {where} {order}", values)]  # noqa: S608

    def look(self, feed: str) -> Look:
        """Return what asking the origin of a feed gave."""
        for row in self._rows("SELECT tried, confirmed, failure FROM look WHERE feed = ?", (feed,)):
            confirmed = row["confirmed"] and moment_of(row["confirmed"])
            return Look(tried=moment_of(row["tried"]), confirmed=confirmed, failure=row["failure"])
        return Look()

    def feeds(self) -> list[str]:
        """Return the names of the feeds of which there is anything, in their order."""
        return [
            row["feed"] for row in self._rows("SELECT feed FROM look UNION SELECT feed FROM version ORDER BY 1", ())
        ]

    def add(self, feed: str, new: New, files: tuple[str, int, str | None], why: str | None, now: dt.datetime) -> None:
        """Add a version: pending if there is a reason for that, else the one that holds from now on.

        Args:
            feed: its name. new: the version. files: digest and size of its document, digest of its manifest.
        """
        digest, size, manifest = files
        values: dict[str, Any] = {
            "feed": feed,
            "state": "pending" if why else "adopted",
            "why": why,
            "fetched": stamp(now),
            "dated": new.dated,
            "live": int(new.live),
            "origin": new.origin,
            "redirects": msgspec.json.encode(new.redirects).decode(),
            "etag": new.etag,
            "modified": new.modified,
            "digest": digest,
            "suffix": new.suffix,
            "size": size,
            "records": new.records,
            "bad": new.bad,
            "manifest": manifest,
            "parent": self._last(feed),
        }
        columns, places = ", ".join(values), ", ".join("?" * len(values))
        with self._transaction() as run:
            run("DELETE FROM version WHERE feed = ? AND state = 'pending'", (feed,))
            run(f"INSERT INTO version ({columns}) VALUES ({places})", tuple(values.values()))  # noqa: S608 - own names
            confirmed = stamp(now) if new.live and not why else None
            _looked(run, feed, stamp(now), confirmed, new.failure)

    def accept(self, pending: Version) -> None:
        """Make a version that waits the one that holds. It was confirmed when it came, not now."""
        parent = self._last(pending.feed)
        with self._transaction() as run:
            last = run("SELECT max(id) FROM version", ()).fetchone()[0]  # it comes after what was adopted meanwhile
            run(
                "UPDATE version SET id = ?, state = 'adopted', why = NULL, parent = ? WHERE id = ?",
                (last + 1, parent, pending.id),
            )
            came = stamp(pending.fetched)
            _looked(run, pending.feed, came, came, None)

    def confirm(self, feed: str, same: New | None, manifest: str | None, now: dt.datetime) -> None:
        """Note that the origin still has what holds, so that what waited is past.

        Args:
            feed: its name. same: what came again, whose origin and validators are noted. manifest: its digest.
        """
        with self._transaction() as run:
            run("DELETE FROM version WHERE feed = ? AND state = 'pending'", (feed,))
            if same and same.live:
                redirects = msgspec.json.encode(same.redirects).decode()
                run(
                    "UPDATE version SET live = 1, origin = ?, redirects = ?, etag = ?, modified = ?, "
                    "manifest = coalesce(?, manifest) WHERE id = (SELECT max(id) FROM version WHERE feed = ?)",
                    (same.origin, redirects, same.etag, same.modified, manifest, feed),
                )
            confirmed = stamp(now) if same is None or same.live else None  # a folder says nothing about today
            _looked(run, feed, stamp(now), confirmed, same.failure if same else None)

    def note(self, feed: str, now: dt.datetime, failure: str | None) -> None:
        """Note that asking the origin gave nothing that holds, and what was wrong."""
        with self._transaction() as run:
            _looked(run, feed, stamp(now), None, failure)

    def drop(self, versions: Iterable[Version]) -> None:
        """Forget versions."""
        with self._transaction() as run:
            for version in versions:
                run("DELETE FROM version WHERE id = ?", (version.id,))

    def _last(self, feed: str) -> int | None:
        for row in self._rows("SELECT max(id) AS last FROM version WHERE feed = ? AND state = 'adopted'", (feed,)):
            last: int | None = row["last"]
            return last
        return None

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise schema.unusable(self._path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[Run]:
        """All of it or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise schema.unusable(self._path, error) from error


def _looked(run: Run, feed: str, tried: str, confirmed: str | None, failure: str | None) -> None:
    run(
        "INSERT INTO look (feed, tried, confirmed, failure) VALUES (?, ?, ?, ?) ON CONFLICT (feed) DO UPDATE SET "
        "tried = excluded.tried, confirmed = coalesce(excluded.confirmed, confirmed), failure = excluded.failure",
        (feed, tried, confirmed, failure),
    )


def _version(row: sqlite3.Row) -> Version:
    values = dict(row)
    values["fetched"] = moment_of(row["fetched"])
    values["dated"] = row["dated"] and dt.date.fromisoformat(row["dated"])
    values["live"] = bool(row["live"])
    values["redirects"] = tuple(msgspec.json.decode(row["redirects"]))
    return Version(**values)
