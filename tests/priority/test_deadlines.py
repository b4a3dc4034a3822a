from datetime import date, timedelta
from functools import partial
from itertools import product

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from clearinghouse.priority import (
    Clock,
    DateError,
    Fact,
    Inputs,
    KevStatus,
    SignalSet,
    StartFacts,
    UnknownValueError,
    deadline,
    deadline_for,
    given,
    policies,
)

OUTCOMES = {
    ("yes", "yes", "yes", "total"): (1, "3DF"),
    ("yes", "yes", "yes", "partial"): (2, "3D"),
    ("yes", "yes", "no", "total"): (3, "3DF"),
    ("yes", "yes", "no", "partial"): (4, "14D"),
    ("yes", "no", "yes", "total"): (5, "3D"),
    ("yes", "no", "yes", "partial"): (6, "14D"),
    ("yes", "no", "no", "total"): (7, "14D"),
    ("yes", "no", "no", "partial"): (8, "60D"),
    ("no", "yes", "yes", "total"): (9, "3DF"),
    ("no", "yes", "yes", "partial"): (10, "14D"),
    ("no", "yes", "no", "total"): (11, "14D"),
    ("no", "yes", "no", "partial"): (12, "14D"),
    ("no", "no", "yes", "total"): (13, "60D"),
    ("no", "no", "yes", "partial"): (14, "60D"),
    ("no", "no", "no", "total"): (15, "FSU"),
    ("no", "no", "no", "partial"): (16, "FSU"),
}
"""Table 1 of BOD 26-04, written down apart from the software's data."""
DAYS = {"3DF": 3, "3D": 3, "14D": 14, "60D": 60, "FSU": None}
KEV_DAY, IDENTIFIED = date(2026, 8, 17), date(2026, 8, 10)
CHANGED, COMMISSIONED = date(2026, 8, 15), date(2026, 9, 1)
FACTS = StartFacts(identified=IDENTIFIED, changed=CHANGED, commissioned=COMMISSIONED)


def expected_values(policy: str, kev: str, automatable: str, impact: str) -> tuple[str, str]:
    """What a policy makes of missing values, in the words of its description."""
    if policy == "cisa_default" and kev == "no":
        return ("no" if automatable == "unknown" else automatable), ("total" if impact == "unknown" else impact)
    if policy == "fedramp_assume_automatable" and automatable == "unknown":
        return "yes", impact
    return automatable, impact


def expected_start(clock: str, kev: str) -> tuple[date, str]:
    if clock == "row_change":  # an addition to KEV after identification is the later change of row
        return (KEV_DAY if kev == "yes" else CHANGED), "row_change"
    return (COMMISSIONED, "commissioned") if clock == "commissioned" else (IDENTIFIED, "identified")


def check(verdict, policy, clock, exposed, kev, automatable, impact):
    automatable, impact = expected_values(policy, kev, automatable, impact)
    start, reason = expected_start(clock, kev)
    assert (verdict.start, verdict.start_reason) == (start, reason)
    if "unknown" in (automatable, impact):
        assert verdict.outcome == "INCOMPLETE"
        wanted = {name for name, value in (("automatable", automatable), ("impact", impact)) if value == "unknown"}
        assert set(verdict.missing) == wanted
        assert (verdict.row, verdict.days, verdict.due) == (None, None, None)
        return
    row, outcome = OUTCOMES[exposed, kev, automatable, impact]
    days = DAYS[outcome]
    assert (verdict.row, verdict.outcome, verdict.days) == (row, outcome, days)
    assert verdict.due == (start + timedelta(days=days) if days else None)
    assert verdict.forensic_triage == (row in (1, 3, 9))
    assert verdict.missing == ()


