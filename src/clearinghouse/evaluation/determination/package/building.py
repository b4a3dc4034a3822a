"""Making packages: the signed list of an assessment's folder, and an archive of it for one audience."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.disclosure import Copy, as_text, fields_of, read_copy, same, seal
from clearinghouse.evaluation.determination.disclosure import document as unsealed
from clearinghouse.evaluation.determination.disclosure.copies import LARGEST as LARGEST_COPY
from clearinghouse.evaluation.determination.errors import DisclosureError, PackageError
from clearinghouse.evaluation.determination.making import digest_of
from clearinghouse.evaluation.determination.package import less, names
from clearinghouse.evaluation.determination.package.archive import Content, write_archive
from clearinghouse.evaluation.determination.package.manifest import (
    AudienceCopy,
    Item,
    Manifest,
    cover_bytes,
    given,
    read_manifest,
    signed_manifest,
)
from clearinghouse.evaluation.determination.package.opened import LARGEST_DOCUMENT, files_below, measured
from clearinghouse.evaluation.determination.record import Audience, Person
from clearinghouse.evaluation.determination.signing import record_of
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain, Log
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import NotStrictError, Statement, decode_strictly

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

_REPORTS = "reports/"
HELD = "held"
"""What the log says of a file that somebody has when the list is made."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """What was packed. ``files``: how many. ``withheld``: names of files that others are given."""

    audience: Audience
    files: int
    withheld: tuple[str, ...]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was made. ``left_out``: names of files that go into no package."""

    manifest: Manifest
    left_out: tuple[str, ...]


def make_list(folder: Path, signer: "Signer", by: Person, now: dt.datetime) -> Listed:
    """Write the signed list of a folder into it, and return it. Who holds each file is written into the log first.

    Raises:
        PackageError: the folder has no assessment, or a file that cannot be packed. LedgerError: something cannot be
            read or written. SignerError: the key does not sign.
    """
    data = document.bytes_in(folder)
    there = _There.of(document.from_bytes(data, str(folder / names.ASSESSMENT)))
    whole = _sealed_fields(folder, data)
    files.write(folder / names.KEYS, _keys(folder, there))
    log = _held(folder, {name: measured(folder / name) for name in there.listed(folder)}, by, now)
    listed = there.listed(folder)
    names.require_names(listed)
    items = tuple(_item(folder, name, role, there, log, whole) for name, role in listed.items())
    manifest = Manifest(made=stamp(now), by=by, items=items, log_size=len(log.entries), log_root=log.root)
    files.write(folder / names.MANIFEST, signed_manifest(manifest, signer).to_bytes())
    return Listed(manifest=manifest, left_out=_left_out(folder, listed))


class _There(msgspec.Struct, frozen=True):
    """What decides who is given a file: whether every threshold is open, and whether the pools are."""

    is_open: bool
    development: bool

    @classmethod
    def of(cls, assessment: Assessment) -> "_There":
        is_open = all(not each.threshold.commitment for each in assessment.design.domains)
        return cls(is_open, assessment.development)

    def audiences(self, role: names.Role) -> frozenset[Audience]:
        return names.audiences_of(role, is_open=self.is_open, development=self.development)

    def listed(self, folder: Path) -> dict[str, names.Role]:
        """Return the files that somebody is given, or given less of, by their names in order."""
        roles = ((name, names.role_of(name)) for name in files_below(folder))
        return {
            name: role
            for name, role in roles
            if role is not None and (self.audiences(role) or role.name == names.OPENED)
        }


def _item(folder: Path, name: str, role: names.Role, there: _There, log: Log, whole: Copy) -> Item:
    size, digest = measured(folder / name)
    audiences = there.audiences(role)
    return Item(
        path=name,
        bytes=size,
        sha256=digest,
        role=role.name,
        audiences=tuple(each for each in Audience if each in audiences),
        copies=tuple(_copies(folder, name, whole)),
        custody=tuple(each.number for each in log.entries if each.digest == digest),
        fields=fields_of(whole) if name == names.FIELDS else None,
    )


def pack(folder: Path, manifest: Manifest, out: Path, audience: Audience) -> Packed:
    """Write the archive that an audience is given. Nothing is signed anew: the list is one for all audiences.

    Raises:
        PackageError: the folder is not as it was listed, a report shows what is withheld from this audience, or the
            archive cannot be written.
    """
    content: dict[str, Content] = {
        names.COVER: cover_bytes(audience),
        names.MANIFEST: files.read(folder / names.MANIFEST, LARGEST_DOCUMENT),
    }
    hidden = _hidden(folder, manifest, audience)
    for name, expected in given(manifest.items, audience).items():
        if name.startswith(_REPORTS) and less.shows_any(files.read(folder / name, LARGEST_DOCUMENT), hidden):
            what = f"{folder / name} shows words that are withheld from: {audience.value}"
            raise PackageError(what, "make it again for whoever may read least, and sign the list anew")
        item = manifest.item(name)
        whole = item is not None and expected == (item.bytes, item.sha256)
        taken: Content = folder / name if whole else _less(folder, name, audience)
        if _measured(taken) != expected:
            what = f"{folder / name} is not as it was when its list was signed"
            raise PackageError(what, "sign the list anew with --key")
        content[name] = taken
    write_archive(out, content)
    withheld = tuple(each.path for each in manifest.items if each.path not in content)
    return Packed(audience=audience, files=len(content), withheld=withheld)


