"""Means over families, and intervals that few of them do not fool."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.binomial import exact_interval
from clearinghouse.evaluation.statistics.clustered import Method, Scale, Weighting, clustered_interval, clusters
from clearinghouse.evaluation.statistics.estimate import Sides

scores = st.floats(0, 1).map(lambda value: round(value, 3))
families = st.lists(st.lists(scores, min_size=1, max_size=4), min_size=2, max_size=20)
methods = st.sampled_from(list(Method))


def columns(values):
    family = np.repeat(np.arange(len(values)), [len(each) for each in values])
    return np.array([score for each in values for score in each]), family


def of(values, weighting=Weighting.TASKS):
    return clusters(*columns(values), weighting)


@given(families)
def test_the_error_is_that_of_miller(values):
    """Formula 6 of arXiv 2411.00640, pair by pair, times G / (G - 1)."""
    values_of, family = columns(values)
    residual = values_of - values_of.mean()
    pairs = sum(
        residual[one] * residual[other]
        for one in range(len(family))
        for other in range(len(family))
        if family[one] == family[other]
    )
    count = len(values)
    assert of(values).error ** 2 == pytest.approx(pairs / len(family) ** 2 * count / (count - 1), abs=1e-12)


@given(families)
def test_where_families_weigh_alike_it_is_the_error_of_a_mean_of_means(values):
    means = [np.mean(each) for each in values]
    found = of(values, Weighting.FAMILIES)
    assert found.mean == pytest.approx(np.mean(means))
    assert found.error == pytest.approx(np.std(means, ddof=1) / np.sqrt(len(means)), abs=1e-12)


def test_statsmodels_says_the_same():
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(5)
    family = rng.integers(0, 18, 200)
    values = np.clip(rng.normal(0.5, 0.2, 200) + 0.3 * rng.normal(size=18)[family], 0, 1)
    fitted = api.OLS(values, np.ones(200)).fit()
    robust = fitted.get_robustcov_results("cluster", groups=family, df_correction=True, use_t=True)
    found = clusters(values, family, Weighting.TASKS)
    interval = clustered_interval(found, 0.9, method=Method.T)
    # statsmodels also multiplies the variance by (n - 1) / (n - k), which is 1 for a mean
    assert found.error == pytest.approx(robust.bse[0], rel=1e-9)
    assert (interval.low, interval.high) == pytest.approx(tuple(robust.conf_int(0.1)[0]), rel=1e-9)


@given(families, methods, st.sampled_from(list(Sides)), st.sampled_from(list(Weighting)))
def test_an_interval_is_on_the_scale_and_holds_the_mean(values, method, sides, weighting):
    found = of(values, weighting)
    interval = clustered_interval(found, 0.9, sides, method)
    assert 0 <= interval.low <= min(1, found.mean) + 1e-12
    assert max(0, found.mean) - 1e-12 <= interval.high <= 1
    assert interval.low == 0 or sides is not Sides.UPPER
    assert interval.high == 1 or sides is not Sides.LOWER


@given(families, methods)
def test_failure_and_success_mirror_each_other(values, method):
    flipped = [[1 - score for score in each] for each in values]
    one, other = (clustered_interval(of(each), 0.9, method=method) for each in (values, flipped))
    assert one.low == pytest.approx(1 - other.high, abs=0.02)  # drawn anew, so not to the last digit


@given(families, methods)
def test_another_scale_changes_nothing_but_the_unit(values, method):
    stretched = [[2 * score - 1 for score in each] for each in values]
    one = clustered_interval(of(values), 0.9, method=method)
    other = clustered_interval(of(stretched), 0.9, method=method, scale=Scale(-1, 1))
    assert (other.low, other.high) == pytest.approx((2 * one.low - 1, 2 * one.high - 1), abs=1e-6)


@pytest.mark.parametrize(("solved", "count"), [(3, 10), (9, 12), (1, 14)])
def test_with_families_of_one_attempt_it_is_clopper_and_pearsons(solved, count):
    found = of([[1.0]] * solved + [[0.0]] * (count - solved))
    ours, exact = clustered_interval(found, method=Method.BOUNDED), exact_interval(solved, count)
    assert (ours.low, ours.high) == pytest.approx((exact.low, exact.high), abs=0.01)


@pytest.mark.parametrize("method", list(Method))
def test_families_that_agree_are_not_taken_for_certain(method):
    for value, count in ((1.0, 12), (1.0, 40), (0.0, 3)):
        exact = exact_interval(int(value * count), count)
        interval = clustered_interval(of([[value, value]] * count), method=method)
        assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high))


def test_one_family_says_next_to_nothing():
    found = of([[1.0, 1.0, 0.0, 1.0]])
    assert found.error == float("inf")
    interval = clustered_interval(found)
    assert interval.low < 0.02
    assert interval.high > 0.99


def test_the_method_is_by_the_number_of_families():
    few, many = of([[0.2, 0.9], [0.4]] * 7), of([[0.2, 0.9], [0.4]] * 8)
    assert clustered_interval(few) == clustered_interval(few, method=Method.BOUNDED)
    assert clustered_interval(many) == clustered_interval(many, method=Method.T)
    assert "15 degrees of freedom" in clustered_interval(many).method


def test_the_wild_bootstrap_nears_t_with_many_families():
    rng = np.random.default_rng(3)
    found = clusters(rng.random(300), np.repeat(np.arange(60), 5), Weighting.TASKS)
    wild, t = (clustered_interval(found, method=method) for method in (Method.WILD, Method.T))
    assert (wild.low, wild.high) == pytest.approx((t.low, t.high), abs=0.01)


def test_bounds_hold_where_t_does_not():
    """Most families are solved nearly always, some hardly ever; how often is the mean below the bound of eight?"""
    rng = np.random.default_rng(11)
    missed = dict.fromkeys((Method.BOUNDED, Method.T), 0)
    for _ in range(400):
        found = of([[each] for each in rng.beta(1.8, 0.2, 8)])
        for method in missed:
            missed[method] += clustered_interval(found, 0.95, Sides.LOWER, method).low > 0.9
    assert missed[Method.BOUNDED] <= 0.05 * 400
    assert missed[Method.T] > 0.05 * 400