@pytest.mark.parametrize("clock", ["literal", "row_change", "commissioned"])
@pytest.mark.parametrize("policy", ["fail_closed", "cisa_default", "fedramp_assume_automatable"])
def test_every_row_policy_and_clock_and_every_gap(policy, clock):
    for exposed, kev, automatable, impact in product(
        ("yes", "no", "unknown"), ("yes", "no"), ("yes", "no", "unknown"), ("total", "partial", "unknown")
    ):
        inputs = given(exposed=exposed, kev=KEV_DAY if kev == "yes" else "no", automatable=automatable, impact=impact)
        made = deadline(inputs, FACTS, policy=policy, clock=clock)
        assert (made.policy, made.clock, made.table) == (policy, clock, "cisa:DT_BOD2604:1.0.0")
        assert (made.identified, made.milestone) == (IDENTIFIED, date(2026, 12, 7))
        filled = expected_values(policy, kev, automatable, impact)
        for name, value, was in zip(("automatable", "impact"), filled, (automatable, impact), strict=True):
            assert made.inputs[name].value == value
            assert made.inputs[name].defaulted == (value != was)
            assert (policy in made.inputs[name].source) == (value != was)
        if exposed == "unknown":
            assert (made.outcome, made.days, made.due, made.row, made.forensic_triage) == (None,) * 5
            assert set(made.arms) == {"exposed", "not_exposed"}
            check(made.arms["exposed"], policy, clock, "yes", kev, automatable, impact)
            check(made.arms["not_exposed"], policy, clock, "no", kev, automatable, impact)
        else:
            assert made.arms is None
            check(made, policy, clock, exposed, kev, automatable, impact)


def test_there_are_exactly_the_named_policies_and_clocks():
    assert set(policies()) == {"fail_closed", "cisa_default", "fedramp_assume_automatable"}
    assert {str(clock) for clock in Clock} == {"literal", "row_change", "commissioned"}


def test_the_default_policy_is_to_fill_in_nothing():
    made = deadline(given(exposed="yes", kev="no", automatable="no"), StartFacts(identified=IDENTIFIED))
    assert (made.policy, made.clock, made.outcome, made.missing) == (
        "fail_closed",
        "literal",
        "INCOMPLETE",
        ("impact",),
    )
    assert made.possible == ("14D", "60D")


def test_days_are_calendar_days_and_the_start_is_day_0():
    made = deadline(
        given(exposed="yes", kev=date(2026, 8, 17), automatable="yes", impact="total"),
        StartFacts(identified=date(2026, 8, 20)),
        as_of=date(2026, 8, 21),
    )
    assert (made.due, made.days_left, made.start_reason) == (date(2026, 8, 20), -1, "kev_added")
    assert (made.kev_added, made.identified) == (date(2026, 8, 17), date(2026, 8, 20))


def test_a_due_date_may_lie_before_the_directive_existed():
    inputs = given(exposed="yes", kev=date(2021, 11, 3), automatable="yes", impact="total", kev_due=date(2021, 11, 17))
    made = deadline(inputs, StartFacts(identified=date(2026, 8, 20)))
    assert (made.due, made.kev_due, made.milestone) == (date(2021, 11, 6), date(2021, 11, 17), date(2026, 12, 7))


@pytest.mark.parametrize(
    ("kev", "identified", "start", "reason"),
    [
        (date(2026, 8, 17), date(2026, 8, 20), date(2026, 8, 17), "kev_added"),
        (date(2026, 8, 20), date(2026, 8, 17), date(2026, 8, 17), "identified"),
        (date(2026, 8, 20), date(2026, 8, 20), date(2026, 8, 20), "kev_added"),
        ("yes", date(2026, 8, 20), date(2026, 8, 20), "identified"),
        ("no", date(2026, 8, 20), date(2026, 8, 20), "identified"),
        (date(2026, 8, 20), None, date(2026, 8, 20), "kev_added"),
        ("no", None, None, None),
    ],
)
def test_the_clock_starts_at_the_earlier_of_addition_to_kev_and_identification(kev, identified, start, reason):
    made = deadline(given(exposed="yes", kev=kev, automatable="yes", impact="total"), StartFacts(identified=identified))
    assert (made.start, made.start_reason) == (start, reason)
    assert made.missing == (() if start else ("identified",))
    assert made.due == (start + timedelta(days=3) if start else None)


