"""How hard it was tried: bounds of gains, envelopes, and choices that are not scored where they were made."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from clearinghouse.evaluation.statistics.elicitation import (
    Envelope,
    Tried,
    choose,
    families_needed,
    ladder,
    upper_bound,
)
from clearinghouse.evaluation.statistics.grouped import UnfitDataError, clustered, t_quantile


def named(values):
    return {f"t{k}": float(value) for k, value in enumerate(values)}


def rungs(*rows, tokens=(1, 2, 4, 8)):
    return [Tried(tokens=tokens[k] * 1_000_000, outcomes=named(row)) for k, row in enumerate(rows)]


@pytest.mark.parametrize("delta", [0.05, 0.1, 0.2])
def test_saturation_takes_as_many_families_without_a_gain_as_it_says(delta):
    needed = families_needed(delta)
    for families, saturated in ((needed, True), (needed - 1, False)):
        same = [1.0] * families
        assert ladder(rungs(same, same), None, delta=delta).saturated is saturated
    assert families_needed(0.1) == 29, "the rule of three"


def test_no_gain_in_few_families_is_not_saturated_however_many_tasks_they_have():
    same = np.zeros(600)
    families = {f"t{k}": str(k % 6) for k in range(600)}
    found = ladder(rungs(same, same), families, delta=0.1)
    assert found.gains[0].gain == 0
    assert not found.saturated


def test_the_last_gain_decides():
    before, after = np.zeros(80), np.ones(80)
    assert ladder(rungs(before, after, after), None, delta=0.1).saturated
    assert not ladder(rungs(before, before, after), None, delta=0.1).saturated


def test_the_bound_holds_as_often_as_it_says_where_the_usual_one_does_not():
    rng = np.random.default_rng(5)
    families = np.repeat(np.arange(20), 5)
    held, usual = 0, 0
    for _ in range(400):
        chance = rng.beta(0.05, 0.45, 20)[families]
        gains = (rng.random(100) < chance).astype(float)
        held += upper_bound(gains, families).high >= 0.1
        mean = clustered(gains, families)
        usual += mean.mean + t_quantile(0.95, 19) * mean.error >= 0.1
    assert held / 400 > 0.95
    assert usual / 400 < 0.92


@pytest.mark.parametrize("families", [5, 10, 20, 40, 60])
def test_at_the_worst_truth_the_bound_of_a_gain_errs_as_often_as_it_says(families):
    """Families gain everything or nothing, so that the chance of an error is an exact binomial sum.

    It is largest where one family fewer would just be told: at the bounds themselves.
    """
    counts = np.arange(families + 1)
    outcomes = [np.repeat([1.0, 0.0], [each, families - each]) for each in counts]
    bounds = np.array([upper_bound(each, None).high for each in outcomes])
    errors = [binom.pmf(counts, families, truth) @ (bounds < truth) for truth in bounds[:-1] + 1e-7]
    assert max(errors) <= 0.05 + 1e-6
    assert max(errors) > 0.0499


def test_families_count_once_however_many_tasks_they_have():
    """Were they to count by tasks, a rare large family that gains could not be reckoned with by those that are seen."""
    gains, families = [0.0] * 9 + [1.0], ["a"] * 5 + ["b", "c", "d", "e", "f"]
    same = upper_bound([0.0] * 5 + [1.0], None).high
    assert upper_bound(gains, families).high == pytest.approx(same)


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=20), st.data())
def test_the_bound_is_above_the_mean_and_a_higher_level_never_lowers_it(gains, data):
    low, high = sorted(data.draw(st.tuples(st.floats(0.6, 0.99), st.floats(0.6, 0.99))))
    first, second = (upper_bound(gains, None, level=level).high for level in (low, high))
    assert np.mean(gains) <= first <= second <= 1


def test_the_slope_is_that_of_a_line_through_the_means():
    rng = np.random.default_rng(6)
    rows = [(rng.random(40) < chance).astype(float) for chance in (0.2, 0.4, 0.5)]
    found = ladder([Tried(tokens=t, outcomes=named(r)) for t, r in zip((1, 4, 5), rows, strict=True)], None, delta=0.1)
    assert found.slope == pytest.approx(np.polyfit(np.log2([1, 4, 5]), np.mean(rows, axis=1), 1)[0])
    assert found.slope_interval.covers(found.slope)


def test_gained_without_any_lost_is_suspected_of_being_an_upper_envelope():
    before, after = [0, 0, 1, 1], [1, 0, 1, 1]
    gain = ladder(rungs(before, after), None, delta=0.1).gains[0]
    assert (gain.gained, gain.lost, gain.envelope) == (1, 0, Envelope.SUSPECTED)
    assert "upper envelope" in gain.says
    assert ladder(rungs(before, [1, 0, 1, 0]), None, delta=0.1).gains[0].envelope is Envelope.NO
    assert ladder(rungs(before, before), None, delta=0.1).gains[0].says == ""


@pytest.mark.parametrize(("rerun", "envelope"), [({"t0", "t1"}, Envelope.KNOWN), ({"t0", "t3"}, Envelope.NO)])
def test_what_was_run_again_says_whether_it_is_one(rerun, envelope):
    first = Tried(tokens=1, outcomes=named([0, 0, 1, 1]))
    second = Tried(tokens=2, outcomes=named([1, 0, 1, 1]), rerun=frozenset(rerun))
    assert ladder([first, second], None, delta=0.1).gains[0].envelope is envelope


def test_choosing_and_scoring_on_the_same_tasks_flatters_and_held_out_tasks_do_not():
    rng = np.random.default_rng(7)
    curse, held = [], []
    for _ in range(200):
        dev = {f"s{k}": {f"d{j}": float(rng.random() < 0.5) for j in range(20)} for k in range(8)}
        out = {f"s{k}": {f"h{j}": float(rng.random() < 0.5) for j in range(40)} for k in range(8)}
        found = choose(dev, out)
        curse.append(found.curse)
        held.append(found.interval.covers(0.5))
    assert np.mean(curse) > 0.1
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)


def test_of_equals_the_first_named_is_chosen_and_only_it_must_be_held_out():
    found = choose({"b": {"x": 1.0}, "a": {"x": 1.0}}, {"b": {"y": 0.0, "z": 1.0}})
    assert (found.scaffold, found.held_out, found.scaffolds) == ("b", 0.5, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ladder(rungs([1]), None, delta=0.1),
        lambda: ladder(rungs([1], [1], tokens=(2, 1)), None, delta=0.1),
        lambda: ladder(rungs([1, 0], [1]), None, delta=0.1),
        lambda: ladder(rungs([1], [1]), {}, delta=0.1),
        lambda: ladder(rungs([1], [2]), None, delta=0.1),
        lambda: families_needed(0),
        lambda: choose({}, {}),
        lambda: choose({"a": {"x": 1}}, {"a": {"x": 1}}),
        lambda: choose({"a": {"x": 1}}, {"a": {"y": 1}}, {"x": "f", "y": "f"}),
        lambda: choose({"a": {"x": 1}, "b": {"y": 1}}, {"a": {"z": 1}}),
        lambda: choose({"a": {"x": 1}}, {"b": {"y": 1}}),
    ],
)
def test_what_is_no_ladder_or_no_split_is_refused(call):
    with pytest.raises(UnfitDataError):
        call()


def test_a_published_ladder_is_an_upper_envelope_and_not_saturated():
    folder = os.environ.get("CLEARINGHOUSE_LYPTUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CLEARINGHOUSE_LYPTUS names no folder: not compared with the published budgets of GPT-5.3 Codex")
    parquet = pytest.importorskip("pyarrow.parquet")
    both, families = [], {}
    for tokens, name in ((2_000_000, "model_runs"), (10_000_000, "model_runs_gpt53_10M")):
        rows = [r for r in parquet.read_table(Path(folder) / f"{name}.parquet").to_pylist() if "GPT-5.3" in r["alias"]]
        both.append(Tried(tokens=tokens, outcomes={r["task_id"]: float(r["score_binarized"]) for r in rows}))
        families |= {r["task_id"]: r["task_family"] for r in rows}
    found = ladder(both, families, delta=0.1)
    gain = found.gains[0]
    assert gain.tasks == 631
    assert (round(gain.before, 4), round(gain.after, 4)) == (0.8415, 0.9097)
    assert (gain.gained, gain.lost, gain.envelope) == (43, 0, Envelope.SUSPECTED)
    assert not found.saturated
