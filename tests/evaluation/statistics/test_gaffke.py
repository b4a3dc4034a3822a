"""Bounds from a fixed number of families: no error oftener than promised where it is most frequent, and their laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom, multinomial

from clearinghouse.evaluation.statistics import gaffke
from clearinghouse.evaluation.statistics.families import t_p_value
from clearinghouse.evaluation.statistics.simulation import family_means, generator

REPETITIONS = 2_000
ROUNDING = 1e-7
rates = st.floats(0, 1).map(lambda value: round(value, 4))
rows = st.lists(rates, min_size=2, max_size=12).map(np.array)


def by_gaffke(values, mean):
    return gaffke.p_value(values, mean) <= 0.05


def by_contrary(values, mean):
    """What it replaced: Student's t, one more family of failures reckoned with."""
    return t_p_value(np.append(values, np.zeros((len(values), 1)), axis=1), mean) <= 0.05


def error_of_two(rejects, families, low, high, share):
    """The exact chance of an error where families are worth ``high`` with a chance of ``share``, and else ``low``."""
    counts = np.arange(families + 1)
    values = np.where(np.arange(families) < counts[:, None], high, low)
    return binom.pmf(counts, families, share) @ rejects(values, share * high + (1 - share) * low)


@pytest.mark.parametrize("families", [5, 8, 12, 20, 30, 40, 60])
def test_at_the_worst_of_many_truths_of_two_values_the_error_is_what_is_promised(families):
    """Exact binomial sums. Errors are largest just below a bound, and so those truths are asked."""
    for low, high in ((0.0, 1.0), (0.0, 0.5), (0.2, 1.0), (0.45, 0.55)):
        worst = 0.0
        for solved in range(1, families + 1):
            values = np.where(np.arange(families) < solved, high, low)
            bound = (float(gaffke.lower_bound(values, 0.05)) - low) / (high - low)
            if bound > 0:
                worst = max(worst, error_of_two(by_gaffke, families, low, high, bound - 1e-7))
        assert worst <= 0.05 + ROUNDING
        assert worst > 0.0499 or low > 0  # nothing is given away where families are all or nothing


@pytest.mark.parametrize(("families", "share", "error"), [(12, 0.785, 0.054), (20, 0.87, 0.061), (40, 0.9345, 0.066)])
def test_what_it_replaced_erred_oftener(families, share, error):
    """At the worst truths that were found for it, by the same sum: the search can find what is wrong."""
    assert error_of_two(by_contrary, families, 0.0, 1.0, share) > error
    assert error_of_two(by_gaffke, families, 0.0, 1.0, share) <= 0.05


@pytest.mark.parametrize("families", [5, 8])
def test_no_truth_of_three_values_is_found_at_which_it_errs_oftener(families):
    counts = np.array([(families - b - c, b, c) for b in range(families + 1) for c in range(families + 1 - b)])
    places = np.arange(families)
    for middle in (0.1, 0.5, 0.9):
        ends = np.where(places < counts[:, :2].sum(axis=1)[:, None], middle, 1.0)
        values = np.where(places < counts[:, :1], 0.0, ends)
        for one in (0.1, 0.3, 0.6, 0.9, 0.97):
            for other in (0.1, 0.3, 0.6, 0.9, 0.97):
                shares = np.array([1 - one, one * (1 - other), one * other])
                wrong = by_gaffke(values, float(shares @ [0.0, middle, 1.0]))
                assert multinomial.pmf(counts, families, shares) @ wrong <= 0.05 + ROUNDING


@pytest.mark.parametrize("spread", [0.2, 0.3, 1.0])
@pytest.mark.parametrize("families", [5, 10, 20, 40])
def test_the_bound_errs_no_oftener_than_promised_with_few_families_and_at_the_ends(families, spread):
    for truth in (0.1, 0.5, 0.8, 0.9):
        values = family_means(generator(24, families), truth, spread, (REPETITIONS, families))
        assert by_gaffke(values, truth).mean() <= 0.05 + 3 * 0.0049, truth


