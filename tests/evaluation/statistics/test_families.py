"""Student's t over families, and the published operating characteristics."""

import numpy as np
import pytest
from scipy import stats

from clearinghouse.evaluation.statistics.families import t_p_value
from clearinghouse.evaluation.statistics.simulation import attempts_solved, family_means, generator

REPETITIONS = 2_000


def three_errors(*rates):
    """Three standard errors of the difference of two simulated probabilities, of 2,000 repetitions each."""
    return 3 * np.sqrt(sum(max(rate, 0.01) * (1 - min(rate, 0.99)) / REPETITIONS for rate in rates))


def _claims(tasks, epochs, truth, *, below=False):
    """How often the plain t shows success to be above one half, or below it."""
    solved = attempts_solved(generator(21, tasks, epochs, int(100 * truth)), truth, 0.6, (REPETITIONS, tasks), epochs)
    values = 1 - solved if below else solved
    return (t_p_value(values, 0.5) <= 0.05).mean()


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
    looks = [t_p_value(outcomes[:, :size], 0.5) <= 0.05 for size in range(10, 301, 10)]
    found = np.any(looks, axis=0).mean()
    assert found == pytest.approx(0.235, abs=three_errors(0.235, found))


def test_it_does_not_keep_its_promise_at_the_ends():
    """Why no verdict rests on it."""
    values = family_means(generator(25), 0.9, 0.2, (REPETITIONS, 10))
    assert (t_p_value(values, 0.9) <= 0.05).mean() > 0.2


def test_it_is_that_of_scipy():
    values = np.array([0.2, 0.5, 1.0, 0.7, 0.4, 0.0])
    assert t_p_value(values, 0.3) == pytest.approx(stats.ttest_1samp(values, 0.3, alternative="greater").pvalue)
    assert t_p_value(np.full(4, 0.4), 0.3) == 0
    assert t_p_value(np.full(4, 0.2), 0.3) == 1
