"""What is done in the folder of an assessment: a determination is signed, and events are added to it.

Everything is checked before anything is written. Files are written first and the log last; who is killed in between
does the same again, and the log has it.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clearinghouse.evaluation.assessment.document import LARGEST as LARGEST_ASSESSMENT
from clearinghouse.evaluation.assessment.document import digest
from clearinghouse.evaluation.assessment.folder import ASSESSMENT
from clearinghouse.evaluation.determination.demands import faults
from clearinghouse.evaluation.determination.draft import LARGEST, Draft, look
from clearinghouse.evaluation.determination.errors import ChainError, DemandError, DeterminationError, DraftError
from clearinghouse.evaluation.determination.events import LARGEST as LARGEST_EVENTS
from clearinghouse.evaluation.determination.events import Chained, Event, signed_event
from clearinghouse.evaluation.determination.folder import (
    CITED,
    EVENT,
    SIGNED,
    Held,
    assessment_in,
    evidence_in,
    openings_of,
    path_of,
    plan_of,
)
from clearinghouse.evaluation.determination.making import Made, drawn_up
from clearinghouse.evaluation.determination.package.names import DETERMINATION, EVENTS
from clearinghouse.evaluation.determination.reconsideration import answer, reconsidered, require_answers
from clearinghouse.evaluation.determination.record import Conclusion, Reconsidered
from clearinghouse.evaluation.determination.roles import require_officer, require_roles
from clearinghouse.evaluation.determination.signing import Signed, read_signed, signed
from clearinghouse.evaluation.determination.standing import required
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.reading import Fault
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope
from clearinghouse.trust.keys import KeyRing, PublicKey

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

SIGNED_WITHIN = dt.timedelta(days=7)
"""How long after it was decided a determination is signed at the latest: the developer's days count from then on."""

Names = Callable[[Conclusion], Reconsidered]
"""Returns which determination a conclusion reconsiders."""


class Looked(msgspec.Struct, frozen=True):
    """What a draft comes to in its folder: the record, None where it cannot be drawn up, and everything wrong."""

    made: Made | None
    faults: tuple[Fault, ...]


def look_at(folder: Path, draft: Path, key: str, now: dt.datetime, reconsiders: Names | None = None) -> Looked:
    """Draw up the record that follows from a draft and the assessment beside it, and say everything that is wrong.

    Args:
        draft: its file. key: the id of the officer's key. now: with a zone. reconsiders: where it answers a request.

    Raises:
        LedgerError, AssessmentError, DeterminationError: the folder's assessment cannot be relied on.
    """
    assessment, sha256 = assessment_in(folder)
    written, wrong = look(files.read(draft, LARGEST))
    if written is None or any(each.where != "conclusion" for each in wrong):
        return Looked(None, wrong)
    longest = (written.decided or now) + dt.timedelta(days=plan_of(folder, assessment.plan.sha256).expires_days)
    told = [*wrong, *_timely(written, now, longest)]
    written = msgspec.structs.replace(written, expires=written.expires or longest)
    named = reconsiders(written.conclusion) if reconsiders and not wrong else None
    try:
        evidence = evidence_in(folder, written.evidence)
        made = drawn_up(written, assessment, sha256, evidence, key, now, reconsiders=named)
    except (DemandError, DraftError, LedgerError) as error:
        return Looked(None, (*told, Fault("", error.what, error.remedy)))
    without = {each.where for each in wrong}
    found = (each for each in faults(made.record) if each.where not in without)
    return Looked(made, (*told, *found))


def sign_in(folder: Path, draft: Path, signer: "Signer", now: dt.datetime, reconsiders: Names | None = None) -> Signed:
    """Make the record of a draft, sign it, and put it into the folder with what opens the words it withholds.

    Args:
        signer: of the officer. now: with a zone.

    Raises:
        DemandError: something is wrong with the draft; :func:`look_at` tells all of it. LedgerError: a file cannot be
            read or written, or there is a determination of this number. SignerError: the key does not sign.
    """
    made = made_in(folder, draft, signer.public_key.keyid, now, reconsiders)
    return keep(folder, made, signed(made.record, [signer]), signer, now)


def made_in(folder: Path, draft: Path, key: str, now: dt.datetime, reconsiders: Names | None = None) -> Made:
    """Return the record of a draft with which nothing is wrong.

    Raises:
        DemandError: something is; the first thing is told. RolesError: the plan names other officers.
    """
    looked = look_at(folder, draft, key, now, reconsiders)
    if looked.made is not None and not looked.faults:
        record = looked.made.record
        require_officer(plan_of(folder, record.plan.sha256), record.decided_by, record.number)
    if looked.made is None or looked.faults:
        first, more = looked.faults[0], len(looked.faults) - 1
        rest = f" (and {more} more)" if more else ""
        raise DemandError(f"{draft}: {first.what}{rest}", first.remedy)
    return looked.made


