"""The record that follows from a draft and an assessment, and what opens the words that it withholds."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator

import msgspec

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.demands import require
from clearinghouse.evaluation.determination.draft import Asked, Disagrees, Draft, Said
from clearinghouse.evaluation.determination.errors import DemandError
from clearinghouse.evaluation.determination.record import (
    MOST_DAYS,
    AssessmentRef,
    Audience,
    Change,
    Consulted,
    Determination,
    Dissent,
    Evidence,
    FindingRef,
    ModelState,
    Opening,
    Passage,
    Person,
    Reconsidered,
    ThresholdRef,
    Trigger,
    Withheld,
)
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.trust.commitment import commit, new_salt, opens


class Made(msgspec.Struct, frozen=True):
    """A record, and what opens what it withholds."""

    record: Determination
    openings: tuple[Opening, ...]


def made_from(
    draft: Draft,
    assessment: Assessment,
    digest: str,
    evidence: Iterable[Evidence],
    key: str,
    now: dt.datetime,
    *,
    reconsiders: Reconsidered | None = None,
    salt: Callable[[], bytes] = new_salt,
) -> Made:
    """Return the record that follows from a draft and an assessment.

    Args:
        digest: SHA-256 of the assessment's file. evidence: what the draft cites, with digests. key: the id of the
            officer's key. now: with a zone. reconsiders: where it answers a reconsideration. salt: makes salts.

    Raises:
        DemandError: the record would lack something, or contradict itself. RolesError: one person has two roles.
    """
    made = drawn_up(draft, assessment, digest, evidence, key, now, reconsiders=reconsiders, salt=salt)
    return Made(require(made.record), made.openings)


def drawn_up(
    draft: Draft,
    assessment: Assessment,
    digest: str,
    evidence: Iterable[Evidence],
    key: str,
    now: dt.datetime,
    *,
    reconsiders: Reconsidered | None = None,
    salt: Callable[[], bytes] = new_salt,
) -> Made:
    """Return the same record before it is asked whether it has what every determination has (:mod:`.demands`).

    Raises:
        DemandError: a moment has no zone, or a text is longer than a record holds.
    """
    decided = _utc(draft.decided or now, "decided")
    expires = _utc(draft.expires, "expires") if draft.expires else decided + dt.timedelta(days=MOST_DAYS)
    cover = _Cover(salt)
    withheld = [cover.over(each) for each in draft.reason]
    record = Determination(
        number=draft.number,
        assessment=AssessmentRef(
            sha256=digest,
            made=assessment.made,
            analysis=assessment.analysis,
            development=assessment.development,
            scripted=assessment.scripted,
        ),
        plan=assessment.plan,
        model=model_state(assessment),
        thresholds=tuple(_thresholds(assessment)),
        finding=finding_of(assessment),
        conclusion=draft.conclusion,
        differing=draft.differing,
        decided_by=Person(
            name=draft.officer.name, office=draft.officer.office, organisation=draft.officer.organisation, key=key
        ),
        roles=draft.roles,
        consulted=tuple(
            Consulted(name=each.name, role=each.role, at=stamp(_utc(each.at, "consulted at")), opinion=cover.of(each))
            for each in draft.consulted
        ),
        interests=draft.interest,
        evidence=tuple(evidence),
        reasons=tuple(each.says for each in draft.reason if not each.withheld),
        withheld=tuple(each for each in withheld if isinstance(each, Withheld)),
        dissent=tuple(Dissent(name=each.name, says=cover.of(each)) for each in draft.dissent),
        decided=stamp(decided),
        expires=stamp(expires),
        triggers=tuple(_triggers(draft, assessment, expires)),
        days_to_ask=assessment.design.reconsideration.days,
        supersedes=draft.supersedes,
        reconsiders=reconsiders,
    )
    return Made(_as_read(record), tuple(cover.openings))


def model_state(assessment: Assessment) -> ModelState:
    """Return which state of the model an assessment is about."""
    model, budget = assessment.model, assessment.design.budget
    return ModelState(
        name=model.name,
        developer=model.developer,
        identity=model.identity,
        safeguards=model.safeguards,
        access=model.access,
        scaffold=assessment.elicitation.scaffold,
        tokens=budget.tokens,
        messages=budget.messages,
        seconds=number_text(budget.seconds),
        cost="" if budget.cost is None else number_text(budget.cost),
    )


def finding_of(assessment: Assessment) -> FindingRef:
    """Return what of the finding stands in a record."""
    found = assessment.finding
    return FindingRef(
        verdict=found.verdict,
        before=found.before,
        stage=found.stage,
        domains={each.name: each.verdict for each in found.domains},
        above_watch=tuple(each.name for each in found.domains if each.above_watch),
    )


def opened(record: Determination, openings: Iterable[Opening], audience: Audience) -> dict[str, str]:
    """Return the withheld words that an audience may be shown, by their commitments.

    Raises:
        DemandError: an opening belongs to nothing in the record, or does not open it.
    """
    known = {each.commitment: each for each in _covered(record)}
    found = {}
    for each in openings:
        there = known.get(each.commitment)
        if there is None or not opens(
            bytes.fromhex(each.commitment), bytes.fromhex(each.salt), each.words.encode("utf-8", "surrogatepass")
        ):
            what = f"what should open {each.commitment[:16]} does not belong to {record.number}"
            raise DemandError(what, "get the openings that were written with this record")
        if audience in there.audiences:
            found[each.commitment] = each.words
    return found


def number_text(value: float) -> str:
    """Return a number as text that reads back as the same number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(value)


