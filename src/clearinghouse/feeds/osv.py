"""OSV's export: one archive for an ecosystem, and after that only the records that have changed.

``modified_id.csv`` lists every record of the ecosystem with the time of its last change, the latest first; each record
is a file of its own as well (https://google.github.io/osv.dev/data/#data-dumps). So the list says what is to be had,
and what is not there any more.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from clearinghouse.feeds.collect import Task, records_in
from clearinghouse.feeds.download import Got
from clearinghouse.feeds.errors import MissingError, RefusedError
from clearinghouse.feeds.heads import instant, osv_head
from clearinghouse.feeds.known import OSV_EXPORT, Feed
from clearinghouse.feeds.pack import read_lines, read_small, write_lines
from clearinghouse.feeds.version import New
from clearinghouse.formats.text import quoted

MOST_SINGLE = 500
"""Records that are fetched one by one. Beyond that the archive is quicker, and easier on the server."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,150}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)")


class _Change(NamedTuple):
    """What is to be done to the records that are here."""

    fetch: list[str]
    gone: frozenset[str]


def collect_osv(task: Task) -> New | None:
    """Fetch one ecosystem; None where nothing has changed.

    Raises:
        FeedError: it cannot be had, or is not what it should be.
    """
    try:
        index = task.fetched(task.wanted(task.feed.address, "modified_id.csv", conditional=True))
    except MissingError:  # a folder may hold the archive alone
        return _archive(task, None, {})
    if index is None:
        return None
    listed = _listed(index.path, task.feed)
    if task.held:
        made = _changed(task, index, listed)
        if made:
            return made
    return _archive(task, index, listed)


def _listed(path: Path, feed: Feed) -> dict[str, str]:
    """Return when each record was changed last."""
    listed: dict[str, str] = {}
    for line in read_small(path, feed.name).decode("utf-8", errors="replace").splitlines():
        date, _, identifier = line.strip().partition(",")
        if not line.strip():
            continue
        if not _TIME.fullmatch(date) or not _ID.fullmatch(identifier):
            path.unlink(missing_ok=True)
            raise RefusedError(
                f"{feed.name}: what came is no list of changes: it has the line {quoted(line, 60)}",
                "try again later; if it stays so, tell the publisher",
            )
        listed.setdefault(identifier, instant(date))  # the latest first
    return listed


def _changed(task: Task, index: Got, listed: Mapping[str, str]) -> New | None:
    """Return what is here with the changes of the list; None where the archive is the better way."""
    assert task.held is not None  # noqa: S101 - only asked for then
    document = task.document(task.held)
    change = _compare(document, listed)
    if len(change.fetch) > MOST_SINGLE:
        return None
    fresh: dict[str, bytes] = {}
    for number, identifier in enumerate(change.fetch, 1):
        address = f"{task.feed.address.rpartition('/')[0]}/{quote(identifier, safe='')}.json"
        try:
            got = task.origin.get(task.wanted(address, "record.json"))
        except MissingError:
            return None  # the list and the records are of different times
        data = read_small(got.path, task.feed.name) if got else b""
        head = osv_head(data)
        if head is None or head.id != identifier:
            raise RefusedError(f"{task.feed.name}: what came as {identifier} is not that record", "try again later")
        fresh[identifier] = data
        task.notice(number, len(change.fetch))
    path = task.work / "records.jsonl.gz"
    write_lines(path, _merged(document, fresh, change.gone))
    return task.examined(path, ".jsonl.gz", index)


def _compare(document: Path, listed: Mapping[str, str]) -> _Change:
    here = {head.id: instant(head.date) for line in read_lines(document) if (head := osv_head(line))}
    fetch = [identifier for identifier, date in listed.items() if date > here.get(identifier, "")]
    return _Change(sorted(fetch), frozenset(here.keys() - listed.keys()))


def _merged(document: Path, fresh: Mapping[str, bytes], gone: frozenset[str]) -> Iterator[bytes]:
    """Yield all records in the order of their identifiers, which is the order in which they are kept."""
    waiting = sorted(fresh)
    for line in read_lines(document):
        head = osv_head(line)
        if head is None or head.id in gone or head.id in fresh:
            continue
        while waiting and _name(waiting[0]) < _name(head.id):
            yield fresh[waiting.pop(0)]
        yield line
    for identifier in waiting:
        yield fresh[identifier]


def _name(identifier: str) -> str:
    return f"{identifier}.json"  # as the members of the archive are ordered


def _archive(task: Task, index: Got | None, listed: Mapping[str, str]) -> New | None:
    """Return the whole ecosystem, or None where it is what came last.

    The list is trusted to say the next time that nothing has changed only if it lists just these records.
    """
    address = f"{task.feed.address.rpartition('/')[0]}/all.zip"
    try:
        got = task.fetched(task.wanted(address, "all.zip", conditional=index is None))
    except MissingError as error:
        ecosystem = task.feed.name.partition("/")[2]
        if not task.origin.live:
            raise  # what was carried here lacks it: whether OSV has it does not show in that
        raise MissingError(
            f"{error.what}; perhaps OSV has no ecosystem {quoted(ecosystem)}",
            f"names are case-sensitive; {OSV_EXPORT}/ecosystems.txt lists them",
        ) from error
    if got is None:
        return None
    path = task.work / "records.jsonl.gz"
    write_lines(path, records_in(got.path, task.feed))
    if index:
        change = _compare(path, listed)
        same = not change.fetch and not change.gone
        got = index if same else msgspec.structs.replace(got, etag=None, modified=None)
    return task.examined(path, ".jsonl.gz", got)
