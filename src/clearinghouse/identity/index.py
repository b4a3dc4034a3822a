"""Candidates by 64-bit keys: what memory, SQLite and PostgreSQL all have to offer to identity.

Identity asks one question of storage: *who else has one of these keys?* It asks it once for a whole batch.
A key that too many share says nothing about sameness and would make the work grow with the square of the
flood, so a bucket has a cap: a full bucket is reported and never enumerated.
"""

from collections.abc import Iterable
from typing import Protocol

BUCKET_CAP = 64


Buckets = dict[int, list[int] | None]
"""For each key that anybody has: the ordinals of those findings, oldest first, or None if there are too many."""


class CandidateIndex(Protocol):
    """Batch look-up of findings by 64-bit keys."""

    def lookup(self, keys: Iterable[int]) -> Buckets:
        """Return the bucket of each key that has one; a key nobody has is absent. The lists belong to the caller."""
        ...

    def add(self, entries: Iterable[tuple[int, int]]) -> None:
        """Add (key, finding ordinal) pairs. Adding a pair twice changes nothing."""
        ...


class MemoryIndex:
    """The index in a dictionary: 1 entry of about 110 bytes for a key that one finding has.

    Args:
        cap: most members of a bucket that is still enumerated.
    """

    def __init__(self, cap: int = BUCKET_CAP) -> None:
        self._cap = cap
        self._table: dict[int, int | list[int] | None] = {}  # one member, several, or None for a full bucket

    def lookup(self, keys: Iterable[int]) -> Buckets:
        """See :class:`CandidateIndex`."""
        found: Buckets = {}
        table = self._table
        for key in keys:
            if key in table:
                members = table[key]
                found[key] = [members] if members.__class__ is int else members and list(members)  # type: ignore[list-item, arg-type]
        return found

    def add(self, entries: Iterable[tuple[int, int]]) -> None:
        """See :class:`CandidateIndex`."""
        table = self._table
        for key, ordinal in entries:
            if key not in table:
                table[key] = ordinal
                continue
            members = table[key]
            if members is None:
                continue
            if isinstance(members, int):
                if members != ordinal:
                    table[key] = [members, ordinal]
            elif ordinal not in members:
                if len(members) >= self._cap:
                    table[key] = None
                else:
                    members.append(ordinal)

    def __len__(self) -> int:
        return len(self._table)
