"""Signed verdicts as they are read: each is verified each time, and what does not hold is told as such."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.validations import signing
from clearinghouse.server.validations.agreement import Opinion
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.validations.sealed import About, open_as
from clearinghouse.trust.envelope import verify
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import Statement
from clearinghouse.validation.attestation import Said, said_by
from clearinghouse.validation.verdict import Verdict

CONTEXT = b"attestation"


class Standing(StrEnum):
    """Whether a signed verdict can be believed."""

    VERIFIED = "verified"
    TAMPERED = "tampered"
    """It is not what was signed, or not about this recipe: somebody changed it where it is kept."""
    REVOKED = "revoked"
    """Whose key it was says that it counts no more."""
    DESTROYED = "destroyed"
    """Its content was destroyed on purpose."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A signed verdict as it was found.

    Attributes:
        row: where it stands. standing: whether it can be believed. why: what is wrong, where something is.
        statement, said: what was signed; None where it cannot be believed. envelope: its bytes, where they could be
            opened.
    """

    row: Attestation
    standing: Standing
    why: str = ""
    statement: Statement | None = None
    said: Said | None = None
    envelope: bytes = b""

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that can be believed."""
        return self.said.verdict if self.said is not None else None


def read(rows: Iterable[Attestation]) -> list[Read]:
    """Return signed verdicts, each verified now. Rows come with their recipe and key."""
    found = list(rows)
    sealers = vault.sealers({each.recipe.envelope_id for each in found})
    pems = signing.pems({each.key_id: each.key for each in found}.values())
    return [_read(each, sealers.get(each.recipe.envelope_id), pems.get(each.key_id)) for each in found]


def _read(row: Attestation, sealer: Sealer | None, pem: bytes | None) -> Read:
    if row.sealed is None or sealer is None:
        return Read(row=row, standing=Standing.DESTROYED, why="its content was destroyed on purpose")
    envelope = b""
    try:
        envelope = sealer.open(bytes(row.sealed), context(row.recipe_id))
        statement, said = _verified(row, envelope, pem, sealer)
    except (ClearinghouseError, ValueError, msgspec.DecodeError) as error:
        why = error.what if isinstance(error, ClearinghouseError) else str(error)
        return Read(row=row, standing=Standing.TAMPERED, why=why, envelope=envelope)
    if row.key.revoked_at is not None:
        why = "the key that signed it was revoked"
        return Read(row=row, standing=Standing.REVOKED, why=why, statement=statement, envelope=envelope)
    return Read(row=row, standing=Standing.VERIFIED, statement=statement, said=said, envelope=envelope)


def _verified(row: Attestation, envelope: bytes, pem: bytes | None, sealer: Sealer) -> tuple[Statement, Said]:
    """Return what was signed, if it was, by the key that the row names, about the recipe that it hangs on.

    Raises:
        ClearinghouseError: it was not.
    """
    if pem is None:
        raise SealBrokenError("the key that signed it was changed where it is kept", "restore it from a backup")
    if row.participant_id != row.key.participant_id:
        raise SealBrokenError("it is put down to somebody else than whose key signed it", "restore it from a backup")
    statement = verify(envelope, KeyRing([PublicKey.from_pem(pem)])).statement
    said = said_by(statement)
    about = open_as(About, row.recipe.meta or b"", row.recipe_id, sealer)
    if said.recipe.get("sha256") != about.digest:
        raise SealBrokenError("it is about another recipe than the one that it hangs on", "restore it from a backup")
    if said.verdict != row.verdict:
        what = "the verdict that is counted is another one than what was signed"
        raise SealBrokenError(what, "restore it from a backup")
    return statement, said


def context(recipe: int) -> bytes:
    """Return what a sealed envelope is bound to."""
    return b"%b:%d" % (CONTEXT, recipe)


def believed(found: Sequence[Read]) -> list[Opinion]:
    """Return those that can be believed, as they are counted. Rows come with the recipe's report."""
    return [
        Opinion(
            validator=each.row.participant_id or 0,
            key=each.row.key.fingerprint,
            verdict=each.said.verdict,
            at=each.row.received_at,
            finder=each.row.participant_id == each.row.recipe.report.submitter_id,
        )
        for each in found
        if each.said is not None
    ]
