"""The key of a pool, shared out so that m of n custodians open it together and fewer learn nothing.

The sharing is Shamir's, in the form of SLIP-0039 (https://github.com/satoshilabs/slips/blob/master/slip-0039.md), by its
reference implementation, ``shamir-mnemonic``. It was taken because it is a published format with test vectors, is
maintained by who designed it, has the digest that tells a wrong share from a right one, and its shares are words that a
person can write down and read out, should every computer fail. Its own documentation says that it is not hardened
against side channels: open pools on a machine that is not shared.

A share is bound to its pool and its custodian, and its digest is in the manifest. So a share of another pool, one that
was given twice and one that was changed are told apart before anything is combined.

What Python cannot do: the words, and the identity that they add up to, are ``str`` and ``bytes`` inside libraries, which
cannot be overwritten. They live until the interpreter reuses the memory. What is ours is overwritten.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

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
    import shamir_mnemonic
except ImportError as error:
    raise MissingExtraError("shamir-mnemonic") from error

SCHEMA = "clearinghouse share 1"
LARGEST = 16 << 10
"""Most bytes of a share, encrypted or not."""
FEWEST, MOST = 2, 16
"""How many custodians there may be; two of them at least must agree."""


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One share.

    Attributes:
        schema: always :data:`SCHEMA`. pool: the id of the pool's version. custodian: whose it is. words: of SLIP-0039.
    """

    schema: str = SCHEMA
    pool: str
    custodian: str
    words: str

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
    secret = str(identity).encode("ascii")
    [group] = shamir_mnemonic.generate_mnemonics(1, [(threshold, len(custodians))], secret, iteration_exponent=0)
    made, sealed = [], {}
    for (name, key), words in zip(custodians, group, strict=True):
        share = Share(pool=pool, custodian=name, words=words).to_bytes()
        sealed[name] = keys.encrypted(share, [keys.recipient(key)])
        made.append(Custodian(name, key, _digest(sealed[name]), _digest(share)))
    return Cut(str(identity.to_public()), tuple(made), sealed)


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
    return _joined([each.words for each in found.values()][: header.threshold], header.recipient)


def _joined(words: list[str], public: str) -> Any:
    try:
        secret = shamir_mnemonic.combine_mnemonics(words)
        identity = pyrage.x25519.Identity.from_str(secret.decode("ascii"))
    except (shamir_mnemonic.MnemonicError, pyrage.IdentityError, ValueError):
        identity = None
    if identity is None or str(identity.to_public()) != public:
        raise WrongShareError("these shares do not add up to the key of the pool", "ask the custodians for theirs anew")
    return identity


def _possible(threshold: int, custodians: Sequence[tuple[str, str]]) -> None:
    count = len(custodians)
    if not FEWEST <= threshold <= count <= MOST:
        what = f"{threshold} of {count} custodians cannot be asked for"
        raise PoolError(what, f"name {FEWEST} to {MOST} custodians, and let {FEWEST} of them at least agree")
    for at, kind in ((0, "name"), (1, "key")):
        if len({each[at] for each in custodians}) != count:
            raise PoolError(f"two custodians have one {kind}", "let each share be another person's")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
