from datetime import date, timedelta

from hypothesis import given as cases
from hypothesis import strategies as st

from clearinghouse.priority import Clock, Revision, StartFacts, deadline, given, history

KEV_DAY = date(2026, 3, 2)


def revision(day: date, **words) -> Revision:
    return Revision(date=day, inputs=given(**words))


def ray() -> list[Revision]:
    """CVE-2025-62593: not automatable on the day it joined KEV, automatable a day later."""
    words = {"exposed": "no", "kev": KEV_DAY, "impact": "total"}
    return [
        revision(KEV_DAY, automatable="no", **words),
        revision(KEV_DAY + timedelta(days=1), automatable="yes", **words),
    ]


def test_cve_2025_62593_under_the_literal_clock_keeps_its_first_start():
    first, second = history(ray(), StartFacts(identified=KEV_DAY + timedelta(days=5)))
    assert (first.deadline.row, first.deadline.outcome, first.deadline.due) == (11, "14D", date(2026, 3, 16))
    assert (second.deadline.row, second.deadline.outcome, second.deadline.due) == (9, "3DF", date(2026, 3, 5))
    assert (first.row_changed, second.row_changed) == (False, True)


def test_cve_2025_62593_under_row_change_starts_anew():
    first, second = history(ray(), StartFacts(identified=KEV_DAY + timedelta(days=5)), clock="row_change")
    assert (first.deadline.due, first.deadline.start_reason) == (date(2026, 3, 16), "kev_added")
    assert (second.deadline.due, second.deadline.start_reason) == (date(2026, 3, 6), "row_change")


def test_revisions_may_come_in_any_order_and_later_ones_are_left_out():
    held = history(reversed(ray()), StartFacts(identified=KEV_DAY), as_of=KEV_DAY)
    assert [each.date for each in held] == [KEV_DAY]
    assert held[0].deadline.days_left == 14


def test_leaving_kev_keeps_the_first_start_under_the_literal_clock():
    words = {"exposed": "yes", "automatable": "no", "impact": "partial"}
    revisions = [revision(KEV_DAY, kev=KEV_DAY, **words), revision(date(2026, 4, 1), kev="no", **words)]
    facts = StartFacts(identified=date(2026, 3, 20))
    left = history(revisions, facts)[-1].deadline
    assert (left.row, left.start, left.start_reason, left.due) == (8, KEV_DAY, "kev_added", date(2026, 5, 1))
    anew = history(revisions, facts, clock="row_change")[-1].deadline
    assert (anew.start, anew.due) == (date(2026, 4, 1), date(2026, 5, 31))


def test_joining_kev_after_identification_starts_anew_only_under_row_change():
    words = {"exposed": "yes", "automatable": "no", "impact": "partial"}
    revisions = [revision(date(2026, 1, 1), kev="no", **words), revision(KEV_DAY, kev=KEV_DAY, **words)]
    facts = StartFacts(identified=date(2026, 1, 1))
    assert [each.deadline.due for each in history(revisions, facts)] == [date(2026, 3, 2), date(2026, 1, 15)]
    assert [each.deadline.due for each in history(revisions, facts, clock="row_change")] == [
        date(2026, 3, 2),
        date(2026, 3, 16),
    ]


def test_an_open_row_is_no_change_of_row_and_the_last_known_row_stands():
    words = {"exposed": "yes", "kev": "no", "impact": "total"}
    revisions = [
        revision(date(2026, 1, 1), automatable="no", **words),
        revision(date(2026, 1, 2), automatable="unknown", **words),
        revision(date(2026, 1, 3), automatable="no", **words),
        revision(date(2026, 1, 4), automatable="yes", **words),
    ]
    held = history(revisions, StartFacts(identified=date(2026, 1, 1)), clock="row_change")
    assert [each.deadline.row for each in held] == [7, None, 7, 5]
    assert [each.row_changed for each in held] == [False, False, False, True]
    assert [each.deadline.start for each in held] == [date(2026, 1, 1)] * 3 + [date(2026, 1, 4)]


def test_the_first_row_that_becomes_known_does_not_restart_the_clock():
    words = {"exposed": "yes", "kev": "no", "impact": "total"}
    revisions = [
        revision(date(2026, 1, 5), automatable="unknown", **words),
        revision(date(2026, 1, 9), automatable="yes", **words),
    ]
    held = history(revisions, StartFacts(identified=date(2026, 1, 1)), clock="row_change")
    assert held[-1].deadline.start == date(2026, 1, 1)


def test_learning_the_exposure_picks_an_arm_and_moving_it_changes_the_row():
    words = {"kev": "no", "automatable": "no", "impact": "total"}
    revisions = [
        revision(date(2026, 1, 1), exposed="unknown", **words),
        revision(date(2026, 1, 2), exposed="yes", **words),
        revision(date(2026, 1, 3), exposed="unknown", **words),
        revision(date(2026, 1, 4), exposed="no", **words),
    ]
    held = history(revisions, StartFacts(identified=date(2026, 1, 1)), clock="row_change")
    assert [each.deadline.row for each in held] == [None, 7, None, 15]
    assert [each.row_changed for each in held] == [False, False, True, False]
    assert held[2].deadline.arms["exposed"].start == date(2026, 1, 1)
    assert held[2].deadline.arms["not_exposed"].start == date(2026, 1, 3)
    assert (held[2].deadline.start, held[2].deadline.start_reason) == (None, None)


day = st.dates(date(2026, 1, 1), date(2026, 3, 1))
words = st.fixed_dictionaries(
    {
        "exposed": st.sampled_from(["yes", "no", "unknown"]),
        "kev": st.sampled_from(["no", date(2026, 1, 10), date(2026, 2, 10)]),
        "automatable": st.sampled_from(["yes", "no", "unknown"]),
        "impact": st.sampled_from(["total", "partial"]),
    }
)


@cases(st.lists(st.tuples(day, words), max_size=6), day)
def test_law_a_history_has_the_rows_of_its_revisions_and_its_literal_start_never_moves_later(steps, identified):
    facts = StartFacts(identified=identified)
    revisions = [revision(on, **each) for on, each in steps]
    ordered = sorted(revisions, key=lambda each: each.date)
    for clock in Clock:
        held = history(revisions, facts, clock=clock)
        alone = [deadline(each.inputs, facts, clock=clock) for each in ordered]
        assert [each.date for each in held] == [each.date for each in ordered]
        for kept, single in zip(held, alone, strict=True):
            assert kept.deadline.row == single.row
            assert {name: arm.row for name, arm in kept.deadline.verdicts().items()} == {
                name: arm.row for name, arm in single.verdicts().items()
            }
    starts = [each.deadline.start for each in history(revisions, facts)]
    assert starts == sorted(starts, reverse=True)
