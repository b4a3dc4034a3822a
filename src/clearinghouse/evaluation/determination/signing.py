"""A determination as a signed in-toto statement.

The subjects are the assessment, the plan and everything that is cited, each with its SHA-256; the predicate is the
record. The statement is read as strictly as it is written: a field that is not known makes it another version, because
a determination must not carry anything that its readers do not see.
Source: in-toto Attestation Framework, Statement v1.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from clearinghouse.evaluation.determination.demands import require
from clearinghouse.evaluation.determination.errors import NoDeterminationError
from clearinghouse.evaluation.determination.record import Determination
from clearinghouse.trust.envelope import Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-determination:v1"
ASSESSMENT, PLAN, EVIDENCE = "assessment", "plan", "evidence"
"""The first part of the name of each subject; of evidence a colon and its own name follow."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A determination whose signature holds.

    Attributes:
        record: what was signed. keyids: of the known keys that signed it. sha256: of the statement that was signed, by
            which later events and determinations name it; it does not change when somebody adds a signature.
    """

    record: Determination
    keyids: tuple[str, ...]
    sha256: str


def statement_of(record: Determination) -> Statement:
    """Return the statement about a record.

    Raises:
        DemandError: the record does not fulfil what every determination fulfils.
    """
    return Statement.of(_subjects(require(record)), PREDICATE_TYPE, msgspec.to_builtins(record))


def signed(record: Determination, signers: Sequence["Signer"]) -> Envelope:
    """Return a determination, signed by the officer and whoever signs with the officer.

    Raises:
        DemandError: see :func:`statement_of`, or none of the keys is the one that the record names as the officer's.
        StatementError: it is too long. SignerError: a key does not sign.
    """
    keyids = [each.public_key.keyid for each in signers]
    if record.decided_by.key not in keyids:
        what = f"the record names the officer's key {record.decided_by.key[:80]!a}, with which it is not signed"
        raise NoDeterminationError(what, "sign with the officer's key")
    return sign(statement_of(record), signers)


def read_signed(envelope: bytes, keys: KeyRing) -> Signed:
    """Return the determination in an envelope.

    Raises:
        EnvelopeError: the signature does not hold. NoDeterminationError: it is something else, or the officer did not
            sign. DemandError: it lacks what every determination has.
    """
    verified = verify(envelope, keys)
    record = record_of(verified.statement)
    if record.decided_by.key not in verified.keyids:
        what = f"this determination is not signed by the key of its officer, {record.decided_by.name}"
        raise NoDeterminationError(what, "ask the officer to sign it")
    sha256 = hashlib.sha256(Envelope.from_bytes(envelope).payload).hexdigest()
    return Signed(record=record, keyids=verified.keyids, sha256=sha256)


def record_of(statement: Statement) -> Determination:
    """Return the record in a statement.

    Raises:
        NoDeterminationError: it holds none of this version, or is about other things than its record says.
        DemandError: see :func:`statement_of`.
    """
    if statement.predicate_type != PREDICATE_TYPE:
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no determination"
        raise NoDeterminationError(what, f"give one of type {PREDICATE_TYPE}")
    try:
        record = msgspec.convert(statement.predicate, Determination)
    except msgspec.ValidationError as error:
        what = f"this statement is no determination of this version: {error}"
        raise NoDeterminationError(what, "look whether a newer version of this software wrote it") from None
    require(record)
    said = {(each.name, each.digest.sha256) for each in statement.subject}
    if said != set(_subjects(record)):
        what = "this statement is about other things than the determination in it cites"
        raise NoDeterminationError(what, "ask who made it for another")
    return record


def _subjects(record: Determination) -> Iterator[tuple[str, str]]:
    yield ASSESSMENT, record.assessment.sha256
    yield PLAN, record.plan.sha256
    for each in record.evidence:
        yield f"{EVIDENCE}:{each.name}", each.sha256
