"""What is sealed of an inventory beside its body, and the keyed hashes by which things are found again."""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.priority.plan import Action, Plan
from clearinghouse.records import Inventory, InventoryItem, Problem
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.inventories.shelving import Shelved, many_records, put, take

CHUNK = 1_000
"""Most items that are sealed together."""
_META, _SEEN, _RESULT, _OUTLINE, _NOTE = b"meta", b"seen", b"worklist", b"outline", b"note"
_LEVEL = 1
_encode = msgspec.msgpack.Encoder().encode


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender said about an inventory, and its digest: SHA-256 in hex of the bytes as sent.

    Attributes:
        site: what it is an inventory of, as its owner calls it. source: how its records name the document.
    """

    digest: str
    site: str
    source: str
    media_type: str = ""
    filename: str = ""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A run of what was read: lists that begin in it, and items, of these lists or of earlier ones."""

    inventories: list[Inventory] = []
    items: list[InventoryItem] = []


class Packed(msgspec.Struct, frozen=True):
    """A piece that is sealed: the number of its first item, how many there are, and the sealed bytes."""

    first: int
    count: int
    sealed: bytes


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and what its page needs.

    Attributes:
        words: of each action its :func:`action_word`. made_from: what it rests on, unknown: what could not be judged,
            each as a line for people. judged: whether anything could be judged. bound: as for a page.
        notices: what there is to say of the advisories and signals, such as that a feed is stale.
    """

    plan: Plan
    words: tuple[bytes, ...] = ()
    made_from: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    judged: bool = True
    bound: bool = False
    notices: tuple[str, ...] = ()


class _Stored(msgspec.Struct, frozen=True):
    """A result as it is stored: without its plan, and that."""

    rest: Result
    plan: Shelved


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a plan as it takes to count it.

    Attributes:
        words: of each action its :func:`action_word`. days: by when it is due. asks: whether it is only to find out.
        deferrals: how many flaws may wait.
    """

    words: tuple[bytes, ...]
    days: tuple[dt.date | None, ...]
    asks: tuple[bool, ...]
    deferrals: int = 0


def body_context(envelope: int) -> bytes:
    """Return what a sealed body is bound to."""
    return b"inventory:%d" % envelope


def seal_meta(meta: Meta, sealer: Sealer) -> bytes:
    """Return a sealed record of what was said."""
    return sealer.seal(_encode(meta), _META)


def open_meta(sealed: bytes, sealer: Sealer) -> Meta:
    """Return what was said.

    Raises:
        SealBrokenError: it was changed. So do all that open.
    """
    return msgspec.msgpack.decode(sealer.open(bytes(sealed), _META), type=Meta)


def seal_problem(number: int, problem: Problem, sealer: Sealer) -> bytes:
    """Return a sealed problem."""
    return sealer.seal(_encode(problem), b"violation:%d" % number)


def open_problem(number: int, sealed: bytes, sealer: Sealer) -> Problem:
    """Return a problem."""
    return msgspec.msgpack.decode(sealer.open(bytes(sealed), b"violation:%d" % number), type=Problem)


def seal_seen(seen: dict[str, dt.date], sealer: Sealer) -> bytes:
    """Return a sealed record of when flaws were first found."""
    return sealer.seal(zlib.compress(_encode(seen), _LEVEL), _SEEN)


def open_seen(sealed: bytes | None, sealer: Sealer) -> dict[str, dt.date]:
    """Return when flaws were first found; nothing where that is not known yet."""
    if sealed is None:
        return {}
    return msgspec.msgpack.decode(zlib.decompress(sealer.open(bytes(sealed), _SEEN)), type=dict[str, dt.date])


def seal_result(result: Result, sealer: Sealer) -> bytes:
    """Return a sealed worklist."""
    stored = _Stored(msgspec.structs.replace(result, plan=Plan(as_of=result.plan.as_of)), put(result.plan))
    return sealer.seal(zlib.compress(_encode(stored), _LEVEL), _RESULT)


def open_result(sealed: bytes, sealer: Sealer) -> Result:
    """Return a worklist."""
    data = zlib.decompress(sealer.open(bytes(sealed), _RESULT))
    with many_records():
        stored = msgspec.msgpack.decode(data, type=_Stored)
        return msgspec.structs.replace(stored.rest, plan=take(stored.plan))


def seal_outline(outline: Outline, sealer: Sealer) -> bytes:
    """Return a sealed outline."""
    return sealer.seal(_encode(outline), _OUTLINE)


def open_outline(sealed: bytes, sealer: Sealer) -> Outline:
    """Return an outline."""
    return msgspec.msgpack.decode(sealer.open(bytes(sealed), _OUTLINE), type=Outline)


def seal_note(note: str, sealer: Sealer) -> bytes:
    """Return a sealed note."""
    return sealer.seal(note.encode(), _NOTE)


def open_note(sealed: bytes, sealer: Sealer) -> str:
    """Return a note."""
    return sealer.open(bytes(sealed), _NOTE).decode()


class Packing:
    """Takes what is read of one version, in its order, and seals it piece by piece.

    Args:
        sealer: of its envelope.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._inventories: list[Inventory] = []
        self._items: list[InventoryItem] = []
        self.count = 0
        self.chunks: list[Packed] = []

    def add(self, record: Inventory | InventoryItem) -> None:
        """Take one record; an inventory comes before its items."""
        if isinstance(record, Inventory):
            self._inventories.append(record)
            return
        self._items.append(record)
        self.count += 1
        if len(self._items) == CHUNK:
            self._pack()

    def finish(self) -> list[Packed]:
        """Return everything sealed."""
        if self._items or self._inventories:
            self._pack()
        return self.chunks

    def _pack(self) -> None:
        first = self.count - len(self._items)
        data = zlib.compress(_encode(Piece(self._inventories, self._items)), _LEVEL)
        sealed = self._sealer.seal(data, _place(first, len(self._items)))
        self.chunks.append(Packed(first, len(self._items), sealed))
        self._inventories, self._items = [], []


def opened(chunks: Iterable[tuple[int, int, bytes]], sealer: Sealer) -> Iterator[Inventory | InventoryItem]:
    """Yield what was read: of each chunk, as first, count and sealed bytes, the inventories before the items."""
    for first, count, sealed in chunks:
        data = zlib.decompress(sealer.open(bytes(sealed), _place(first, count)))
        piece = msgspec.msgpack.decode(data, type=Piece)
        yield from piece.inventories
        yield from piece.items


def _place(first: int, count: int) -> bytes:
    return b"items:%d:%d" % (first, count)


def identifier_word(identifier: str) -> int:
    """Return the signed 64-bit number that is stored for a public identifier."""
    digest = vault.keyed("exposed identifier", identifier.strip().upper().encode("utf-8", "replace"))
    return int.from_bytes(digest[:8], "big", signed=True)


def action_word(owner: int, action: Action) -> bytes:
    """Return the keyed hash of an action of one owner: which component, under which conditions, and what becomes of it.

    It is the same in every later plan in which the same is to be done with the same. A component of another version, or
    another version to install, is another action.
    """
    subject = action.subject
    parts = (
        str(owner),
        subject.purl or subject.written,
        subject.version or "",
        subject.kind or "",
        str(subject.exposed),
        action.do,
        action.to or "",
        action.above or "",
    )
    return vault.keyed("action", *(part.encode("utf-8", "replace") for part in parts))
