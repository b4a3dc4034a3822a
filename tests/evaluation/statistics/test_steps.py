"""Steps of ranges: the curve, the bootstrap, and models on a ladder beside statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from statsmodels.miscmodels.ordinal_model import OrderedModel

from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.ordered import compare_steps
from clearinghouse.evaluation.statistics.steps import steps_of
from clearinghouse.evaluation.statistics.survival import kaplan_meier

attempts = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=20)


def reached(found):
    return [step.reached for step in found.steps]


@given(attempts)
@settings(max_examples=50)
def test_the_curve_is_kaplan_and_meiers_with_the_step_as_time(pairs):
    count, cut = (np.array(each) for each in zip(*pairs, strict=True))
    found = steps_of(count, 5, cut_short=cut, draws=20)
    ended = ~cut & (count < 5)
    curve = kaplan_meier(count + np.where(ended, 1.0, 0.5), ended)  # cut short: before the step was passed or failed
    for step in found.steps:
        before = [point.survival for point in curve.points if point.time <= step.number]
        if step.reached is not None:
            assert step.reached == pytest.approx(before[-1] if before else 1)
        assert step.seen == pytest.approx((count >= step.number).mean())
        assert step.interval.low <= (step.reached or 0) <= step.interval.high


@given(attempts)
@settings(max_examples=30)
def test_without_anything_cut_short_it_is_what_was_seen(pairs):
    count = [steps for steps, _ in pairs]
    found = steps_of(count, 5, draws=20)
    assert found.expected == pytest.approx(np.mean(count))
    assert found.expected_seen == pytest.approx(np.mean(count))
    assert reached(found) == pytest.approx([step.seen for step in found.steps])
    assert found.all_known


def test_a_step_that_nobody_could_try_is_unknown_and_not_0():
    found = steps_of([1, 2, 2], 4, cut_short=[False, True, True], families=["a", "b", "c"])
    assert reached(found)[2:] == [None, None]
    assert found.at_least(4).interval.high == 1
    assert not found.all_known
    assert found.expected_interval.high == pytest.approx(4)


def test_what_was_failed_by_all_is_known_not_to_be_reached():
    assert reached(steps_of([1, 1], 4)) == [1, 0, 0, 0]


def test_no_success_in_ten_families_is_no_certainty():
    found = steps_of([0] * 10, 3)
    assert found.at_least(1).interval.high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert found.expected_interval.high == pytest.approx(3 * (1 - 0.025 ** (1 / 10)))


def test_weights_count_each_step():
    found = steps_of([0, 1, 2, 3], 3, weights=[1, 2, 7])
    assert found.expected == pytest.approx((0 + 1 + 3 + 10) / 4)
    assert found.most == 10


def test_the_interval_of_expected_steps_covers_the_truth_and_knows_of_families():
    rng = np.random.default_rng(1)
    inside, seen_families, ignored = 0, [], []
    codes = np.repeat(np.arange(25), 4)
    for seed in range(120):
        ease = special.expit(rng.normal(0.5, 1, 25))[codes]
        count = (rng.random((100, 6)) < ease[:, None]).cumprod(axis=1).sum(axis=1)
        found = steps_of(count, 6, families=codes, draws=300, seed=seed)
        inside += found.expected_interval.covers(TRUTH)
        seen_families.append(found.expected_interval.high - found.expected_interval.low)
        alone = steps_of(count, 6, draws=300, seed=seed).expected_interval
        ignored.append(alone.high - alone.low)
    assert inside / 120 == pytest.approx(0.93, abs=0.05)
    assert np.mean(seen_families) > 1.2 * np.mean(ignored)


_DRAWS = special.expit(0.5 + np.polynomial.hermite_e.hermegauss(80)[0])
_WEIGHTS = np.polynomial.hermite_e.hermegauss(80)[1] / np.sqrt(2 * np.pi)
TRUTH = float(_WEIGHTS @ sum(_DRAWS**k for k in range(1, 7)))


def test_one_family_says_nothing_and_a_seed_repeats():
    assert steps_of([1, 2], 3, families=["a", "a"]).at_least(2).interval.low == 0
    first, second = (steps_of([0, 1, 3, 2, 2], 3, seed=4) for _ in range(2))
    assert first == second
    assert first != steps_of([0, 1, 3, 2, 2], 3, seed=5)


def simulated(rng, size=300, families=30):
    models = np.array(["a", "b", "c"])[rng.integers(0, 3, size)]
    codes = rng.integers(0, families, size)
    ability = np.select([models == "b", models == "c"], [0.8, -0.5], 0.0)
    latent = ability + rng.logistic(size=size)
    return np.searchsorted([-1.0, 0.0, 0.7, 2.0], latent), models, codes


def test_models_on_a_ladder_are_those_of_statsmodels():
    steps, models, _ = simulated(np.random.default_rng(2))
    marks = np.column_stack([models == "b", models == "c"]).astype(float)
    reference = OrderedModel(steps, marks, distr="logit")
    fit = reference.fit(method="bfgs", disp=False, gtol=1e-8)
    found = compare_steps(steps, models)
    assert [each.log_odds for each in found.others] == pytest.approx(fit.params[:2], abs=2e-3)
    assert found.cuts == pytest.approx(reference.transform_threshold_params(fit.params)[1:-1], abs=2e-3)
    assert found.log_likelihood == pytest.approx(fit.llf, abs=1e-3)
    assert [each.error for each in found.others] == pytest.approx(fit.bse[:2], rel=0.15), "clustered by attempt"
    assert found.others[0].odds_ratio == pytest.approx(np.exp(found.others[0].log_odds))


def test_attempts_cut_short_count_as_at_least_so_many_steps():
    rng = np.random.default_rng(3)
    estimates, naive = [], []
    for _ in range(15):
        steps, models, codes = simulated(rng, 600)
        limit = rng.integers(1, 6, 600)
        cut = limit <= steps
        seen = np.where(cut, np.minimum(limit, steps), steps)
        cut = cut & (seen < 4)
        estimates.append(compare_steps(seen, models, codes, cut_short=cut).others[0].log_odds)
        naive.append(compare_steps(seen, models, codes).others[0].log_odds)
    assert np.mean(estimates) == pytest.approx(0.8, abs=0.1)
    assert np.mean(naive) < np.mean(estimates) - 0.1


def test_two_models_that_are_the_same_are_rarely_told_apart():
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(80):
        shift = rng.normal(0, 1, 20)
        codes = np.repeat(np.arange(20), 6)
        steps = np.searchsorted([-1, 0.5, 1.5], shift[codes] + rng.logistic(size=120))
        wrong += compare_steps(steps, ["a", "b"] * 60, codes).others[0].p < 0.05
    assert wrong / 80 < 0.12


def test_errors_of_models_know_of_families():
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(16), 20)
    models = np.where(codes % 2, "a", "b")  # each model at families of its own
    steps = np.searchsorted([-1, 0.5, 1.5], rng.normal(0, 1.5, 16)[codes] + rng.logistic(size=320))
    together, alone = (compare_steps(steps, models, given).others[0].error for given in (codes, None))
    assert together > 2 * alone


def test_two_and_three_of_ten_are_no_difference():
    found = compare_steps([1] * 2 + [0] * 8 + [1] * 3 + [0] * 7, ["x"] * 10 + ["y"] * 10)
    assert found.others[0].p > 0.5
    assert found.others[0].interval.covers(1)


def test_models_that_are_kept_apart_have_finite_odds_and_one_family_has_no_interval():
    found = compare_steps([0, 0, 0, 2, 2, 2], ["a"] * 3 + ["b"] * 3, ["f"] * 6)
    assert np.isfinite(found.others[0].log_odds)
    assert found.others[0].interval.low == 0
    assert found.others[0].p == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: steps_of([4], 3),
        lambda: steps_of([0.5], 3),
        lambda: steps_of([1], 3, cut_short=[True, False]),
        lambda: steps_of([1], 3, weights=[1, 1]),
        lambda: steps_of([1], 3).at_least(4),
        lambda: compare_steps([1, 2], ["a", "a"]),
        lambda: compare_steps([1, 2], ["a", "b"], first="c"),
        lambda: compare_steps([1, 1], ["a", "b"]),
        lambda: compare_steps([1, 2], ["a"]),
        lambda: compare_steps([1, 2], ["a", "b"], cut_short=[True, True]),
        lambda: compare_steps([1, 2], ["a", "b"], cut_short=[True]),
    ],
)
def test_what_are_no_steps_is_refused(call):
    with pytest.raises(UnfitDataError):
        call()
