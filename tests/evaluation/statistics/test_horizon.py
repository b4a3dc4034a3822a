"""The time horizon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from clearinghouse.evaluation.statistics.bootstrap import task_counts
from clearinghouse.evaluation.statistics.errors import StatisticsError
from clearinghouse.evaluation.statistics.horizon import Beyond, TaskWeights, Timed, attempt_weights, time_horizon
from clearinghouse.evaluation.statistics.horizon.fit import fit
from clearinghouse.evaluation.statistics.horizon.weights import whole_set

attempts = st.lists(
    st.tuples(st.floats(-6, 11), st.sampled_from([0.0, 1.0, 0.4]), st.floats(0.05, 3)), min_size=4, max_size=40
)


def objective(at, x, score, weight, ridge):
    z = at[0] + at[1] * x
    return (weight * (np.logaddexp(0, z) - score * z)).sum() + ridge / 2 * at[1] ** 2


def timed(minutes, score, weight=None, seen=None):
    minutes, score = np.asarray(minutes, dtype=float), np.asarray(score, dtype=float)
    weight = np.full(len(minutes), 1 / max(1, len(minutes))) if weight is None else np.asarray(weight)
    seen = np.ones(len(minutes), dtype=bool) if seen is None else np.asarray(seen)
    return Timed(minutes, score, weight, np.arange(len(minutes)), seen)


def typical(count=200, intercept=5.0, slope=-0.8, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 12, count)
    return timed(2**x, rng.random(count) < 1 / (1 + np.exp(-intercept - slope * x)))


@settings(max_examples=60)
@given(attempts, st.sampled_from([1e-5, 0.01, 1.0]))
def test_it_is_the_optimum_that_another_optimiser_finds(found, ridge):
    x, score, weight = (np.array(each) for each in zip(*found, strict=True))
    if len(np.unique(x)) < 2 or score.max() == 0 or score.min() == 1 or np.ptp(x) < 0.1:
        return
    weight = weight / weight.sum()
    curve = fit(x, weight[None], (weight * score)[None], ridge)
    at = np.array([curve.intercept[0], curve.slope[0]])
    theirs = minimize(objective, [0.0, 0.0], args=(x, score, weight, ridge), method="BFGS", options={"gtol": 1e-9})
    assert curve.converged[0]
    assert objective(at, x, score, weight, ridge) <= theirs.fun + 1e-9


def test_curves_that_are_nearly_steps_are_found():
    """Full Newton steps run away from these."""
    x = np.linspace(-6, 11, 60)
    for turn in (5, 30, 55):
        score = (np.arange(60) < turn).astype(float)
        weight = np.full((1, 60), 1 / 60)
        curve = fit(x, weight, weight * score, 1e-5)
        assert curve.converged[0]
        assert x[turn - 1] < curve.log2_minutes(0.5)[0] < x[turn]


def test_many_at_once_are_each_as_alone():
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(-3, 10, 80))
    score = (rng.random(80) < 1 / (1 + np.exp(0.7 * (x - 4)))).astype(float)
    weight = rng.multinomial(80, np.full(80, 1 / 80), 50) / 80
    together = fit(x, weight, weight * score, 1e-5)
    assert together.converged.all()
    for row in range(50):
        alone = fit(x, weight[row : row + 1], weight[row : row + 1] * score, 1e-5)
        assert (alone.intercept[0], alone.slope[0]) == pytest.approx((together.intercept[row], together.slope[row]))


def test_statsmodels_says_the_same_without_a_ridge():
    api = pytest.importorskip("statsmodels.api")
    data = typical()
    fitted = api.GLM(
        data.score, api.add_constant(np.log2(data.minutes)), family=api.families.Binomial(), freq_weights=data.weight
    ).fit(tol=1e-12)
    found = time_horizon(data, ridge=0.0)
    assert (found.intercept, found.slope) == pytest.approx(tuple(fitted.params), rel=1e-6)


def test_a_known_curve_is_found_again():
    found = time_horizon(typical(4_000))
    assert found.at(0.5).minutes == pytest.approx(2 ** (5 / 0.8), rel=0.15)
    assert found.at(0.8).minutes == pytest.approx(2 ** ((5 - np.log(4)) / 0.8), rel=0.15)
    assert found.gradient < 1e-8
    assert found.at(0.8).minutes < found.at(0.5).minutes


def test_the_ridge_draws_the_slope_to_nothing():
    slopes = [abs(time_horizon(typical(), ridge=ridge).slope) for ridge in (0.0, 0.01, 0.1, 1.0)]
    assert slopes == sorted(slopes, reverse=True)
    assert slopes[-1] < 0.6 * slopes[0]


@pytest.mark.parametrize(
    ("minutes", "score", "reason"),
    [
        ([], [], "no attempt is at a task whose human time is known"),
        ([4, 4, 4], [0, 1, 0], "all tasks take the same human time"),
        ([1, 2, 4], [0, 0, 0], "no success is left"),
        ([1, 2, 4], [1, 1, 1], "no failure is left"),
        ([1, 2, 4, 8], [0, 0, 1, 1], "success does not fall with human time"),
    ],
)
def test_what_cannot_be_estimated_is_said_and_no_number_is_made_up(minutes, score, reason):
    found = time_horizon(timed(minutes, score))
    assert found.reason == reason
    assert all(each.minutes is None and each.interval is None for each in found.quantiles)


def test_an_estimate_beyond_the_tasks_is_censored():
    data = typical()
    assert not time_horizon(data).at(0.5).censored
    short = data.minutes < 30
    high = time_horizon(timed(data.minutes[short], data.score[short]))
    assert high.at(0.5).beyond is Beyond.ABOVE
    long = data.minutes > 60
    low = time_horizon(timed(data.minutes[long], data.score[long]))
    assert low.at(0.8).beyond is Beyond.BELOW


def test_fewer_than_five_tasks_beyond_are_too_few():
    minutes = [1, 2, 3, 4, 5, 6, 40, 50, 60, 70]
    score = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    found = time_horizon(timed(minutes, score)).at(0.5)
    assert (found.beyond, found.notes) == (Beyond.ABOVE, ("fewer than 5 tasks are longer (4)",))
    more = time_horizon(timed([*minutes, 80], [*score, 0])).at(0.5)
    assert more.beyond is Beyond.WITHIN


def test_guessed_times_do_not_carry_an_estimate():
    data = typical()
    found = time_horizon(timed(data.minutes, data.score, seen=data.minutes < 20)).at(0.5)
    assert found.beyond is Beyond.ABOVE
    assert found.notes[0].startswith("above the longest task that a person was seen to do (19 minutes)")


def test_where_nobody_was_timed_that_is_the_reason_and_not_that_tasks_end():
    data = typical()
    found = time_horizon(timed(data.minutes, data.score, seen=np.zeros(len(data.score), dtype=bool))).at(0.5)
    assert (found.beyond, found.censored) == (Beyond.UNTIMED, False)
    assert found.notes == ("not confirmed: no person was timed on these tasks",)
    short = data.minutes < 30
    high = timed(data.minutes[short], data.score[short], seen=np.zeros(int(short.sum()), dtype=bool))
    assert time_horizon(high).at(0.5).censored
    assert time_horizon(high).at(0.5).notes[1].startswith("not confirmed")


def test_intervals_hold_the_estimate_and_say_what_they_rest_on():
    data = typical()
    drawn = task_counts(np.arange(200) // 10, 300)
    found = time_horizon(data, drawn, says="so and so")
    for each in found.quantiles:
        assert each.interval.low < each.minutes < each.interval.high
        assert each.interval.method == "so and so"
    assert (found.draws, found.estimable) == (300, 300)
    assert time_horizon(data).at(0.5).interval is None


def test_draws_without_a_curve_are_counted_and_too_many_give_no_interval():
    rng = np.random.default_rng(1)
    minutes, score = rng.uniform(1, 100, 40), np.zeros(40)
    score[np.argmin(minutes)] = 1
    drawn = task_counts(np.arange(40), 400)
    found = time_horizon(timed(minutes, score), drawn)
    share = found.estimable / 400
    assert 0.5 < share < 0.75  # a task of forty is in 64 of 100 draws
    assert any("give no curve and are not in the interval" in note for note in found.at(0.5).notes)
    score[:] = 0
    score[[3]] = 1
    grouped = time_horizon(timed(minutes, score), task_counts(np.arange(40) // 10, 400)).at(0.5)
    assert grouped.interval is None or grouped.interval.low <= grouped.interval.high


@pytest.mark.parametrize("change", [{"probabilities": [1.0]}, {"ridge": -1.0}])
def test_settings_that_make_no_sense_are_refused(change):
    with pytest.raises(StatisticsError):
        time_horizon(typical(), **change)


def test_minutes_that_make_no_sense_are_refused():
    with pytest.raises(StatisticsError, match="minutes"):
        time_horizon(timed([0.0, 1.0], [0, 1]))


def test_weights_by_family_share_a_task_among_its_attempts():
    task, family = np.array([0, 1, 1, 2, 3]), np.array([0, 0, 0, 0, 1])
    weight = attempt_weights(TaskWeights.SQRT_FAMILY, task, family)
    assert weight == pytest.approx(np.array([1, 0.5, 0.5, 1, np.sqrt(3)]) / np.sqrt(3))
    assert attempt_weights(TaskWeights.EQUAL, task, family).tolist() == [1.0] * 5


def test_one_pass_through_all_tasks_is_the_unit():
    weight, task, model = np.array([2.0, 2, 2, 4, 2]), np.array([0, 1, 0, 1, 1]), np.array([0, 0, 1, 1, 0])
    assert whole_set(weight, task, model) == pytest.approx(2 + (2 + 4) / 2)
