"""Documents about a determination: what stands in them, and above all what does not."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.assessment.facts import ROLES, Flag
from clearinghouse.evaluation.determination.making import opened
from clearinghouse.evaluation.determination.record import Audience, Conclusion, Outcome, Reconsidered, Review
from clearinghouse.evaluation.determination.standing import standing
from clearinghouse.evaluation.determination.words import ADVISORY, PERSON, VOLUNTARY
from clearinghouse.evaluation.reports import (
    Form,
    assessment_report,
    determination_record,
    letter,
    public_summary,
    render,
)
from clearinghouse.evaluation.reports.decided.guard import require_clean
from clearinghouse.evaluation.reports.errors import MismatchError, WithheldError
from clearinghouse.evaluation.rule.finding import Verdict
from invented_assessment import invented
from invented_determination import DECIDED, OPINION, SECRET, draft, made

replace = msgspec.structs.replace
FOR_OTHERS = (letter, public_summary)
ALL = (determination_record, *FOR_OTHERS)
NAMES = {"ids": lambda each: each.__name__}
ODD, WATCH = 0.5379, 0.3171
"""Values that occur nowhere else."""


def text_of(document):
    return " ".join(render(document, Form.TEXT).split())


def closed(facts, which=(0,), covered=ODD, watch=WATCH):
    """Facts in which values of some thresholds are known to whoever computes, and committed to before others."""
    design, found = list(facts.design.domains), list(facts.finding.domains)
    for at in which:
        threshold = replace(design[at].threshold, covered=covered, watch=watch, commitment="ab" * 32)
        design[at] = replace(design[at], threshold=threshold)
        found[at] = replace(found[at], covered=covered, watch=watch)
    reasons = tuple(replace(each, says=f"{each.says} The threshold is {covered}.") for each in facts.finding.reasons)
    return replace(
        facts,
        design=replace(facts.design, domains=tuple(design)),
        finding=replace(facts.finding, domains=tuple(found), reasons=reasons, would_change=(f"Less than {covered}.",)),
    )


@pytest.mark.parametrize("document", ALL, **NAMES)
@pytest.mark.parametrize("verdict", Verdict)
def test_it_says_the_conclusion_whose_act_it_is_and_that_it_is_voluntary(document, verdict):
    facts = invented(verdict)
    record = made(assessment=facts).record
    text = text_of(document(record, facts))
    assert record.sentence in text
    for said in (PERSON, VOLUNTARY, "Olga Officer, Director of Assessment", "Two domains are above", "26 May 2027"):
        assert said in text
    assert "Source: Executive Order 14409, section 3(c)." in text


@pytest.mark.parametrize("document", ALL, **NAMES)
@pytest.mark.parametrize("form", Form)
def test_no_withheld_words_stand_in_any_bytes(document, form):
    about = made()
    words = [each.words for each in about.openings]
    assert sorted(words) == sorted([SECRET, OPINION])
    text = render(document(about.record, invented(), withheld=words), form)
    for secret in words:
        assert secret not in text
        assert secret.casefold() not in text.casefold()
    assert "it would give away a task of the pool" in text


@pytest.mark.parametrize("document", ALL, **NAMES)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("which", [(0,), (1, 2), (0, 1, 2)], ids=str)
def test_no_value_of_a_threshold_that_is_not_open_stands_in_any_bytes(document, form, which):
    facts = closed(invented(), which)
    text = render(document(made(assessment=facts).record, facts), form)
    for value in (ODD, WATCH, ODD - facts.design.delta, ODD + facts.design.delta):
        for shown in (f"{value:.4f}", f"{100 * value:.2f}", f"{100 * value:.1f}"):
            assert shown not in text
    for at in which:
        found = facts.finding.domains[at]
        assert found.threshold in text
        assert f"{100 * found.accuracy.value:.1f}" not in text
        assert f"{100 * found.bounds.lower:.1f}" not in text
    assert "no number is shown" in text


@settings(max_examples=40)
@given(verdict=st.sampled_from(Verdict), value=st.floats(0.2, 0.8), which=st.sets(st.integers(0, 2), min_size=1))
def test_what_is_published_does_not_depend_on_values_that_are_not_open(verdict, value, which):
    facts = invented(verdict)
    pages = []
    for covered in (value, 1 - value):
        shut = closed(facts, sorted(which), covered, covered / 2)
        record = made(assessment=shut).record
        same = replace(
            record, withheld=(), consulted=(), evidence=(), assessment=replace(record.assessment, sha256="cd" * 32)
        )
        pages.append([render(document(same, shut), form) for document in ALL for form in Form])
    assert pages[0] == pages[1]


@pytest.mark.parametrize("document", ALL, **NAMES)
@pytest.mark.parametrize("said", ["0.5379", "53.79 %", "53.79%", "53,79 percent", "0.31710"])
def test_a_reason_that_tells_a_withheld_value_is_refused(document, said):
    facts = closed(invented())
    record = replace(made(assessment=facts).record, reasons=("Fine.", f"It is above {said}, by far."))
    with pytest.raises(WithheldError, match="reason 2 holds the value") as caught:
        document(record, facts)
    assert said not in caught.value.what + caught.value.remedy
    document(record, invented())  # where it is open it may be said


@pytest.mark.parametrize("document", ALL, **NAMES)
def test_other_numbers_are_not_refused(document):
    facts = closed(invented())
    record = replace(made(assessment=facts).record, reasons=("In 2026, 5379 runs of version 0.53790001 and 537.9 %.",))
    document(record, facts)


@pytest.mark.parametrize("document", ALL, **NAMES)
def test_withheld_words_that_slipped_into_a_reason_are_refused(document):
    about = made()
    record = replace(about.record, reasons=(f"We know:  {SECRET.upper()}.",))
    with pytest.raises(WithheldError) as caught:
        document(record, invented(), withheld=[each.words for each in about.openings])
    assert SECRET[:20].casefold() not in str(caught.value).casefold()


def test_words_that_were_opened_stand_on_the_record_of_whom_it_names_only():
    about = made()
    facts = invented()
    for audience in Audience:
        may = opened(about.record, about.openings, audience)
        words = [each.words for each in about.openings]
        text = text_of(determination_record(about.record, facts, opened=may, withheld=words))
        shown = audience in (Audience.OVERSEER, Audience.COURT)
        assert (SECRET in text) == (OPINION in text) == ("for nobody else" in text) == shown


@pytest.mark.parametrize("document", ALL, **NAMES)
def test_an_assessment_that_it_does_not_cite_is_refused(document):
    record = made().record
    for other in (
        invented(Verdict.NOT_COVERED),
        replace(invented(), made="2026-11-21T00:00:00Z"),
        replace(invented(), model=replace(invented().model, identity="sha256:0")),
        replace(invented(), plan=replace(invented().plan, version=3)),
    ):
        with pytest.raises(MismatchError, match="about another assessment"):
            document(record, other)


@pytest.mark.parametrize("document", ALL, **NAMES)
def test_that_an_officer_differs_is_said_with_the_reasons(document):
    facts = invented(Verdict.INDETERMINATE)
    record = made(assessment=facts, conclusion=Conclusion.COVERED, differing="The panel saw three ranges.").record
    text = text_of(document(record, facts))
    assert "The registered rule found otherwise: indeterminate." in text
    assert "The panel saw three ranges." in text


def test_the_letter_says_until_when_and_for_what_one_may_ask_and_orders_nothing():
    text = text_of(letter(made().record, invented()))
    assert "until the end of 8 December 2026 (UTC)" in text
    assert "14 calendar days" in text
    for said in ("arithmetic re-check", "fresh draw", "your own scaffold", "another panel", ADVISORY):
        assert said in text
    assert "It orders nothing, asks for nothing, and needs no answer." in text
    for word in ("must", "shall", "required", "demand", "comply", "obliged", "cease"):
        assert f" {word} " not in text.casefold()


def test_how_it_stands_is_said_with_the_day_that_counts_as_today():
    record, facts = made().record, invented()
    lapsed = standing(record, (), dt.datetime(2027, 6, 1, tzinfo=dt.UTC))
    assert "On 1 June 2027: Lapsed. Its time is over" in text_of(public_summary(record, facts, stands=lapsed))
    now = standing(record, (), DECIDED)
    assert "On 24 November 2026: In force." in text_of(letter(record, facts, stands=now))


@pytest.mark.parametrize("document", ALL, **NAMES)
def test_an_exercise_cannot_be_taken_for_a_determination(document):
    facts = invented(Verdict.INDETERMINATE, development=True, scripted=True)
    text = render(document(made(assessment=facts).record, facts), Form.TEXT)
    assert text.index("THIS RESTS ON AN EXERCISE") < text.index("INDETERMINATE:")
    assert "cannot support a determination" in " ".join(text.split())


def test_a_reconsideration_names_what_it_reconsiders():
    earlier = Reconsidered(number="FD-1", sha256="ef" * 32, review=Review.OWN_SCAFFOLD, outcome=Outcome.UPHELD)
    text = text_of(determination_record(made(reconsiders=earlier).record, invented()))
    for said in ("FD-1", "ef" * 32, "the developer's own scaffold", "Outcome: upheld"):
        assert said in text


def test_dissent_is_shown_and_roles_stand_on_the_record():
    for document in ALL:
        assert "The ladder should have gone further." in text_of(document(made().record, invented()))
    text = text_of(determination_record(made().record, invented()))
    for name in ("Rita Requester", "Otto Operator", "Ana Analyst", "Kim", "Carl Counsel"):
        assert name in text


def test_a_reason_is_shown_whole():
    long = "It is so because of this. " * 700
    record = made(reason=(replace(draft().reason[0], says=long.strip()),)).record
    for document in ALL:
        assert text_of(document(record, invented())).count("It is so because of this.") == 700


def test_the_guard_reads_the_whole_document():
    record, facts = made().record, invented()
    with pytest.raises(WithheldError):
        require_clean(public_summary(record, facts), record, facts, ["Director of Assessment"])


def test_that_one_person_had_two_roles_stands_beside_who_took_part():
    facts = invented()
    says = "The assessor ran the model as well: one key, and so one person, has both roles."
    shared = replace(facts, flags=(*facts.flags, Flag(kind=ROLES, says=says, is_open=False)))
    record = made(assessment=shared).record
    assert says in text_of(determination_record(record, shared))
    assert says in text_of(assessment_report(shared))
    assert says not in text_of(determination_record(record, facts))
