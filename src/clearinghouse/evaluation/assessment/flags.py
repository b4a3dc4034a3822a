"""Flags: what somebody saw that lessens what the evidence can support, raised and settled by named people.

A flag that is open stands in the way of NOT COVERED, and some stand in the way of COVERED as well (rule R5). Whoever
raises or settles one signs that; the statements stand in ``flags/``, and the log names each by its digest. A flag is
settled with a reason, by somebody else than who raised it, and never by the developer of the model. What was settled
can be raised again: it is another flag then.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain, Entry, Log
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.fields import Plan, Role
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.formats.text import clean_line
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

FOLDER = "flags"
"""The folder of signed statements."""
RAISED, SETTLED = "flag raised", "flag settled"
"""What the log says."""
RAISED_TYPE = "urn:clearinghouse:predicate:frontier-flag:v1"
SETTLED_TYPE = "urn:clearinghouse:predicate:frontier-flag-settled:v1"
KINDS = ("contamination", "sandbagging", "verifier", "scaffold", "isolation", "exposure", "other")
STATEMENT = "statement"
"""The fact of a settlement that names the digest of its statement."""
_LONGEST = 500
_RAISED = ".raised.dsse.json"
_ASK = "do not rely on it; ask who keeps the folder for what was signed"


class Raised(NamedTuple):
    """A flag that was raised: its digest, by which it can be settled, and what it says."""

    digest: str
    flag: Flag


class _Told(NamedTuple):
    """What a statement says: about what, by whom, in which words, signed with which keys; and everything else."""

    about: str
    who: str
    says: str
    keyids: frozenset[str]
    facts: Mapping[str, Any]


def raise_flag(folder: Path, kind: str, says: str, signer: "Signer", *, who: str, now: dt.datetime) -> str:
    """Raise a flag and return its digest, by which it can be settled.

    Args:
        signer: of who raises it. who: that is. now: with a zone.

    Raises:
        AssessmentError: it is of no known kind, or says nothing. LedgerError, SignerError.
    """
    if kind not in KINDS or not says.strip() or not who.strip():
        what = f"a flag of the kind {kind[:40]!a}"
        raise AssessmentError(what, f"take one of {', '.join(KINDS)}, and say what is so, and who says it")
    log = Chain(folder / LOG)
    _tell_log(folder, log, now)
    says, who = clean_line(says, _LONGEST), clean_line(who, _LONGEST)
    facts = {"kind": kind, "says": says, "who": who, "at": stamp(now), "number": len(log.read().entries)}
    about = hashlib.sha256(canonical({"kind": kind, "says": says})).hexdigest()
    envelope = sign(Statement.of([("flag", about)], RAISED_TYPE, facts), [signer])
    digest = _digest(envelope)
    _keep(_raised(folder, digest), envelope)
    log.append(RAISED, digest, who=who, now=now, facts={"kind": kind, "says": says})
    keep_head(log, signer)
    return digest


def settle_flag(
    folder: Path, digest: str, says: str, signer: "Signer", plan: Plan, *, who: str, now: dt.datetime
) -> None:
    """Settle a flag, with a reason.

    Args:
        digest: of it, or the beginning of that, if it is the only one. signer: of who settles it. plan: which names
            the developer.

    Raises:
        AssessmentError: there is no such flag, it is settled, no reason is given, or who raised it settles it, or the
            developer. LedgerError, SignerError.
    """
    log = Chain(folder / LOG)
    _tell_log(folder, log, now)
    read = log.read()
    found = [each for each in read.find(RAISED) if digest and each.digest.startswith(digest)]
    if len(found) != 1 or read.find(SETTLED, found[0].digest):
        raise AssessmentError(f"there is no open flag {digest[:16]!a}", "name one that `frontier flag list` shows")
    if not says.strip() or not who.strip():
        raise AssessmentError("a flag is settled with a reason, by somebody who is named", "say why, and who says so")
    flag = found[0].digest
    says, who = clean_line(says, _LONGEST), clean_line(who, _LONGEST)
    raiser = Envelope.from_bytes(files.read(_raised(folder, flag), LARGEST_ENVELOPE))
    by = _told(raiser, frozenset(each.keyid for each in raiser.signatures), RAISED_TYPE)
    facts = {"says": says, "who": who, "at": stamp(now)}
    envelope = sign(Statement.of([("flag", flag)], SETTLED_TYPE, facts), [signer])
    _demand_other(by, _told(envelope, frozenset({signer.public_key.keyid}), SETTLED_TYPE), plan)
    _keep(_settled(folder, flag), envelope)
    log.append(SETTLED, flag, who=who, now=now, facts={"says": says, STATEMENT: _digest(envelope)})
    keep_head(log, signer)


def raised_in(folder: Path, plan: Plan, keys: KeyRing) -> tuple[Raised, ...]:
    """Return the flags that were raised in a folder, in the order in which they were raised.

    Who was killed while raising one left a statement of which the log does not tell yet: it counts, and is open.

    Args:
        plan: which names the developer. keys: that are believed.

    Raises:
        AssessmentError: a statement is missing, another, or by somebody who may not settle the flag.
        EnvelopeError: nobody known signed one. LedgerError: one cannot be read. TamperedLogError.
    """
    log = Chain(folder / LOG).read()
    settled = {each.digest: each for each in log.find(SETTLED)}
    raised = [each.digest for each in log.find(RAISED)]
    return tuple(_read(folder, each, settled.get(each), plan, keys) for each in (*raised, *_unlogged(folder, log)))


def _read(folder: Path, raised: str, settled: Entry | None, plan: Plan, keys: KeyRing) -> Raised:
    by = _signed(_raised(folder, raised), raised, RAISED_TYPE, keys)
    kind, says = by.facts.get("kind"), by.says
    if kind not in KINDS:
        raise AssessmentError(f"the flag {raised[:16]} is of no known kind", _ASK, source=str(folder))
    if settled is not None:
        other = _signed(_settled(folder, raised), settled.facts.get(STATEMENT, ""), SETTLED_TYPE, keys)
        if other.about != raised:
            raise AssessmentError(f"{other.who} settled another flag than {raised[:16]}", _ASK, source=str(folder))
        _demand_other(by, other, plan)
        says = f"{says} Settled by {other.who}: {other.says}"
    return Raised(raised, Flag(kind=str(kind), says=says, is_open=settled is None))


def _demand_other(raised: _Told, settled: _Told, plan: Plan) -> None:
    """Refuse who raised a flag, and the developer of the model, to settle it.

    Raises:
        AssessmentError: so it is.
    """
    alike = " ".join(raised.who.casefold().split()) == " ".join(settled.who.casefold().split())
    if alike or raised.keyids & settled.keyids:
        raise AssessmentError(f"{settled.who} raised this flag, and cannot settle it", "have somebody else settle it")
    if plan.ids(Role.DEVELOPER) & settled.keyids:
        raise AssessmentError("the developer of the model cannot settle flags", "have somebody else settle it")


def _signed(path: Path, digest: str, kind: str, keys: KeyRing) -> _Told:
    envelope = Envelope.from_bytes(files.read(path, LARGEST_ENVELOPE))
    if _digest(envelope) != digest:
        raise AssessmentError(f"{path} is not what the log names", _ASK, source=str(path))
    return _told(envelope, frozenset(verify(envelope, keys).keyids), kind)


def _told(envelope: Envelope, keyids: frozenset[str], kind: str) -> _Told:
    statement = Statement.from_bytes(envelope.payload)
    who, says = statement.predicate.get("who"), statement.predicate.get("says")
    if statement.predicate_type != kind or not isinstance(who, str) or not isinstance(says, str):
        raise AssessmentError(f"this statement is of type {statement.predicate_type[:100]!a}, and of no flag", _ASK)
    return _Told(statement.subject[0].digest.sha256, who, says, keyids, msgspec.to_builtins(statement.predicate))


def _unlogged(folder: Path, log: Log) -> list[str]:
    """Return the flags that were raised and of which the log does not tell, by their digests.

    One of which it does not tell that it was settled is open; so nothing is gained by taking entries away.

    Raises:
        AssessmentError: there is something else among the statements.
    """
    told = {each.digest for each in log.find(RAISED)}
    there = {each for each in (folder / FOLDER).glob("*") if not each.name.startswith(".")}
    found = sorted({each.name.removesuffix(_RAISED) for each in there if each.name.endswith(_RAISED)} - told)
    known = {place(folder, each) for each in (*told, *found) for place in (_raised, _settled)}
    if strange := sorted(there - known):
        raise AssessmentError(f"the log knows nothing of {strange[0]}", _ASK, source=str(strange[0]))
    return found


def _tell_log(folder: Path, log: Chain, now: dt.datetime) -> None:
    """Make up for what somebody who was killed did not tell the log; whose statement it is is asked by who reads it."""
    for digest in _unlogged(folder, log.read()):
        envelope = Envelope.from_bytes(files.read(_raised(folder, digest), LARGEST_ENVELOPE))
        by = _told(envelope, frozenset(), RAISED_TYPE)
        facts = {"kind": clean_line(str(by.facts.get("kind")), _LONGEST), "says": by.says}
        log.append(RAISED, digest, who=by.who, now=now, facts=facts)


def _keep(path: Path, envelope: Envelope) -> None:
    files.make_folder(path.parent)
    files.write(path, envelope.to_bytes())


def _raised(folder: Path, digest: str) -> Path:
    return folder / FOLDER / f"{digest}{_RAISED}"


def _settled(folder: Path, digest: str) -> Path:
    return folder / FOLDER / f"{digest}.settled.dsse.json"


def _digest(envelope: Envelope) -> str:
    return hashlib.sha256(envelope.payload).hexdigest()
