"""Merkle trees over an append-only list: roots, and proofs that an entry is in it and that nothing of it was changed.

Source: RFC 9162 (Certificate Transparency 2.0), section 2.1, with SHA-256. The tree over n > 1 leaves has the first k
of them on its left, where k is the largest power of two below n. Leaves and nodes are hashed under different prefixes,
so that no node can pass for a leaf.

A proof is a list of roots of parts of the tree. Which parts these are follows from positions and sizes alone
(:func:`inclusion_parts`, :func:`consistency_parts`), so who keeps many leaves can compute them as a stream.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of the tree without leaves."""

_LEAF = b"\x00"
_NODE = b"\x01"
_SIZE_BYTES = 8


class MerkleError(ValueError):
    """Something about a tree or a proof is wrong; the message says what."""


class OutOfTreeError(MerkleError):
    """A position or size that the tree does not have."""


class ProofError(MerkleError):
    """A proof that does not show what it should show."""


class FrontierError(MerkleError):
    """Bytes that are no frontier."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as a leaf."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return hashlib.sha256(_NODE + left + right).digest()


class Frontier:
    """As much of a tree as is needed to add to it: the roots of its complete parts, the largest first.

    A tree of n leaves has as many of them as n has bits that are set.
    """

    __slots__ = ("_nodes", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._size = 0
        self._nodes: list[bytes] = []
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given by its :func:`leaf_hash`.

        Raises:
            MerkleError: it is no hash.
        """
        node = _checked(leaf)
        carry = self._size
        while carry & 1:
            node = node_hash(self._nodes.pop(), node)
            carry >>= 1
        self._nodes.append(node)
        self._size += 1

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self._nodes:
            return EMPTY_ROOT
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Return it as bytes: the size as eight bytes, the most significant first, and the nodes."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._nodes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the frontier that :meth:`to_bytes` wrote.

        Raises:
            FrontierError: the number of nodes does not fit the size.
        """
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        if len(data) != _SIZE_BYTES + HASH_BYTES * size.bit_count():
            raise FrontierError(f"{len(data)} bytes are no frontier of {size} leaves")
        frontier = cls()
        frontier._size = size
        frontier._nodes = [data[at : at + HASH_BYTES] for at in range(_SIZE_BYTES, len(data), HASH_BYTES)]
        return frontier


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over leaves, given by their :func:`leaf_hash`."""
    return Frontier(leaves).root()


def inclusion_parts(index: int, size: int) -> list[range]:
    """Return the parts of a tree whose roots prove that a leaf is in it, from the leaf up.

    Args:
        index: the position of the leaf, from 0. size: how many leaves the tree has.

    Raises:
        OutOfTreeError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise OutOfTreeError(f"a tree of {size} leaves has none at {index}")
    low, high = 0, size
    parts = []
    while high - low > 1:
        middle = low + _left(high - low)
        if index < middle:
            parts.append(range(middle, high))
            high = middle
        else:
            parts.append(range(low, middle))
            low = middle
    return parts[::-1]


def consistency_parts(old: int, new: int) -> list[range]:
    """Return the parts of a tree whose roots prove that it begins with the tree that it once was, from below up.

    Args:
        old: how many leaves it had, at least one: every tree begins with the empty one. new: how many it has.

    Raises:
        OutOfTreeError: it never had so many, or there is nothing to prove.
    """
    if not 0 < old <= new:
        raise OutOfTreeError(f"a tree of {new} leaves begins with none of {old} that could be proved")
    low, high = 0, new
    parts = []
    while high != old:
        middle = low + _left(high - low)
        if old <= middle:
            parts.append(range(middle, high))
            high = middle
        else:
            parts.append(range(low, middle))
            low = middle
    if low:
        parts.append(range(low, high))
    return parts[::-1]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that the leaf at ``index`` is in the tree over ``leaves`` (RFC 9162, 2.1.3.1).

    Raises:
        OutOfTreeError: it is not.
    """
    return [root_of(leaves[part.start : part.stop]) for part in inclusion_parts(index, len(leaves))]


def prove_consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the tree over ``leaves`` begins with that over the first ``old`` (RFC 9162, 2.1.4.1).

    Raises:
        OutOfTreeError: see :func:`consistency_parts`.
    """
    return [root_of(leaves[part.start : part.stop]) for part in consistency_parts(old, len(leaves))]


def check_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a proof shows a leaf in a tree (RFC 9162, 2.1.3.2).

    Args:
        leaf: its :func:`leaf_hash`. index: its position. size, root: of the tree. Both must come from one source that
            is believed, because a root does not tell its size: where trees of two sizes have the leaf's siblings on
            the same sides, the same proof fits both sizes.

    Raises:
        ProofError: it does not. OutOfTreeError: the tree has no such position.
    """
    parts = inclusion_parts(index, size)
    found = _checked(leaf)
    for part, node in _paired(parts, proof):
        found = node_hash(node, found) if part.start < index else node_hash(found, node)
    _equal(found, root, "the leaf is not in the tree with this root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a proof shows a tree to begin with what it once was (RFC 9162, 2.1.4.2).

    Args:
        old, old_root: size and root that it had. new, new_root: that it has.

    Raises:
        ProofError: it does not. OutOfTreeError: the new tree is smaller than the old one, or the old one is empty.
    """
    parts = _paired(consistency_parts(old, new), proof)
    # Where the old tree is a complete part of the new one it is the first node itself, and the proof leaves it out.
    inside = bool(parts) and parts[0][0].stop == old and parts[0][0].start > 0
    then = now = parts.pop(0)[1] if inside else old_root
    for part, node in parts:
        if part.start < old:
            then = node_hash(node, then)
            now = node_hash(node, now)
        else:
            now = node_hash(now, node)
    _equal(then, old_root, "the proof does not lead to the former root")
    _equal(now, new_root, "the proof does not lead to the present root")


def _left(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _paired(parts: list[range], proof: Sequence[bytes]) -> list[tuple[range, bytes]]:
    if len(parts) != len(proof):
        raise ProofError(f"the proof has {len(proof)} nodes where {len(parts)} belong")
    return [(part, _checked(node)) for part, node in zip(parts, proof, strict=True)]


def _checked(digest: bytes) -> bytes:
    if len(digest) != HASH_BYTES:
        raise ProofError(f"a hash has {HASH_BYTES} bytes, not {len(digest)}")
    return digest


def _equal(found: bytes, expected: bytes, otherwise: str) -> None:
    if not hmac.compare_digest(found, expected):
        raise ProofError(otherwise)