@pytest.mark.parametrize(
    ("clock", "changed", "commissioned", "start", "reason"),
    [
        ("row_change", None, None, date(2026, 8, 17), "kev_added"),
        ("row_change", date(2026, 8, 16), None, date(2026, 8, 17), "kev_added"),
        ("row_change", date(2026, 8, 18), None, date(2026, 8, 18), "row_change"),
        ("commissioned", None, None, date(2026, 8, 17), "kev_added"),
        ("commissioned", None, date(2026, 8, 16), date(2026, 8, 17), "kev_added"),
        ("commissioned", None, date(2026, 8, 17), date(2026, 8, 17), "kev_added"),
        ("commissioned", None, date(2026, 8, 18), date(2026, 8, 18), "commissioned"),
        ("literal", date(2026, 8, 18), date(2026, 8, 19), date(2026, 8, 17), "kev_added"),
    ],
)
def test_a_clock_rule_moves_the_start_later_only_by_its_own_event(clock, changed, commissioned, start, reason):
    facts = StartFacts(identified=date(2026, 8, 20), changed=changed, commissioned=commissioned)
    made = deadline(given(exposed="yes", kev=date(2026, 8, 17), automatable="yes", impact="total"), facts, clock=clock)
    assert (made.start, made.start_reason) == (start, reason)


def test_a_kev_entry_added_after_the_day_asked_about_is_not_yet_in_kev():
    inputs = given(exposed="yes", kev=date(2026, 8, 17), automatable="yes", impact="partial", kev_due=date(2026, 9, 7))
    facts = StartFacts(identified=date(2026, 8, 10))
    before = deadline(inputs, facts, as_of=date(2026, 8, 16), clock="row_change")
    assert (before.row, before.outcome, before.due) == (6, "14D", date(2026, 8, 24))
    assert (before.kev_added, before.kev_due, before.inputs["kev"].value) == (None, None, "no")
    assert "not yet in it" in before.inputs["kev"].rule
    after = deadline(inputs, facts, as_of=date(2026, 8, 17), clock="row_change")
    assert (after.row, after.outcome, after.due, after.start_reason) == (2, "3D", date(2026, 8, 20), "row_change")


def test_inputs_dated_after_the_day_asked_about_are_not_counted():
    inputs = Inputs(
        exposed=Fact(value="no", date=date(2026, 8, 1)),
        kev=KevStatus(listed=False),
        automatable=Fact(value="yes", source="s", date=date(2026, 8, 11)),
        impact=Fact(value="total", date=date(2026, 8, 1)),
    )
    facts = StartFacts(identified=date(2026, 8, 1), changed=date(2026, 8, 11))
    early = deadline(inputs, facts, as_of=date(2026, 8, 10), clock="row_change")
    assert (early.outcome, early.missing, early.start) == ("INCOMPLETE", ("automatable",), date(2026, 8, 1))
    assert "not counted" in early.inputs["automatable"].rule
    late = deadline(inputs, facts, as_of=date(2026, 8, 11), clock="row_change")
    assert (late.outcome, late.start) == ("60D", date(2026, 8, 11))
    assert deadline(inputs, facts).outcome == "60D"


def test_unknown_kev_membership_is_missing_under_every_policy():
    for policy in policies():
        made = deadline(given(exposed="yes", automatable="no", impact="total"), FACTS, policy=policy)
        assert (made.outcome, made.missing) == ("INCOMPLETE", ("kev",))


def test_what_open_outcomes_agree_on_is_told():
    made = deadline(given(exposed="no", kev="yes", automatable="no"), FACTS)
    assert (made.outcome, made.possible, made.forensic_triage) == ("INCOMPLETE", ("14D",), False)
    made = deadline(given(exposed="yes", kev="yes", automatable="no"), FACTS)
    assert (made.possible, made.forensic_triage) == (("3DF", "14D"), None)


def test_days_left_are_counted_from_any_day_without_changing_the_answer():
    made = deadline(given(exposed="unknown", kev="no", automatable="no", impact="total"), FACTS)
    assert made.arms["exposed"].days_left is None
    seen = made.seen_on(date(2026, 8, 20))
    assert (seen.arms["exposed"].days_left, seen.arms["not_exposed"].days_left, seen.days_left) == (4, None, None)
    assert seen.seen_on(date(2026, 8, 24)).arms["exposed"].days_left == 0


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (lambda: given(kev="maybe"), "KEV membership"),
        (lambda: deadline(given(exposed="maybe"), FACTS), "Publicly exposed"),
        (lambda: deadline(given(impact="yes"), FACTS), "Technical impact"),
        (lambda: deadline(given(), FACTS, policy="hope"), "policy 'hope'"),
        (lambda: deadline(given(), FACTS, clock="moon"), "clock rule 'moon'"),
    ],
)
def test_unknown_words_are_refused_with_the_known_ones(question, says):
    with pytest.raises(UnknownValueError, match=says) as caught:
        question()
    assert caught.value.remedy.startswith("one of ")


