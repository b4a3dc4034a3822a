"""Two models on common tasks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.paired import mcnemar, paired_difference

pairs = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=60)


def test_tasks_that_are_hard_for_both_cancel():
    rng = np.random.default_rng(9)
    ease = rng.random(400)
    first = (rng.random(400) < ease).astype(float)
    second = np.where(rng.random(400) < 0.8, first, rng.random(400) < ease).astype(float)
    found = paired_difference(first, second, np.arange(400) // 5)
    plain = stats.ttest_rel(
        *(np.bincount(np.arange(400) // 5, weights=each) / 5 for each in (second, first))
    ).confidence_interval(0.95)
    assert found.value == pytest.approx(second.mean() - first.mean())
    assert found.error < 0.75 * found.unpaired
    assert (found.interval.low, found.interval.high) == pytest.approx((plain.low, plain.high))
    assert (found.tasks, found.families) == (400, 80)


@given(pairs)
def test_turned_round_it_is_the_other_way_round(found):
    first, second = (np.array(each) for each in zip(*found, strict=True))
    family = np.arange(len(first)) // 2
    there, back = paired_difference(first, second, family), paired_difference(second, first, family)
    assert there.value == pytest.approx(-back.value)
    assert there.interval.low == pytest.approx(-back.interval.high, abs=0.04)
    assert -1 <= there.interval.low <= there.value <= there.interval.high <= 1


@given(pairs)
def test_the_exact_test_is_that_of_a_fair_coin(found):
    first, second = (np.array(each) for each in zip(*found, strict=True))
    test = mcnemar(first, second)
    either = test.gained + test.lost
    assert test.p == pytest.approx(stats.binomtest(test.gained, either).pvalue if either else 1.0)
    assert test.gained - test.lost == (second - first).sum()


def test_published_elicitation_is_no_chance():
    """GPT-5.3 Codex from 2 to 10 million tokens: 43 of 631 tasks gained, none lost (Lyptus Research, 2026)."""
    first = np.array([1.0] * 531 + [0.0] * 100)
    second = np.array([1.0] * 574 + [0.0] * 57)
    test = mcnemar(first, second)
    assert (test.gained, test.lost, test.p) == (43, 0, pytest.approx(2 * 0.5**43))
    assert (round(first.mean(), 4), round(second.mean(), 4)) == (0.8415, 0.9097)


@pytest.mark.parametrize(("first", "second"), [([], []), ([0.0], [0.0, 1.0]), ([float("nan")], [1.0])])
def test_what_cannot_be_paired_is_refused(first, second):
    with pytest.raises(StatisticsError):
        paired_difference(np.array(first), np.array(second), np.zeros(len(first), dtype=np.int64))


def test_shares_of_success_have_no_exact_test():
    with pytest.raises(StatisticsError):
        mcnemar(np.array([0.5]), np.array([1.0]))
