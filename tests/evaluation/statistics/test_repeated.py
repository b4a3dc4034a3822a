"""Success of several attempts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.accuracy import generalised_accuracy
from clearinghouse.evaluation.statistics.attempts import attempts_of
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.repeated import Pass, pass_at_k, pass_hat_k, repeated


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.integers(1, 9))
def test_they_are_shares_of_all_ways_to_choose(scores, k):
    k = min(k, len(scores))
    chosen = list(combinations(scores, k))
    n, c = np.array([len(scores)]), np.array([sum(scores)])
    assert pass_at_k(c, n, k)[0] == pytest.approx(np.mean([any(each) for each in chosen]))
    assert pass_hat_k(c, n, k)[0] == pytest.approx(np.mean([all(each) for each in chosen]))


def test_they_are_unbiased():
    rng = np.random.default_rng(1)
    solved = rng.binomial(8, 0.3, 40_000)
    tries = np.full(40_000, 8)
    assert pass_at_k(solved, tries, 3).mean() == pytest.approx(1 - 0.7**3, abs=0.005)
    assert pass_hat_k(solved, tries, 3).mean() == pytest.approx(0.3**3, abs=0.003)


def attempts(per_task=4):
    rng = np.random.default_rng(6)
    task = np.repeat(np.arange(30), per_task)
    return attempts_of(task, task // 3, (rng.random(30 * per_task) < 0.5).astype(float))


def test_one_attempt_is_the_plain_success():
    found = repeated(attempts(), [1])[0]
    plain = generalised_accuracy(attempts())
    assert (found.value, found.error) == pytest.approx((plain.value, plain.error))
    assert (found.interval.low, found.interval.high) == pytest.approx((plain.interval.low, plain.interval.high))


def test_more_attempts_help_where_one_is_enough_and_hurt_where_all_must_succeed():
    values = [each.value for each in repeated(attempts(), [1, 2, 4])]
    assert values == sorted(values)
    all_of = [each.value for each in repeated(attempts(), [1, 2, 4], Pass.ALL)]
    assert all_of == sorted(all_of, reverse=True)


def test_tasks_with_fewer_attempts_are_left_out_and_counted():
    mixed = attempts_of(["a", "a", "b"], ["f", "f", "g"], [1.0, 0.0, 1.0])
    one, two = repeated(mixed, [1, 2, 3])
    assert (one.tasks, one.left_out, two.tasks, two.left_out, two.families) == (2, 0, 1, 1, 1)


@pytest.mark.parametrize("score", [0.5, float("nan")])
def test_what_is_neither_failure_nor_success_is_refused(score):
    with pytest.raises(StatisticsError):
        repeated(attempts_of(["a"], ["f"], [score]), [1])


@pytest.mark.parametrize(("solved", "tries", "k"), [(1, 2, 0), (1, 2, 3), (3, 2, 1)])
def test_more_than_were_made_are_refused(solved, tries, k):
    with pytest.raises(StatisticsError):
        pass_at_k(np.array([solved]), np.array([tries]), k)
