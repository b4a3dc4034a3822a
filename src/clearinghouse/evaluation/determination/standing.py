"""How a determination stands at a moment: from the record, its events and the moment alone.

None of these states says anything about a release. They tell a reader whether the conclusion may still be cited.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from clearinghouse.evaluation.determination.demands import same_person
from clearinghouse.evaluation.determination.errors import ChainError, LateError, NotYetError, ReconsiderationError
from clearinghouse.evaluation.determination.events import Act, Chained, Event
from clearinghouse.evaluation.determination.record import MATERIAL, Change, Determination, Outcome, Person, Review
from clearinghouse.evaluation.determination.times import end_of_days, moment_of
from clearinghouse.evaluation.determination.words import ADVISORY
from clearinghouse.evaluation.ledger.times import stamp


class Status(StrEnum):
    """How it stands.

    Attributes:
        IN_FORCE: it may be cited. LAPSED: its time is over, or what it was about has materially changed. SUPERSEDED: a
            later assessment of the same model took its place. UNDER_RECONSIDERATION: the developer asked; it is
            advisory meanwhile. REAFFIRMED: another officer upheld it. REPLACED: another officer came to something
            else. WITHDRAWN: the office took it back.
    """

    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    UNDER_RECONSIDERATION = "under_reconsideration"
    REAFFIRMED = "reaffirmed"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


OF_THE_OFFICE = frozenset({Act.SENT, Act.ASSIGNED, Act.SUPERSEDED, Act.WITHDRAWN})
"""What only the office does, and not the developer."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a determination stands.

    Attributes:
        status, since: and from when, in UTC. as_of: at which moment. says: in a sentence. advisory: whether the
            conclusion is advisory only. retests: what makes a re-test due, a sentence each. ask_until: until when the
            developer may ask for a reconsideration, in UTC, that moment excluded.
    """

    status: Status
    since: str
    as_of: str
    says: str
    advisory: bool
    retests: tuple[str, ...]
    ask_until: str


class State(msgspec.Struct, kw_only=True):
    """What follows from the events so far.

    Attributes:
        ended, ended_at: by which event it ended. lapsed_at: by a material change. review, asked_at, officer: of the
            reconsideration that is open. reaffirmed_at: when it was upheld. sent_at: when the developer was told.
            retests: sentences. reviews: those that were answered.
    """

    ended: Status | None = None
    ended_at: str = ""
    ended_says: str = ""
    lapsed_at: str = ""
    lapsed_says: str = ""
    review: Review | None = None
    asked_at: str = ""
    officer: Person | None = None
    reaffirmed_at: str = ""
    sent_at: str = ""
    retests: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()


def standing(record: Determination, chain: Sequence[Chained], as_of: dt.datetime) -> Standing:
    """Return how a determination stands at a moment. Events after it do not count.

    Raises:
        NotYetError: it was made later. ChainError, ReconsiderationError: an event could not happen.
    """
    moment = stamp(as_of)
    if moment < record.decided:
        what = f"{record.number} was decided on {record.decided}, after {moment}"
        raise NotYetError(what, "ask about a later moment")
    state = required(record, (each.event for each in chain if each.event.at <= moment))
    status, since, says = _status(record, state, moment)
    advisory = status is Status.UNDER_RECONSIDERATION
    due = [each.says for each in record.triggers if each.change is Change.DATE and each.at <= moment]
    return Standing(
        status=status,
        since=since,
        as_of=moment,
        says=f"{says} {ADVISORY}" if advisory else says,
        advisory=advisory,
        retests=(*state.retests, *due),
        ask_until=stamp(ask_until(record, state)),
    )


def ask_until(record: Determination, state: State) -> dt.datetime:
    """Return until when the developer may ask: so many calendar days after being told, or else after the decision."""
    return end_of_days(moment_of(state.sent_at or record.decided, "decided"), record.days_to_ask)


def required(record: Determination, events: Iterable[Event]) -> State:
    """Return what follows from events, if each of them could happen after those before it.

    Raises:
        ChainError: one could not. ReconsiderationError, LateError: likewise, of a reconsideration.
    """
    state = State()
    for event in events:
        if state.ended is not None and event.act is not Act.NOTED:
            what = f"{record.number} is {state.ended.value}, so nothing follows on that"
            raise ChainError(what, "make another determination")
        _require_office(record, event)
        _ACTS[event.act](record, state, event)
    return state


def _require_office(record: Determination, event: Event) -> None:
    """Refuse the developer an act of the office; that both sign with known keys does not make them one."""
    if event.act in OF_THE_OFFICE and same_person(event.by.organisation, record.model.developer):
        what = f"{event.by.name} is of the developer, and the event is one of the office"
        raise ChainError(what, "have the office record it")


def _status(record: Determination, state: State, moment: str) -> tuple[Status, str, str]:
    if state.ended is not None:
        return state.ended, state.ended_at, state.ended_says
    if state.lapsed_at and state.lapsed_at < record.expires:
        return Status.LAPSED, state.lapsed_at, state.lapsed_says
    if moment >= record.expires:
        return Status.LAPSED, record.expires, "Its time is over, as its record says."
    if state.review is not None:
        asked = f"The developer asked for a reconsideration: {state.review.value.replace('_', ' ')}."
        return Status.UNDER_RECONSIDERATION, state.asked_at, asked
    if state.reaffirmed_at:
        return Status.REAFFIRMED, state.reaffirmed_at, "Another officer reconsidered and upheld it."
    return Status.IN_FORCE, record.decided, "It may be cited as it is."


def _sent(record: Determination, state: State, event: Event) -> None:
    if state.sent_at:
        raise ChainError("the statement of reasons was sent before", "record what is new as noted")
    state.sent_at = event.at


def _change(record: Determination, state: State, event: Event) -> None:
    if event.change is None:
        raise ChainError("the event does not say what changed", "say which: identity, safeguards, scaffold or budget")
    state.retests = (*state.retests, event.says)
    if event.change in MATERIAL and not state.lapsed_at:
        state.lapsed_at = event.at
        state.lapsed_says = f"What it is about has materially changed: {event.change.value}."


def _asked(record: Determination, state: State, event: Event) -> None:
    if event.review is None:
        raise ReconsiderationError("the request does not say what is to be looked at again", "name one of the four")
    if state.review is not None:
        raise ReconsiderationError("a reconsideration is open already", "wait for its answer")
    if event.review in state.reviews:
        raise ReconsiderationError("this was looked at again before", "ask for another kind of reconsideration")
    if not same_person(event.by.organisation, record.model.developer):
        what = f"{event.by.organisation or event.by.name} is not the developer, {record.model.developer}"
        raise ReconsiderationError(what, "have the developer ask")
    until = ask_until(record, state)
    if moment_of(event.at, "at") >= until:
        what = f"the {record.days_to_ask} days to ask ended with {until - dt.timedelta(days=1):%Y-%m-%d} (UTC)"
        raise LateError(what, "ask for a new assessment instead")
    state.review, state.asked_at, state.officer = event.review, event.at, None


def _assigned(record: Determination, state: State, event: Event) -> None:
    if state.review is None:
        raise ReconsiderationError("nobody asked for a reconsideration", "record the request first")
    if event.officer is None:
        raise ReconsiderationError("the event names no officer", "name the officer who takes it")
    require_other_officer(record, event.officer)
    state.officer = event.officer


def _noted(record: Determination, state: State, event: Event) -> None:
    """A step that changes nothing."""


def _answered(record: Determination, state: State, event: Event) -> None:
    if state.review is None or state.officer is None:
        raise ReconsiderationError("no officer has a reconsideration to answer", "record who takes it first")
    if event.outcome is None or not event.other:
        raise ReconsiderationError("the answer names no outcome or no determination", "name both")
    if not same_person(event.by.name, state.officer.name) or event.by.key != state.officer.key:
        what = f"{event.by.name} answers, and {state.officer.name} was to"
        raise ReconsiderationError(what, "have the officer sign who took it")
    state.reviews = (*state.reviews, state.review)
    state.review = None
    if event.outcome is Outcome.UPHELD:
        state.reaffirmed_at = event.at
    else:
        said = f"Another officer reconsidered it, and {event.other} says what holds now."
        state.ended, state.ended_at, state.ended_says = Status.REPLACED, event.at, said


def _superseded(record: Determination, state: State, event: Event) -> None:
    if not event.other or event.other == record.number:
        raise ChainError("the event names no other determination", "name the later one")
    state.ended, state.ended_at = Status.SUPERSEDED, event.at
    state.ended_says = f"{event.other} took its place."


def _withdrawn(record: Determination, state: State, event: Event) -> None:
    state.ended, state.ended_at, state.ended_says = Status.WITHDRAWN, event.at, "The office took it back."


def require_other_officer(record: Determination, officer: Person) -> None:
    """Refuse an officer for a reconsideration who had a part in the first determination.

    Raises:
        ReconsiderationError: this one had.
    """
    roles = record.roles
    before = (record.decided_by.name, roles.requester, roles.operator, roles.analyst, *roles.custodians)
    same_key = officer.key == record.decided_by.key
    if same_key or any(same_person(officer.name, each) for each in before):
        what = f"{officer.name} had a part in {record.number}"
        raise ReconsiderationError(what, "have somebody decide who had none")


_ACTS = {
    Act.SENT: _sent,
    Act.CHANGE: _change,
    Act.ASKED: _asked,
    Act.ASSIGNED: _assigned,
    Act.NOTED: _noted,
    Act.ANSWERED: _answered,
    Act.SUPERSEDED: _superseded,
    Act.WITHDRAWN: _withdrawn,
}
