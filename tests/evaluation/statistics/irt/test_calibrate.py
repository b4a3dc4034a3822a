"""Item response: laws, simulated truth, second implementations, and published figures."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import optimize, special, stats

from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.irt import marginal
from clearinghouse.evaluation.statistics.irt.calibrate import calibrate
from clearinghouse.evaluation.statistics.irt.items import Anchor, Extreme, table_of
from clearinghouse.evaluation.statistics.irt.score import score

ABILITIES = np.linspace(-2.5, 2.5, 12)


def simulated(rng, abilities, difficulty, discrimination=1.0):
    chance = special.expit(discrimination * (np.asarray(abilities)[:, None] - difficulty))
    return (rng.random(chance.shape) < chance).astype(float)


def values(found):
    return np.array([ability.value for ability in found])


outcomes = arrays.arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(2, 12)), elements=st.sampled_from([0, 1]))


def test_it_recovers_abilities_where_joint_maximum_likelihood_stretches_them():
    rng = np.random.default_rng(6)
    slopes, joint = [], []
    for _ in range(6):
        difficulty = rng.normal(0, 1.5, 500)
        table = simulated(rng, ABILITIES, difficulty)
        slopes.append(np.polyfit(ABILITIES, values(calibrate(table).abilities), 1)[0])
        mixed = (table.sum(axis=0) > 0) & (table.sum(axis=0) < len(ABILITIES))
        joint.append(np.polyfit(ABILITIES, jointly(table[:, mixed]), 1)[0])
    assert np.mean(slopes) == pytest.approx(1, abs=0.03)
    assert np.mean(joint) == pytest.approx(12 / 11, abs=0.04)


def jointly(table):
    """Return abilities by alternating maximum likelihood, each difficulty a parameter."""
    abilities, difficulty = np.zeros(len(table)), np.zeros(table.shape[1])
    for _ in range(150):
        chance = special.expit(abilities[:, None] - difficulty)
        difficulty -= (table - chance).sum(axis=0) / (chance * (1 - chance)).sum(axis=0)
        difficulty -= difficulty.mean()
        chance = special.expit(abilities[:, None] - difficulty)
        abilities += (table - chance).sum(axis=1) / (chance * (1 - chance)).sum(axis=1)
    return abilities


def test_intervals_of_abilities_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(7)
    inside = []
    for _ in range(40):
        difficulty = rng.normal(0, 1.5, 200)
        found = calibrate(simulated(rng, ABILITIES, difficulty), families=np.arange(200)).abilities
        inside += [abs(a.value - truth) < 1.96 * a.error for a, truth in zip(found, ABILITIES, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.035)


def test_errors_know_of_families():
    rng = np.random.default_rng(8)
    families = np.repeat(np.arange(20), 15)
    difficulty = rng.normal(0, 1.5, 20)[families]
    table = simulated(rng, ABILITIES, difficulty)
    alone = calibrate(table).abilities[5].error
    together = calibrate(table, families=families)
    assert together.abilities[5].error > 2 * alone
    assert together.errors == "clustered by 20 families"
    value, error = together.difference(6, 5)
    assert value > 0
    assert error < together.abilities[5].error, "the error of the origin is common to both"


def test_two_parameters_are_recovered():
    rng = np.random.default_rng(9)
    abilities = np.linspace(-2.5, 2.5, 30)
    difficulty, slopes = rng.normal(0, 1.5, 250), np.exp(rng.normal(0, 0.5, 250))
    found = calibrate(simulated(rng, abilities, difficulty, slopes), two_parameters=True)
    assert np.polyfit(abilities, values(found.abilities), 1)[0] == pytest.approx(1, abs=0.1)
    assert found.slope_spread == pytest.approx(0.5, abs=0.15)
    inner = np.abs(difficulty) < 1.5
    fitted = np.array([item.discrimination for item in found.items])
    assert stats.spearmanr(fitted[inner], slopes[inner]).statistic > 0.75


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("linked", [False, True])
def test_the_gradient_is_that_of_the_objective(two, linked):
    rng = np.random.default_rng(10)
    table = table_of(np.where(rng.random((4, 9)) < 0.1, np.nan, simulated(rng, [-1, 0, 0.5, 2], rng.normal(size=9))))
    patterns = marginal.patterns_of(table)
    layout = marginal.Layout(models=4, slopes=two, linked=linked, centre=0.3)
    held = marginal.Held(table=table, difficulty=rng.normal(size=9), slope=np.ones(9)) if linked else None
    grid = marginal.grid_of(layout)
    at = rng.normal(size=layout.size)
    gradient = marginal.objective(layout, grid, patterns, held, at)[1]
    numeric = optimize.approx_fprime(at, lambda x: marginal.objective(layout, grid, patterns, held, x)[0], 1e-6)
    assert gradient == pytest.approx(numeric, abs=1e-3)
    if not linked:
        per_task = marginal.task_scores(layout, grid, patterns, at)[patterns.which].sum(axis=0)
        assert per_task[4:] == pytest.approx(-gradient[4:] - marginal._penalty(layout, at)[1][4:], abs=1e-9)


def test_a_second_implementation_of_the_marginal_likelihood_finds_the_same():
    rng = np.random.default_rng(11)
    table = simulated(rng, [-1.5, -0.2, 0.4, 1.8], rng.normal(0, 1.2, 80))
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    weight = weight / weight.sum()

    def minus(at):
        chance = special.expit(at[:4, None] - np.exp(at[4]) * x)
        each = [weight @ np.prod(np.where(task[:, None] > 0, chance, 1 - chance), axis=0) for task in table.T]
        prior = (at[:4] ** 2).sum() / 200 + (at[4] - np.log(2)) ** 2 / 2
        return prior - np.log(each).sum()

    reference = optimize.minimize(minus, np.zeros(5), method="Nelder-Mead", options={"fatol": 1e-9, "maxiter": 4000})
    found = calibrate(table)
    assert values(found.abilities) == pytest.approx(reference.x[:4], abs=1e-3)
    assert found.spread == pytest.approx(np.exp(reference.x[4]), abs=1e-3)
    assert found.gradient < 1e-5


def test_an_ability_under_known_items_is_a_logistic_regression_with_an_offset():
    rng = np.random.default_rng(12)
    difficulty = rng.normal(0, 2, 60)
    table = simulated(rng, [0.7], difficulty)
    fit = sm.GLM(table[0], np.ones(60), family=sm.families.Binomial(), offset=-difficulty).fit()
    found = score(table, [Anchor(difficulty=b) for b in difficulty])[0]
    assert found.value == pytest.approx(fit.params[0], abs=0.01)
    assert found.error == pytest.approx(fit.bse[0], rel=0.01)


@pytest.mark.parametrize(("two", "models", "tasks", "spread"), [(True, 16, 120, 6), (False, 80, 30, 6)])
def test_a_finer_grid_changes_nothing(two, models, tasks, spread, monkeypatch):
    rng = np.random.default_rng(15)
    slopes = np.exp(rng.normal(0, 0.9 * two, tasks))
    abilities = np.linspace(-1.2 * spread, 1.2 * spread, models)
    table = simulated(rng, abilities, rng.normal(0, spread, tasks), slopes)
    found = values(calibrate(table, two_parameters=two).abilities)
    axes = np.linspace(-5, 5, 401), np.linspace(-3, 3, 9) if two else np.zeros(1)
    difficulty, slope = (each.ravel() for each in np.meshgrid(*axes))
    log_weight = special.log_softmax(-(difficulty**2 + slope**2) / 2)
    fine = marginal.Grid(difficulty=difficulty, slope=slope, log_weight=log_weight)
    monkeypatch.setattr(marginal, "grid_of", lambda _: fine)
    assert values(calibrate(table, two_parameters=two).abilities) == pytest.approx(found, abs=0.03)


@given(outcomes)
@settings(max_examples=25)
def test_with_one_parameter_the_order_of_abilities_is_that_of_successes(table):
    found = calibrate(table).abilities
    order = sorted(found, key=lambda ability: ability.successes)
    for low, high in pairwise(order):
        assert low.value <= high.value + 1e-4
        assert low.successes < high.successes or low.value == pytest.approx(high.value, abs=1e-4)


@given(outcomes, st.data())
def test_another_success_never_lowers_an_ability_under_known_items(table, data):
    models, tasks = table.shape
    items = [Anchor(difficulty=data.draw(st.floats(-4, 4))) for _ in range(tasks)]
    more = table.copy()
    more[data.draw(st.integers(0, models - 1)), data.draw(st.integers(0, tasks - 1))] = 1
    before, after = values(score(table, items)), values(score(more, items))
    assert (after >= before - 1e-9).all()


@given(outcomes, st.floats(-20, 20))
@settings(max_examples=25)
def test_shifted_anchors_shift_abilities_and_new_items(table, shift):
    anchors = {0: -0.5, 1: 1.0}
    before = calibrate(table, anchors={k: Anchor(difficulty=b) for k, b in anchors.items()})
    after = calibrate(table, anchors={k: Anchor(difficulty=b + shift) for k, b in anchors.items()})
    assert values(after.abilities) == pytest.approx(values(before.abilities) + shift, abs=1e-3)
    for old, new in zip(before.items, after.items, strict=True):
        assert new.difficulty == pytest.approx(old.difficulty + shift, abs=1e-3)


@given(outcomes)
@settings(max_examples=25)
def test_everything_is_finite_and_extremes_are_flagged(table):
    found = calibrate(table)
    for ability, row in zip(found.abilities, table, strict=True):
        assert np.isfinite([ability.value, ability.error]).all()
        assert (ability.extreme is Extreme.ALL) == bool(row.all())
        assert (ability.extreme is Extreme.NONE) == (not row.any())
    for item, column in zip(found.items, table.T, strict=True):
        assert np.isfinite([item.difficulty, item.error]).all()
        assert (item.extreme is Extreme.NO) == (0 < column.sum() < len(column))


def test_a_task_that_was_not_tried_says_nothing_of_an_ability_and_families_widen_its_error():
    anchors = [Anchor(difficulty=b) for b in (-1, 0, 1, 0.5)]
    whole, holed = score([[1, 0, 1]], anchors[:3])[0], score([[1, 0, 1, np.nan]], anchors)[0]
    assert holed.error == pytest.approx(whole.error, rel=1e-3)
    assert holed.value == pytest.approx(whole.value, abs=0.01)
    rng = np.random.default_rng(16)
    families = np.repeat(np.arange(12), 10)
    difficulty = rng.normal(0, 0.5, 120)
    table = simulated(rng, [0.0], difficulty + rng.normal(0, 1.5, 12)[families])
    known = [Anchor(difficulty=b) for b in difficulty]
    assert score(table, known, families=families)[0].error > 1.5 * score(table, known)[0].error
    assert score(table, known, families=["one"] * 120)[0].error == np.inf


@given(outcomes, st.integers(0, 3))
@settings(max_examples=15)
def test_missing_outcomes_that_nobody_else_has_either_change_nothing(table, place):
    assume(table.shape[1] > 3)
    hole = table.copy()
    hole[:, place] = np.nan
    hole[0, place] = 1
    found = calibrate(hole)
    assert found.items[place].attempts == 1
    assert [ability.attempts for ability in found.abilities[1:]] == [table.shape[1] - 1] * (len(table) - 1)


def test_outcomes_missing_at_random_leave_abilities_where_they_were():
    rng = np.random.default_rng(13)
    table = simulated(rng, ABILITIES, rng.normal(0, 1.5, 600))
    holes = np.where(rng.random(table.shape) < 0.3, np.nan, table)
    assert values(calibrate(holes).abilities) == pytest.approx(values(calibrate(table).abilities), abs=0.3)


def test_repeated_attempts_are_recovered_where_their_number_is_given():
    rng = np.random.default_rng(14)
    difficulty = rng.normal(0, 1.5, 300)
    table = np.mean([simulated(rng, ABILITIES, difficulty) for _ in range(5)], axis=0)
    counted = calibrate(table, attempts=np.full(table.shape, 5), families=np.arange(300))
    assert np.polyfit(ABILITIES, values(counted.abilities), 1)[0] == pytest.approx(1, abs=0.05)
    assert counted.abilities[0].attempts == 1500
    assert np.polyfit(ABILITIES, values(calibrate(table).abilities), 1)[0] < 0.95


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ([0, 1], {}),
        ([[0, 1]], {}),
        ([[0, 2], [1, 0]], {}),
        ([[np.nan, np.nan], [0, 1]], {}),
        ([[np.nan, 1], [np.nan, 1]], {}),
        ([[0, 1], [1, 0]], {"anchors": {2: Anchor(difficulty=0)}}),
        ([[0, 1], [1, 0]], {"anchors": {0: Anchor(difficulty=0, discrimination=-1)}}),
        ([[0, 1], [1, 0]], {"families": ["a"]}),
        ([[0, 1], [1, 0]], {"attempts": [1, 1]}),
        ([[0, 1], [1, 0]], {"attempts": [[0, 0], [1, 1]]}),
    ],
)
def test_what_cannot_be_calibrated_is_refused_in_a_sentence(table, more):
    with pytest.raises(UnfitDataError) as refused:
        calibrate(table, **more)
    assert refused.value.what
    assert refused.value.remedy


def test_known_items_are_as_many_as_tasks():
    with pytest.raises(UnfitDataError):
        score([[0, 1]], [Anchor(difficulty=0)])


def published():
    folder = os.environ.get("CLEARINGHOUSE_LYPTUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CLEARINGHOUSE_LYPTUS names no folder: not compared with the published runs of 16 models")
    parquet = pytest.importorskip("pyarrow.parquet")
    return [
        parquet.read_table(Path(folder) / f"{name}.parquet").to_pylist()
        for name in ("model_runs", "task_difficulties", "model_summaries_human_2M")
    ]


def test_sixteen_published_models_come_out_in_the_published_order():
    runs, timed, summaries = published()
    models = sorted({run["alias"] for run in runs})
    tasks = sorted({run["task_id"] for run in runs})
    table = np.full((len(models), len(tasks)), np.nan)
    for run in runs:
        table[models.index(run["alias"]), tasks.index(run["task_id"])] = run["score_binarized"]
    found = calibrate(table)
    p50 = {row["agent"]: row["p50"] for row in summaries}
    minutes = {row["task_id"]: row["best_available_minutes"] for row in timed if row["best_available_minutes"]}
    shared = [
        (item.difficulty, minutes[task]) for item, task in zip(found.items, tasks, strict=True) if task in minutes
    ]
    assert table.shape == (16, 631)
    assert len(shared) == 291
    assert stats.spearmanr(values(found.abilities), [p50[model] for model in models]).statistic > 0.98
    assert stats.spearmanr(*zip(*shared, strict=True)).statistic == pytest.approx(0.809, abs=0.005)
