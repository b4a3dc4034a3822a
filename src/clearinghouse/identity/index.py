"""Candidates by 64-bit keys: what memory, SQLite and PostgreSQL all have to offer to identity.

Identity asks one question of storage: *who else has one of these keys?* It asks it once for a whole batch.
A key that too many share says nothing about sameness and would make the work grow with the square of the
flood, so a bucket has a cap: a full bucket is reported and never enumerated.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

BUCKET_CAP = 64


class Bucket(NamedTuple):
    """The findings under one key.

    Attributes:
        members: ordinals of findings, oldest first; empty if the bucket is full.
        full: more than the cap have this key.
    """

    members: tuple[int, ...]
    full: bool


EMPTY = Bucket((), False)
FULL = Bucket((), True)


class CandidateIndex(Protocol):
    """Batch look-up of findings by 64-bit keys."""

    def lookup(self, keys: Sequence[int]) -> Mapping[int, Bucket]:
        """Return the bucket of each key that has one; a key nobody has is absent."""
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

    def lookup(self, keys: Sequence[int]) -> dict[int, Bucket]:
        """See :class:`CandidateIndex`."""
        found = {}
        table = self._table
        for key in keys:
            if key in table:
                found[key] = self.bucket(key)
        return found

    def bucket(self, key: int) -> Bucket:
        """Return one bucket; for callers that stand in the same process as the index."""
        members = self._table.get(key, EMPTY)
        if members is None:
            return FULL
        if isinstance(members, int):
            return Bucket((members,), False)
        return EMPTY if members is EMPTY else Bucket(tuple(members), False)  # type: ignore[arg-type]

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
