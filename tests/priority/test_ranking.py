from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.priority import (
    Rank,
    StartFacts,
    UnknownValueError,
    deadline,
    given,
    ordering_arm,
    policies,
    rank_key,
    rank_reasons,
    rank_sentence,
    read_ssvc_table,
)

TIERS = ("3DF", "3D", "14D", "60D", "FSU", "INCOMPLETE")
DAY = date(2026, 8, 1)


class Item(NamedTuple):
    id: str
    rank: Rank


def item(name: str, *, identified: date = DAY, epss=None, cvss=None, finders=0, **words) -> Item:
    words = {"exposed": "yes", "kev": "no", "automatable": "no", "impact": "total"} | words
    made = deadline(given(**words), StartFacts(identified=identified))
    return Item(name, Rank(deadline=made, epss=epss, cvss=cvss, finders=finders))


def ranked(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda each: (rank_key(each.rank), each.id))


def order(*items: Item) -> list[str]:
    return [each.id for each in ranked(items)]


def test_tiers_come_in_order_whatever_the_signals_say():
    items = [
        item("incomplete", automatable="unknown", epss=1.0, cvss=10.0, finders=99),
        item("fsu", exposed="no", epss=0.9, cvss=9.0),
        item("60d", impact="partial", epss=0.8, cvss=8.0),
        item("14d", epss=0.7),
        item("3d", automatable="yes"),
        item("3df", automatable="yes", kev="yes"),
    ]
    assert order(*items) == ["3df", "3d", "14d", "60d", "fsu", "incomplete"]


def test_inside_a_tier_the_earlier_date_comes_first_then_epss_cvss_finders_and_name():
    items = [
        item("late", identified=DAY + timedelta(days=1), epss=1.0),
        item("f"),
        item("e", finders=2),
        item("d", cvss=5.0),
        item("c", cvss=9.0),
        item("b", epss=0.0),
        item("a", epss=0.5),
        item("a0", epss=0.5),
    ]
    assert order(*items) == ["a", "a0", "b", "c", "d", "e", "f", "late"]


def test_what_is_attacked_is_completed_first_and_what_can_wait_last():
    items = [
        item("may wait", impact="unknown", exposed="no", epss=1.0, cvss=10.0, finders=9),  # FSU either way
        item("fourteen", impact="unknown", epss=0.9),
        item("three", impact="unknown", automatable="yes"),
        item("unlisted", impact="unknown", automatable="unknown", kev="unknown", epss=1.0),
        item("listed", impact="unknown", automatable="unknown", kev="yes", epss=0.1),
        item("listed, likely", impact="unknown", automatable="unknown", kev="yes", epss=0.2, cvss=1.0),
        item("listed, worse", impact="unknown", automatable="unknown", kev="yes", epss=0.1, cvss=9.0),
        item("listed, twice", impact="unknown", automatable="unknown", kev="yes", epss=0.1, finders=2),
    ]
    assert {each.rank.deadline.outcome for each in items} == {"INCOMPLETE"}
    assert order(*items) == [
        "listed, likely",
        "listed, worse",
        "listed, twice",
        "listed",
        "unlisted",
        "fourteen",
        "three",
        "may wait",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"impact": "unknown", "kev": "yes"}, "there first what is in KEV, as this is"),
        ({"impact": "unknown"}, "there after what is in KEV, before what can wait in any case"),
        ({"impact": "unknown", "exposed": "no"}, "there last what can wait in any case, as this can"),
    ],
)
def test_an_incomplete_item_says_in_which_part_it_stands(words, said):
    (why,) = rank_reasons(item("a", **words).rank)
    assert (why.input, why.value, why.date) == ("order", "INCOMPLETE", None)
    assert why.rule == f"after every tier, for want of a date; {said}"


def test_unknown_exposure_is_ordered_by_the_exposed_arm_and_says_so():
    unknown = item("unknown", exposed="unknown")
    assert ordering_arm(unknown.rank.deadline) == unknown.rank.deadline.arms["exposed"]
    assert order(item("sixty", impact="partial"), unknown) == ["unknown", "sixty"]
    tier = rank_reasons(unknown.rank)[0]
    assert (tier.input, tier.value) == ("order", "14D")
    assert "the exposed answer decides" in tier.rule