def test_a_date_beyond_the_calendar_is_a_typed_error():
    with pytest.raises(DateError, match="beyond the calendar"):
        deadline(
            given(exposed="no", kev="no", automatable="yes", impact="total"), StartFacts(identified=date(9999, 12, 30))
        )


days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
maybe_day = st.none() | days
questions = st.fixed_dictionaries(
    {
        "exposed": st.sampled_from(["yes", "no", "unknown"]),
        "kev": st.sampled_from(["yes", "no", "unknown"]) | days,
        "automatable": st.sampled_from(["yes", "no", "unknown"]),
        "impact": st.sampled_from(["total", "partial", "unknown"]),
    }
)
facts = st.builds(StartFacts, identified=maybe_day, commissioned=maybe_day, changed=maybe_day)


@cases(questions, facts, st.sampled_from(list(policies())), st.sampled_from(list(Clock)), maybe_day)
def test_law_due_is_start_plus_days_and_nothing_is_clamped(question, start, policy, clock, as_of):
    made = deadline(given(**question), start, policy=policy, clock=clock, as_of=as_of)
    assert made == deadline(given(**question), start, policy=policy, clock=clock, as_of=as_of)
    for verdict in made.verdicts().values():
        assert (verdict.due is None) == (verdict.days is None or verdict.start is None)
        if verdict.due:
            assert verdict.due - verdict.start == timedelta(days=verdict.days)
            assert verdict.days_left == ((verdict.due - as_of).days if as_of else None)
        known = [day for day in (made.kev_added, start.identified) if day]
        assert (verdict.start is None) == (not known)
        if known:  # no reading ever starts before the literal one, and the literal one is the earlier
            assert verdict.start >= min(known)
            assert verdict.start == min(known) or clock != "literal"


@cases(questions, facts, st.sampled_from(list(policies())), st.sampled_from(list(Clock)))
def test_law_the_arms_are_the_two_known_answers(question, start, policy, clock):
    unknown = deadline(given(**question | {"exposed": "unknown"}), start, policy=policy, clock=clock)
    for arm, word in (("exposed", "yes"), ("not_exposed", "no")):
        known = deadline(given(**question | {"exposed": word}), start, policy=policy, clock=clock)
        for field in unknown.arms[arm].__struct_fields__:
            assert getattr(unknown.arms[arm], field) == getattr(known, field), field


def test_the_floor_above_asks_in_one_call():
    known = SignalSet(
        kev=KevStatus(listed=True, added=date(2026, 8, 17), source="KEV 2026.08.18", cve="CVE-2026-1"),
        automatable=Fact(value="no", source="s", cve="CVE-2026-1"),
        impact=Fact(value="partial", source="s"),
    )
    made = deadline_for(known, identified=date(2026, 8, 20), as_of=date(2026, 8, 21))
    assert {name: arm.row for name, arm in made.arms.items()} == {"exposed": 4, "not_exposed": 12}
    assert made.arms["exposed"].days_left == 10
    judged = Fact(value="no", source="network team", date=date(2026, 8, 1))
    assert deadline_for(known, exposed=judged, identified=date(2026, 8, 20)).inputs["exposed"].source == "network team"
    assert deadline_for(known, exposed="yes", identified=date(2026, 8, 20), bound=True).row == 4


def test_the_floor_above_hands_the_events_of_the_clocks_on():
    day, later = date(2026, 8, 20), date(2026, 9, 1)
    known = SignalSet(automatable=Fact(value="no"), impact=Fact(value="total"), kev=KevStatus(listed=False))
    ask = partial(deadline_for, known, exposed="yes", identified=day)
    assert ask(clock="commissioned", commissioned=later).start == later
    assert ask(clock="row_change", changed=later).start == later
    assert ask(commissioned=later, changed=later).start == day


@pytest.mark.parametrize(("word", "source"), [("unknown", "not stated"), ("yes", "as given")])
def test_no_source_is_claimed_that_nobody_named(word, source):
    made = deadline_for(SignalSet(), exposed=word, identified=date(2026, 8, 20))
    assert (made.inputs["exposed"].source, made.identified_source) == (source, "as given")
    made = deadline_for(SignalSet(), identified=date(2026, 8, 20), identified_source="day of this run")
    assert made.identified_source == "day of this run"
