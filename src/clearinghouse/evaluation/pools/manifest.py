"""What is public of a pool, and how a task is shown to be in it.

A task is committed to under a salt of its own (:mod:`clearinghouse.trust.commitment`), and so is a family with the
commitments of its tasks. Whoever is given one record and its salt can check that it is in the pool; of those that were
not revealed a commitment tells nothing, not even which family a task is of.

The root is that of a Merkle tree (RFC 9162) over these entries, in this order: the header as canonical JSON; ``task``,
a blank and 32 bytes for each task; ``family``, a blank and 32 bytes for each family; both in the order of the bytes.
So the root binds everything in this file, and through digests in the header also the sealed tasks and the shares.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.pools.errors import PoolError, TamperedPoolError
from clearinghouse.formats.text import printable_name
from clearinghouse.trust.commitment import canonical, commit, opens
from clearinghouse.trust.merkle import leaf_hash, prove_inclusion, root_of
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

SCHEMA = "clearinghouse pool 1"
MANIFEST, SEALED, SHARES = "pool.json", "pool.age", "shares"
"""Names in the folder of a pool: what is public, what is encrypted, and the folder of the shares."""
LARGEST = 16 << 20
"""Most bytes of a manifest."""
MOST_TASKS = 20_000

_Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9_-]{0,63}\Z")]
_Line = Annotated[str, msgspec.Meta(max_length=300, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Custodian(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who holds a share.

    Attributes:
        name: short. recipient: their public age key. sealed: SHA-256 of the share as it is encrypted to them.
        share: SHA-256 of the share itself. It holds more than 512 random bits, so nothing can be guessed from it.
    """

    name: _Name
    recipient: _Line
    sealed: Sha256
    share: Sha256


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was settled about the use of a pool.

    Attributes:
        retire_after: how many exposures of a task end its use; 0 is without a limit. development_percent: of families
            that are for development, on which scaffolds and prompts may be chosen; the others are held out.
        canaries: where they stand, in words.
    """

    retire_after: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 5
    development_percent: Annotated[int, msgspec.Meta(ge=0, le=90)] = 20
    canaries: _Line = "a line at the end of every prompt"


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task that was kept from the version before.

    Attributes:
        before, now: commitments to it in that version and in this one. exposures: how many there were until then.
    """

    before: Sha256
    now: Sha256
    exposures: _Count = 0


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a pool is.

    Attributes:
        id: 32 random hexadecimal digits, of this version alone. name, domain, version: of the pool. created: in UTC.
        tasks, families: how many. threshold: how many custodians must agree. custodians: who they are.
        recipient: the public age key that it is encrypted to. sealed, sealed_bytes: SHA-256 and size of ``pool.age``.
        canary: SHA-256 of the canary that all its tasks have. canaries: of those that each task has alone, sorted.
        policy: see there. previous: root of the version before; empty where there is none.
        anchors: of all tasks that were kept.
        is_open: whether its tasks are public, so that it is for development only and supports no determination.
    """

    schema: str = SCHEMA
    id: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    name: _Name
    domain: _Name
    version: Annotated[int, msgspec.Meta(ge=1)]
    created: _Line
    tasks: Annotated[int, msgspec.Meta(ge=1, le=MOST_TASKS)]
    families: Annotated[int, msgspec.Meta(ge=1)]
    threshold: Annotated[int, msgspec.Meta(ge=2, le=16)]
    custodians: Annotated[tuple[Custodian, ...], msgspec.Meta(min_length=2, max_length=16)]
    recipient: _Line
    sealed: Sha256
    sealed_bytes: Annotated[int, msgspec.Meta(ge=0, le=512 << 20)]
    canary: Sha256
    canaries: tuple[Sha256, ...]
    policy: Policy
    previous: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    anchors: tuple[Anchor, ...] = ()
    is_open: bool = False


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pool.json``.

    Attributes:
        header: see there. leaves: commitments to tasks, sorted. groups: commitments to families, sorted.
        root: of the Merkle tree over all this, in hex.
    """

    header: Header
    leaves: tuple[Sha256, ...]
    groups: tuple[Sha256, ...]
    root: Sha256

    def to_bytes(self) -> bytes:
        """Return it as it stands in its file: the one form that is accepted."""
        return msgspec.json.format(canonical(msgspec.to_builtins(self)), indent=1) + b"\n"

    def tree(self) -> list[bytes]:
        """Return the hashes of the leaves of the Merkle tree."""
        return [leaf_hash(each) for each in _entries(self.header, self.leaves, self.groups)]

    def proof(self, commitment: str) -> tuple[int, list[bytes]]:
        """Return the position of a commitment in the tree, and the proof that it is there.

        Raises:
            PoolError: it is not.
        """
        members = ["", *self.leaves, *self.groups]
        if commitment not in members[1:]:
            raise PoolError(f"the pool has no commitment {commitment[:16]}…", "name one that its manifest lists")
        at = members.index(commitment)
        return at, prove_inclusion(self.tree(), at)


class TaskRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,  # so that what was committed to before there were the last fields can still be opened
    tag="task",
    tag_field="kind",
):
    """What is committed to of a task.

    Attributes:
        id, family, domain: of the task. minutes: of human time, as text. source: of that time. sha256: of its bytes as
            they are in this pool, with its canaries. canary: SHA-256 of the canary that it has alone.
        times: what other sources say of its human time: each source with its minutes as text. benchmark: the
            collection that it comes from. public_since: the day, as ISO 8601 has it, from which on it could be read
            publicly. twin_of: the public task of which it is a new instance. Empty where there is none.
    """

    id: str
    family: str
    domain: str
    minutes: str
    source: str
    sha256: Sha256
    canary: Sha256
    times: tuple[tuple[str, str], ...] = ()
    benchmark: str = ""
    public_since: str = ""
    twin_of: str = ""

    def commitment(self, salt: bytes) -> str:
        """Return the commitment to it, in hex."""
        return commit(salt, canonical(msgspec.to_builtins(self))).hex()


class FamilyRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="family", tag_field="kind"):
    """What is committed to of a family: its name, and the commitments to its tasks, sorted."""

    family: str
    tasks: tuple[Sha256, ...]

    def commitment(self, salt: bytes) -> str:
        """Return the commitment to it, in hex."""
        return commit(salt, canonical(msgspec.to_builtins(self))).hex()


class Revealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task or a family with what opens its commitment.

    Attributes:
        commitment: in hex. salt: in hex. record: what was committed to.
    """

    commitment: Sha256
    salt: Sha256
    record: TaskRecord | FamilyRecord

    def holds(self) -> bool:
        """Whether the commitment is to this record."""
        return opens(
            bytes.fromhex(self.commitment), bytes.fromhex(self.salt), canonical(msgspec.to_builtins(self.record))
        )


_MANIFEST = msgspec.json.Decoder(Manifest)
_REVEALED = msgspec.json.Decoder(tuple[Revealed, ...])


def manifest_of(header: Header, leaves: tuple[str, ...], groups: tuple[str, ...]) -> Manifest:
    """Return the manifest over a header and commitments, which are sorted here."""
    leaves, groups = tuple(sorted(leaves)), tuple(sorted(groups))
    root = root_of(leaf_hash(each) for each in _entries(header, leaves, groups)).hex()
    return Manifest(header, leaves, groups, root)


def parse(data: bytes, source: str) -> Manifest:
    """Read a manifest and check that its root is that of what stands in it.

    Raises:
        TamperedPoolError: it is not, or it is not written as this software writes it.
    """
    try:
        read = decode_strictly(data, _MANIFEST, LARGEST)
    except NotStrictError as error:
        raise _changed(source, str(error)) from None
    if read.header.schema != SCHEMA:
        raise _changed(source, f"it is no {SCHEMA}")
    if read != manifest_of(read.header, read.leaves, read.groups) or read.to_bytes() != data:
        raise _changed(source, "its root is not that of what stands in it")
    if (len(read.leaves), len(read.groups)) != (read.header.tasks, read.header.families):
        raise _changed(source, "it has not as many commitments as it says")
    if len(set(read.leaves)) != len(read.leaves) or len(set(read.groups)) != len(read.groups):
        raise _changed(source, "it has a commitment twice")
    if not read.header.threshold <= len(read.header.custodians):
        raise _changed(source, "it asks for more custodians than it has")
    return read


def load(folder: Path) -> Manifest:
    """Read the manifest of a pool.

    Raises:
        LedgerError: it cannot be read. TamperedPoolError: see :func:`parse`.
    """
    path = folder / MANIFEST
    return parse(files.read(path, LARGEST), printable_name(str(path)))


def revealed_bytes(shown: Sequence[Revealed]) -> bytes:
    """Return what was revealed as it stands in a file."""
    return canonical([msgspec.to_builtins(each) for each in shown]) + b"\n"


def read_revealed(data: bytes, source: str) -> tuple[Revealed, ...]:
    """Return what was revealed; whether it holds is another question (:meth:`Revealed.holds`).

    Raises:
        PoolError: it is nothing of that kind.
    """
    try:
        return decode_strictly(data, _REVEALED, LARGEST)
    except NotStrictError as error:
        raise PoolError(f"{source} reveals nothing: {error}", "give revealed.json as it was written") from None


def _entries(header: Header, leaves: tuple[str, ...], groups: tuple[str, ...]) -> list[bytes]:
    return [
        canonical(msgspec.to_builtins(header)),
        *(b"task " + bytes.fromhex(each) for each in leaves),
        *(b"family " + bytes.fromhex(each) for each in groups),
    ]


def _changed(source: str, why: str) -> TamperedPoolError:
    return TamperedPoolError(
        f"{source} is not as it was made: {why}", "do not rely on it; get it anew from who made it", source=source
    )
