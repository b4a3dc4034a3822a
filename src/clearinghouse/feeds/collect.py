"""What each kind of feed does to get one document out of its origin that can be adopted."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from clearinghouse.feeds.download import Got, Known, Wanted
from clearinghouse.feeds.errors import FeedError, RefusedError, TransferError
from clearinghouse.feeds.examine import Contents, examine
from clearinghouse.feeds.heads import HEADS
from clearinghouse.feeds.known import Feed, Kind
from clearinghouse.feeds.origin import Origin
from clearinghouse.feeds.pack import members, write_lines
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.version import New, Version
from clearinghouse.formats.text import printable_name

_MOST_WRONG = 10_000
"""Files that are no records and are kept for their readers to tell. A feed with so many of them is refused anyway."""
_MEMBERS = {Kind.VULNRICHMENT: "CVE-", Kind.RUSTSEC: "RUSTSEC-"}
"""How the names of the files begin that are records, in the archive of a repository."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One feed to be fetched.

    Attributes:
        feed: which. origin: from where. now: the time. work: a folder to work in, which outlives the process.
        held: the version that holds. known: the version that came last, which may wait to be accepted.
        document: returns the document of a version. manifest: returns the list of its parts.
        notice: called with how far it is, and how far it will go if that is known.
    """

    feed: Feed
    origin: Origin
    now: dt.datetime
    work: Path
    held: Version | None
    known: Version | None
    document: Callable[[Version], Path]
    manifest: Callable[[Version], Path | None]
    notice: Callable[[int, int | None], None] = lambda done, total: None

    def wanted(self, address: str, name: str, *, conditional: bool = False) -> Wanted:
        """Return the wish for a document of the feed; ``conditional``: not if it is what came last."""
        known = None
        if conditional and self.known and self.known.live:
            known = Known(address=self.known.origin, etag=self.known.etag, modified=self.known.modified)
        return Wanted(
            address=address,
            feed=self.feed.name,
            to=self.work / name,
            largest=self.feed.largest,
            known=known,
            hosts=self.feed.hosts,
        )

    def fetched(self, wanted: Wanted) -> Got | None:
        """Return a document that must not be empty, or None where it is what came last.

        Raises:
            RefusedError: there is nothing in it. FeedError: as the origin does.
        """
        got = self.origin.get(wanted)
        if got is not None and got.size == 0:
            got.path.unlink(missing_ok=True)  # so that it is not gone on with
            remedy = "try again later; if it stays so, tell the publisher" if self.origin.live else "copy it again"
            raise RefusedError(f"{self.feed.name}: the file is empty (0 bytes): {printable_name(got.address)}", remedy)
        return got

    def examined(self, path: Path, suffix: str, got: Got) -> New:
        """Return a document as a version to be.

        Raises:
            RefusedError: it is not what it should be.
        """
        held = self.held
        if held and digest_of(path) == held.digest:  # it was examined when it was adopted
            contents = Contents(records=held.records, bad=held.bad, dated=str(held.dated) if held.dated else None)
        else:
            contents = examine(self.feed, path, self.now)
        return New(
            path=path,
            suffix=suffix,
            origin=got.address,
            live=self.origin.live,
            records=contents.records,
            bad=contents.bad,
            dated=contents.dated,
            active=contents.active,
            redirects=got.redirects,
            etag=got.etag,
            modified=got.modified,
        )


def collect_file(task: Task) -> New | None:
    """Fetch a feed that is one document; None where it is what came last.

    Where its address gives nothing, or something else such as a page that asks for a browser, its alternates are tried.

    Raises:
        FeedError: none of them gives it. What was wrong with the first is told.
    """
    first: FeedError | None = None
    for address in _addresses(task.feed, task.now.date()):
        name = address.rpartition("/")[2]
        try:
            got = task.fetched(task.wanted(address, name, conditional=True))
            return task.examined(got.path, _suffix(got.path), got) if got else None
        except (TransferError, RefusedError) as error:
            first = first or error
            if isinstance(error, RefusedError):
                (task.work / name).unlink(missing_ok=True)
    assert first is not None  # noqa: S101 - there is always one address
    raise first


def collect_archive(task: Task) -> New | None:
    """Fetch a feed that is the archive of a repository with a file for each record; None where it is what came last.

    Raises:
        FeedError: it cannot be had, or is no such archive.
    """
    got = task.fetched(task.wanted(task.feed.address, "archive.zip", conditional=True))
    if got is None:
        return None
    beginning = _MEMBERS[task.feed.kind]
    path = task.work / "records.jsonl.gz"
    write_lines(path, records_in(got.path, task.feed, lambda name: name.rpartition("/")[2].startswith(beginning)))
    return task.examined(path, ".jsonl.gz", got)


def records_in(path: Path, feed: Feed, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[bytes]:
    """Yield the JSON files of an archive that are wanted; those that are no records last.

    A document is recognised by its first lines, so nothing that is wrong may stand there.

    Raises:
        RefusedError: it is no whole zip archive. It is then dropped, so that it is not gone on with.
    """
    head_of = HEADS[feed.kind][0]
    wrong: list[bytes] = []
    try:
        for _, data in members(path, lambda name: name.endswith(".json") and wanted(name), feed.name):
            if head_of(data):
                yield data
            elif len(wrong) < _MOST_WRONG:
                wrong.append(data)
        yield from wrong
    except RefusedError:
        path.unlink(missing_ok=True)
        raise


def _addresses(feed: Feed, today: dt.date) -> Iterator[str]:
    yield feed.address
    for alternate in feed.alternates:
        yield alternate.format(date=today)
        if "{date}" in alternate:
            yield alternate.format(date=today - dt.timedelta(days=1))


def _suffix(path: Path) -> str:
    """The end of a file's name, by what it is and not by what it is called."""
    with path.open("rb") as stream:
        magic = stream.read(2)
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix
    return f"{suffix}.gz" if magic == b"\x1f\x8b" else suffix
