"""Rounds of drand, verified without a network: each is one threshold signature, under a key that never changes.

A round is signed by so many nodes together that a few of them know nothing beforehand, and only one signature fits:
whoever shows it shows the round. It is a BLS signature on the curve BLS12-381 (draft-irtf-cfrg-bls-signature); the
message is hashed to the curve as RFC 9380 says, under the tag of the scheme. Two schemes of drand are known here::

    bls-unchained-g1-rfc9380   signature in G1, key in G2   message = SHA-256(round)
    pedersen-bls-chained       signature in G2, key in G1   message = SHA-256(signature of the round before, round)

where the round is written in eight bytes, big-endian. A network is known by the SHA-256 of what :meth:`Network.hash`
says. Sources: drand/drand, crypto/schemes.go and common/chain/info.go; keys and hashes: drand/drand-client,
lib/defaults.ts. The arithmetic is that of arkworks, with its bindings ``py_arkworks_bls12381`` of the extra
``evaluation``; they are loaded when a round is verified, and not before.
"""

import hashlib
from functools import cache
from typing import Any, NamedTuple

import msgspec

from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.pools.errors import DrawError

TAG_G1 = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
TAG_G2 = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"
G1_BYTES, G2_BYTES = 48, 96
"""Of how many bytes a compressed point of either group is."""
_ASK = "take the signature of that round from several nodes of drand, as it is, and give no other"


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """One network of drand, by what it publishes of itself.

    Attributes:
        title: as people call it. id: drand's name for it; empty where it is left out of the hash. key: public, in hex.
        genesis: when round 1 was out, in seconds since 1970, UTC. period: seconds between rounds. seed: with which it
            began, in hex. chained: whether a round signs the one before it, so that signatures are in G2, keys in G1.
    """

    title: str
    id: str
    key: str
    genesis: int
    period: int
    seed: str
    chained: bool

    @property
    def hash(self) -> str:
        """What drand knows it by: SHA-256(period (4 bytes), genesis (8 bytes), key, seed, id), in hex."""
        numbers = self.period.to_bytes(4, "big") + self.genesis.to_bytes(8, "big")
        data = numbers + bytes.fromhex(self.key) + bytes.fromhex(self.seed) + self.id.encode()
        return hashlib.sha256(data).hexdigest()


QUICKNET = Network(
    title="drand quicknet",
    id="quicknet",
    key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    genesis=1_692_803_367,
    period=3,
    seed="f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    chained=False,
)
DEFAULT = Network(
    title="drand default",
    id="",
    key="868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
    genesis=1_595_431_050,
    period=30,
    seed="176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
    chained=True,
)
NETWORKS = {each.hash: each for each in (QUICKNET, DEFAULT)}
"""By their hashes."""


class _Groups(NamedTuple):
    """What is used of the library: both groups, and whether a product of pairings is one."""

    g1: Any
    g2: Any
    is_one: Any


def verify(network: Network, number: int, signature: bytes, previous: bytes = b"") -> None:
    """Refuse what is not the signature of a round.

    Args:
        previous: the signature of the round before, where the network is chained; before round 1 stands its seed.

    Raises:
        DrawError: it is not; the message says what it is instead, as far as that can be told. MissingExtraError.
    """
    groups = _groups()
    length = G2_BYTES if network.chained else G1_BYTES
    if len(signature) != length:
        raise _wrong(network, number, f"it has {len(signature)} bytes, and {length} are needed")
    if bool(previous) != network.chained:
        says = "it needs the signature of the round before" if network.chained else "its rounds sign none before them"
        raise _wrong(network, number, says)
    message = hashlib.sha256(previous + number.to_bytes(8, "big")).digest()
    of_signature, of_key = (groups.g2, groups.g1) if network.chained else (groups.g1, groups.g2)
    point = _point(of_signature, signature)
    if point is None:
        raise _wrong(network, number, "it is no point of the group")
    hashed = of_signature.hash_to_curve(message, TAG_G2 if network.chained else TAG_G1)
    key = _point(of_key, bytes.fromhex(network.key))
    pairs = ((point, -of_key()), (hashed, key))  # e(signature, -generator) e(message, key) = 1
    ones, twos = ([each[at] for each in pairs] for at in ((1, 0) if network.chained else (0, 1)))
    if not groups.is_one(ones, twos):
        raise _wrong(network, number, "the key of the network did not sign this round with it")


def value_of(signature: bytes) -> bytes:
    """Return the value of a round: the SHA-256 of its signature."""
    return hashlib.sha256(signature).digest()


def _point(group: Any, data: bytes) -> Any:
    """Return a point that is written in the one way there is, in the group, and not its identity; else None.

    The library looks at the first two itself; they are not left to that alone.
    """
    try:
        point = group.from_compressed_bytes(data)
    except ValueError:
        return None
    is_sound = point.to_compressed_bytes() == data and point != group.identity() and point.is_in_subgroup()
    return point if is_sound else None


@cache
def _groups() -> _Groups:
    try:
        from py_arkworks_bls12381 import GT, G1Point, G2Point  # noqa: PLC0415 - only rounds need it
    except ImportError as error:
        raise MissingExtraError("py_arkworks_bls12381") from error
    return _Groups(G1Point, G2Point, GT.pairing_check)


def _wrong(network: Network, number: int, why: str) -> DrawError:
    return DrawError(f"this is not the signature of round {number} of {network.title}: {why}", _ASK)
