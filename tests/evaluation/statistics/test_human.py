"""Human times: which source is used, what is dropped, and a real study."""

import csv
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearinghouse.evaluation.rule.design import Band
from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.human import RANK, Attempt, Source, Sources, task_times
from clearinghouse.evaluation.statistics.survival import kaplan_meier, quantile

KNOWN = Sources(
    attempts=[
        Attempt(task="a", minutes=30, solved=True),
        Attempt(task="a", minutes=60, solved=True),
        Attempt(task="b", minutes=480, solved=False),
    ],
    estimates={"a": [20.0], "b": [90.0, 40.0], "c": [10.0]},
    first_bloods={"a": 5.0, "c": 8.0, "d": 12.0},
    model_estimates={"d": 60.0, "e": 15.0},
)


def by_task(known, **more):
    return {time.task: time for time in task_times(known, **more)[0]}


def test_the_best_source_is_used_and_the_others_are_named():
    found = by_task(KNOWN)
    assert {task: time.source for task, time in found.items()} == {
        "a": Source.COMPLETION,
        "b": Source.ESTIMATE,
        "c": Source.ESTIMATE,
        "d": Source.FIRST_BLOOD,
        "e": Source.MODEL_ESTIMATE,
    }
    assert found["a"].minutes == pytest.approx(np.sqrt(30 * 60))
    assert found["a"].dropped == ("estimate: 20 minutes", "first_blood: 5 minutes")
    assert found["d"].lower_bound
    assert not found["a"].lower_bound


def test_a_task_that_was_only_given_up_says_how_long_and_that_it_contradicts_what_is_used():
    found = by_task(KNOWN)["b"]
    assert (found.minutes, found.censored, found.at_least) == (pytest.approx(60), 1, 480)
    assert "480 minutes that did not solve it" in found.dropped[-1]


def test_with_one_source_alone_tasks_without_it_have_no_time():
    found = by_task(KNOWN, sources=["first_blood"])
    assert found["b"].minutes is None
    assert found["b"].interval is None
    assert found["a"].minutes == 5
    assert "completion" in found["a"].dropped[0]


def test_the_words_are_those_of_a_registered_band():
    assert Band().sources == RANK


@given(st.lists(st.floats(1, 500), min_size=1, max_size=6), st.lists(st.floats(1, 500), max_size=4))
def test_attempts_that_were_given_up_never_shorten_a_time(solved, given_up):
    other = [Attempt(task="other", minutes=minutes, solved=True) for minutes in (5, 50)]
    attempts = [Attempt(task="a", minutes=minutes, solved=True) for minutes in solved] + other
    before = by_task(Sources(attempts=attempts))["a"]
    more = [Attempt(task="a", minutes=minutes, solved=False) for minutes in given_up]
    after = by_task(Sources(attempts=attempts + more))["a"]
    assert after.minutes >= before.minutes * (1 - 1e-9)
    assert after.censored == len(given_up)
    assert after.interval.low < after.minutes < after.interval.high


def test_the_median_with_attempts_given_up_is_the_most_likely_one():
    spread_of = [Attempt(task="other", minutes=m, solved=True) for m in (10, 40)]
    attempts = [Attempt(task="a", minutes=m, solved=s) for m, s in ((20, True), (35, True), (90, False), (5, False))]
    times, spreads = task_times(Sources(attempts=spread_of + attempts))
    found = {time.task: time for time in times}["a"]
    middles = np.log(np.linspace(15, 120, 20_001))
    likelihood = sum(stats.norm.logpdf(np.log(m), middles, spreads.completions) for m in (20, 35))
    likelihood = likelihood + sum(stats.norm.logsf(np.log(m), middles, spreads.completions) for m in (90, 5))
    assert found.minutes == pytest.approx(np.exp(middles[likelihood.argmax()]), rel=1e-3)


def test_intervals_of_single_completions_cover_by_the_pooled_spread():
    rng = np.random.default_rng(1)
    truth = {str(k): float(rng.lognormal(3, 1)) for k in range(400)}
    attempts = [
        Attempt(task=task, minutes=minutes * float(rng.lognormal(0, 0.6)), solved=True)
        for task, minutes in truth.items()
        for _ in range(1 + (int(task) % 3 == 0))
    ]
    found, spreads = task_times(Sources(attempts=attempts))
    assert spreads.completions == pytest.approx(0.6, abs=0.06)
    assert np.mean([time.interval.covers(truth[time.task]) for time in found]) == pytest.approx(0.95, abs=0.03)


def test_without_any_repetition_there_is_no_interval():
    found = by_task(Sources(attempts=[Attempt(task="a", minutes=3, solved=True)]))["a"]
    assert found.interval is None
    assert found.minutes == pytest.approx(3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: task_times(Sources(attempts=[Attempt(task="a", minutes=0, solved=True)])),
        lambda: task_times(Sources(first_bloods={"a": float("nan")})),
        lambda: task_times(Sources(estimates={"a": [1.0, -2.0]})),
        lambda: task_times(KNOWN, sources=["rumour"]),
    ],
)
def test_times_that_are_none_are_refused(call):
    with pytest.raises(UnfitDataError):
        call()


@pytest.mark.data
def test_a_real_study_has_the_published_completions_and_censoring_lengthens_its_median(data):
    folder = data / "eval-stats" / "lyptus_human"
    with (folder / "completions.csv").open(encoding="utf-8", newline="") as rows:
        attempts = list(csv.DictReader(rows))
    with (folder / "estimations.csv").open(encoding="utf-8", newline="") as rows:
        estimates = defaultdict(list)
        for row in csv.DictReader(rows):
            estimates[row["task_id"]].append(float(row["estimated_minutes"]))
    assert len(attempts) == 174
    kept = [
        Attempt(task=row["task_id"], minutes=float(row["elapsed_minutes"]), solved=row["passed"] == "True")
        for row in attempts
        if float(row["elapsed_minutes"]) > 0
    ]
    found, spreads = task_times(Sources(attempts=kept, estimates=estimates))
    assert Counter(time.source for time in found)[Source.COMPLETION] == 105
    assert 0.5 < spreads.completions < 1.5
    minutes, solved = [each.minutes for each in kept], [each.solved for each in kept]
    assert sum(solved) == 131
    assert quantile(kaplan_meier(minutes, solved)).value > np.median([each.minutes for each in kept if each.solved])
