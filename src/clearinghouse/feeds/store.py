"""The store: adopted documents by their digest, and the catalogue that says which of them holds, and held when.

A document is written and flushed before the catalogue names it, and one transaction makes it the one that holds. So
whatever happens at whatever moment, the store has the old version or the new one, whole.
"""

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from clearinghouse.feeds.catalogue import Catalogue
from clearinghouse.feeds.clock import SYSTEM_CLOCK, Clock
from clearinghouse.feeds.known import Feed
from clearinghouse.feeds.lock import locked
from clearinghouse.feeds.objects import Objects
from clearinghouse.feeds.retention import Retention, superfluous
from clearinghouse.feeds.settings import Settings
from clearinghouse.feeds.version import MANIFEST, Look, New, Version

ENVIRONMENT = "CLEARINGHOUSE_STORE"


def store_folder(named: Path | None = None) -> Path:
    """Return the folder of the store: ``named``, else CLEARINGHOUSE_STORE, else where XDG keeps data.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative XDG_DATA_HOME does not count).
    """
    if named is not None:
        return named
    if chosen := os.environ.get(ENVIRONMENT):
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if os.path.isabs(data) else Path.home() / ".local/share") / "clearinghouse/feeds"


class Store(AbstractContextManager["Store"]):
    """The adopted versions of all feeds.

    Args:
        root: its folder; see :func:`store_folder`. settings: which feeds there are; read from the folder if not given.
        clock: tells the time.

    Raises:
        StoreError: it cannot be used; every method may raise it. SettingsError: its settings are wrong.

    Only to read, it need not exist: then it is empty. What changes it does so while it is :meth:`locked`.
    """

    def __init__(self, root: Path, *, settings: Settings | None = None, clock: Clock = SYSTEM_CLOCK) -> None:
        self.root = root
        self.settings = settings or Settings.read(root)
        self.clock = clock
        self._objects = Objects(root)
        self._catalogue = Catalogue(root)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue."""
        self._catalogue.close()

    @contextmanager
    def locked(self) -> Iterator[Self]:
        """Hold the store, so that no other process changes it.

        Raises:
            StoreBusyError: another process does.
        """
        with locked(self.root, self.clock):
            self._catalogue.close()
            self._catalogue = Catalogue(self.root, write=True)
            yield self

    # What is read

    def version(self, feed: str, as_of: dt.date | None = None) -> Version | None:
        """Return the version of a feed that holds, or None.

        Args:
            feed: its name. as_of: a day; of the versions that belong to it or to days before, the one adopted last.
        """
        return next((each for each in self.versions(feed) if as_of is None or each.day <= as_of), None)

    def versions(self, feed: str) -> list[Version]:
        """Return the adopted versions of a feed, the one adopted last first."""
        return [each for each in self._catalogue.versions(feed) if each.state == "adopted"]

    def pending(self, feed: str) -> Version | None:
        """Return the version of a feed that waits for a person to accept it, or None."""
        return next((each for each in self._catalogue.versions(feed) if each.state == "pending"), None)

    def look(self, feed: str) -> Look:
        """Return what asking the origin of a feed gave."""
        return self._catalogue.look(feed)

    def feeds(self) -> list[str]:
        """Return the names of the feeds of which there is anything, in their order."""
        return self._catalogue.feeds()

    def paths(self, names: Iterable[str], as_of: dt.date | None = None) -> list[Path]:
        """Return the adopted documents of feeds, to be read as if they were named on the command line.

        Args:
            names: of feeds (``osv/PyPI``) or kinds (``osv``: every ecosystem that was ever adopted).
            as_of: see :meth:`version`.

        A feed without a version has no path. Ask :meth:`version` where that matters.

        Raises:
            UnknownFeedError: there is no such feed.
        """
        found: dict[Path, None] = {}
        for name in names:
            here = [feed for feed in self.feeds() if feed == name or feed.startswith(f"{name}/")]
            if not here:
                self.settings.expand([name])
            versions = [self.version(feed, as_of) for feed in here]
            found.update((self.path_of(version), None) for version in versions if version)
        return list(found)

    def path_of(self, version: Version) -> Path:
        """Return the document of a version."""
        return self._objects.document(version)

    def is_whole(self, version: Version) -> bool:
        """Whether the document of a version, and the list of its parts, are still there."""
        return self._objects.is_whole(version)

    def manifest_of(self, version: Version) -> Path | None:
        """Return the list of the parts of a version, if it is made of parts."""
        return self._objects.manifest(version)

    def age(self, feed: str, now: dt.datetime | None = None) -> dt.timedelta | None:
        """Return how old the data of a feed are, or None where there are none.

        That is the time since the publisher or a mirror last gave them, or said that they still are what it has. Of
        data out of a folder it is the time since the day that they speak of: a folder says nothing about today.
        """
        version = self.version(feed)
        if version is None:
            return None
        since = self.look(feed).confirmed or version.fetched
        if not version.live:
            since = dt.datetime.combine(version.dated, dt.time(), dt.UTC) if version.dated else version.fetched
        return max((now or self.clock.now()) - since, dt.timedelta())

    # What is changed

    def workplace(self, feed: Feed) -> Path:
        """Return a folder for what is being fetched of a feed; when something of it is kept, the rest is dropped."""
        return self._objects.workplace(feed.name)

    def adopt(self, feed: Feed, new: New) -> Version:
        """Make a version the one that holds."""
        self._keep(feed, new, None)
        return next(iter(self.versions(feed.name)))

    def withhold(self, feed: Feed, new: New, why: str) -> None:
        """Keep a version without making it the one that holds; it takes the place of one that waited before."""
        self._keep(feed, new, why)

    def accept(self, feed: Feed) -> Version | None:
        """Make the version that waits the one that holds, because a person asked for it; None where none waits."""
        pending = self.pending(feed.name)
        if pending is None or not self.is_whole(pending):
            return None
        self._catalogue.accept(pending)
        return self.version(feed.name)

    def confirm(self, feed: Feed, same: New | None = None) -> Version | None:
        """Note that the origin still has what is adopted, so that what waited is past; return the version that holds.

        Args:
            feed: of which. same: what came, where it came again: its validators and manifest are newer.
        """
        manifest = None
        if same and same.manifest:
            manifest = self._objects.take(feed.name, same.manifest, MANIFEST)[0]
        self._catalogue.confirm(feed.name, same, manifest, self.clock.now())
        self._objects.clear(feed.name)
        return self.version(feed.name)

    def fail(self, feed: Feed, why: str | None) -> None:
        """Note that the origin gave nothing to adopt, and why; None: it gave again what waits.

        What has come so far stays in the workplace, to be gone on with.
        """
        self._catalogue.note(feed.name, self.clock.now(), why)

    def prune(self, retention: Retention, now: dt.datetime | None = None) -> list[Version]:
        """Drop old versions as ``retention`` says, and files that none names; return the versions dropped."""
        dropped: list[Version] = []
        for feed in self.feeds():
            dropped += superfluous(self.versions(feed), retention, (now or self.clock.now()).date())
        self._catalogue.drop(dropped)
        self._objects.sweep(self._catalogue.versions())
        return dropped

    def _keep(self, feed: Feed, new: New, why: str | None) -> None:
        digest, size = self._objects.take(feed.name, new.path, new.suffix)
        manifest = self._objects.take(feed.name, new.manifest, MANIFEST)[0] if new.manifest else None
        self._catalogue.add(feed.name, new, (digest, size, manifest), why, self.clock.now())
        self._objects.clear(feed.name)
