"""In what state the feeds are, and what their consumers should know of that."""

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from clearinghouse.feeds.known import Feed
from clearinghouse.feeds.store import Store
from clearinghouse.feeds.version import Version
from clearinghouse.formats.text import plural, sentence
from clearinghouse.records import Level, Problem


class State(StrEnum):
    """The state of a feed: of what is true, that which asks most for a person."""

    PENDING = "pending"
    """A version waits to be accepted."""
    FAILED = "failed"
    """The last time something was wrong; what held before still holds."""
    STALE = "stale"
    """The data are older than they should be."""
    CURRENT = "current"
    ABSENT = "absent"
    """It was never fetched."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one feed.

    Attributes:
        feed: which. state: see :class:`State`. why: it is so, as a clause; None where there is nothing to say.
        version: that which holds. pending: that which waits.
        age: of the data (see :meth:`Store.age`). tried: when its origin was asked last.
    """

    feed: Feed
    state: State
    why: str | None
    version: Version | None
    pending: Version | None
    age: dt.timedelta | None
    tried: dt.datetime | None


def status(store: Store, feeds: Iterable[Feed], now: dt.datetime | None = None) -> list[Status]:
    """Return the state of feeds, in their order.

    Raises:
        StoreError: the store cannot be read.
    """
    return [_status(store, feed, now or store.clock.now()) for feed in feeds]


def stale_notices(store: Store, feeds: Iterable[Feed], now: dt.datetime | None = None) -> Iterator[Problem]:
    """Yield a notice for each feed whose data are older than they should be; it is the reader's to judge what follows.

    Raises:
        StoreError: the store cannot be read.
    """
    for each in status(store, feeds, now):
        if each.version and each.age is not None and _is_stale(each.feed, each.age):
            yield Problem(
                source=each.feed.name,
                code="stale_feed",
                message=sentence(_how_stale(each.feed, each.age)),
                expected=f"data of the last {plural(each.feed.stale_after, 'day')}",
                level=Level.NOTICE,
            )


def _status(store: Store, feed: Feed, now: dt.datetime) -> Status:
    version, pending, look = store.version(feed.name), store.pending(feed.name), store.look(feed.name)
    age = store.age(feed.name, now)
    if pending:
        state, why = State.PENDING, pending.why
    elif look.failure:
        state, why = State.FAILED, look.failure
    elif version is None or age is None:
        state, why = State.ABSENT, None
    elif _is_stale(feed, age):
        state, why = State.STALE, _how_stale(feed, age)
    else:
        state, why = State.CURRENT, _bad(version)
    return Status(feed=feed, state=state, why=why, version=version, pending=pending, age=age, tried=look.tried)


def _is_stale(feed: Feed, age: dt.timedelta) -> bool:
    return age > dt.timedelta(days=feed.stale_after)


def _how_stale(feed: Feed, age: dt.timedelta) -> str:
    return f"the data are {plural(age.days, 'day')} old, and should be at most {feed.stale_after}"


def _bad(version: Version) -> str | None:
    return f"{plural(version.bad, 'record')} could not be read" if version.bad else None