def test_signals_that_are_known_are_shown_apart_from_the_tier_with_who_says_so():
    rank = replace(
        item("a", epss=0.25, cvss=9.8, finders=2).rank,
        epss_source="epss.csv.gz",
        epss_date=date(2026, 8, 17),
        cvss_source="NVD",
    )
    lines = {why.input: why for why in rank_reasons(rank)}
    assert list(lines) == ["order", "order.epss", "order.cvss", "order.finders"]
    assert (lines["order"].value, lines["order"].date) == ("14D", date(2026, 8, 15))
    assert [lines[f"order.{name}"].value for name in ("epss", "cvss", "finders")] == ["0.25", "9.8", "2"]
    assert (lines["order.epss"].source, lines["order.epss"].date) == ("epss.csv.gz", date(2026, 8, 17))
    assert lines["order.cvss"].source == "NVD"
    assert all("no input" in lines[f"order.{name}"].rule for name in ("epss", "cvss", "finders"))
    assert "exposed answer" not in lines["order"].rule
    assert [why.input for why in rank_reasons(item("b").rank)] == ["order"]


def test_a_sentence_says_the_same():
    rank = replace(
        item("a", epss=0.25, cvss=9.8, finders=2).rank, epss_source="epss.csv.gz", epss_date=date(2026, 8, 17)
    )
    assert rank_sentence(rank) == (
        "Its place among those of its tier and date follows from EPSS 0.25 (epss.csv.gz, 17 August 2026), "
        "then CVSS 9.8, then 2 independent finders."
    )
    assert rank_sentence(item("b", impact="unknown", finders=1).rank) == (
        "Its place among the flaws without a date follows from 1 independent finder."
    )
    assert "its identifier alone" in rank_sentence(item("c").rank)


def test_an_outcome_of_another_table_is_refused():
    raw = (
        b'{"namespace":"t","key":"T","version":"1","outcome":"t:O:1","mapping":[{"t:I:1":"N","t:O:1":"A"}],'
        b'"decision_points":{"t:I:1":{"values":[{"key":"N"}]},"t:O:1":{"values":[{"key":"A"}]}}}'
    )
    with pytest.raises(UnknownValueError, match="has the outcome '14D'"):
        rank_key(item("a").rank, read_ssvc_table(raw, source="t"))


signal = st.none() | st.floats(0, 1) | st.just(float("nan"))
items = st.builds(
    lambda name, words, policy, start, epss, cvss, finders: Item(
        name, Rank(deadline=deadline(given(**words), start, policy=policy), epss=epss, cvss=cvss, finders=finders)
    ),
    st.uuids().map(str),
    st.fixed_dictionaries(
        {
            "exposed": st.sampled_from(["yes", "no", "unknown"]),
            "kev": st.sampled_from(["yes", "no", "unknown", date(2026, 7, 1)]),
            "automatable": st.sampled_from(["yes", "no", "unknown"]),
            "impact": st.sampled_from(["total", "partial", "unknown"]),
        }
    ),
    st.sampled_from(list(policies())),
    st.builds(StartFacts, identified=st.none() | st.dates(date(2026, 7, 1), date(2026, 7, 4))),
    signal,
    signal,
    st.integers(0, 2),
)


@cases(st.lists(items, max_size=8, unique_by=lambda each: each.id), st.randoms(use_true_random=False))
def test_law_the_order_is_total_deterministic_and_signals_never_cross_a_tier(found, random):
    result = ranked(found)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert [each.id for each in ranked(shuffled)] == [each.id for each in result]
    for before, after in pairwise(result):
        first, second = ordering_arm(before.rank.deadline), ordering_arm(after.rank.deadline)
        places = TIERS.index(first.outcome), TIERS.index(second.outcome)
        assert places[0] <= places[1]
        if places[0] == places[1]:
            assert (first.due or date.max) <= (second.due or date.max)
    bare = [Item(each.id, Rank(deadline=each.rank.deadline)) for each in found]
    assert [rank_key(each.rank)[:3] for each in ranked(bare)] == [rank_key(each.rank)[:3] for each in result]


@cases(st.lists(items, max_size=8, unique_by=lambda each: each.id))
def test_law_inside_incomplete_kev_is_first_what_can_wait_last_and_signals_order_each_part(found):
    waiting = [each for each in ranked(found) if ordering_arm(each.rank.deadline).outcome == "INCOMPLETE"]
    for before, after in pairwise(waiting):
        assert _urgency(before) <= _urgency(after)
        if _urgency(before) == _urgency(after):
            assert _falling(before.rank.epss) <= _falling(after.rank.epss)


def _urgency(each: Item) -> int:
    if each.rank.deadline.inputs["kev"].value == "yes":
        return 0
    return 2 if set(ordering_arm(each.rank.deadline).possible) == {"FSU"} else 1


def _falling(value: float | None) -> float:
    return 1.0 if value is None or value != value else -value
