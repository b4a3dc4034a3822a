"""The documents of a CSAF provider, each checked against the digest that its publisher gives, in one archive.

The manifest beside the archive says for each document where it came from, what its digest is, and by which of the
publisher's digests it was checked. OpenPGP signatures are named there and are not verified: nothing here claims that.
"""

import hashlib
import re
import zipfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from clearinghouse.feeds.collect import Task
from clearinghouse.feeds.csaf_index import DIGESTS, Offer, Offers, offers_of
from clearinghouse.feeds.download import Checksum, Got, Known
from clearinghouse.feeds.errors import FeedError, MissingError, StoreError, TransferError
from clearinghouse.feeds.heads import csaf_head
from clearinghouse.feeds.pack import read_small, write_archive
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.version import New
from clearinghouse.formats.text import plural, printable_name

TRUSTED = "csaf_trusted_provider"
"""The role that owes digests for all its documents, which must be checked before anything else (7.2.3, 7.3.2)."""
_MOST_IN_A_ROW = 5
_MOST_LOST = 10
"""One document in so many may be lost before all are."""
_DIGEST = re.compile(r"\s*([0-9a-fA-F]{128}|[0-9a-fA-F]{64})(?:\s|$)")
_ALGORITHMS = {128: "sha512", 64: "sha256"}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a version.

    Attributes:
        address: where it came from. name: in the archive. updated: as the provider's list said.
        sha256: its digest. checked: which digest of the publisher it was checked against, if any.
        signature: address of its OpenPGP signature. signature_verified: no.
        etag, modified: validators at its address.
    """

    address: str
    name: str
    updated: str
    sha256: str
    checked: str | None
    signature: str | None
    signature_verified: bool = False
    etag: str | None = None
    modified: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of a version, in the order of their names, and the role of their provider as its metadata say."""

    role: str
    parts: tuple[Part, ...]


class _Held(NamedTuple):
    """A document that is here: its part, and the file with it; None where it is in the archive of the last version."""

    part: Part
    path: Path | None


def collect_csaf(task: Task) -> New | None:
    """Fetch what a provider has, of which documents that have not changed are here already.

    Raises:
        FeedError: the lists cannot be had, or too many documents.
    """
    offers = offers_of(task)
    before = _Before(task)
    held, failures = _fetch(task, offers, before)
    if len(held) * (_MOST_LOST - 1) < len(failures) or not held:
        raise TransferError(f"{task.feed.name}: {_told(failures, len(held))}", "try again later")
    held.sort(key=lambda each: each.part.name)
    path = task.work / "documents.zip"
    write_archive(path, ((each.part.name, before.bytes_of(each)) for each in held))
    manifest = task.work / "manifest.json"
    listed = Manifest(role=offers.role, parts=tuple(each.part for each in held))
    manifest.write_bytes(msgspec.json.encode(listed))
    made = task.examined(path, ".zip", Got(path=path, address=task.feed.address, size=0))
    return msgspec.structs.replace(made, manifest=manifest, failure=_told(failures, len(held)) if failures else None)


class _Before:
    """The documents of the version that holds."""

    def __init__(self, task: Task) -> None:
        self.parts: dict[str, Part] = {}
        self._archive: zipfile.ZipFile | None = None
        manifest = task.held and task.manifest(task.held)
        if task.held and manifest:
            try:
                listed = msgspec.json.decode(manifest.read_bytes(), type=Manifest)
                self._archive = zipfile.ZipFile(task.document(task.held))
            except (OSError, msgspec.DecodeError, zipfile.BadZipFile) as error:
                name = printable_name(str(manifest))
                raise StoreError(f"{name} is damaged", "move the store away, and fetch again", source=name) from error
            self.parts = {part.address: part for part in listed.parts}

    def bytes_of(self, held: _Held) -> bytes:
        """Return a document that is here."""
        if held.path is not None:
            return held.path.read_bytes()
        assert self._archive is not None  # noqa: S101 - a part without a file is from there
        return self._archive.read(held.part.name)