class _Cover:
    """Makes commitments, and keeps what opens them."""

    def __init__(self, salt: Callable[[], bytes]) -> None:
        self._salt = salt
        self.openings: list[Opening] = []

    def of(self, said: Asked | Disagrees) -> Passage:
        return self._passage(said.opinion if isinstance(said, Asked) else said.says, said.withheld, said.audiences)

    def over(self, said: Said) -> Passage:
        return self._passage(said.says, said.withheld, said.audiences)

    def _passage(self, words: str, ground: str, audiences: tuple[Audience, ...]) -> Passage:
        if not ground:
            return words
        salt = self._salt()
        commitment = commit(salt, words.encode("utf-8", "surrogatepass")).hex()
        self.openings.append(Opening(commitment=commitment, salt=salt.hex(), words=words))
        return Withheld(commitment=commitment, ground=ground, audiences=audiences)


def _covered(record: Determination) -> Iterator[Withheld]:
    yield from record.withheld
    for passage in (*(each.opinion for each in record.consulted), *(each.says for each in record.dissent)):
        if isinstance(passage, Withheld):
            yield passage


def _thresholds(assessment: Assessment) -> Iterator[ThresholdRef]:
    for each in assessment.design.domains:
        threshold = each.threshold
        yield ThresholdRef(
            domain=each.name,
            identifier=threshold.identifier,
            commitment=threshold.commitment,
            # A value under a commitment was opened to whoever computed, and not to everybody who reads the record.
            covered="" if threshold.covered is None or threshold.commitment else number_text(threshold.covered),
            watch="" if threshold.watch is None or threshold.commitment else number_text(threshold.watch),
        )


def _triggers(draft: Draft, assessment: Assessment, expires: dt.datetime) -> Iterator[Trigger]:
    yield Trigger(change=Change.IDENTITY, says="The model's weights or its endpoint's fingerprint are others.")
    yield Trigger(change=Change.SAFEGUARDS, says="The safeguards around the model are others.")
    yield Trigger(change=Change.SCAFFOLD, says="A scaffold is in use or public that elicits more than the one used.")
    yield Trigger(change=Change.BUDGET, says="Attempts are made with a larger budget than the one used.")
    if any(each.above_watch for each in assessment.finding.domains):
        yield Trigger(change=Change.WATCH, says="A domain is above its watch threshold, so a re-test is due early.")
    yield Trigger(change=Change.DATE, says="The determination expires.", at=stamp(expires))
    for each in draft.trigger:
        at = stamp(_utc(each.at, "the date of a trigger")) if each.at else ""
        yield Trigger(change=each.change, says=each.says, at=at)


def _utc(moment: dt.datetime, where: str) -> dt.datetime:
    if moment.tzinfo is None:
        raise DemandError(f"{where} has no time zone", "write it with a Z at its end: 2026-11-20T16:30:00Z")
    return moment.astimezone(dt.UTC)


def _as_read(record: Determination) -> Determination:
    """The record as it will be read, so that its limits are kept before it is signed."""
    try:
        return msgspec.convert(msgspec.to_builtins(record), Determination)
    except msgspec.ValidationError as error:
        raise DemandError(f"the record cannot be written: {error}", "shorten what is too long") from None


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
