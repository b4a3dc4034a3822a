"""Whether a document is what its feed should give: read before it is adopted, all of it."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.feeds.errors import RefusedError
from clearinghouse.feeds.heads import HEADS, csaf_head
from clearinghouse.feeds.known import Feed, Kind
from clearinghouse.feeds.pack import members, read_lines
from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import read_document
from clearinghouse.formats.text import plural
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import EpssScore, KevEntry, Level, Problem

_SAMPLE = 2000
"""Records of a large feed that are read whole. Of the others only the head is: it costs a tenth."""
_BAD_SHARE = 100
"""One bad record in so many is forgiven; it is told, and does not cost the others."""
_FOREIGN_SHARE = 2
_BEGINNING = "1990"
"""Before that there were no feeds. Go's zero time, in some records, is the year 1."""
_FUTURE = dt.timedelta(days=2)
"""Clocks differ, and days do between time zones."""
_TRY = "try again later; if it stays so, tell the publisher"
_CATALOGUE_DATE = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)")


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a document that is what it should be.

    Attributes:
        records: how many there are. bad: how many of them could not be read.
        dated: the day that the content speaks of, ISO; None where nothing in it says so.
        active: identifiers of those that are not withdrawn, where the feed is one that may take any back.
    """

    records: int
    bad: int = 0
    dated: str | None = None
    active: frozenset[str] | None = None


def examine(feed: Feed, path: Path, now: dt.datetime) -> Contents:
    """Read a document to its end, and say what is in it.

    Raises:
        RefusedError: it is not what the feed should give, cut off, empty, or dated in the future.
    """
    latest = str((now + _FUTURE).date())
    contents = _contents(feed, path, latest)
    if not contents.records:
        raise RefusedError(f"{feed.name}: there is no record in what came", _TRY)
    if contents.bad * _BAD_SHARE > contents.records:
        bad = plural(contents.bad, "record")
        raise RefusedError(f"{feed.name}: {bad} of {contents.records:,} that came cannot be read", _TRY)
    if contents.dated and contents.dated > latest:
        raise RefusedError(
            f"{feed.name}: what came is dated {contents.dated}, in the future", "check this machine's clock"
        )
    return contents


def active_in(feed: Feed, path: Path) -> frozenset[str]:
    """Return the identifiers in an adopted document that are not withdrawn."""
    return _contents(feed, path, "").active or frozenset()


def _contents(feed: Feed, path: Path, latest: str) -> Contents:
    """Read a document. Records dated after ``latest`` do not date those beside them."""
    if feed.kind is Kind.KEV:
        return _kev(feed, path)
    if feed.kind is Kind.EPSS:
        return _epss(feed, path)
    if feed.kind is Kind.CSAF:
        return _csaf(feed, path, latest)
    return _lines(feed, path, latest)


def _kev(feed: Feed, path: Path) -> Contents:
    entries: list[KevEntry] = []
    bad = 0
    for record in _read(feed, path, "kev"):
        entries += [record] if isinstance(record, KevEntry) else []
        bad += isinstance(record, Problem)
    version = _CATALOGUE_DATE.fullmatch(entries[0].catalogue) if entries else None
    written = "-".join(version.groups()) if version else ""
    dated = _day(written) or _day(max((entry.date_added for entry in entries), default=""))
    return Contents(records=len(entries), bad=bad, dated=dated, active=frozenset(entry.cve for entry in entries))


def _epss(feed: Feed, path: Path) -> Contents:
    count = bad = 0
    dated = ""
    for record in _read(feed, path, "epss"):
        if isinstance(record, EpssScore):
            count += 1
            dated = max(dated, record.date)
        else:
            bad += isinstance(record, Problem)
    return Contents(records=count, bad=bad, dated=_day(dated[:10]))


def _lines(feed: Feed, path: Path, latest: str) -> Contents:
    head_of, known = HEADS[feed.kind]
    active, dated, bad, native = set(), "", 0, 0
    ecosystem = feed.name.partition("/")[2] if feed.kind is Kind.OSV else ""
    sample: list[bytes] = []
    count, every = 0, 1
    for count, line in enumerate(read_lines(path), 1):
        head = head_of(line)
        if head is None:
            bad += 1
            continue
        dated = max(dated, day) if (day := head.date[:10]) <= latest else dated
        native += not ecosystem or ecosystem in head.ecosystems or not head.ecosystems
        if head.active:
            active.add(head.id)
        if count % every == 0:
            sample.append(line)
            if len(sample) > 2 * _SAMPLE:  # from now on every second of those that would have been taken
                sample, every = sample[::2], every * 2
    if (count - native) * _FOREIGN_SHARE > count:
        raise RefusedError(f"{feed.name}: most records that came are of other ecosystems", _TRY)
    _read_sample(feed, sample, known)
    return Contents(records=count, bad=bad, dated=_day(dated), active=frozenset(active))


def _read_sample(feed: Feed, sample: list[bytes], known: str) -> None:
    """Read records as their consumers will, and refuse them if those could not."""
    if not sample:
        return
    bad = 0
    name, records = read_document(Document.from_bytes(feed.name, b"\n".join(sample)), frozenset({known}))
    for record in records:
        if name is None and isinstance(record, Problem):
            raise _refused(feed, record)
        bad += isinstance(record, Problem) and record.level is Level.ERROR
    if bad * _BAD_SHARE > len(sample):
        raise RefusedError(f"{feed.name}: {plural(bad, 'error')} in {plural(len(sample), 'record')} that came", _TRY)


def _csaf(feed: Feed, path: Path, latest: str) -> Contents:
    active, dated, count, bad = set(), "", 0, 0
    for _, data in members(path, lambda name: True, feed.name):
        count += 1
        head = csaf_head(data)
        if head is None:
            bad += 1
            continue
        active.add(head.id)
        dated = max(dated, day) if (day := head.date[:10]) <= latest else dated
    return Contents(records=count, bad=bad, dated=_day(dated), active=frozenset(active))


def _day(text: str) -> str | None:
    return text if is_iso_date(text) and text > _BEGINNING else None


def _read(feed: Feed, path: Path, known: str) -> Iterator[Any]:
    """Yield the records of the one document in a file, and the errors that stand in the place of some.

    Raises:
        RefusedError: it is of another format, or cannot be read to its end.
    """
    for document in _one(documents(path, str(path)), feed):
        name, records = read_document(document, frozenset({known}))
        for record in records:
            if not isinstance(record, Problem):
                yield record
            elif record.level is Level.ERROR:
                if name is None or record.code not in _OF_ONE_RECORD:
                    raise _refused(feed, record)
                yield record


_OF_ONE_RECORD = frozenset({"wrong_value", "wrong_type", "missing_field", "bad_line", "line_too_long"})
"""Codes of problems that cost one record and none of those after it."""


def _one(found: Iterable[Document | Problem], feed: Feed) -> Iterator[Document]:
    for number, item in enumerate(found):
        if isinstance(item, Problem):
            raise _refused(feed, item)
        if number:
            raise RefusedError(f"{feed.name}: what came is an archive of several documents", _TRY)
        yield item


def _refused(feed: Feed, problem: Problem) -> RefusedError:
    said = problem.message[:1].lower() + problem.message[1:].rstrip(".")
    return RefusedError(f"{feed.name}: what came is not what it should be: {said}", _TRY)
