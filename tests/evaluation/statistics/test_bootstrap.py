"""The hierarchical bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.attempts import Attempts
from clearinghouse.evaluation.statistics.bootstrap import attempt_counts, bootstrap_interval, drawn_means, task_counts
from clearinghouse.evaluation.statistics.clustered import Weighting, clusters

sizes = st.lists(st.integers(1, 6), min_size=1, max_size=8)


def slowly(family, seed):
    """One draw, as it is described: a choice of families, then for each a choice of its tasks."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(family == each) for each in range(family.max() + 1)]
    drawn = [members[each] for each in rng.choice(len(members), size=len(members), replace=True)]
    return np.concatenate([tasks[rng.choice(len(tasks), size=len(tasks), replace=True)] for tasks in drawn])


@given(sizes, st.integers(0, 1000), st.randoms())
def test_each_draw_is_the_one_that_is_described(size, seed, random):
    family = np.repeat(np.arange(len(size)), size)
    random.shuffle(family)
    counts = task_counts(family, 3, seed)
    for number, found in enumerate(counts):
        assert found.tolist() == np.bincount(slowly(family, seed + number), minlength=len(family)).tolist()


@given(sizes, st.integers(0, 5))
def test_attempts_are_drawn_within_their_task(size, seed):
    task = np.repeat(np.arange(len(size)), size)[::-1].copy()
    tasks = task_counts(np.arange(len(size)), 20, seed)
    counts = attempt_counts(tasks, task, seed)
    for each in range(len(size)):
        assert (counts[:, task == each].sum(axis=1) == tasks[:, each] * size[each]).all()


def test_every_task_and_attempt_is_drawn_as_often_on_average():
    family, task = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 2, 3])
    counts = attempt_counts(task_counts(family, 20_000), task)
    assert counts.mean(axis=0) == pytest.approx([1, 1, 1, 1, 1], abs=0.03)


def test_the_spread_is_the_cluster_robust_error():
    rng = np.random.default_rng(4)
    family = np.repeat(np.arange(50), 4)
    score = np.clip(rng.random(50)[family] + rng.normal(0, 0.1, 200), 0, 1)
    attempts = Attempts(np.arange(200), family, score)
    for weighting in Weighting:
        error = clusters(score, family, weighting).error
        assert drawn_means(attempts, weighting, 4_000).std() == pytest.approx(error, rel=0.08)


def test_a_seed_gives_the_same_again():
    attempts = Attempts(np.array([0, 0, 1, 2]), np.array([0, 0, 1]), np.array([1.0, 0, 1, 0]))
    first = bootstrap_interval(attempts, draws=200, seed=3)
    assert first == bootstrap_interval(attempts, draws=200, seed=3)
    assert first.method == "hierarchical bootstrap, 200 draws, seed 3"
    assert not np.array_equal(task_counts(np.array([0, 0, 1]), 50, 1), task_counts(np.array([0, 0, 1]), 50, 99))
