"""Candidates out of the database: the :class:`~clearinghouse.identity.index.CandidateIndex` of one batch.

The keys of identity are hashes of what findings say. Without a secret, who has the disk could test whether a given
place in a given file was reported; so what is stored is a keyed hash of each key.
"""

import struct
from collections.abc import Collection, Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from clearinghouse.identity.index import BUCKET_CAP, WITNESSES, Earlier, Full
from clearinghouse.server.vulnerabilities import keys as table

FULL = 2**63 - 1
"""Stands among the findings of a key for: more than the cap have it; only its witnesses are kept."""
_MASK = 2**64 - 1


class StoredKeys:
    """Makes the stored form of keys.

    Args:
        secret: key of the installation for this purpose.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def stored(self, keys: Collection[int]) -> dict[int, int]:
        """Return the signed 64-bit numbers that are stored for keys.

        Keys are hashes already, so one block of AES for each is enough of a keyed hash, and many blocks cost one call:
        a twentieth of a hash of each.
        """
        blocks = struct.Struct(f">{2 * len(keys)}Q").pack(*(part for key in keys for part in (0, key & _MASK)))
        encryptor = Cipher(AES(self._secret), ECB()).encryptor()  # noqa: S305 - equal keys are to be equal
        made = struct.unpack(f">{2 * len(keys)}q", encryptor.update(blocks) + encryptor.finalize())
        return dict(zip(keys, made[::2], strict=True))


class BatchIndex:
    """Candidates for one batch: what is stored under its keys is read once, and :meth:`save` writes what it adds.

    Args:
        keys: makes stored keys. cap: most members of a key that is still enumerated.

    Attributes:
        full_buckets: how many keys became full. stored: the stored form of each key that was asked for.
    """

    def __init__(self, keys: StoredKeys, cap: int = BUCKET_CAP) -> None:
        self._keys = keys
        self._cap = cap
        self._table: dict[int, list[int] | Full] = {}
        self._known: dict[int, int] = {}  # members that were stored before
        self._touched: set[int] = set()
        self.full_buckets = 0
        self.stored: dict[int, int] = {}

    def exchange(self, keys: Sequence[int], ordinals: Sequence[int]) -> list[Earlier]:
        """See :class:`~clearinghouse.identity.index.CandidateIndex`."""
        self._load(keys)
        earlier: list[Earlier] = []
        for key, ordinal in zip(keys, ordinals, strict=True):
            members = self._table[self.stored[key]]
            if members.__class__ is Full:
                earlier.append(members)
                continue
            earlier.append(members)  # it may go on to grow, as the protocol allows
            if members[-1:] != [ordinal]:
                self._add(self.stored[key], members, ordinal)  # type: ignore[arg-type]
        return earlier

    def _add(self, stored: int, members: list[int], ordinal: int) -> None:
        self._touched.add(stored)
        if len(members) < self._cap:
            members.append(ordinal)
        else:
            self._table[stored] = Full(members[:WITNESSES])
            self.full_buckets += 1

    def prepare(self, keys: Sequence[int]) -> None:
        """Make the stored form of keys, before they are asked for."""
        self.stored = self._keys.stored(set(keys))

    def _load(self, keys: Sequence[int]) -> None:
        if not self.stored:
            self.prepare(keys)
        self._table = {stored: [] for stored in self.stored.values()}
        for stored, finding in table.rows_of(self._table):
            if finding == FULL:
                self._table[stored] = Full(self._table[stored][:WITNESSES])
            else:
                self._table[stored].append(finding)  # type: ignore[union-attr]
        self._known = {stored: len(members) for stored, members in self._table.items() if members}

    def save(self) -> None:
        """Write what was added."""
        rows: list[tuple[int, int]] = []
        full: list[int] = []
        for stored in self._touched:
            members = self._table[stored]
            known = self._known.get(stored, 0)
            if members.__class__ is Full:
                full.append(stored)
                rows.extend((stored, member) for member in (*members, FULL))
            elif len(members) == known + 1:
                rows.append((stored, members[-1]))
            else:
                rows.extend((stored, member) for member in members[known:])
        table.remove(full)
        table.add(rows)
