"""The key of a pool, shared out so that m of n custodians open it together and fewer learn nothing.

For every m of the n custodians the key is divided into m parts, all but the last random, which give it by exclusive or.
A share is one custodian's parts. Whoever lacks a custodian lacks a random part of every division, so fewer than m
shares are the same distribution of random bytes whatever the key is: nothing can be computed from them, by anybody.
Source: Benaloh and Leichter, Generalized secret sharing and monotone functions, CRYPTO 1988 (a threshold as the
disjunction of conjunctions). Shares grow with the number of divisions, which is bounded here.

Shamir's sharing would be smaller. ``shamir-mnemonic`` was not taken because its authors say that it should not be used
for sensitive secrets, and arithmetic in a field of our own is none that anybody has looked at; here there is only
exclusive or.

A share is bound to its pool and its custodian, and its digest is in the manifest. So a share of another pool, one that
was given twice and one that was changed are told apart before anything is combined.

What Python cannot do: the identity that the parts add up to is a ``str`` in age's library, which cannot be overwritten,
and lives until its memory is used for something else. What is ours is overwritten.
"""

import hashlib
import secrets
from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from math import comb
from typing import Annotated, Any

import msgspec

from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.pools import keys
from clearinghouse.evaluation.pools.errors import (
    DuplicateShareError,
    ForeignShareError,
    PoolError,
    TooFewSharesError,
    WrongShareError,
)
from clearinghouse.evaluation.pools.manifest import Custodian, Manifest
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, decode_strictly

try:
    import pyrage
except ImportError as error:
    raise MissingExtraError("pyrage") from error

