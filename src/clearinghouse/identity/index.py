"""Candidates by 64-bit keys: what memory, SQLite and PostgreSQL all have to offer to identity.

Identity asks one question of storage: *who had one of these keys before me?* It asks it once for a whole batch, and
adds the batch in the same breath, so that a database needs one insertion and one selection. Enumerating a key that
very many share would make the work grow with the square of the flood, so a bucket has a cap: a full bucket is
reported and never enumerated. Its oldest members stand for it; where equality of the key decides, they suffice.
"""

from collections.abc import Sequence
from typing import Final, Protocol

BUCKET_CAP: Final = 128
WITNESSES: Final = 4


class Full(tuple[int, ...]):
    """A bucket with more members than the cap: its oldest members only."""

    __slots__ = ()


Earlier = int | Sequence[int] | Full | None
"""Who had a key before: nobody (None), one finding, several in ascending order, or too many (:class:`Full`).

A sequence may go on to grow with later findings; only members smaller than one's own ordinal are meant.
"""


class CandidateIndex(Protocol):
    """Findings by 64-bit keys."""

    @property
    def full_buckets(self) -> int:
        """How many keys more findings share than the cap allows."""
        ...

    def exchange(self, keys: Sequence[int], ordinals: Sequence[int]) -> Sequence[Earlier]:
        """Add each finding ``ordinals[i]`` under ``keys[i]`` and return who had that key before.

        Ordinals ascend within a call and from call to call. Of several entries of one call with one key each sees
        those before it. The same pair twice counts once.
        """
        ...


class MemoryIndex:
    """The index in a dictionary: an entry of about 110 bytes for a key that one finding has.

    Args:
        cap: most members of a bucket that is still enumerated.
    """

    def __init__(self, cap: int = BUCKET_CAP) -> None:
        self._cap = cap
        self._table: dict[int, int | list[int] | Full] = {}
        self.full_buckets = 0

    def exchange(self, keys: Sequence[int], ordinals: Sequence[int]) -> list[Earlier]:
        """See :class:`CandidateIndex`."""
        table = self._table
        get = table.get
        earlier: list[Earlier] = []
        append = earlier.append
        for key, ordinal in zip(keys, ordinals, strict=True):
            members = get(key)
            append(members)
            if members is None:
                table[key] = ordinal
            elif members.__class__ is int:
                if members != ordinal:
                    table[key] = [members, ordinal]
            elif members.__class__ is list and members[-1] != ordinal:
                if len(members) < self._cap:
                    members.append(ordinal)
                else:
                    table[key] = Full(members[:WITNESSES])
                    self.full_buckets += 1
        return earlier

    def __len__(self) -> int:
        return len(self._table)
