"""Candidates by 64-bit keys: what memory, SQLite and PostgreSQL all have to offer to identity.

Identity asks one question of storage: *who had one of these keys before me?* It asks it once for a whole batch, and
adds the batch in the same breath, so that a database needs one insertion and one selection. A key that too many
share says nothing about sameness and would make the work grow with the square of the flood, so a bucket has a cap:
a full bucket is reported and never enumerated.
"""

from collections.abc import Sequence
from typing import Final, Protocol

BUCKET_CAP: Final = 64
FULL: Final[tuple[int, ...]] = ()
"""Stands for a bucket with more members than the cap."""

Earlier = int | Sequence[int] | None
"""Who had a key before: nobody (None), one finding, several in ascending order, or too many (:data:`FULL`).

A sequence may go on to grow with later findings; only members smaller than one's own ordinal are meant.
"""


class CandidateIndex(Protocol):
    """Findings by 64-bit keys."""

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
        self._table: dict[int, int | list[int] | tuple[int, ...]] = {}

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
                    table[key] = [members, ordinal]  # type: ignore[list-item]
            elif members is not FULL and members[-1] != ordinal:  # type: ignore[index]
                if len(members) < self._cap:  # type: ignore[arg-type]
                    members.append(ordinal)  # type: ignore[union-attr]
                else:
                    table[key] = FULL
        return earlier

    def __len__(self) -> int:
        return len(self._table)