SCHEMA = "clearinghouse share 1"
LARGEST = 256 << 10
"""Most bytes of a share, encrypted or not."""
FEWEST, MOST = 2, 16
"""How many custodians there may be; two of them at least must agree."""
MOST_DIVISIONS = 1_000
"""How many ways there may be to choose those who agree."""


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One share.

    Attributes:
        schema: always :data:`SCHEMA`. pool: the id of the pool's version. custodian: whose it is.
        parts: theirs, in hex, of each division that they are in, in the order of divisions.
    """

    schema: str = SCHEMA
    pool: str
    custodian: str
    parts: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_DIVISIONS)]

    def to_bytes(self) -> bytes:
        """Return it as it is encrypted."""
        return canonical(msgspec.to_builtins(self))


class Cut(msgspec.Struct, frozen=True):
    """A fresh key, shared out.

    Attributes:
        recipient: its public half. custodians: with the digests of their shares. sealed: shares by the name of their
            custodian, each encrypted to them.
    """

    recipient: str
    custodians: tuple[Custodian, ...]
    sealed: dict[str, bytes]


_SHARE = msgspec.json.Decoder(Share)


def cut(pool: str, threshold: int, custodians: Sequence[tuple[str, str]]) -> Cut:
    """Make a key for a pool and share it out. Nobody ever has it whole until so many agree.

    Args:
        pool: its id. threshold: how many of them must agree. custodians: their names and public age keys.

    Raises:
        PoolError: there are too few or too many, two have one name or one key, or a key is none.
    """
    _possible(threshold, custodians)
    identity = pyrage.x25519.Identity.generate()
    parts = divided(str(identity).encode("ascii"), threshold, len(custodians))
    made, sealed = [], {}
    for (name, key), own in zip(custodians, parts, strict=True):
        share = Share(pool=pool, custodian=name, parts=tuple(each.hex() for each in own)).to_bytes()
        sealed[name] = keys.encrypted(share, [keys.recipient(key)])
        made.append(Custodian(name, key, _digest(sealed[name]), _digest(share)))
    return Cut(str(identity.to_public()), tuple(made), sealed)


def divided(secret: bytes, threshold: int, count: int) -> list[list[bytes]]:
    """Return the parts of each of so many custodians, any ``threshold`` of whom have the secret together."""
    parts: list[list[bytes]] = [[] for _ in range(count)]
    for members in combinations(range(count), threshold):
        random = [secrets.token_bytes(len(secret)) for _ in members[1:]]
        for member, part in zip(members, [*random, joined([secret, *random])], strict=True):
            parts[member].append(part)
    return parts


def joined(parts: Sequence[bytes]) -> bytes:
    """Return the exclusive or of strings of one length."""
    size = len(parts[0])
    return reduce(lambda all_of, each: all_of ^ int.from_bytes(each, "big"), parts, 0).to_bytes(size, "big")


def read(data: bytes | bytearray, manifest: Manifest) -> Share:
    """Return a share of a pool, as it was handed out.

    Raises:
        ForeignShareError: it is of another pool. WrongShareError: it is none, or was changed.
    """
    try:
        share = decode_strictly(bytes(data), _SHARE, LARGEST)
    except NotStrictError as error:
        raise WrongShareError(f"this is no share: {error}", "give what was decrypted from a file of shares") from None
    header = manifest.header
    if share.pool != header.id:
        what = f"the share of {share.custodian[:64]!a} is of another pool than {header.name} {header.version}"
        raise ForeignShareError(what, "give the shares of this version of this pool")
    known = {each.name: each.share for each in header.custodians}
    if known.get(share.custodian) != _digest(bytes(data)):
        what = f"the share of {share.custodian[:64]!a} is not as it was handed out"
        raise WrongShareError(what, "ask its custodian for the share as it was encrypted to them")
    return share


def combine(given: Sequence[bytes | bytearray], manifest: Manifest) -> Any:
    """Return the identity that opens a pool.

    Args:
        given: shares, decrypted. manifest: of the pool.

    Raises:
        ShareError: they are too few, one is given twice, of another pool, or wrong; the kinds of it say which.
    """
    header = manifest.header
    found: dict[str, Share] = {}
    for each in given:
        share = read(each, manifest)
        if share.custodian in found:
            what = f"the share of {share.custodian} is given twice"
            raise DuplicateShareError(what, "give the shares of different custodians")
        found[share.custodian] = share
    if len(found) < header.threshold:
        what = f"{len(found)} of the {header.threshold} custodians agree that {header.name} asks for"
        have = ", ".join(each.name for each in header.custodians)
        raise TooFewSharesError(what, f"ask more of them: {have}")
    return _identity(list(found.values())[: header.threshold], manifest)


def _identity(given: list[Share], manifest: Manifest) -> Any:
    header = manifest.header
    names = [each.name for each in header.custodians]
    members = tuple(sorted(names.index(each.custodian) for each in given))
    divisions = list(combinations(range(len(names)), header.threshold))
    try:
        parts = [bytes.fromhex(each.parts[_place(divisions, members, names.index(each.custodian))]) for each in given]
        identity = pyrage.x25519.Identity.from_str(joined(parts).decode("ascii"))
    except (pyrage.IdentityError, ValueError, IndexError, OverflowError):
        identity = None
    if identity is None or str(identity.to_public()) != header.recipient:
        raise WrongShareError("these shares do not add up to the key of the pool", "ask the custodians for theirs anew")
    return identity


def _place(divisions: Sequence[tuple[int, ...]], members: tuple[int, ...], member: int) -> int:
    """Where a member's part of a division stands among all parts of theirs."""
    return [each for each in divisions if member in each].index(members)


def _possible(threshold: int, custodians: Sequence[tuple[str, str]]) -> None:
    count = len(custodians)
    if not FEWEST <= threshold <= count <= MOST:
        what = f"{threshold} of {count} custodians cannot be asked for"
        raise PoolError(what, f"name {FEWEST} to {MOST} custodians, and let {FEWEST} of them at least agree")
    if comb(count, threshold) > MOST_DIVISIONS:
        what = f"there are {comb(count, threshold):,} ways to choose {threshold} of {count} custodians"
        raise PoolError(what, f"name fewer custodians: at most {MOST_DIVISIONS:,} ways are prepared")
    for at, kind in ((0, "name"), (1, "key")):
        if len({each[at] for each in custodians}) != count:
            raise PoolError(f"two custodians have one {kind}", "let each share be another person's")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
