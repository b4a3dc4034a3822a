"""Envelopes: statements with signatures, in which nothing can be changed without being noticed.

Source: DSSE 1.0.2, protocol and JSON envelope (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md and
envelope.md beside it), and which payload types are in-toto statements
(https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md).

What is signed is not the JSON but the payload's bytes together with their type (:func:`pae`), and the statement that
:func:`verify` returns is read from those very bytes. The id of a key in an envelope is a hint that anybody can change;
it only says which key to try. A signature without one is tried with every key.

``securesystemslib.dsse.Envelope`` is not used: it takes no signature without an id, refuses two with one id instead of
counting them once, and does not tell a wrong signature from one by a key that it does not know.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Self

import msgspec

from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import Json, canonical
from clearinghouse.trust.keys import KeyRing, PublicKey, SignerError
from clearinghouse.trust.statement import LARGEST_STATEMENT, NotStrictError, Statement, decode_strictly

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The type of a payload that is an in-toto statement."""
LARGEST_ENVELOPE = LARGEST_STATEMENT // 3 * 4 + 2**20
"""The longest envelope that is read, in bytes: the longest statement as base64, and room for signatures."""
MOST_SIGNATURES = 64
LONGEST_KEYID = 1_024
"""The longest id of a key, in characters."""
LONGEST_SIGNATURE = 8_192
"""The longest signature as base64, in characters."""
MOST_TRIALS = 1_024
"""How many pairs of a key and a signature that names none are tried."""

_PAYLOAD_TYPE = re.compile(r"application/vnd\.in-toto(?:\.[a-z0-9_.-]{1,100})?\+json")
_FROM_URL_SAFE = str.maketrans("-_", "+/")
_FORM = "see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md for what one looks like"
_OTHERS_KEYS = "get the public key from whoever signed, by a way that you trust, and add it to your keys"


class EnvelopeError(ClearinghouseError):
    """An envelope that does not show that its statement was signed as asked. The kinds of it say why."""


class NotAnEnvelopeError(EnvelopeError):
    """Bytes that are no envelope of DSSE."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this is no DSSE envelope: {why}", _FORM)


class PayloadTypeError(EnvelopeError):
    """What is signed, and rightly, is something else than a statement."""


class UnknownKeyError(EnvelopeError):
    """No signature is by a known key, so nothing is known about the content."""


class TamperedError(EnvelopeError):
    """A known key is said to have signed this, and did not: the content, its type, or the signature was changed."""


class ThresholdError(EnvelopeError):
    """The signatures by known keys are right, and are too few."""


class Signature(msgspec.Struct, frozen=True):
    """One signature.

    Attributes:
        sig: its bytes, whose form is the key's affair. keyid: a hint by whose key it is; empty where there is none.
    """

    sig: bytes
    keyid: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """Bytes, what they are, and signatures over both. Nothing in it is to be believed before :func:`verify`.

    Attributes:
        payload: what is signed. payload_type: what it is. signatures: in the order in which they were made.

    Law: ``Envelope.from_bytes(envelope.to_bytes()) == envelope``, within the limits of this module.
    """

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the envelope that is written in JSON. Members that are not known are passed over (envelope.md).

        Base64 may have either alphabet, and of each only the one form that encoding gives (RFC 4648, 3.5): padded, with
        zeros for the bits that are left over, so that no second text stands for the same bytes.

        Raises:
            NotAnEnvelopeError: it is none, is longer than the limits of this module, or is ambiguous.
        """
        try:
            read = decode_strictly(data, _READER, LARGEST_ENVELOPE)
            signatures = tuple(
                Signature(_decoded(each.sig, f"signatures[{at}].sig"), each.keyid)
                for at, each in enumerate(read.signatures)
            )
            return cls(_decoded(read.payload, "payload"), read.payload_type, signatures)
        except NotStrictError as error:
            raise NotAnEnvelopeError(str(error)) from None

    def to_bytes(self) -> bytes:
        """Return the envelope as canonical JSON, with standard base64."""
        signatures: list[Json] = [_members(each) for each in self.signatures]
        payload = base64.b64encode(self.payload).decode("ascii")
        return canonical({"payload": payload, "payloadType": self.payload_type, "signatures": signatures})


