"""Bounds from a fixed number of families, and the published operating characteristics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearinghouse.evaluation.statistics.families import (
    t_lower_bound,
    t_p_value,
    t_p_value_without_each,
    t_upper_bound,
)
from clearinghouse.evaluation.statistics.simulation import attempts_solved, family_means, generator

REPETITIONS = 2_000


def three_errors(*rates):
    """Three standard errors of the difference of two simulated probabilities, of 2,000 repetitions each."""
    return 3 * np.sqrt(sum(max(rate, 0.01) * (1 - min(rate, 0.99)) / REPETITIONS for rate in rates))


def _claims(tasks, epochs, truth, *, below=False):
    """How often the plain t shows success to be above one half, or below it."""
    solved = attempts_solved(generator(21, tasks, epochs, int(100 * truth)), truth, 0.6, (REPETITIONS, tasks), epochs)
    values = 1 - solved if below else solved
    return (t_p_value(values, values, 0.5, np.ones_like(values), contrary=False) <= 0.05).mean()


@pytest.mark.parametrize(
    ("tasks", "epochs", "at_half", "at_60", "at_70", "not_at_40"),
    [
        (40, 1, 0.040, 0.32, 0.81, 0.31),
        (40, 5, 0.052, 0.45, 0.93, 0.44),
        (120, 1, 0.044, 0.68, 0.996, 0.69),
        (120, 5, 0.052, 0.85, 1.0, 0.87),
        (300, 5, 0.044, 0.996, 1.0, 0.997),
    ],
)
def test_operating_characteristics_are_those_of_the_reference(tasks, epochs, at_half, at_60, at_70, not_at_40):
    for truth, told in ((0.5, at_half), (0.6, at_60), (0.7, at_70)):
        found = _claims(tasks, epochs, truth)
        assert found == pytest.approx(told, abs=three_errors(told, found)), truth
    found = _claims(tasks, epochs, 0.4, below=True)
    assert found == pytest.approx(not_at_40, abs=three_errors(not_at_40, found))


@pytest.mark.parametrize(("tasks", "told"), [(40, 0.195), (120, 0.175), (300, 0.192)])
def test_counting_epochs_as_independent_errs_as_the_reference_says(tasks, told):
    solved = attempts_solved(generator(22, tasks), 0.5, 0.6, (REPETITIONS, tasks), 5).mean(axis=1)
    bounds = solved - stats.norm.ppf(0.95) * np.sqrt(solved * (1 - solved) / (5 * tasks))
    found = (bounds > 0.5).mean()
    assert found == pytest.approx(told, abs=three_errors(told, found))


def test_looking_every_ten_tasks_with_a_bound_for_one_look_errs_as_the_reference_says():
    outcomes = (generator(23).random((REPETITIONS, 300)) < 0.5).astype(float)
    looks = [
        t_p_value(outcomes[:, :size], outcomes[:, :size], 0.5, np.ones((REPETITIONS, size)), contrary=False) <= 0.05
        for size in range(10, 301, 10)
    ]
    found = np.any(looks, axis=0).mean()
    assert found == pytest.approx(0.235, abs=three_errors(0.235, found))


@pytest.mark.parametrize("spread", [0.2, 0.3, 1.0])
@pytest.mark.parametrize("families", [5, 10, 20, 40])
def test_the_bound_errs_no_oftener_than_promised_with_few_families_and_at_the_ends(families, spread):
    for truth in (0.1, 0.5, 0.8, 0.9):
        values = family_means(generator(24, families), truth, spread, (REPETITIONS, families))
        wrong = (t_lower_bound(values, values, 0.05) > truth).mean()
        assert wrong <= 0.05 + 3 * 0.0049, truth


def test_the_plain_bound_does_not_keep_that_promise():
    """Why one contrary family is reckoned with."""
    values = family_means(generator(25), 0.9, 0.2, (REPETITIONS, 10))
    assert (t_lower_bound(values, values, 0.05, contrary=False) > 0.9).mean() > 0.2


def test_it_is_the_bound_of_scipy():
    values = np.array([0.2, 0.5, 1.0, 0.7, 0.4, 0.0])
    theirs = stats.ttest_1samp(values, 0.3, alternative="greater")
    assert t_p_value(values, values, 0.3, np.ones(6), contrary=False) == pytest.approx(theirs.pvalue)
    low = theirs.confidence_interval(0.95).low
    assert t_lower_bound(values, values, 0.05, contrary=False) == pytest.approx(low)
    with_one = stats.ttest_1samp([*values, 0.0], 0.3, alternative="greater")
    assert t_p_value(values, values, 0.3, np.ones(6)) == pytest.approx(with_one.pvalue)
    assert t_lower_bound(values, values, 0.05) == pytest.approx(max(0, with_one.confidence_interval(0.95).low))


def test_families_that_are_all_alike_are_not_certain():
    assert t_lower_bound(np.ones(10), np.ones(10), 0.05) < 0.75
    assert t_upper_bound(np.zeros(10), np.zeros(10), 0.05) > 0.25


def test_leaving_each_out_is_what_is_computed_without_it():
    values = family_means(generator(26), 0.6, 0.3, (4, 9))
    fast = t_p_value_without_each(values, 0.5)
    for at in range(9):
        weights = np.ones_like(values)
        weights[:, at] = 0.0
        assert fast[:, at] == pytest.approx(t_p_value(values, values, 0.5, weights))


pairs = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12)


@given(pairs, st.data())
def test_more_missing_never_strengthens_a_claim(ends, data):
    low, high = np.array([min(each) for each in ends]), np.array([max(each) for each in ends])
    wider = np.array([data.draw(st.floats(0, each)) for each in low])
    higher = np.array([data.draw(st.floats(each, 1)) for each in high])
    weights = np.ones(low.size)
    less, more = t_p_value(low, high, 0.5, weights), t_p_value(wider, higher, 0.5, weights)
    assert more >= min(less, 0.5) - 1e-7  # beyond one half nothing is claimed, and spread moves it towards the middle
    assert t_lower_bound(wider, higher, 0.05) <= t_lower_bound(low, high, 0.05) + 1e-7
    assert t_upper_bound(wider, higher, 0.05) >= t_upper_bound(low, high, 0.05) - 1e-7