@pytest.mark.parametrize("families", [10, 20, 60])
def test_it_shows_as_much_as_what_it_replaced(families):
    values = family_means(generator(27, families), 0.7, 0.3, (REPETITIONS, families))
    assert by_gaffke(values, 0.5).mean() >= by_contrary(values, 0.5).mean()


@pytest.mark.parametrize(("solved", "families"), [(3, 10), (0, 5), (5, 5), (40, 60), (300, 1_000), (1, 6)])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_with_families_that_are_all_or_nothing_it_is_clopper_and_pearsons(solved, families, alpha):
    values = np.repeat([1.0, 0.0], [solved, families - solved])
    low = beta.ppf(alpha, solved, families - solved + 1) if solved else 0.0
    high = beta.ppf(1 - alpha, solved + 1, families - solved) if solved < families else 1.0
    assert gaffke.lower_bound(values, alpha) == pytest.approx(low, abs=1e-8)
    assert gaffke.upper_bound(values, alpha) == pytest.approx(high, abs=1e-8)


@pytest.mark.parametrize("families", [5, 12, 60])
def test_the_chance_is_that_of_drawn_weights(families):
    rng = generator(28, families)
    values = rng.beta(0.5, 0.3, families)
    mean = 0.85 * values.mean()
    drawn = rng.exponential(size=(200_000, families + 1))
    share = (drawn @ np.append(values - mean, -mean) <= 0).mean()
    assert gaffke.p_value(values, mean) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 200_000))


def test_families_that_are_all_alike_are_not_certain():
    assert gaffke.lower_bound(np.ones(10), 0.05) < 0.75
    assert gaffke.upper_bound(np.zeros(10), 0.05) > 0.25
    assert gaffke.p_value(np.full(8, 0.5), 0.5) == pytest.approx(1)
    assert (gaffke.lower_bound(np.array([]), 0.05), gaffke.upper_bound(np.array([]), 0.05)) == (0, 1)


def test_leaving_each_out_is_what_is_computed_without_it():
    values = family_means(generator(26), 0.6, 0.3, (4, 9))
    whole, without = gaffke.p_values_without_each(values, 0.5)
    assert whole == pytest.approx(gaffke.p_value(values, 0.5))
    for at in range(9):
        weights = np.ones_like(values)
        weights[:, at] = 0.0
        assert without[:, at] == pytest.approx(gaffke.p_value(values, 0.5, weights), abs=1e-10)
        assert without[:, at] == pytest.approx(gaffke.p_value(np.delete(values, at, axis=1), 0.5), abs=1e-10)


@settings(max_examples=50)
@given(rows, st.data())
def test_a_smaller_value_never_strengthens_a_claim(values, data):
    """So what is missing counts as a failure, and more of it never helps."""
    smaller = np.array([data.draw(st.floats(0, each)) for each in values])
    assert gaffke.p_value(smaller, 0.5) >= gaffke.p_value(values, 0.5) - 1e-9
    assert gaffke.lower_bound(smaller, 0.05) <= gaffke.lower_bound(values, 0.05) + 1e-9
    assert gaffke.upper_bound(smaller, 0.05) <= gaffke.upper_bound(values, 0.05) + 1e-9


@settings(max_examples=50)
@given(rows, st.floats(0.05, 0.95))
def test_the_p_value_and_the_bound_say_the_same(values, mean):
    bound = gaffke.lower_bound(values, 0.05)
    if abs(bound - mean) > 1e-6:
        assert (gaffke.p_value(values, mean) <= 0.05) == (bound > mean)


@settings(max_examples=50)
@given(rows)
def test_families_of_one_size_have_the_bound_of_their_means(values):
    found = gaffke.ratio_lower_bound(3 * values, np.full(len(values), 3.0), 0.05, added=3.0)
    assert found == pytest.approx(gaffke.lower_bound(values, 0.05), abs=1e-8)


def test_a_larger_family_that_may_come_widens_the_bound():
    sums, sizes = np.array([2.0, 1.0, 3.0, 1.0, 2.0]), np.array([2.0, 1.0, 4.0, 2.0, 2.0])
    low = [float(gaffke.ratio_lower_bound(sums, sizes, 0.05, added=each)) for each in (1.0, 4.0, 8.0)]
    assert low == sorted(low, reverse=True)
    assert low[0] > low[2]