class _WrittenSignature(msgspec.Struct, frozen=True):
    sig: Annotated[str, msgspec.Meta(max_length=LONGEST_SIGNATURE)]
    keyid: Annotated[str, msgspec.Meta(max_length=LONGEST_KEYID)] = ""


class _Written(msgspec.Struct, frozen=True, rename="camel"):
    """An envelope as it stands in JSON."""

    payload: str
    payload_type: Annotated[str, msgspec.Meta(max_length=256)]
    signatures: Annotated[tuple[_WrittenSignature, ...], msgspec.Meta(max_length=MOST_SIGNATURES)]


_READER = msgspec.json.Decoder(_Written)


class Verified(msgspec.Struct, frozen=True):
    """What an envelope showed.

    Attributes:
        statement: what was signed. keyids: of the known keys that signed it, each once, in the order of signatures.
    """

    statement: Statement
    keyids: tuple[str, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed for a payload: DSSE's pre-authentication encoding (protocol.md).

    Law: two pairs of type and payload have two encodings, because the lengths (in bytes) say where each ends.
    """
    named = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def sign(statement: Statement, signers: Sequence["Signer"]) -> Envelope:
    """Return a statement in an envelope, signed by each of ``signers``, which are securesystemslib's.

    Each signature is checked before it goes out: a key service that is set up with another key's public half, or a
    fault, is noticed by the signer and not by everybody else.

    Raises:
        StatementError: the statement cannot be written. SignerError: a signer fails, its signature does not fit its
            public key, there are too many, or none.
    """
    return sign_payload(statement.to_bytes(), PAYLOAD_TYPE, signers)


def sign_payload(payload: bytes, payload_type: str, signers: Sequence["Signer"]) -> Envelope:
    """Return any bytes with their type in an envelope; see :func:`sign`. What they mean is the type's affair.

    Raises:
        SignerError: see :func:`sign`.
    """
    if not 0 < len(signers) <= MOST_SIGNATURES:
        raise SignerError(f"{len(signers)} keys cannot sign a payload", f"name 1 to {MOST_SIGNATURES} of them")
    signed = pae(payload_type, payload)
    return Envelope(payload, payload_type, tuple(_signature(each, signed) for each in signers))


def verify(envelope: Envelope | bytes, keys: KeyRing, threshold: int = 1) -> Verified:
    """Return the statement in an envelope, if enough known keys signed it.

    A signature that is wrong or by nobody known does not spoil those that are right (protocol.md, multi-signature
    verification). Keys are counted, not signatures and not ids: two signatures of one key count once.

    Args:
        envelope: the envelope, or what was received as one. keys: those that are believed. threshold: how many of them
            must have signed, at least 1.

    Raises:
        NotAnEnvelopeError: see :meth:`Envelope.from_bytes`. TamperedError: too few, and a signature that names a known
            key is not its signature. UnknownKeyError: no known key is named, and none made a signature that names no
            key; without a name it cannot be told whether the content was changed. ThresholdError: too few, but right.
            PayloadTypeError, StatementError: it is signed, and is no statement. ValueError: ``threshold`` is below 1.
    """
    if threshold < 1:
        raise ValueError(f"a threshold is at least 1, not {threshold}")
    read = envelope if isinstance(envelope, Envelope) else Envelope.from_bytes(envelope)
    keyids = _who_signed(read, keys, threshold)
    if not _PAYLOAD_TYPE.fullmatch(read.payload_type):
        what = f"what is signed is {_shown(read.payload_type)}, which is no in-toto statement in JSON"
        raise PayloadTypeError(what, f"ask for a statement in an envelope of type {PAYLOAD_TYPE}")
    return Verified(Statement.from_bytes(read.payload), keyids)


def verify_payload(envelope: Envelope | bytes, keys: KeyRing, payload_type: str) -> bytes:
    """Return what was signed, if a known key signed it as being of a type of ours.

    Raises:
        NotAnEnvelopeError, TamperedError, UnknownKeyError: see :func:`verify`. PayloadTypeError: it is signed as
            something else.
    """
    read = envelope if isinstance(envelope, Envelope) else Envelope.from_bytes(envelope)
    _who_signed(read, keys, 1)
    if read.payload_type != payload_type:
        raise PayloadTypeError(f"what is signed is {_shown(read.payload_type)}", f"sign it as {payload_type}")
    return read.payload


def _who_signed(envelope: Envelope, keys: KeyRing, threshold: int) -> tuple[str, ...]:
    if len(keys) * sum(not each.keyid for each in envelope.signatures) > MOST_TRIALS:
        what = "this envelope has signatures that do not say by which key they are, too many to try all known keys"
        raise UnknownKeyError(what, "have it signed with ids of keys, or check it with fewer keys")
    signed = pae(envelope.payload_type, envelope.payload)
    right: dict[str, str] = {}  # ids by what the keys are
    wrong: dict[str, str] = {}
    for signature in envelope.signatures:
        named = keys.get(signature.keyid) if signature.keyid else None
        maker = _maker(signature, named, keys, signed)
        if maker is not None:
            right.setdefault(maker.fingerprint, maker.keyid)
        elif named is not None:
            wrong.setdefault(named.fingerprint, named.keyid)
    if len(right) < threshold:
        raise _refused(envelope, right, {key: keyid for key, keyid in wrong.items() if key not in right}, threshold)
    return tuple(right.values())


def _maker(signature: Signature, named: PublicKey | None, keys: KeyRing, signed: bytes) -> PublicKey | None:
    if signature.keyid:
        return named if named is not None and named.verifies(signature.sig, signed) else None
    return next((each for each in keys if each.verifies(signature.sig, signed)), None)


def _refused(envelope: Envelope, right: dict[str, str], wrong: dict[str, str], threshold: int) -> EnvelopeError:
    if wrong:
        what = (
            f"the signature by the known key {_some(wrong.values())} is wrong: content, type, or signature was changed"
        )
        return TamperedError(what, "do not use it; get it anew from whoever signed it, and report where this came from")
    if right:
        what = f"{threshold} known keys must have signed, and {len(right)} did: {_some(right.values())}"
        return ThresholdError(what, "have it signed by more keys that you know, or ask for fewer")
    if not envelope.signatures:
        return UnknownKeyError("this envelope has no signature", "have it signed")
    named = [each.keyid for each in envelope.signatures if each.keyid]
    if len(named) == len(envelope.signatures):
        return UnknownKeyError(f"it is signed by no key that is known, but by {_some(named)}", _OTHERS_KEYS)
    what = "none of the known keys made its signatures, some of which name no key: others did, or something was changed"
    return UnknownKeyError(what, _OTHERS_KEYS)


def _signature(signer: "Signer", signed: bytes) -> Signature:
    try:
        made = signer.sign(signed)
        signature = Signature(bytes.fromhex(made.signature), made.keyid)
        right = PublicKey(signer.public_key).verifies(signature.sig, signed)
    except ClearinghouseError:
        raise
    except Exception as error:  # services raise what they like (securesystemslib, Signer)
        what = f"the key {_shown(signer.public_key.keyid)} did not sign: {' '.join(str(error).split())[:200]}"
        raise SignerError(what, "see that it can be reached, and that you may use it") from error
    if not right or signature.keyid != signer.public_key.keyid:
        what = f"the signature by {_shown(signer.public_key.keyid)} does not fit its public key"
        raise SignerError(what, "name the public key that belongs to the private one")
    return signature


def _members(signature: Signature) -> dict[str, str]:
    sig = base64.b64encode(signature.sig).decode("ascii")
    return {"keyid": signature.keyid, "sig": sig} if signature.keyid else {"sig": sig}


def _decoded(text: str, where: str) -> bytes:
    url_safe = "-" in text or "_" in text
    plain = text.translate(_FROM_URL_SAFE)
    try:
        data = base64.b64decode(plain, validate=True)
    except ValueError:  # binascii's error is one
        data = b""
    if base64.b64encode(data).decode("ascii") != plain or (url_safe and ("+" in text or "/" in text)):
        raise NotStrictError(f"{where} is no base64 as encoding gives it, standard or URL-safe")
    return data


def _some(keyids: Iterable[str]) -> str:
    first, *others = keyids
    return f"{_shown(first)} and {len(others)} more" if others else _shown(first)


def _shown(text: str) -> str:
    return ascii(text[:80])  # it may come from anybody
