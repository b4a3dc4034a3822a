"""Terms and draws, signed: both sides sign the terms, the assessor signs the draw."""

from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.evaluation.pools.draw import DRAW_TYPE, TERMS_TYPE
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.trust.envelope import Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


BOTH = 2
"""How many sign the terms: the assessor and the developer."""


class Sides(NamedTuple):
    """Ids of the keys of the two sides; empty where a trial names none, so that any key that is believed will do."""

    assessor: str = ""
    developer: str = ""


def signed(statement: Statement, signer: "Signer", before: bytes | None = None) -> bytes:
    """Return a statement of a draw, signed; ``before`` is an envelope of the same statement that others have signed.

    Raises:
        DrawError: it is of another statement. EnvelopeError: it is none. SignerError: the key does not sign.
    """
    made = sign(statement, [signer])
    if before is None:
        return made.to_bytes()
    old = Envelope.from_bytes(before)
    if (old.payload, old.payload_type) != (made.payload, made.payload_type):
        raise DrawError("what was signed before is another draw, or other terms", "sign the file that both sides have")
    keyid = signer.public_key.keyid
    others = (each for each in old.signatures if each.keyid != keyid)  # who signs again has one signature still
    return Envelope(made.payload, made.payload_type, (*others, *made.signatures)).to_bytes()


def check_terms(envelope: bytes, ring: KeyRing, digest: str, sides: Sides) -> tuple[str, ...]:
    """Return the ids of the keys that signed terms: the two sides, each once, and nobody else.

    Args:
        digest: SHA-256 of the file.

    Raises:
        EnvelopeError: fewer did. DrawError: somebody else did, or they signed something else.
    """
    keyids = _signed(envelope, ring, digest, TERMS_TYPE, BOTH)
    there = sorted(each.keyid for each in Envelope.from_bytes(envelope).signatures)
    if sides.assessor and there != sorted(sides):
        raise DrawError(
            "the terms are not signed by the assessor and the developer whose keys the plan names, and nobody else",
            "do not rely on them; have those two sign",
        )
    return keyids


def check_draw(envelope: bytes, ring: KeyRing, digest: str, sides: Sides) -> tuple[str, ...]:
    """Return the ids of the keys that signed a draw, among which is the assessor's.

    Raises:
        EnvelopeError: nobody known did. DrawError: somebody else did, or signed something else.
    """
    keyids = _signed(envelope, ring, digest, DRAW_TYPE, 1)
    if sides.assessor and sides.assessor not in keyids:
        raise DrawError("the draw is not signed by the assessor whose key the plan names", "have the assessor draw")
    return keyids


def _signed(envelope: bytes, ring: KeyRing, digest: str, kind: str, threshold: int) -> tuple[str, ...]:
    verified = verify(envelope, ring, threshold)
    statement = verified.statement
    if statement.predicate_type != kind or statement.subject[0].digest.sha256 != digest:
        what = "what was signed is something else than this file"
        raise DrawError(what, "do not rely on it; ask both sides for what they signed")
    return verified.keyids
