"""Terms and draws, signed: both sides sign the terms, whoever makes the draw signs the draw."""

from typing import TYPE_CHECKING

from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.trust.envelope import Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


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


def check_signed(envelope: bytes, ring: KeyRing, digest: str, kind: str, threshold: int) -> tuple[str, ...]:
    """Return the ids of the keys that signed a draw or its terms.

    Args:
        digest: SHA-256 of the file. kind: :data:`TERMS_TYPE` or :data:`DRAW_TYPE`. threshold: how many must have.

    Raises:
        EnvelopeError: they did not. DrawError: they signed something else.
    """
    verified = verify(envelope, ring, threshold)
    statement = verified.statement
    if statement.predicate_type != kind or statement.subject[0].digest.sha256 != digest:
        what = "what was signed is something else than this file"
        raise DrawError(what, "do not rely on it; ask both sides for what they signed")
    return verified.keyids
