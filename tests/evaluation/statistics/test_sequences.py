"""Evidence that may be looked at after every observation: its laws, its error rates, and the published figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy
from clearinghouse.evaluation.statistics.sequences import (
    bernoulli,
    betting,
    confidence_sequence,
    log_e_process,
    lower_bound,
    pool,
    upper_bound,
)
from clearinghouse.evaluation.statistics.simulation import family_means, generator

shares = st.floats(0, 1, allow_nan=False)
rows = st.lists(shares, min_size=1, max_size=25).map(np.array)
claims = st.floats(0.02, 0.98)


@given(rows, claims, claims)
def test_capital_never_rises_with_the_claimed_mean(values, one, other):
    low, high = sorted((one, other))
    assert (log_e_process(values, low) >= log_e_process(values, high) - 1e-9).all()


@given(rows, st.data(), claims)
def test_a_larger_value_never_lowers_the_evidence_nor_the_bound(values, data, claim):
    at = data.draw(st.integers(0, values.size - 1))
    larger = values.copy()
    larger[at] = data.draw(st.floats(values[at], 1))
    assert (log_e_process(larger, claim) >= log_e_process(values, claim) - 1e-9).all()
    assert lower_bound(larger, 0.05) >= lower_bound(values, 0.05) - 1e-9
    assert upper_bound(larger, 0.05) >= upper_bound(values, 0.05) - 1e-9


@given(rows)
def test_one_more_success_never_lowers_the_lower_bound(values):
    more = np.append(values, 1.0)
    for running in (True, False):
        assert lower_bound(more, 0.05, running=running) >= lower_bound(values, 0.05, running=running) - 1e-9


@given(rows, st.randoms())
def test_the_evidence_at_the_end_does_not_depend_on_the_order(values, shuffler):
    mixed = values.tolist()
    shuffler.shuffle(mixed)
    assert log_e_process(np.array(mixed), 0.4)[-1] == pytest.approx(log_e_process(values, 0.4)[-1], abs=1e-9)


@given(rows, claims)
def test_no_look_speaks_for_both_sides(values, claim):
    above, below = log_e_process(values, claim), log_e_process(1 - values, 1 - claim)
    assert not ((above > 1e-9) & (below > 1e-9)).any()


@given(rows)
def test_the_bound_is_refuted_itself_and_what_is_above_it_is_not(values):
    bound = lower_bound(values, 0.05)
    if bound > 0:
        assert log_e_process(values, bound).max() >= np.log(20)
    if bound < 0.999:
        assert log_e_process(values, bound + 1e-6).max() < np.log(20)


@given(rows)
def test_the_bounds_of_a_sequence_only_close(values):
    low, high = confidence_sequence(values, values, 0.05)
    assert (np.diff(low) >= -1e-9).all()
    assert (np.diff(high) <= 1e-9).all()
    assert low[-1] == pytest.approx(lower_bound(values, 0.05))


@given(rows, claims)
def test_leaving_each_out_is_what_is_computed_without_it(values, claim):
    whole, without = betting.e_process_without_each(values, claim)
    assert np.log(whole) == pytest.approx(log_e_process(values, claim), abs=1e-8)
    for at in range(values.size):
        weights = np.ones(values.size)
        weights[at] = 0.0
        assert np.log(without[at]) == pytest.approx(log_e_process(values, claim, weights), abs=1e-8)


def test_a_weight_of_nothing_leaves_a_value_out():
    values, weights = np.array([0.2, 1.0, 0.9]), np.array([1.0, 0.0, 1.0])
    assert log_e_process(values, 0.5, weights)[-1] == pytest.approx(log_e_process(values[[0, 2]], 0.5)[-1])


def test_without_values_nothing_is_known():
    assert lower_bound(np.array([]), 0.05) == 0
    assert upper_bound(np.array([]), 0.05) == 1
    assert lower_bound(np.ones(4), 0.05, first=5) == 0


@pytest.mark.parametrize(("truth", "spread"), [(0.5, 0.3), (0.5, 1.0), (0.2, 0.25), (0.8, 1.0)])
def test_a_true_mean_is_refuted_at_any_of_sixty_looks_no_oftener_than_alpha(truth, spread):
    values = family_means(generator(11), truth, spread, (2_000, 60))
    above = (log_e_process(values, truth).max(axis=1) >= np.log(20)).mean()
    below = (log_e_process(1 - values, 1 - truth).max(axis=1) >= np.log(20)).mean()
    assert above <= 0.05 + 3 * 0.0049
    assert below <= 0.05 + 3 * 0.0049


def test_a_weighted_mean_is_refuted_no_oftener_than_alpha_where_large_families_are_easy():
    """The weighted mean is at the threshold while the mean over families is far below it."""
    rng = generator(12)
    large = rng.random((2_000, 60)) < 0.3
    tasks = np.where(large, 8.0, 2.0)
    truth = (0.3 * 8 * 0.8 + 0.7 * 2 * 0.2) / (0.3 * 8 + 0.7 * 2)
    values = (rng.random((2_000, 60)) < np.where(large, 0.8, 0.2)).astype(float)
    wrong = (log_e_process(values, truth, tasks / 8).max(axis=1) >= np.log(20)).mean()
    assert wrong <= 0.05 + 3 * 0.0049


def _stops(truth, repetitions=2_000):
    outcomes = generator(13, int(truth * 100)).random((repetitions, 300)) < truth
    successes, trials = outcomes.cumsum(axis=1).astype(float), np.arange(1.0, 301)
    enough = bernoulli.log_evidence(successes, trials, 0.5) >= np.log(20)
    return np.where(enough.any(axis=1), enough.argmax(axis=1) + 1, 301)


@pytest.mark.parametrize(("truth", "median"), [(0.8, 17), (0.7, 37), (0.65, 63), (0.6, 175)])
def test_the_mixture_stops_where_the_reference_says(truth, median):
    """Half of the draws have stopped by then, and not half of them earlier, within Monte Carlo error of both."""
    stops = _stops(truth)
    assert (stops < median).mean() - 0.05 <= 0.5 <= (stops <= median).mean() + 0.05


def test_the_mixture_errs_as_the_reference_says():
    assert (_stops(0.5) <= 300).mean() == pytest.approx(0.036, abs=0.012)


def test_the_mixture_is_the_mean_likelihood_of_higher_rates():
    higher = 0.4 + 0.6 * (np.arange(100_000) + 0.5) / 100_000
    by_hand = np.log(((higher**7 * (1 - higher) ** 3) / (0.4**7 * 0.6**3)).mean())
    assert bernoulli.log_evidence(np.array(7.0), np.array(10.0), 0.4) == pytest.approx(by_hand, abs=1e-6)


def test_betting_on_outcomes_comes_to_nearly_the_same_as_the_mixture():
    outcomes = (generator(14).random(60) < 0.7).astype(float)
    assert bernoulli.lower_bound(outcomes, 0.05) == pytest.approx(lower_bound(outcomes, 0.05), abs=0.02)
    assert bernoulli.upper_bound(outcomes, 0.05) == pytest.approx(upper_bound(outcomes, 0.05), abs=0.02)


def test_a_pool_that_is_drawn_whole_is_known():
    values = (generator(15).random(40) < 0.6).astype(float)
    mean = values.mean()
    assert pool.lower_bound(values, 0.05, 40) == pytest.approx(mean, abs=0.01)
    assert pool.upper_bound(values, 0.05, 40) == pytest.approx(mean, abs=0.01)
    assert pool.lower_bound(values, 0.05, 40) <= mean <= pool.upper_bound(values, 0.05, 40)


def test_the_mean_of_a_pool_is_refuted_no_oftener_than_alpha():
    rng = generator(16)
    held = np.array([1.0] * 18 + [0.5] * 4 + [0.0] * 18)
    wrong = [pool.log_e_process(rng.permutation(held), held.mean(), 40).max() >= np.log(20) for _ in range(2_000)]
    assert np.mean(wrong) <= 0.05 + 3 * 0.0049


def test_what_speaks_for_a_pool_is_a_benchmark_accuracy():
    found = pool.pool_accuracy(np.array([1.0, 0.5, 1.0]), 12, 0.1, tasks=6, attempts=18)
    assert isinstance(found, BenchmarkAccuracy)
    assert found.interval.low < found.value < found.interval.high
    with pytest.raises(ValueError, match="4 drawn of 3"):
        pool.pool_accuracy(np.ones(4), 3, 0.1, tasks=4, attempts=4)


def crossing(most, first, rate):
    """The exact chance that betting is enough against a true claim at any look, with outcomes of 0 and 1.

    Evidence then depends on how many succeeded, so that their number is followed and what crossed is put aside.
    """
    chances, crossed = np.array([1.0]), 0.0
    for look in range(1, most + 1):
        chances = np.append(chances * (1 - rate), 0.0) + np.append(0.0, chances * rate)
        if look >= first:
            values = (np.arange(look) < np.arange(look + 1)[:, None]).astype(float)
            enough = log_e_process(values, rate)[:, -1] >= np.log(20)
            crossed += chances[enough].sum()
            chances = np.where(enough, 0.0, chances)
    return crossed


def test_at_no_truth_does_betting_cross_oftener_than_promised_at_all_looks_together():
    worst = max(crossing(most, 1, rate) for most in (5, 20, 60) for rate in np.arange(1, 40) / 40)
    assert 0.02 < worst <= 0.05
