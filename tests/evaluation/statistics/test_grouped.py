"""Means of families beside statsmodels, and what is refused."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.grouped import UnfitDataError, clustered, codes_of, numbers, t_quantile


def test_the_clustered_error_is_that_of_statsmodels():
    rng = np.random.default_rng(1)
    families = np.sort(rng.integers(0, 9, 80))
    values = rng.random(80) + rng.normal(size=9)[families]
    fit = sm.OLS(values, np.ones(80)).fit(cov_type="cluster", cov_kwds={"groups": families, "use_correction": False})
    found = clustered(values, families)
    assert found.mean == pytest.approx(values.mean())
    assert found.error == pytest.approx(fit.bse[0] * np.sqrt(9 / 8))
    assert found.freedom == 8


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20))
def test_items_that_are_their_own_families_have_the_common_standard_error(values):
    assert clustered(values, None).error == pytest.approx(np.std(values, ddof=1) / np.sqrt(len(values)), abs=1e-12)


def test_one_family_has_no_bounds():
    assert clustered([0.2, 0.4], ["a", "a"]).bounds(0.95) == (-np.inf, np.inf)
    assert t_quantile(0.95, 0) == np.inf


@pytest.mark.parametrize(
    ("values", "limits"),
    [([], {}), (["x"], {}), ([0.5, 1.5], {"low": 0, "high": 1}), ([np.inf], {}), ([np.nan], {}), ([[1], [1, 2]], {})],
)
def test_what_is_no_number_in_range_is_refused(values, limits):
    with pytest.raises(UnfitDataError):
        numbers(values, "values", **limits)


def test_missing_is_nan_and_nothing_else():
    assert np.isnan(numbers([np.nan, 1.0], "values", missing=True)[0])
    with pytest.raises(UnfitDataError):
        numbers([np.nan, np.inf], "values", missing=True)


def test_families_are_as_many_as_items():
    with pytest.raises(UnfitDataError):
        codes_of(["a"], 2)
    with pytest.raises(UnfitDataError):
        codes_of(["a", None], 2)
