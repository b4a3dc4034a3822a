"""Bringing feeds up to date: fetch, examine, compare, adopt; one after the other, each on its own."""

from collections.abc import Callable, Collection, Iterable, Iterator

from clearinghouse.feeds.collect import Task, collect_archive, collect_file
from clearinghouse.feeds.csaf import collect_csaf
from clearinghouse.feeds.errors import FeedError, StoreError
from clearinghouse.feeds.examine import active_in
from clearinghouse.feeds.guard import why_withheld
from clearinghouse.feeds.known import Feed, Kind
from clearinghouse.feeds.origin import Origin
from clearinghouse.feeds.osv import collect_osv
from clearinghouse.feeds.outcome import Notice, Outcome, Result
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.store import Store
from clearinghouse.feeds.version import New, Version

_COLLECT: dict[Kind, Callable[[Task], New | None]] = {
    Kind.KEV: collect_file,
    Kind.EPSS: collect_file,
    Kind.VULNRICHMENT: collect_archive,
    Kind.RUSTSEC: collect_archive,
    Kind.OSV: collect_osv,
    Kind.CSAF: collect_csaf,
}


def sync(
    store: Store,
    feeds: Iterable[Feed],
    origin: Origin,
    *,
    accept: Collection[str] = (),
    notice: Notice = lambda feed, done, total: None,
) -> Iterator[Outcome]:
    """Bring feeds up to date, and yield what became of each.

    Args:
        store: to be changed; it is held while the iterator runs. feeds: in this order. origin: where they come from.
        accept: names of feeds of which a version that lost much is adopted. Where one waits already, it is that one,
            which a person has seen, and nothing is fetched.
        notice: called with a feed's name, how many of its documents are here, and how many there will be.

    Raises:
        StoreBusyError, StoreError: the store cannot be changed.

    What goes wrong with one feed does not keep the others: its version stays as it is.
    """
    with store.locked():
        for feed in feeds:
            yield _sync_one(store, feed, origin, feed.name in accept, notice)


def removed(store: Store, feed: Feed, old: Version, new: Version) -> frozenset[str]:
    """Return the identifiers that are in force in one version and in a later one not any more: gone, or withdrawn.

    Of EPSS, which never takes anything back, there are none.
    """
    return active_in(feed, store.path_of(old)) - active_in(feed, store.path_of(new))


def _sync_one(store: Store, feed: Feed, origin: Origin, accepted: bool, notice: Notice) -> Outcome:
    before = store.version(feed.name)
    if before and not store.is_whole(before):
        before = None  # somebody has been at the folder: it is fetched again, as if for the first time
    if accepted and (after := store.accept(feed)):
        return Outcome(feed=feed, result=Result.ACCEPTED, before=before, after=after)
    try:
        pending = store.pending(feed.name)
        if pending and not store.is_whole(pending):
            pending = None
        task = Task(
            feed=feed,
            origin=origin,
            now=store.clock.now(),
            work=store.workplace(feed),
            held=before,
            known=pending or before,
            document=store.path_of,
            manifest=store.manifest_of,
            notice=lambda done, total: notice(feed.name, done, total),
        )
        new = _COLLECT[feed.kind](task)
        if new is None:
            return _unchanged(store, feed, before, pending)
        return _judge(store, feed, before, new, accepted)
    except StoreError:
        raise
    except FeedError as error:
        store.fail(feed, error.what)
        return Outcome(
            feed=feed, result=Result.FAILED, why=error.what, remedy=error.remedy, before=before, after=before
        )


def _unchanged(store: Store, feed: Feed, before: Version | None, pending: Version | None) -> Outcome:
    """The origin has what came last: what holds, or what waits."""
    if pending:
        store.fail(feed, None)
        return _waits(feed, before, pending.why or "")
    store.confirm(feed)
    return Outcome(feed=feed, result=Result.UNCHANGED, before=before, after=before)


def _judge(store: Store, feed: Feed, before: Version | None, new: New, accepted: bool) -> Outcome:
    """Adopt what came, unless it is what holds, or loses too much of that."""
    if before and digest_of(new.path) == before.digest:
        after = store.confirm(feed, new)
        result = Result.FAILED if new.failure else Result.UNCHANGED
        return Outcome(feed=feed, result=result, why=new.failure, before=before, after=after)
    active = None
    if before:
        active = None if new.active is None else active_in(feed, store.path_of(before))
        why = why_withheld(feed, before, new, active)
        if why and not accepted:
            store.withhold(feed, new, why)
            return _waits(feed, before, why)
    after = store.adopt(feed, new)
    return Outcome(
        feed=feed,
        result=Result.FAILED if new.failure else Result.ADOPTED,
        why=new.failure,
        before=before,
        after=after,
        removed=len((active or frozenset()) - (new.active or frozenset())),
    )


def _waits(feed: Feed, before: Version | None, why: str) -> Outcome:
    return Outcome(
        feed=feed,
        result=Result.PENDING,
        why=why,
        remedy=f"look whether that is right; clearinghouse feeds sync --accept '{feed.name}' adopts it",
        before=before,
        after=before,
    )
