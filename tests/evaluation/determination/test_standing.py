"""What becomes of a determination: events in a chain, how it stands at a moment, and its reconsideration."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.determination.draft import Asked, Officer
from clearinghouse.evaluation.determination.errors import ChainError, LateError, NotYetError, ReconsiderationError
from clearinghouse.evaluation.determination.events import (
    Act,
    event_of,
    next_event,
    read_events,
    signed_event,
)
from clearinghouse.evaluation.determination.reconsideration import answer, ask, assign, note, outcome_of, reconsidered
from clearinghouse.evaluation.determination.record import (
    Change,
    Conclusion,
    Evidence,
    Interest,
    Outcome,
    Person,
    Review,
)
from clearinghouse.evaluation.determination.signing import read_signed, signed
from clearinghouse.evaluation.determination.standing import Status, standing
from clearinghouse.evaluation.determination.times import end_of_days
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope
from clearinghouse.trust.statement import Statement
from invented_assessment import digest, invented
from invented_determination import DECIDED, DEVELOPER, KEYS, OFFICER, SECOND, STRANGER, keyid, made

replace = msgspec.structs.replace

OLGA = Person(name="Olga Officer", office="Director", key=keyid(OFFICER))
NORA = Person(name="Nora Next", office="Deputy", key=keyid(SECOND))
DAVE = Person(name="Dave", office="Policy", organisation="Example Laboratory", key=keyid(DEVELOPER))
SIGNERS = {keyid(each): each for each in (OFFICER, SECOND, DEVELOPER, STRANGER)}


def day(number):
    return stamp(DECIDED + dt.timedelta(days=number))


def at(number):
    return DECIDED + dt.timedelta(days=number)


def sealed(record_made, *signers):
    return read_signed(signed(record_made.record, list(signers or [OFFICER])).to_bytes(), KEYS)


FIRST = sealed(made())


class Story:
    """A determination with its events, each signed by whoever acts and read again from the file."""

    def __init__(self, about=FIRST):
        self.about = about
        self.data = b""

    @property
    def chain(self):
        return read_events(self.data, self.about, KEYS)

    def add(self, event):
        self.data += signed_event(event, SIGNERS[event.by.key]).to_bytes() + b"\n"
        return self

    def act(self, act, number, by=OLGA, says="It happened.", **more):
        return self.add(replace(next_event(self.about, self.chain, act, day(number), by, says), **more))

    def ask(self, number=3, review=Review.ARITHMETIC, by=DAVE):
        return self.add(ask(self.about, self.chain, review, by, day(number), "The weights look wrong."))

    def assign(self, number=4, officer=NORA):
        return self.add(assign(self.about, self.chain, officer, OLGA, day(number), "She takes it."))

    def second(self, verdict=Verdict.COVERED, conclusion=None, about=None, **changes):
        changes = {
            "number": "FD-2026-001-R1",
            "officer": Officer(name="Nora Next", office="Deputy"),
            "decided": at(8),
            "interest": (Interest(name="Nora Next", says="None."), Interest(name="Carl Counsel", says="None.")),
            **changes,
        }
        assessment = about or invented(verdict)
        conclusion = conclusion or Conclusion(assessment.finding.verdict.value)
        names = reconsidered(self.about, self.chain, conclusion)
        later = made(assessment=assessment, signer=SECOND, conclusion=conclusion, reconsiders=names, **changes)
        return sealed(later, SECOND)

    def answer(self, second, number=9):
        return self.add(answer(self.about, self.chain, second, day(number), "It was looked at again."))

    def stands(self, number):
        return standing(self.about.record, self.chain, at(number)).status


def test_without_events_it_is_in_force_until_it_expires():
    story = Story()
    assert [story.stands(each) for each in (0, 182)] == [Status.IN_FORCE] * 2
    assert story.stands(183) is Status.LAPSED
    late = standing(FIRST.record, (), at(200))
    assert (late.since, late.retests) == (FIRST.record.expires, ("The determination expires.",))
    with pytest.raises(NotYetError, match="was decided on"):
        story.stands(-1)


@pytest.mark.parametrize("change", sorted({Change.IDENTITY, Change.SAFEGUARDS, Change.SCAFFOLD, Change.BUDGET}))
def test_it_lapses_when_what_it_is_about_changes(change):
    story = Story().act(Act.CHANGE, 10, change=change, says="It is another one now.")
    assert [story.stands(each) for each in (9, 10, 300)] == [Status.IN_FORCE, Status.LAPSED, Status.LAPSED]
    assert standing(FIRST.record, story.chain, at(11)).retests == ("It is another one now.",)


def test_passing_the_watch_threshold_makes_a_test_due_and_nothing_lapses():
    story = Story().act(Act.CHANGE, 10, change=Change.WATCH, says="The next version passed it.")
    found = standing(FIRST.record, story.chain, at(11))
    assert (found.status, found.retests) == (Status.IN_FORCE, ("The next version passed it.",))


def test_it_is_superseded_or_withdrawn_and_nothing_follows():
    assert Story().act(Act.SUPERSEDED, 5, other="FD-2").stands(5) is Status.SUPERSEDED
    story = Story().act(Act.WITHDRAWN, 5)
    assert [story.stands(each) for each in (4, 6, 400)] == [Status.IN_FORCE, Status.WITHDRAWN, Status.WITHDRAWN]
    story.act(Act.NOTED, 7)
    assert story.stands(8) is Status.WITHDRAWN
    story.act(Act.CHANGE, 9, change=Change.BUDGET)
    with pytest.raises(ChainError, match="nothing follows"):
        story.stands(10)


@pytest.mark.parametrize(
    ("act", "more", "says"),
    [
        (Act.SUPERSEDED, {}, "no other"),
        (Act.SUPERSEDED, {"other": "FD-2026-001"}, "no other"),
        (Act.CHANGE, {}, "what changed"),
        (Act.ASSIGNED, {"officer": NORA}, "nobody asked"),
        (Act.ANSWERED, {"outcome": Outcome.UPHELD, "other": "x"}, "no officer"),
        (Act.ASKED, {}, "what is to be looked at"),
        (Act.ASKED, {"review": Review.ARITHMETIC}, "not the developer"),
    ],
)
def test_an_event_that_cannot_happen_is_refused(act, more, says):
    with pytest.raises((ChainError, ReconsiderationError), match=says):
        Story().act(act, 1, **more).stands(1)


@pytest.mark.parametrize("act", [Act.SENT, Act.ASSIGNED, Act.SUPERSEDED, Act.WITHDRAWN])
def test_the_developer_does_not_act_for_the_office(act):
    more = {"other": "FD-2"} if act is Act.SUPERSEDED else {"officer": NORA} if act is Act.ASSIGNED else {}
    with pytest.raises(ChainError, match="is of the developer"):
        Story().act(act, 1, by=DAVE, **more).stands(1)
    assert Story().act(Act.NOTED, 1, by=DAVE).stands(1) is Status.IN_FORCE


def test_the_developer_asks_within_the_calendar_days_of_the_plan():
    assert stamp(end_of_days(DECIDED, 14)) == "2026-12-09T00:00:00Z"
    last = DECIDED.replace(hour=23, minute=59, second=59) + dt.timedelta(days=14)
    event = ask(FIRST, (), Review.FRESH_DRAW, DAVE, stamp(last), "Again, please.")
    assert standing(FIRST.record, Story().add(event).chain, last).status is Status.UNDER_RECONSIDERATION
    with pytest.raises(LateError, match="ended with 2026-12-08"):
        ask(FIRST, (), Review.FRESH_DRAW, DAVE, stamp(last + dt.timedelta(seconds=1)), "Again, please.")


def test_the_days_begin_when_the_developer_was_told():
    story = Story().act(Act.SENT, 20)
    story.ask(34)
    assert standing(FIRST.record, story.chain, at(35)).ask_until == "2026-12-29T00:00:00Z"
    with pytest.raises(ChainError, match="sent before"):
        story.act(Act.SENT, 36).stands(36)


def test_while_it_is_reconsidered_it_is_advisory():
    found = standing(FIRST.record, Story().ask().chain, at(4))
    assert found.advisory
    assert "advisory only" in found.says


def test_upheld_by_another_officer_it_is_reaffirmed_and_lapses_as_before():
    story = Story().ask().assign()
    story.add(note(FIRST, story.chain, NORA, day(5), "Computed again.", (Evidence(name="x", sha256=digest("x")),)))
    story.answer(story.second())
    assert [story.stands(each) for each in (3, 8, 9, 183)] == [
        Status.UNDER_RECONSIDERATION,
        Status.UNDER_RECONSIDERATION,
        Status.REAFFIRMED,
        Status.LAPSED,
    ]


def test_an_answer_that_comes_to_something_else_replaces_it():
    story = Story().ask(review=Review.FRESH_DRAW).assign()
    about = invented(Verdict.INDETERMINATE)
    second = story.second(about=replace(about, finding=replace(about.finding, stage=2)))
    assert second.record.reconsiders.outcome is Outcome.INDETERMINATE
    story.answer(second)
    assert story.stands(9) is Status.REPLACED
    assert "FD-2026-001-R1" in standing(FIRST.record, story.chain, at(9)).says


@given(st.sampled_from(Conclusion), st.sampled_from(Conclusion))
def test_the_outcome_follows_from_both_conclusions(first, second):
    found = outcome_of(first, second)
    assert (found is Outcome.UPHELD) == (first is second)
    assert (found is Outcome.INDETERMINATE) == (first is not second and second is Conclusion.INDETERMINATE)


@pytest.mark.parametrize(
    "officer",
    [OLGA, replace(NORA, name="olga  officer"), replace(NORA, key=keyid(OFFICER)), replace(NORA, name="Ana Analyst")],
)
def test_who_had_a_part_in_the_first_does_not_decide_the_second(officer):
    with pytest.raises(ReconsiderationError, match="had a part"):
        Story().ask().assign(officer=officer)


def test_who_answers_is_who_took_it():
    story = Story().ask().assign(officer=replace(NORA, name="Quentin Quiet"))
    with pytest.raises(ReconsiderationError, match="Quentin Quiet was to"):
        story.answer(story.second())


def staged(stage, **changes):
    about = invented(Verdict.COVERED, **changes)
    return replace(about, finding=replace(about.finding, stage=stage))


OTHER_PLAN = replace(invented().plan, sha256=digest("other plan"))
OTHER_MODEL = replace(invented().model, identity="sha256:other")


@pytest.mark.parametrize(
    ("review", "changes", "says"),
    [
        (Review.FRESH_DRAW, {"about": staged(1)}, "second stage"),
        (Review.FRESH_DRAW, {"about": staged(2, plan=OTHER_PLAN)}, "another plan"),
        (Review.ARITHMETIC, {"about": staged(2)}, "another plan or draw"),
        (Review.OWN_SCAFFOLD, {}, "scaffold is the one"),
        (Review.OTHER_PANEL, {}, "Carl Counsel was consulted before"),
        (Review.OTHER_PANEL, {"consulted": ()}, "nobody was consulted"),
        (Review.ARITHMETIC, {"about": staged(1, model=OTHER_MODEL)}, "another model"),
    ],
)
def test_the_answer_looks_at_what_was_asked(review, changes, says):
    story = Story().ask(review=review).assign()
    with pytest.raises(ReconsiderationError, match=says):
        story.answer(story.second(**changes))


def test_the_other_kinds_can_be_answered():
    own = invented()
    own = replace(own, elicitation=replace(own.elicitation, scaffold="theirs"))
    panel = (Asked(name="Petra Panel", role="Expert", at=at(6), opinion="I agree."),)
    interest = (Interest(name="Nora Next", says="None."), Interest(name="Petra Panel", says="None."))
    for review, changes in (
        (Review.OWN_SCAFFOLD, {"about": own}),
        (Review.OTHER_PANEL, {"consulted": panel, "interest": interest}),
    ):
        story = Story().ask(review=review).assign()
        assert story.answer(story.second(**changes)).stands(10) is Status.REAFFIRMED


def test_an_answer_names_the_right_determination_and_outcome():
    story = Story().ask().assign()
    second = story.second()
    for wrong, says in (
        ({"number": "FD-9"}, "does not reconsider"),
        ({"sha256": "00" * 32}, "does not reconsider"),
        ({"review": Review.OWN_SCAFFOLD}, "something else than was asked"),
        ({"outcome": Outcome.CHANGED}, "which its conclusion is not"),
    ):
        changed = replace(second.record, reconsiders=replace(second.record.reconsiders, **wrong))
        with pytest.raises(ReconsiderationError, match=says):
            story.answer(replace(second, record=changed))
    with pytest.raises(ReconsiderationError, match="before it is decided"):
        story.answer(second, 7)
    with pytest.raises(ReconsiderationError, match="nobody asked"):
        reconsidered(FIRST, (), Conclusion.COVERED)


def test_one_thing_at_a_time_and_each_once():
    story = Story().ask()
    with pytest.raises(ReconsiderationError, match="open already"):
        story.ask(4, Review.OWN_SCAFFOLD)
    story.assign().answer(story.second())
    with pytest.raises(ReconsiderationError, match="looked at again before"):
        story.ask(10)
    assert story.ask(10, Review.OTHER_PANEL).stands(10) is Status.UNDER_RECONSIDERATION


@given(st.data())
def test_no_byte_of_the_events_can_be_changed(data):
    written = bytearray(STORY.data)
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    try:
        chain = read_events(bytes(written), FIRST, KEYS)
    except ClearinghouseError:
        return
    # base64 that stands for the same bytes under the other alphabet, and the id of a key, are outside of what is signed
    assert [each.event for each in chain] == [each.event for each in STORY.chain]


STORY = Story().ask().assign()


def test_events_cannot_be_left_out_moved_or_taken_from_another():
    lines = STORY.data.splitlines(keepends=True)
    other = sealed(made(number="FD-2026-002"))
    for wrong in (lines[1], b"".join(reversed(lines)), STORY.data + lines[0], lines[0] * 2, STORY.data[:-1]):
        with pytest.raises(ChainError):
            read_events(wrong, FIRST, KEYS)
    with pytest.raises(ChainError, match="another determination"):
        read_events(STORY.data, other, KEYS)


def test_an_event_is_signed_by_whom_it_names_and_is_not_earlier_than_the_one_before():
    event = next_event(FIRST, (), Act.SENT, day(1), OLGA, "Sent.")
    with pytest.raises(ChainError, match="another key"):
        signed_event(event, SECOND)
    forged = signed_event(replace(event, by=replace(OLGA, key=keyid(SECOND))), SECOND)
    payload = forged.payload.replace(keyid(SECOND).encode(), keyid(OFFICER).encode())
    with pytest.raises(ClearinghouseError):
        read_events(Envelope(payload, forged.payload_type, forged.signatures).to_bytes() + b"\n", FIRST, KEYS)
    story = Story().act(Act.SENT, 5)
    with pytest.raises(ChainError, match="earlier"):
        story.act(Act.NOTED, 4).stands(6)


def test_what_is_no_event_is_told():
    with pytest.raises(ChainError, match="no event"):
        event_of(Statement.from_bytes(signed(FIRST.record, [OFFICER]).payload))