def current(folder: Path, signer: "Signer") -> Listed | None:
    """Return the list of a folder, if this key signed it and the folder is as it was then; None where it is not."""
    path = folder / names.MANIFEST
    if not path.exists():
        return None
    keys = KeyRing([PublicKey(signer.public_key)])
    try:
        manifest = read_manifest(files.read(path, LARGEST_DOCUMENT), keys)
    except ClearinghouseError:
        return None  # another key's, or of another version: it is made anew
    data = document.bytes_in(folder)
    listed = _There.of(document.from_bytes(data, names.ASSESSMENT)).listed(folder)
    if set(listed) != {each.path for each in manifest.items}:
        return None
    if any(measured(folder / each.path) != (each.bytes, each.sha256) for each in manifest.items):
        return None
    return Listed(manifest=manifest, left_out=_left_out(folder, listed))


def _left_out(folder: Path, listed: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(files_below(folder)) - {*listed, names.MANIFEST, names.COVER}))


def _sealed_fields(folder: Path, data: bytes) -> Copy:
    """The assessment field by field. What was sealed before stays, so that it has one root for ever."""
    path = folder / names.FIELDS
    built = as_text(msgspec.json.decode(data))  # it was read strictly before
    if path.exists():
        there = files.read(path, LARGEST_COPY)
        try:
            copy = read_whole(there)
            if same(unsealed(copy), built):
                return copy
        except DisclosureError:
            pass  # it is sealed anew
    copy = seal(built)
    files.write(path, copy.to_bytes(), files.PRIVATE)
    return copy


def read_whole(data: bytes) -> Copy:
    """Return a copy that says itself what is signed of it; whether that was signed, the list says.

    Raises:
        DisclosureError: it is none.
    """
    try:
        copy = decode_strictly(data, msgspec.json.Decoder(Copy), LARGEST_COPY)
    except NotStrictError as error:
        raise DisclosureError(f"this is no copy of a document: {error}", "make the package anew") from None
    return read_copy(data, fields_of(copy))


def _copies(folder: Path, name: str, whole: Copy) -> Iterator[AudienceCopy]:
    """What audiences are given at the place of a file that they are not given as it is."""
    if name != names.FIELDS and not name.endswith(names.OPENINGS):
        return
    for audience in Audience:
        data = _fields_bytes(whole, audience) if name == names.FIELDS else _openings_bytes(folder, name, audience)
        if data is not None:
            yield AudienceCopy(audience=audience, bytes=len(data), sha256=digest_of(data))


def _hidden(folder: Path, manifest: Manifest, audience: Audience) -> list[str]:
    """Words of determinations that an audience is not given."""
    found: list[str] = []
    for name in (each.path for each in manifest.items if each.role == names.OPENED):
        kept = _openings_bytes(folder, name, audience)
        known = {each.commitment for each in less.read_openings(kept)} if kept else set()
        openings = less.read_openings(files.read(folder / name, less.LARGEST_OPENINGS))
        found += [each.words for each in openings if each.commitment not in known]
    return found


def _less(folder: Path, name: str, audience: Audience) -> bytes:
    if name == names.FIELDS:
        data = _fields_bytes(read_whole(files.read(folder / name, LARGEST_COPY)), audience)
    else:
        data = _openings_bytes(folder, name, audience)
    return data or b""


def _fields_bytes(whole: Copy, audience: Audience) -> bytes | None:
    copy = less.fields_for(whole, audience)
    return None if copy is None else copy.to_bytes()


def _openings_bytes(folder: Path, name: str, audience: Audience) -> bytes | None:
    openings = less.read_openings(files.read(folder / name, less.LARGEST_OPENINGS))
    envelope = files.read(folder / f"{name.removesuffix(names.OPENINGS)}{names.DETERMINATION}", LARGEST_DOCUMENT)
    record = record_of(Statement.from_bytes(Envelope.from_bytes(envelope).payload))
    return less.openings_for(record, openings, audience)


def _held(folder: Path, found: Mapping[str, tuple[int, str]], by: Person, now: dt.datetime) -> Log:
    """Write into the log who holds each file that it does not speak of yet, and return it."""
    chain = Chain(folder / names.LOG)
    known = {each.digest for each in chain.read().entries}
    for name, (_, digest) in sorted(found.items()):
        if digest not in known and name not in {names.LOG, names.LOG_HEAD}:
            chain.append(HELD, digest, who=by.name, now=now, facts={"path": name})
            known.add(digest)
    return chain.read()


def _keys(folder: Path, there: _There) -> bytes:
    """Which keys signed which file. An id is the SHA-256 of the key, as securesystemslib makes it."""
    found = {
        name: keyids_of(files.read(folder / name, LARGEST_DOCUMENT))
        for name in there.listed(folder)
        if name.endswith(names.ENVELOPES)
    }
    return msgspec.json.format(msgspec.json.encode({"signatures": found}), indent=2) + b"\n"


def keyids_of(envelope: bytes) -> list[str]:
    """Return the ids of the keys of all signatures of an envelope; none of them is verified.

    Raises:
        EnvelopeError: it is none.
    """
    return [each.keyid for each in Envelope.from_bytes(envelope).signatures]


def _measured(content: Content) -> tuple[int, str]:
    return (len(content), digest_of(content)) if isinstance(content, bytes) else measured(content)
