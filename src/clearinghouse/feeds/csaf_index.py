"""What a CSAF provider offers: its metadata, and the lists of documents to which they lead (CSAF 2.0, section 7).

Where a provider has both ROLIE feeds and folders, the feeds are taken (section 7.3.2).
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import msgspec

from clearinghouse.feeds.addresses import AddressError, host_of, joined
from clearinghouse.feeds.collect import Task
from clearinghouse.feeds.errors import FeedError, MissingError, RefusedError
from clearinghouse.feeds.pack import read_small
from clearinghouse.formats.text import clean_line, plural

T = TypeVar("T")
PROTECTED = frozenset({"AMBER", "AMBER+STRICT", "RED"})
"""Labels of documents that are not for everybody; they lie behind a log-in (section 7.1.5)."""
DIGESTS = ("sha512", "sha256")
"""Endings of the files with digests (section 7.1.18), the one that is looked for first in front."""
MOST_DOCUMENTS = 500_000
_TRY = "try again later; if it stays so, tell the provider"


class _List(msgspec.Struct, frozen=True):
    """A ROLIE feed or a folder, and who may see it."""

    url: str = ""
    tlp_label: str = "UNLABELED"


class _Rolie(msgspec.Struct, frozen=True):
    feeds: tuple[_List, ...] = ()


class _Distribution(msgspec.Struct, frozen=True):
    rolie: _Rolie | None = None
    directory_url: str | None = None  # CSAF 2.0
    directory: _List | None = None  # CSAF 2.1


class _Metadata(msgspec.Struct, frozen=True):
    canonical_url: str
    distributions: tuple[_Distribution, ...] = ()
    role: str = ""


class _Link(msgspec.Struct, frozen=True):
    href: str = ""
    rel: str = ""
    ref: str = ""  # CISA writes it in the place of "rel" now and then


class _Content(msgspec.Struct, frozen=True):
    src: str = ""


class _Entry(msgspec.Struct, frozen=True):
    link: tuple[_Link, ...] = ()
    content: _Content | None = None
    updated: str = ""


class _Feed(msgspec.Struct, frozen=True):
    entry: tuple[_Entry, ...] = ()


class _RolieDocument(msgspec.Struct, frozen=True):
    feed: _Feed


class Offer(NamedTuple):
    """One document that a provider offers.

    Attributes:
        address: of it. updated: when it was changed last, as the list says; empty where it does not.
        digests: addresses of files with its digest. signature: of its OpenPGP signature, as far as it is named.
    """

    address: str
    updated: str
    digests: tuple[str, ...]
    signature: str | None


class Offers(NamedTuple):
    """All that a provider offers: its role, the documents, and what was wrong with the lists."""

    role: str
    documents: list[Offer]
    failures: list[str]


def offers_of(task: Task) -> Offers:
    """Return what a provider offers to everybody.

    Raises:
        FeedError: its metadata or a list cannot be had, or is not what it should be.
    """
    metadata = _read(task, task.feed.address, "provider-metadata.json", _Metadata)
    failures: list[str] = []
    feeds = [each for one in metadata.distributions if one.rolie for each in one.rolie.feeds]
    folders = [one.directory or _List(one.directory_url or "") for one in metadata.distributions]
    lists = [each for each in feeds or folders if each.url and each.tlp_label.upper() not in PROTECTED]
    if not lists:
        raise RefusedError(f"{task.feed.name}: the provider's metadata name no list that is open to everybody", _TRY)
    hosts = {*task.feed.hosts, *(host_of(each.url) for each in lists)}
    documents: dict[str, Offer] = {}
    for each in lists:
        base = joined(task.feed.address, each.url)
        for offer in _in_feed(task, base) if feeds else _in_folder(task, base):
            if isinstance(offer, str):
                failures.append(offer)
            elif host_of(offer.address) not in hosts:
                failures.append(f"{host_of(offer.address)} is no host of this provider")
            else:
                documents[offer.address] = offer
            if len(documents) > MOST_DOCUMENTS:
                raise RefusedError(f"{task.feed.name}: more than {plural(MOST_DOCUMENTS, 'document')} are listed", _TRY)
    return Offers(clean_line(metadata.role, 40), list(documents.values()), failures)


def _in_feed(task: Task, address: str) -> Iterator[Offer | str]:
    """Yield what a ROLIE feed lists (section 7.1.15), and what is wrong with an entry."""
    for entry in _read(task, address, "feed.json", _RolieDocument).feed.entry:
        links: dict[str, list[str]] = {"self": [], "hash": [], "signature": []}
        for link in entry.link:
            links.setdefault(link.rel or link.ref, []).append(link.href)
        try:
            target = joined(address, entry.content.src if entry.content else next(iter(links["self"]), ""))
            digests = [joined(address, each) for each in links["hash"]]
            signature = next((joined(address, each) for each in links["signature"]), None)
        except AddressError as error:
            yield error.what
            continue
        digests.sort(key=lambda name: [name.endswith(f".{each}") for each in DIGESTS], reverse=True)
        yield Offer(target, clean_line(entry.updated, 40), tuple(digests) or _beside(target), signature)


def _in_folder(task: Task, address: str) -> Iterator[Offer | str]:
    """Yield what a folder lists: ``index.txt`` every document (7.1.12), ``changes.csv`` when it changed (7.1.13)."""
    base = f"{address.rstrip('/')}/"
    dates: dict[str, str] = {}
    try:
        rows = csv.reader(io.StringIO(_text(task, f"{base}changes.csv", "changes.csv"), newline=""))
        for row in rows:
            if len(row) >= 2:
                dates.setdefault(row[0].strip(), clean_line(row[1], 40))
    except csv.Error as error:
        raise RefusedError(f"{task.feed.name}: its changes.csv is no CSV", _TRY) from error
    except MissingError:
        pass
    try:
        names = [line.strip() for line in _text(task, f"{base}index.txt", "index.txt").splitlines()]
    except MissingError:
        if not dates:
            raise
        names = list(dates)
    for name in names:
        if not name:
            continue
        try:
            target = joined(base, name)
        except AddressError as error:
            yield error.what
            continue
        if not target.startswith(base) or not target.endswith(".json"):
            yield "a name in its index leads elsewhere"
            continue
        yield Offer(target, dates.get(name, ""), _beside(target), None)


def _beside(address: str) -> tuple[str, ...]:
    return tuple(f"{address}.{each}" for each in DIGESTS)


def _read(task: Task, address: str, name: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(_text(task, address, name).encode(), type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        why = clean_line(str(error), 160)
        raise RefusedError(f"{task.feed.name}: {name} is not what it should be: {why}", _TRY) from error


def _text(task: Task, address: str, name: str) -> str:
    got = task.origin.get(task.wanted(address, name))
    if got is None:
        raise FeedError(f"{task.feed.name}: {name} did not come", _TRY)
    return read_small(got.path, task.feed.name).decode("utf-8", errors="replace")