def _fetch(task: Task, offers: Offers, before: _Before) -> tuple[list[_Held], list[str]]:
    """Return the documents that could be had, and what was wrong with the others; of those the last version stays."""
    held: list[_Held] = []
    failures = list(offers.failures)
    in_a_row = 0
    for number, offer in enumerate(offers.documents, 1):
        last = before.parts.get(offer.address)
        try:
            held.append(_one(task, offer, last, trusted=offers.role == TRUSTED))
            in_a_row = 0
        except StoreError:
            raise
        except FeedError as error:
            failures.append(error.what)
            in_a_row += not isinstance(error, MissingError)
            if last:
                held.append(_Held(last, None))
            if in_a_row >= _MOST_IN_A_ROW:
                raise
        task.notice(number, len(offers.documents))
    return held, failures


def _one(task: Task, offer: Offer, last: Part | None, *, trusted: bool) -> _Held:
    """Return one document, fetched only if it has changed."""
    if last and offer.updated and last.updated == offer.updated:
        return _Held(last, None)
    place = task.work / "documents" / hashlib.sha256(f"{offer.address}\n{offer.updated}".encode()).hexdigest()
    path, note = place.with_suffix(".json"), place.with_suffix(".part")
    if offer.updated and note.exists():  # it came before this process, which then did not get to its end
        return _Held(msgspec.json.decode(note.read_bytes(), type=Part), path)
    checksum = _checksum(task, offer)
    if checksum is None and trusted:
        raise TransferError(f"{offer.address} has no digest beside it, and its provider owes one", "tell the provider")
    known = last and Known(address=last.address, etag=last.etag, modified=last.modified)
    wanted = msgspec.structs.replace(
        task.wanted(offer.address, ""), to=path, checksum=checksum, known=known if task.origin.live else None
    )
    got = task.origin.get(wanted)
    if got is None:
        assert last is not None  # noqa: S101 - nothing else was known
        return _Held(msgspec.structs.replace(last, updated=offer.updated), None)
    if csaf_head(read_small(path, task.feed.name)) is None:
        path.unlink()
        raise TransferError(f"{offer.address} is no CSAF document", "tell the provider")
    part = Part(
        address=offer.address,
        name=_name(offer.address),
        updated=offer.updated,
        sha256=digest_of(path),
        checked=checksum and checksum.algorithm,
        signature=offer.signature,
        etag=got.etag,
        modified=got.modified,
    )
    note.write_bytes(msgspec.json.encode(part))
    return _Held(part, path)


def _checksum(task: Task, offer: Offer) -> Checksum | None:
    """Return the digest that lies beside a document: hexadecimal, then a blank and whatever (section 7.1.18)."""
    for address in offer.digests:
        if not address.endswith(tuple(f".{each}" for each in DIGESTS)):
            continue
        try:
            got = task.origin.get(msgspec.structs.replace(task.wanted(address, "digest"), largest=1 << 16))
        except MissingError:
            continue
        found = got and _DIGEST.match(read_small(got.path, task.feed.name).decode("ascii", errors="replace"))
        if not found:
            raise TransferError(f"{address} holds no digest", "tell the provider")
        return Checksum(_ALGORITHMS[len(found[1])], found[1].lower())
    return None


def _name(address: str) -> str:
    """The name of a document in the archive: its host and path, as a mirror has it."""
    parts = urlsplit(address)
    steps = [unquote(step) for step in parts.path.split("/") if step not in ("", ".", "..")]
    return printable_name("/".join([parts.hostname or "", *steps]))


def _told(failures: list[str], held: int) -> str:
    first = failures[0] if failures else "nothing is listed"
    if held or len(failures) > 1:
        return f"{plural(len(failures), 'document')} beside {held:,} could not be had, the first because {first}"
    return first
