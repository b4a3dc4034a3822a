"""The log as a stream, so that however long it is, little of it is in memory."""

from collections.abc import Iterator

import msgspec
from django.db import DatabaseError

from clearinghouse.server.audit.leaves import hash_of
from clearinghouse.server.audit.models import Entry
from clearinghouse.trust.merkle import Frontier

CHUNK = 2048
UNREADABLE = (ValueError, TypeError, AttributeError, ArithmeticError, DatabaseError)
"""What Django, a driver or we raise for a column that holds what no such column can hold."""


class Chunk(msgspec.Struct, frozen=True):
    """A stretch of the log: its positions, the entries that are there, and the positions that cannot be read."""

    span: range
    entries: dict[int, Entry]
    unreadable: frozenset[int]


def roots(parts: list[range]) -> list[bytes]:
    """Return the roots of parts of the tree."""
    return [_root(part) for part in parts]


def chunks(stop: int) -> Iterator[Chunk]:
    """Yield the log up to a position, stretch by stretch."""
    for low in range(0, stop, CHUNK):
        yield _chunk(range(low, min(low + CHUNK, stop)))


def _root(part: range) -> bytes:
    frontier = Frontier()
    for low in range(part.start, part.stop, CHUNK):
        rows = Entry.objects.filter(seq__gte=low, seq__lt=min(low + CHUNK, part.stop)).order_by("seq")
        for entry in rows.only("seq", "at", "act", "kind", "leaf"):
            frontier.append(hash_of(entry))
    return frontier.root()


def _chunk(span: range) -> Chunk:
    try:
        rows = list(Entry.objects.filter(seq__gte=span.start, seq__lt=span.stop).order_by())
    except UNREADABLE:
        return _singly(span)
    return Chunk(span, {entry.seq: entry for entry in rows}, frozenset())


def _singly(span: range) -> Chunk:
    entries: dict[int, Entry] = {}
    unreadable: set[int] = set()
    for seq in span:
        try:
            if entry := Entry.objects.filter(seq=seq).first():
                entries[seq] = entry
        except UNREADABLE:
            unreadable.add(seq)
    return Chunk(span, entries, frozenset(unreadable))
