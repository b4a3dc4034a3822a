"""The lines of seals: canonical JSON, one object a line, each head over the one before it."""

import hashlib
from typing import Annotated, Any

import msgspec

from clearinghouse.evaluation.running.errors import SealError
from clearinghouse.trust import merkle
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, decode_strictly

SCHEMA = "clearinghouse seals 1"
SUFFIX = ".seals"
NONE = "0" * 64
"""The head before the first log of a run."""
_DOMAIN = b"clearinghouse seals 1\x00"
_LONGEST = 16 << 20
"""Most bytes of a line: the last one lists all members of the log."""
_LARGEST = 256 << 20
_REMEDY = "take the folder as the run left it; nothing that this log says is believed"

_Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag="begin", tag_field="kind", forbid_unknown_fields=True):
    """The first line.

    Attributes:
        log: the file's name. run: SHA-256 of what was asked for. previous: the last head of the log before it.
        start: SHA-256 of what the log began with.
    """

    log: str
    run: _Digest
    previous: _Digest
    start: _Digest
    schema: str = SCHEMA


class Sample(msgspec.Struct, frozen=True, kw_only=True, tag="sample", tag_field="kind", forbid_unknown_fields=True):
    """One attempt: the name of its member, the leaf over name and bytes, and the head of the chain with it."""

    member: str
    leaf: _Digest
    head: _Digest


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind", forbid_unknown_fields=True):
    """The last line.

    Attributes:
        status: ``success``, ``cancelled``, ``error``, or ``broken_off`` where the process ended before it could say.
        samples: number of sealed attempts. head: the last one. root: of the Merkle tree over the leaves.
        log: SHA-256 of the file. members: name and SHA-256 of every member of the log, in its order.
        unsealed: members that are attempts whose seal was not written any more; they are none.
    """

    status: str
    samples: int
    head: _Digest
    root: _Digest
    log: _Digest
    members: tuple[tuple[str, _Digest], ...]
    unsealed: tuple[str, ...] = ()


Line = Begin | Sample | End
_READER: "msgspec.json.Decoder[Line]" = msgspec.json.Decoder(Line)


class Seals(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one log, as read. ``end`` is None where it was not written."""

    begin: Begin
    samples: tuple[Sample, ...]
    end: End | None

    @property
    def head(self) -> str:
        """The last head."""
        return self.samples[-1].head if self.samples else first_head(self.begin)

    @property
    def root(self) -> str:
        """The root of the Merkle tree over the leaves, in hex."""
        return merkle.root_of(bytes.fromhex(each.leaf) for each in self.samples).hex()


def leaf_of(member: str, data: bytes) -> str:
    """Return the leaf of an attempt, over its member's name and bytes, in hex."""
    return merkle.leaf_hash(member.encode() + b"\0" + data).hex()


def first_head(begin: Begin) -> str:
    """Return the head that a log begins with."""
    return hashlib.sha256(_DOMAIN + written(begin)).hexdigest()


def next_head(head: str, leaf: str) -> str:
    """Return the head that follows."""
    return hashlib.sha256(_DOMAIN + bytes.fromhex(head) + bytes.fromhex(leaf)).hexdigest()


def written(line: Line) -> bytes:
    """Return a line without its end."""
    built: dict[str, Any] = msgspec.to_builtins(line)
    return canonical(built)


def read(data: bytes, source: str, *, unfinished: bool = False) -> Seals:
    """Return the lines that bytes hold, with every head recomputed.

    Args:
        unfinished: whether the end may be missing and the last line may be cut off, as after a crash.

    Raises:
        SealError: they are no seals, or a head is not the one of what stands before it.
    """
    if len(data) > _LARGEST:
        raise _wrong(source, f"it has {len(data):,} bytes, of which {_LARGEST:,} are read")
    raw = data.split(b"\n")
    rest = raw.pop()
    if rest and not unfinished:
        raise _wrong(source, "its last line is cut off")
    lines = [_line(each, number, source) for number, each in enumerate(raw, 1)]
    if not lines or not isinstance(lines[0], Begin) or lines[0].schema != SCHEMA:
        raise _wrong(source, "it does not begin as seals do")
    end = lines.pop() if isinstance(lines[-1], End) else None
    samples = tuple(each for each in lines[1:] if isinstance(each, Sample))
    if len(samples) != len(lines) - 1:
        raise _wrong(source, "a line in its middle is neither an attempt nor where it belongs")
    seals = Seals(begin=lines[0], samples=samples, end=end if isinstance(end, End) else None)
    _chained(seals, source)
    if seals.end is None and not unfinished:
        raise _wrong(source, "its end is missing: the run was broken off, or the end was taken away")
    return seals


def _line(data: bytes, number: int, source: str) -> Line:
    try:
        line = decode_strictly(data, _READER, _LONGEST)
    except NotStrictError as error:
        raise _wrong(source, f"line {number}: {error}") from None
    if written(line) != data:
        raise _wrong(source, f"line {number} is not in canonical form")
    return line


def _chained(seals: Seals, source: str) -> None:
    head = first_head(seals.begin)
    for number, each in enumerate(seals.samples, 2):
        head = next_head(head, each.leaf)
        if head != each.head:
            raise _wrong(source, f"line {number}: {each.member[:80]} does not follow what stands before it")
    end = seals.end
    if end and (end.head != head or end.samples != len(seals.samples) or end.root != seals.root):
        raise _wrong(source, "its end does not follow what stands before it")


def _wrong(source: str, why: str) -> SealError:
    return SealError(f"{source}: {why}", _REMEDY, source=source)
