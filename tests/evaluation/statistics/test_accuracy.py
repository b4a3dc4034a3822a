"""Success on these tasks, and on the population that they were drawn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.accuracy import (
    benchmark_accuracy,
    generalised_accuracy,
    missing_bounds,
    variance_shares,
)
from clearinghouse.evaluation.statistics.attempts import attempts_of
from clearinghouse.evaluation.statistics.binomial import exact_interval
from clearinghouse.evaluation.statistics.clustered import Weighting
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, GeneralizedAccuracy, Sides

NONE = float("nan")
outcomes = st.sampled_from([0.0, 1.0, NONE])
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), outcomes), min_size=1, max_size=40)


def of(found):
    """Attempts from (family, task within it, score)."""
    return attempts_of([f"{f}/{t}" for f, t, _ in found], [f for f, _, _ in found], [score for _, _, score in found])


def test_the_two_kinds_are_two_types():
    attempts = of([(0, 0, 1.0), (0, 1, 0.0), (1, 0, 1.0)])
    assert type(benchmark_accuracy(attempts)) is BenchmarkAccuracy
    assert type(generalised_accuracy(attempts)) is GeneralizedAccuracy


def test_tasks_tried_once_without_families_get_the_exact_interval():
    attempts = of([(task, 0, float(task < 3)) for task in range(10)])
    for found in (generalised_accuracy(attempts), benchmark_accuracy(attempts)):
        exact = exact_interval(3, 10)
        assert (found.interval.low, found.interval.high) == pytest.approx((exact.low, exact.high))
    lower = generalised_accuracy(attempts, sides=Sides.LOWER)
    assert (lower.interval.high, lower.interval.sides) == (1.0, Sides.LOWER)


def test_more_attempts_at_the_same_tasks_do_not_teach_about_others():
    """The copies of attempts narrow what is said of these tasks, and not what is said of the population."""
    once = [(family, task, float((family + task) % 3 > 0)) for family in range(6) for task in range(4)]
    few, many = of(once * 2), of(once * 50)
    assert generalised_accuracy(few).interval == generalised_accuracy(many).interval
    narrow, wide = (
        benchmark_accuracy(each).interval.high - benchmark_accuracy(each).interval.low for each in (many, few)
    )
    assert narrow < wide / 3


def test_the_weightings_differ_where_families_do():
    attempts = of([(0, task, 1.0) for task in range(9)] + [(1, 0, 0.0)])
    assert generalised_accuracy(attempts).value == pytest.approx(0.9)
    assert generalised_accuracy(attempts, weighting=Weighting.FAMILIES).value == pytest.approx(0.5)
    assert benchmark_accuracy(attempts, weighting=Weighting.FAMILIES).value == pytest.approx(0.5)


def test_the_chance_of_attempts_alone_covers_as_often_as_it_says():
    rng = np.random.default_rng(8)
    chances = rng.beta(0.8, 0.6, 40)
    held = 0
    for _ in range(300):
        scores = (rng.random((40, 4)) < chances[:, None]).astype(float)
        attempts = attempts_of(np.repeat(np.arange(40), 4), np.repeat(np.arange(40), 4), scores.ravel())
        held += benchmark_accuracy(attempts, 0.9).interval.covers(chances.mean())
    assert 0.85 * 300 <= held <= 0.95 * 300


@given(rows)
def test_bounds_hold_whatever_the_missing_outcomes_are(found):
    attempts = of(found)
    bounds = missing_bounds(attempts)
    for score in (0.0, 0.4, 1.0):
        assert bounds.low - 1e-12 <= generalised_accuracy(attempts.filled(score)).value <= bounds.high + 1e-12
    assert bounds.share == pytest.approx(np.mean([np.isnan(score) for _, _, score in found]))


@given(rows)
def test_what_is_known_is_kept(found):
    known = of(found).known()
    scores = [score for _, _, score in found if not np.isnan(score)]
    assert (known is None) == (not scores)
    if known:
        left = {(f, t) for f, t, score in found if not np.isnan(score)}
        assert (known.tasks, known.families, len(known.score)) == (len(left), len({f for f, _ in left}), len(scores))
        assert known.score.tolist() == scores
        assert known.per_task().min() >= 1


def test_an_attempt_without_an_outcome_is_not_taken_for_one():
    attempts = of([(0, 0, NONE), (1, 0, 1.0)])
    for kind in (benchmark_accuracy, generalised_accuracy):
        with pytest.raises(StatisticsError, match="no outcome"):
            kind(attempts)


def test_the_variance_divides_as_it_was_made():
    rng = np.random.default_rng(2)
    chances = rng.beta(1, 1, 2_000)  # variance 1/12 between tasks, and within them 1/6 on average
    scores = (rng.random((2_000, 5)) < chances[:, None]).astype(float)
    task = np.repeat(np.arange(2_000), 5)
    shares = variance_shares(attempts_of(task, task, scores.ravel()))
    assert shares == pytest.approx((1 / 12, 1 / 6), rel=0.08)
    with pytest.raises(StatisticsError):
        variance_shares(of([(0, 0, 1.0), (1, 0, 0.0)]))


def test_shares_of_success_need_a_second_attempt():
    with pytest.raises(StatisticsError, match="tried once"):
        benchmark_accuracy(of([(0, 0, 0.5), (1, 0, 0.2)]))
    assert benchmark_accuracy(of([(0, 0, 0.5), (0, 0, 0.7)])).value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("tasks", "families", "scores"),
    [([], [], []), (["a"], ["f"], [0.0, 1.0]), (["a"], ["f"], [1.5]), (["a", "a"], ["f", "g"], [0.0, 1.0])],
)
def test_columns_that_do_not_fit_are_refused(tasks, families, scores):
    with pytest.raises(StatisticsError):
        attempts_of(tasks, families, scores)
