"""Exact bounds of a probability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearinghouse.evaluation.statistics.binomial import exact_interval, failures_needed, lower_bound, upper_bound
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.estimate import Sides

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize(("successes", "low", "high"), [(2, 0.025, 0.556), (3, 0.067, 0.652), (6, 0.262, 0.878)])
def test_published_intervals_of_ten_attempts(successes, low, high):
    found = exact_interval(successes, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


@pytest.mark.parametrize(
    ("successes", "attempts", "low", "high"),
    [
        (20, 24, 0.66, 0.94),
        (5, 8, 0.29, 0.89),
        (42, 86, 0.40, 0.58),
        (17, 30, 0.40, 0.72),
        (6, 8, 0.40, 0.95),
        (33, 86, 0.30, 0.48),
        (40, 86, 0.37, 0.56),
        (27, 86, 0.23, 0.41),
        (7, 28, 0.12, 0.42),
        (1, 8, 0.01, 0.47),
    ],
)
def test_published_bounds_of_a_worked_example(successes, attempts, low, high):
    assert lower_bound(successes, attempts) == pytest.approx(low, abs=0.006)
    assert upper_bound(successes, attempts) == pytest.approx(high, abs=0.006)


@pytest.mark.parametrize(("bound", "attempts"), [(0.05, 59), (0.1, 29), (0.01, 299)])
def test_so_many_failures_show_that_a_probability_is_small(bound, attempts):
    assert failures_needed(bound) == attempts
    assert upper_bound(0, attempts) <= bound < upper_bound(0, attempts - 1)


@given(counts, levels)
def test_it_is_what_scipy_says(count, level):
    successes, attempts = count
    for sides, alternative in ((Sides.TWO, "two-sided"), (Sides.LOWER, "greater"), (Sides.UPPER, "less")):
        theirs = stats.binomtest(successes, attempts, alternative=alternative).proportion_ci(level)
        ours = exact_interval(successes, attempts, level, sides)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(counts, levels)
def test_successes_and_failures_mirror_each_other(count, level):
    successes, attempts = count
    mirrored = 1 - upper_bound(attempts - successes, attempts, level)
    assert lower_bound(successes, attempts, level) == pytest.approx(mirrored)


@pytest.mark.parametrize(("successes", "attempts", "level"), [(1, 0, 0.95), (-1, 3, 0.95), (4, 3, 0.95), (1, 3, 1.0)])
def test_what_cannot_be_counted_is_refused(successes, attempts, level):
    with pytest.raises(StatisticsError):
        lower_bound(successes, attempts, level)


@pytest.mark.parametrize("bound", [0, 1, -0.1])
def test_a_bound_outside_the_scale_is_refused(bound):
    with pytest.raises(StatisticsError):
        failures_needed(bound)
