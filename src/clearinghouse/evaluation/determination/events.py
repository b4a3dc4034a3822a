"""What became of a determination: signed events, each of which names the one before it.

The first names the determination itself, by the SHA-256 of what was signed. Events are only ever added. What the chain
shows: that no event was changed, taken out between two others, or put in. What it does not show alone: that none is
missing at its end; for that it is written into the log of the assessment and into packages, whose signed lists name it.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec

from clearinghouse.evaluation.determination.errors import ChainError
from clearinghouse.evaluation.determination.record import (
    MOST_ITEMS,
    Change,
    Evidence,
    Line,
    Number,
    Outcome,
    Person,
    Review,
    Words,
)
from clearinghouse.evaluation.determination.signing import Signed
from clearinghouse.evaluation.determination.times import moment_of
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Sha256, Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-event:v1"
MOST_EVENTS = 1_000
LARGEST = 16 << 20
"""Most bytes of a file of events."""


class Act(StrEnum):
    """What happened.

    Attributes:
        SENT: the statement of reasons went to the developer, whose days begin. CHANGE: something that makes a re-test
            due. ASKED, ASSIGNED, NOTED, ANSWERED: steps of a reconsideration: the developer asks, another officer
            takes it, something was done, it is decided. SUPERSEDED: a later determination takes its place.
            WITHDRAWN: the office takes it back.
    """

    SENT = "sent"
    CHANGE = "change"
    ASKED = "asked"
    ASSIGNED = "assigned"
    NOTED = "noted"
    ANSWERED = "answered"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event.

    Attributes:
        number, sha256: of the determination and of its statement. sequence: from 1. previous: SHA-256 of what was
            signed before. act, at, by, says: what happened, when (UTC), by whom, in words. change: of a CHANGE.
            review: of ASKED. outcome: of ANSWERED. officer: of ASSIGNED, who takes it. other, other_sha256: the
            determination that ANSWERED or SUPERSEDED names. cites: evidence of this step.
    """

    number: Number
    sha256: Sha256
    sequence: Annotated[int, msgspec.Meta(ge=1, le=MOST_EVENTS)]
    previous: Sha256
    act: Act
    at: Line
    by: Person
    says: Words
    change: Change | None = None
    review: Review | None = None
    outcome: Outcome | None = None
    officer: Person | None = None
    other: Line = ""
    other_sha256: Line = ""
    cites: Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=MOST_ITEMS)] = ()
    voluntary: str = VOLUNTARY


class Chained(msgspec.Struct, frozen=True):
    """An event whose signature holds. ``sha256``: of what was signed."""

    event: Event
    sha256: str


def next_event(about: Signed, chain: Sequence[Chained], act: Act, at: str, by: Person, says: str) -> Event:
    """Return the event that follows on a chain, before anything that only some acts have is added to it."""
    return Event(
        number=about.record.number,
        sha256=about.sha256,
        sequence=len(chain) + 1,
        previous=chain[-1].sha256 if chain else about.sha256,
        act=act,
        at=at,
        by=by,
        says=says,
    )


def signed_event(event: Event, signer: "Signer") -> Envelope:
    """Return an event, signed by whom it names.

    Raises:
        ChainError: it names another key. StatementError, SignerError: it cannot be signed.
    """
    if event.by.key != signer.public_key.keyid:
        what = f"the event says that {event.by.name} acts with another key than the one that signs"
        raise ChainError(what, "sign with the key of whoever acts")
    subjects = [("determination", event.sha256), *((f"evidence:{each.name}", each.sha256) for each in event.cites)]
    return sign(Statement.of(subjects, PREDICATE_TYPE, msgspec.to_builtins(event)), [signer])


def lines_of(data: bytes) -> list[bytes]:
    """Return the envelopes in a file of events, one a line.

    Raises:
        ChainError: there are too many, or the last one breaks off.
    """
    *lines, left = data.split(b"\n")
    if left:
        raise ChainError("the last event breaks off", "get the events anew from whoever keeps them")
    if len(lines) > MOST_EVENTS or any(len(each) > LARGEST_ENVELOPE for each in lines):
        raise ChainError("these are more or longer events than are read", f"keep at most {MOST_EVENTS:,}")
    return lines


def read_events(data: bytes, about: Signed, keys: KeyRing) -> tuple[Chained, ...]:
    """Return the events of a determination, each signed by a known key and following on the one before it.

    Whether each of them could happen is another question (:func:`.standing.required`).

    Raises:
        EnvelopeError: a signature does not hold. ChainError: an event is none, is about another determination, or does
            not follow on the one before it.
    """
    chain: list[Chained] = []
    for line in lines_of(data):
        chain.append(_read(line, about, chain, keys))
    return tuple(chain)


def _read(line: bytes, about: Signed, chain: Sequence[Chained], keys: KeyRing) -> Chained:
    verified = verify(line, keys)
    event = event_of(verified.statement)
    if event.by.key not in verified.keyids:
        raise _wrong(chain, f"it is not signed by the key of {event.by.name}")
    if (event.number, event.sha256) != (about.record.number, about.sha256):
        raise _wrong(chain, "it is about another determination")
    if event.sequence != len(chain) + 1 or event.previous != (chain[-1].sha256 if chain else about.sha256):
        raise _wrong(chain, "it does not follow on the one before it")
    before = chain[-1].event.at if chain else about.record.decided
    if moment_of(event.at, "at") < moment_of(before, "at"):
        raise _wrong(chain, "it is earlier than what is before it")
    return Chained(event, hashlib.sha256(Envelope.from_bytes(line).payload).hexdigest())


def event_of(statement: Statement) -> Event:
    """Return the event in a statement.

    Raises:
        ChainError: it holds none of this version.
    """
    if statement.predicate_type != PREDICATE_TYPE:
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no event"
        raise ChainError(what, f"give one of type {PREDICATE_TYPE}")
    try:
        event = msgspec.convert(statement.predicate, Event)
    except msgspec.ValidationError as error:
        raise ChainError(f"this statement is no event: {error}", "ask who made it for another") from None
    moment_of(event.at, "at")
    named = [each.digest.sha256 for each in statement.subject if each.name == "determination"]
    if named != [event.sha256] or event.voluntary != VOLUNTARY:
        raise ChainError("this event is about something else than it says", "ask who made it for another")
    return event


def _wrong(chain: Sequence[Chained], why: str) -> ChainError:
    return ChainError(f"event {len(chain) + 1}: {why}", "do not rely on it; ask who keeps the events for them")
