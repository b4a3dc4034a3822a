"""The signed list of a package: every file with its digest, and for each audience which of them it is given."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from clearinghouse.evaluation.determination.disclosure import Fields
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package.names import MOST_FILES, require_names
from clearinghouse.evaluation.determination.record import Audience, Line, Person
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.trust.envelope import Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import NotStrictError, Sha256, Statement, decode_strictly

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-package:v1"
SCHEMA = "clearinghouse frontier package 1"

Size = Annotated[int, msgspec.Meta(ge=0, lt=2**32)]


class AudienceCopy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other bytes that an audience is given at the place of a file, in which less is shown."""

    audience: Audience
    bytes: Size
    sha256: Sha256


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file.

    Attributes:
        path: below the folder. bytes, sha256: of it. role: what it is. audiences: who is given it as it is.
            copies: who is given less of it. custody: numbers of the entries of the log that tell who held it.
        fields: what is signed of it field by field, where it is such a document.
    """

    path: Line
    bytes: Size
    sha256: Sha256
    role: Line
    audiences: tuple[Audience, ...] = ()
    copies: tuple[AudienceCopy, ...] = ()
    custody: tuple[int, ...] = ()
    fields: Fields | None = None

    def as_given(self, audience: Audience) -> tuple[int, str] | None:
        """Return size and SHA-256 of what an audience is given; None where it is given nothing."""
        if audience in self.audiences:
            return self.bytes, self.sha256
        return next(((each.bytes, each.sha256) for each in self.copies if each.audience is audience), None)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The list.

    Attributes:
        made: when, in UTC. by: who made it. items: in the order of their paths. log_size, log_root: of the log's head
            at that time.
    """

    made: Line
    by: Person
    items: Annotated[tuple[Item, ...], msgspec.Meta(max_length=MOST_FILES)]
    log_size: int
    log_root: Sha256
    voluntary: str = VOLUNTARY
    schema: str = SCHEMA

    def item(self, path: str) -> Item | None:
        """Return what the list says of a file."""
        return next((each for each in self.items if each.path == path), None)


class Cover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose copy a package is. It is not signed: another word here makes the files that are there the wrong ones."""

    audience: Audience
    voluntary: str = VOLUNTARY
    schema: str = SCHEMA


_COVER = msgspec.json.Decoder(Cover)
_COVER_BYTES = 4_096


def signed_manifest(manifest: Manifest, signer: "Signer") -> Envelope:
    """Return the list, signed.

    Raises:
        StatementError, SignerError: it cannot be signed.
    """
    subjects = [(each.path, each.sha256) for each in manifest.items]
    return sign(Statement.of(subjects, PREDICATE_TYPE, msgspec.to_builtins(manifest)), [signer])


def read_manifest(envelope: bytes, keys: KeyRing) -> Manifest:
    """Return the list in an envelope.

    Raises:
        EnvelopeError: the signature does not hold. PackageError: it is no such list, or contradicts itself.
    """
    statement = verify(envelope, keys).statement
    if statement.predicate_type != PREDICATE_TYPE:
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no list of a package"
        raise PackageError(what, f"give one of type {PREDICATE_TYPE}")
    try:
        manifest = msgspec.convert(statement.predicate, Manifest)
    except msgspec.ValidationError as error:
        raise PackageError(f"this is no list of a package: {error}", "ask who made it for another") from None
    paths = [each.path for each in manifest.items]
    require_names(paths)
    named = [(each.name, each.digest.sha256) for each in statement.subject]
    if paths != sorted(paths) or named != [(each.path, each.sha256) for each in manifest.items]:
        raise PackageError("this list of a package contradicts itself", "ask who made it for another")
    if Envelope.from_bytes(envelope).to_bytes() != envelope:
        raise PackageError("this list of a package is not written as it was made", "get the package anew")
    if manifest.voluntary != VOLUNTARY or manifest.schema != SCHEMA:
        raise PackageError("this list of a package is of another version", "use the version that wrote it")
    return manifest


def read_cover(data: bytes) -> Cover:
    """Return whose copy a package is.

    Raises:
        PackageError: it does not say so, or not as it is written.
    """
    try:
        cover = decode_strictly(data, _COVER, _COVER_BYTES)
    except NotStrictError as error:
        raise PackageError(f"the package does not say whose copy it is: {error}", "get it anew") from None
    if cover_bytes(cover.audience) != data:
        raise PackageError("the package says whose copy it is in another way", "get it anew")
    return cover


def cover_bytes(audience: Audience) -> bytes:
    """Return how a package says whose copy it is."""
    return msgspec.json.format(msgspec.json.encode(Cover(audience=audience)), indent=2) + b"\n"


def given(items: Sequence[Item], audience: Audience) -> dict[str, tuple[int, str]]:
    """Return what an audience is given: size and SHA-256 by path."""
    found = ((each.path, each.as_given(audience)) for each in items)
    return {path: what for path, what in found if what is not None}