def keep(folder: Path, made: Made, envelope: Envelope, signer: "Signer", now: dt.datetime) -> Signed:
    """Put a signed record into a folder, and into its log.

    Raises:
        LedgerError: there is another determination of this number, or a file cannot be written.
    """
    number = made.record.number
    path = path_of(folder, number, DETERMINATION)
    own = KeyRing([PublicKey(signer.public_key)])
    log = Chain(folder / LOG)
    if path.exists():
        there = read_signed(files.read(path, LARGEST_ENVELOPE), own)
        if log.read().find(SIGNED, there.sha256):
            what = f"there is a determination {number} in {folder}"
            raise DeterminationError(what, "give the draft another number", source=str(path))
    else:
        cited = files.read(folder / ASSESSMENT, LARGEST_ASSESSMENT)
        if digest(cited) != made.record.assessment.sha256:
            what = f"the assessment in {folder} was changed while the record of it was made"
            raise DeterminationError(what, "sign again", source=str(folder))
        files.make_folder(path.parent)
        if made.openings:
            files.write(openings_of(folder, number), msgspec.json.encode(made.openings), files.PRIVATE)
        files.write(path_of(folder, number, CITED), cited)
        files.write_new(path, envelope.to_bytes())
        there = read_signed(envelope.to_bytes(), own)
    record = there.record
    facts = {"number": number, "conclusion": record.conclusion.value, "assessment": record.assessment.sha256}
    log.append(SIGNED, there.sha256, who=record.decided_by.name, now=now, facts=facts)
    keep_head(log, signer)
    return there


def add(folder: Path, held: Held, event: Event, signer: "Signer", now: dt.datetime) -> tuple[Chained, ...]:
    """Add an event to what became of a determination; return all of them.

    Args:
        event: that follows on the others. signer: of who acts. now: for the log.

    Raises:
        ChainError, ReconsiderationError: it cannot happen, or somebody else signs. LedgerError: see :func:`keep`.
    """
    _require_known(held, signer)
    required(held.signed.record, [*(each.event for each in held.chain), event])
    require_roles(plan_of(folder, held.signed.record.plan.sha256), held.signed.record, [event])
    envelope = signed_event(event, signer)
    number = held.signed.record.number
    path = path_of(folder, number, EVENTS)
    before = files.read(path, LARGEST_EVENTS) if path.exists() else b""
    files.write(path, before + envelope.to_bytes() + b"\n")
    added = Chained(event, hashlib.sha256(envelope.payload).hexdigest())
    chain = (*held.chain, added)
    for each in chain[len(held.chain) - held.unlogged :]:
        facts = {"number": number, "act": each.event.act.value, "determination": held.signed.sha256}
        Chain(folder / LOG).append(EVENT, each.sha256, who=each.event.by.name, now=now, facts=facts)
    keep_head(Chain(folder / LOG), signer)
    return chain


def decide(folder: Path, held: Held, draft: Path, signer: "Signer", says: str, now: dt.datetime) -> Signed:
    """Answer a reconsideration: sign the second determination, and add the answer to the first.

    Args:
        held: the first. draft: of the second. signer: of the officer who took it. says: in a sentence.

    Raises:
        ReconsiderationError: it does not answer what was asked, or its officer may not. Others: see :func:`sign_in`.
    """
    about, chain = held.signed, held.chain
    _require_known(held, signer)

    def named(conclusion: Conclusion) -> Reconsidered:
        return reconsidered(about, chain, conclusion)

    made = made_in(folder, draft, signer.public_key.keyid, now, named)
    envelope = signed(made.record, [signer])
    second = read_signed(envelope.to_bytes(), KeyRing([PublicKey(signer.public_key)]))
    at = max(stamp(now), second.record.decided)
    require_answers(about, required(about.record, _events(chain)), second)
    answer(about, chain, second, at, says)  # refused before anything is written, if it is
    kept = keep(folder, made, envelope, signer, now)
    add(folder, held, answer(about, chain, kept, at, says), signer, now)
    return kept


def _require_known(held: Held, signer: "Signer") -> None:
    """Refuse a key that is not believed: what it signs would make all the events unreadable."""
    keyid = signer.public_key.keyid
    if held.keys.get(keyid) is None:
        what = f"the key {keyid[:16]} is none of those that are believed"
        raise ChainError(what, "add its public key to those, or sign with one of theirs")


def _events(chain: Sequence[Chained]) -> list[Event]:
    return [each.event for each in chain]


def _timely(draft: Draft, now: dt.datetime, longest: dt.datetime) -> Iterator[Fault]:
    """Yield what is wrong with its dates, seen from the moment of signing and from the plan."""
    if draft.expires is not None and draft.expires > longest:
        says = f"it expires later than the plan has it, which is {stamp(longest)}"
        yield Fault("expires", says, "leave it out, or choose an earlier moment")
    if draft.decided is not None and draft.decided > now:
        yield Fault("decided", "it is not that late yet", "correct it, or leave it out: then it is now")
    if draft.decided is not None and now - draft.decided > SIGNED_WITHIN:
        says = (
            f"that is more than {SIGNED_WITHIN.days} days before it is signed, and the developer's days count from it"
        )
        yield Fault("decided", says, "leave it out: then it is now")
