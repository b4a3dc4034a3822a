import datetime as dt

import pytest

from clearinghouse.priority import INCOMPLETE
from clearinghouse.priority.plan import Action, Do, Subject, Urgency
from clearinghouse.sheet.when import State, when

CVE = "CVE-2026-99100"
SUBJECT = Subject(written="x", name="x")


@pytest.fixture
def action(build):
    flaw = build.flaw(CVE, "x")

    def made(**arms):
        arms = {"": arms.pop("known")} if "known" in arms else arms
        return Action(do=Do.UPGRADE, subject=SUBJECT, to="2", clears=(flaw,), arms=arms)

    return made


def urgency(outcome, due=None, latest=None):
    days = [dt.date.fromisoformat(day) if day else None for day in (due, latest)]
    return Urgency(outcome=outcome, row=1, due=days[0], flaw=CVE, latest=days[1])


@pytest.mark.parametrize(
    ("outcome", "due", "phrase", "mark", "state"),
    [
        ("3D", "2026-11-12", "by Thursday 12 November 2026 (in 3 days)", "In 3 days", State.SOON),
        ("3D", "2026-11-09", "by Monday 9 November 2026 (today)", "Today", State.SOON),
        ("14D", "2026-11-23", "by Monday 23 November 2026 (in 14 days)", "In 14 days", State.SOON),
        ("60D", "2026-11-24", "by Tuesday 24 November 2026 (in 15 days)", "In 15 days", State.LATER),
        (
            "3D",
            "2026-11-08",
            "now (it was due by Sunday 8 November 2026, yesterday)",
            "Overdue by 1 day",
            State.OVERDUE,
        ),
        ("14D", None, "within 14 days of the day you learned of it", "Within 14 days of learning of it", State.SOON),
        ("60D", None, "within 60 days of the day you learned of it", "Within 60 days of learning of it", State.LATER),
        ("FSU", None, "at the next planned upgrade", "The next planned upgrade", State.LATER),
        (INCOMPLETE, None, "(no date follows yet)", "No date yet", State.NONE),
        (None, None, "(no date follows yet)", "No date yet", State.NONE),
    ],
)
def test_one_reading(build, action, outcome, due, phrase, mark, state):
    made = when(action(known=urgency(outcome, due)), build.TODAY)
    assert (made.phrase, made.mark, made.state) == (phrase, mark, state)
    assert made.dated is (state is not State.NONE)


def test_both_readings_where_the_exposure_is_not_known(build, action):
    made = when(
        action(not_exposed=urgency("60D", "2027-01-06"), exposed=urgency("3D", "2026-11-12")),
        build.TODAY,
    )
    assert made.phrase == (
        "by Thursday 12 November 2026 (in 3 days) if it can be reached from the internet, "
        "otherwise by Wednesday 6 January 2027 (in 58 days)"
    )
    assert made.brief == (
        "12 November 2026 (in 3 days) if it can be reached from the internet, otherwise 6 January 2027 (in 58 days)"
    )
    assert (made.mark, made.state) == ("In 3 days, or in 58 days", State.SOON)


def test_both_are_past(build, action):
    made = when(action(not_exposed=urgency("14D", "2026-11-08"), exposed=urgency("3D", "2026-11-01")), build.TODAY)
    assert made.phrase == (
        "now (it was due by Sunday 1 November 2026 if it can be reached from the internet, "
        "otherwise by Sunday 8 November 2026)"
    )
    assert (made.mark, made.state, made.day) == ("Overdue by 8 days", State.OVERDUE, True)


def test_one_reading_where_both_say_the_same(build, action):
    same = urgency("3DF", "2026-11-12")
    made = when(action(exposed=same, not_exposed=same), build.TODAY)
    assert made.phrase == "by Thursday 12 November 2026 (in 3 days)"


@pytest.mark.parametrize(
    ("latest", "phrase", "brief", "mark", "state"),
    [
        (
            "2026-11-01",
            "now (overdue whatever the missing answers are: it was due by Sunday 1 November 2026 at the latest, 8 days "
            "ago)",
            "1 November 2026 at the latest (8 days ago)",
            "Overdue by at least 8 days",
            State.OVERDUE,
        ),
        (
            "2026-11-12",
            "by Thursday 12 November 2026 at the latest (in 3 days)",
            "12 November 2026 at the latest (in 3 days)",
            "In 3 days at the latest",
            State.SOON,
        ),
    ],
)
def test_a_day_that_holds_in_any_case_stands_before_a_later_date(build, action, latest, phrase, brief, mark, state):
    for known in (urgency("14D", "2026-11-23", latest), urgency(INCOMPLETE, None, latest)):
        made = when(action(known=known), build.TODAY)
        assert (made.phrase, made.brief, made.mark, made.state) == (phrase, brief, mark, state)
        assert made.day


def test_both_are_past_in_any_case(build, action):
    made = when(
        action(exposed=urgency("3D", "2026-11-01"), not_exposed=urgency(INCOMPLETE, None, "2026-11-05")), build.TODAY
    )
    assert made.phrase == (
        "now (it was due by Sunday 1 November 2026 if it can be reached from the internet, "
        "otherwise by Thursday 5 November 2026 at the latest)"
    )


def test_a_shape_for_each_state():
    assert len({state.shape for state in State}) == len(State)
