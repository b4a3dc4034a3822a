"""Times with right censoring, beside statsmodels and scipy."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.tools.numdiff import approx_hess

from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.lognormal import NotEstimableError, fit
from clearinghouse.evaluation.statistics.survival import kaplan_meier, quantile

watched = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=30)


@given(watched)
def test_the_curve_is_that_of_statsmodels_and_scipy(pairs):
    times, seen = (np.array(each) for each in zip(*pairs, strict=True))
    found = kaplan_meier(times, seen)
    if not seen.any():
        assert found.points == ()
        return
    reference = SurvfuncRight(times.astype(float), seen.astype(int))
    kept = [k for k, at in enumerate(reference.surv_times) if at in set(times[seen])]
    survival = np.array([point.survival for point in found.points])
    assert survival == pytest.approx(reference.surv_prob[kept], abs=1e-12)
    inner = survival > 1e-9
    errors = np.array([point.error for point in found.points])
    assert errors[inner] == pytest.approx(reference.surv_prob_se[kept][inner], abs=1e-9)
    function = stats.ecdf(stats.CensoredData(uncensored=times[seen], right=times[~seen])).sf
    assert [float(function.evaluate(point.time)) for point in found.points] == pytest.approx(survival, abs=1e-9)


def test_its_intervals_and_those_of_its_median_are_on_the_scale_of_log_minus_log():
    rng = np.random.default_rng(1)
    times, limit = rng.lognormal(3, 1, 60), rng.lognormal(3.5, 1, 60)
    seen = times <= limit
    times = np.minimum(times, limit)
    found = kaplan_meier(times, seen)
    function = stats.ecdf(stats.CensoredData(uncensored=times[seen], right=times[~seen])).sf
    bounds = function.confidence_interval(method="log-log")
    at = [point.time for point in found.points]
    assert [point.low for point in found.points] == pytest.approx(bounds.low.evaluate(at), abs=1e-9)
    assert [point.high for point in found.points] == pytest.approx(bounds.high.evaluate(at), abs=1e-9)
    reference = SurvfuncRight(times, seen.astype(int))
    median = quantile(found)
    assert median.value == pytest.approx(reference.quantile(0.5))
    low, high = reference.quantile_ci(0.5, method="cloglog")
    assert median.interval.low == pytest.approx(low)
    assert median.interval.high == pytest.approx(high)


def test_a_median_that_was_not_seen_has_no_value_and_no_upper_end():
    found = quantile(kaplan_meier([1, 2, 3, 4, 5], [True, False, False, False, False]))
    assert found.value is None
    assert found.interval.high == inf


@given(watched, st.data())
def test_watching_someone_longer_never_lowers_the_curve(pairs, data):
    place = data.draw(st.integers(0, len(pairs) - 1))
    longer = [(time + 5 * (k == place), seen and k != place) for k, (time, seen) in enumerate(pairs)]
    pairs = [(time, seen and k != place) for k, (time, seen) in enumerate(pairs)]
    before, after = (kaplan_meier(*zip(*each, strict=True)) for each in (pairs, longer))
    for old, new in zip(before.points, after.points, strict=True):
        assert new.survival >= old.survival - 1e-12


def censored(rng, size=80, sigma=0.9):
    time, limit = rng.lognormal(3, sigma, size), rng.lognormal(3.3, 0.8, size)
    return np.minimum(time, limit), time <= limit


def test_the_log_normal_fit_is_that_of_scipy():
    times, seen = censored(np.random.default_rng(2))
    found = fit(times, seen)
    sample = stats.CensoredData(uncensored=times[seen], right=times[~seen])
    sigma, _, scale = stats.lognorm.fit(sample, floc=0)
    assert found.coefficients[0] == pytest.approx(np.log(scale), abs=1e-3)
    assert found.sigma == pytest.approx(sigma, abs=1e-3)
    logs = stats.lognorm.logpdf(times[seen], found.sigma, scale=np.exp(found.coefficients[0])).sum()
    logs += stats.lognorm.logsf(times[~seen], found.sigma, scale=np.exp(found.coefficients[0])).sum()
    assert found.log_likelihood == pytest.approx(logs)
    assert (found.watched, found.censored) == (80, 80 - seen.sum())


def test_its_errors_are_those_of_the_curvature_of_the_likelihood():
    times, seen = censored(np.random.default_rng(5))
    found = fit(times, seen)

    def minus(at):
        scale = np.exp(at[0])
        return -(
            stats.lognorm.logpdf(times[seen], at[1], scale=scale).sum()
            + stats.lognorm.logsf(times[~seen], at[1], scale=scale).sum()
        )

    covariance = np.linalg.inv(approx_hess([found.coefficients[0], found.sigma], minus))
    assert (found.errors[0], found.sigma_error) == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-3)


def test_without_censoring_it_is_least_squares_of_logarithms():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(50, 2))
    times = np.exp(2 + x @ [0.5, -1] + rng.normal(0, 0.7, 50))
    found = fit(times, np.ones(50), x)
    design = np.column_stack([np.ones(50), x])
    beta, rest, *_ = np.linalg.lstsq(design, np.log(times), rcond=None)
    sigma = np.sqrt(rest[0] / 50)
    assert found.coefficients == pytest.approx(beta)
    assert found.sigma == pytest.approx(sigma)
    assert found.errors == pytest.approx(sigma * np.sqrt(np.diag(np.linalg.inv(design.T @ design))))
    assert found.sigma_error == pytest.approx(sigma / np.sqrt(100))
    assert found.median([1, 1])[0] == pytest.approx(np.exp(beta.sum()))


def test_its_interval_covers_the_median_and_the_mean_of_the_completed_does_not():
    rng = np.random.default_rng(4)
    inside, naive = 0, 0
    for _ in range(300):
        times, seen = censored(rng)
        inside += fit(times, seen).median()[1].covers(np.exp(3))
        naive += abs(np.log(times[seen]).mean() - 3) < 1.96 * 0.9 / np.sqrt(seen.sum())
    assert inside / 300 == pytest.approx(0.95, abs=0.03)
    assert naive / 300 < 0.3


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: fit([1, 2], [False, False]), NotEstimableError),
        (lambda: fit([5, 5, 5], [True, True, True]), NotEstimableError),
        (lambda: fit([5, 5, 5, 1], [True, True, True, False]), NotEstimableError),
        (lambda: fit([5, 6, 7], [True, True, True], [[1], [1], [1]]), NotEstimableError),
        (lambda: fit([5, 6], [True, True], [[1], [1], [1]]), UnfitDataError),
        (lambda: fit([5, 6, 8], [True] * 3).median([1]), UnfitDataError),
        (lambda: kaplan_meier([0, 1], [True, True]), UnfitDataError),
        (lambda: kaplan_meier([1], [True, True]), UnfitDataError),
        (lambda: quantile(kaplan_meier([1], [True]), 1), UnfitDataError),
    ],
)
def test_what_cannot_be_estimated_is_refused(call, error):
    with pytest.raises(error):
        call()
