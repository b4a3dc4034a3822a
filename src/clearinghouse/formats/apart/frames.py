"""What passes between the two processes: a task in one direction, frames in the other.

A frame is one byte that says what follows, its length in eight bytes, and JSON: typed records as they are, so that
every number that a report can hold comes across.
"""

import struct
from typing import Any, Final

import msgspec

from clearinghouse.records import EpssScore, Finding, Inventory, InventoryItem, KevEntry, Problem, SsvcPoint

PIPE = 2**20
"""Bytes that the pipe holds, so that the second process goes on while the first is busy with a few frames."""
LARGEST_FRAME = 2**32
LARGEST_TASK = 2**16
HEAD = struct.Struct("<cQ")
LENGTH = struct.Struct("<Q")
READY, BEGIN, END, FAILED, DONE = b"?", b"{", b"}", b"!", b"."
FINDINGS = b"F"
PIECES = b"p"
"""Pieces of an advisory index, in MessagePack: what they hold is kept in it too."""
VALUE = b"v"
"""Bytes whose meaning is the affair of who asked, and of the reader from a room above that made them."""
_KINDS: Final[dict[bytes, type[Any]]] = {
    FINDINGS: Finding,
    b"P": Problem,
    b"K": KevEntry,
    b"E": EpssScore,
    b"S": SsvcPoint,
    b"I": Inventory,
    b"C": InventoryItem,
}
TAGS: Final = {kind: tag for tag, kind in _KINDS.items()}
LISTS: Final[dict[bytes, Any]] = {tag: list[kind] for tag, kind in _KINDS.items()}  # type: ignore[valid-type]


class Task(msgspec.Struct, frozen=True):
    """What the second process is to do; paths as bytes, because a file name need not be text."""

    paths: list[bytes]
    formats: list[str] | None
    signals_only: bool
    role: str


class Single(msgspec.Struct, frozen=True):
    """One document to be read by a process of its own, whose bytes come as a file descriptor.

    Attributes:
        source: how records name it. unpacked: most bytes after its packing is undone. memory: most bytes of address
            space, seconds: most CPU time, of the process. formats, role: as for ``read_document``.
        kind: what it is read as, where that is no report: the name of a reader from a room above. clock: most seconds
            on the wall; 0 is no limit, for who takes records at a pace of their own.
    """

    source: str
    unpacked: int
    memory: int
    seconds: int
    formats: list[str] | None = None
    role: str = ""
    kind: str = ""
    clock: int = 0


class Begin(msgspec.Struct, frozen=True):
    """A report begins; its records follow."""

    source: str
    format: str | None
    found: bool


class Failed(msgspec.Struct, frozen=True):
    """Why the second process cannot go on; without a remedy it is a defect of this program."""

    what: str
    remedy: str = ""
