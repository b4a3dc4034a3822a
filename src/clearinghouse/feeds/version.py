"""What the catalogue knows of a version of a feed, and of the last look at its origin."""

import datetime as dt
from pathlib import Path

import msgspec

MANIFEST = ".manifest.json"
"""Suffix of the list of the parts of a version."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a feed.

    Attributes:
        id: grows with each. feed: its name. state: ``adopted`` or ``pending``; why: it is pending.
        fetched: when it came. dated: the day that its content speaks of, or None.
        live: it came from the publisher or a mirror, and not out of a folder.
        origin: the address that was asked. redirects: where that led. etag, modified: validators there.
        digest: SHA-256. suffix: of its file. size: in bytes. records: how many there are. bad: could not be read.
        manifest: digest of the list of its parts. parent: id of the version before.
    """

    id: int
    feed: str
    state: str
    why: str | None
    fetched: dt.datetime
    dated: dt.date | None
    live: bool
    origin: str
    redirects: tuple[str, ...]
    etag: str | None
    modified: str | None
    digest: str
    suffix: str
    size: int
    records: int
    bad: int
    manifest: str | None
    parent: int | None

    @property
    def day(self) -> dt.date:
        """The day to which it belongs: that of its content, else that on which it came (UTC)."""
        return self.dated or self.fetched.date()


class Look(msgspec.Struct, frozen=True):
    """What asking an origin gave: when it was tried last, when it was last confirmed, what was wrong the last time."""

    tried: dt.datetime | None = None
    confirmed: dt.datetime | None = None
    failure: str | None = None


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A version to be, and where its documents lie until the store takes them.

    Attributes:
        path: the document. manifest: the list of its parts, if it is made of parts.
        active: identifiers of its records that are not withdrawn, where the feed may take any back.
        failure: what was wrong all the same, such as parts that could not be had.

    The others are those of :class:`Version`.
    """

    path: Path
    suffix: str
    origin: str
    live: bool
    records: int
    bad: int = 0
    dated: str | None = None
    redirects: tuple[str, ...] = ()
    etag: str | None = None
    modified: str | None = None
    manifest: Path | None = None
    active: frozenset[str] | None = None
    failure: str | None = None
