"""Signed verdicts as they are read: each is verified each time, and what does not hold is told as such."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

import msgspec
from django.db.models import BooleanField, ExpressionWrapper, Max, Q, QuerySet

from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import signing
from clearinghouse.server.validations.agreement import TELLING, Opinion
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.validations.sealed import About, open_as
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.trust.envelope import verify
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import Statement
from clearinghouse.validation.attestation import Said, said_by
from clearinghouse.validation.verdict import Verdict

CONTEXT = b"attestation"
ANOTHER = "another organisation"
"""How a participant is called to those who are not told which it is."""
_LONGEST = 1_000
"""Characters of the reason of a verdict that are read: a validator's own words, of any length and kind."""


class Belief(StrEnum):
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
        statement, said: what was signed, its reason as one line; None where it cannot be believed.
        envelope: its bytes, where they could be opened.
        by, keyid: who signed it, empty where it is this installation, and with what key, as far as the reader may know
            it; :data:`ANOTHER` and nothing where not.
    """

    row: Attestation
    standing: Belief
    why: str = ""
    statement: Statement | None = None
    said: Said | None = None
    envelope: bytes = b""
    by: str = ""
    keyid: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that can be believed."""
        return self.said.verdict if self.said is not None else None


def read(rows: Iterable[Attestation], reader: Reader = NOBODY) -> list[Read]:
    """Return signed verdicts, each verified now. Rows come with their recipe, key and participant.

    Args:
        reader: to whom it is told who signed them; nobody is not told.
    """
    found = list(rows)
    sealers = vault.sealers({each.recipe.envelope_id for each in found})
    pems = signing.pems({each.key_id: each.key for each in found}.values())
    verified = [_read(each, sealers.get(each.recipe.envelope_id), pems.get(each.key_id)) for each in found]
    return [_signed(each, reader) for each in verified]


def _signed(found: Read, reader: Reader) -> Read:
    """Who else was let in is told by who signed: to coordinators, and to those who did."""
    row = found.row
    if row.participant_id is None:
        return msgspec.structs.replace(found, keyid=row.key.keyid)
    if Role.COORDINATOR in reader.roles or row.participant_id == reader.participant:
        return msgspec.structs.replace(found, by=row.participant.name, keyid=row.key.keyid)
    return msgspec.structs.replace(found, by=ANOTHER)


def _read(row: Attestation, sealer: Sealer | None, pem: bytes | None) -> Read:
    if row.sealed is None or sealer is None:
        return Read(row=row, standing=Belief.DESTROYED, why="its content was destroyed on purpose")
    envelope = b""
    try:
        envelope = sealer.open(bytes(row.sealed), context(row.recipe_id))
        statement, said = _verified(row, envelope, pem, sealer)
    except (ClearinghouseError, ValueError, msgspec.DecodeError) as error:
        why = clean_line(error.what if isinstance(error, ClearinghouseError) else str(error), _LONGEST)
        return Read(row=row, standing=Belief.TAMPERED, why=why, envelope=envelope)
    if row.key.revoked_at is not None:
        why = "the key that signed it was revoked"
        return Read(row=row, standing=Belief.REVOKED, why=why, statement=statement, envelope=envelope)
    return Read(row=row, standing=Belief.VERIFIED, statement=statement, said=said, envelope=envelope)


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
    return statement, msgspec.structs.replace(said, why=clean_line(said.why, _LONGEST))


def context(recipe: int) -> bytes:
    """Return what a sealed envelope is bound to."""
    return b"%b:%d" % (CONTEXT, recipe)


def counted(rows: QuerySet[Attestation]) -> QuerySet[Attestation]:
    """Return those of some signed verdicts that can count: of each recipe and validator the latest that says something.

    The latest of those that do not is among them too. However many one validator gives in, they push out nobody's.
    """
    living = rows.filter(sealed__isnull=False, key__revoked_at__isnull=True)
    telling = ExpressionWrapper(Q(verdict__in=TELLING), output_field=BooleanField())
    groups = living.order_by().annotate(telling=telling).values("recipe", "participant", "telling")
    return Attestation.objects.filter(pk__in=groups.annotate(latest=Max("pk")).values("latest"))


def believed(found: Iterable[Read], finders: Collection[int]) -> list[Opinion]:
    """Return those that can be believed, as they are counted. Rows come with the recipe's report.

    Args:
        finders: primary keys of participants who found what they are about; who sent the report of a recipe is one.
    """
    return [
        Opinion(
            validator=each.row.participant_id or 0,
            recipe=each.row.recipe_id,
            key=each.row.key.fingerprint,
            verdict=each.said.verdict,
            at=each.row.received_at,
            finder=is_finder(each.row, finders),
        )
        for each in found
        if each.said is not None
    ]


def is_finder(row: Attestation, finders: Collection[int]) -> bool:
    """Whether who signed a verdict found what it is about; the row comes with its recipe's report."""
    return row.participant_id == row.recipe.report.submitter_id or row.participant_id in finders


def finders_of(reader: Reader, flaws: Iterable[int] | QuerySet[Any], read: Iterable[Read]) -> dict[int, set[int]]:
    """Return which of those who signed found each of some vulnerabilities: who sent a finding that the reader may see.

    Who sent a finding that is hidden from them is none to them, for else the count would tell that there is one.
    """
    signed = {each.row.participant_id for each in read} - {None}
    if not signed:
        return {}
    own = Finding.objects.filter(vulnerability__in=flaws, report__submitter__in=signed)
    rows = visible(reader, own).order_by().values_list("vulnerability", "report__submitter").distinct()
    found: dict[int, set[int]] = {}
    for flaw, submitter in rows:
        found.setdefault(flaw, set()).add(submitter)
    return found
