"""Practice tasks: the same for the same seed, within their minutes, and judged as others are."""

import stat
import statistics
from pathlib import Path

import pytest

from boxed import needs_boxes, runner
from clearinghouse.evaluation.tasks.check import check
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.folder import write
from clearinghouse.evaluation.tasks.practice import SAYS, practice
from clearinghouse.evaluation.tasks.task import load

needs_boxes()


def made(families: int, each: int, seed: str = "a seed") -> list[str]:
    return [task.digest for task in practice(families, each, seed=seed, domain="triage")]


def test_they_follow_from_the_seed_and_a_larger_pool_begins_with_the_smaller_one() -> None:
    assert made(3, 2) == made(3, 2)
    assert made(5, 2)[:6] == made(3, 2)
    assert not set(made(3, 2)) & set(made(3, 2, "another"))


def test_times_are_spread_evenly_on_a_logarithmic_scale_and_every_task_says_what_it_is() -> None:
    tasks = list(practice(200, 1, seed="a", domain="triage", least=15, most=960))
    minutes = sorted(task.human.minutes for task in tasks)
    assert minutes[0] >= 15
    assert minutes[-1] <= 960
    assert statistics.median(minutes) == pytest.approx(120, rel=0.4)
    assert all(task.origin.says == SAYS and SAYS in task.human.study for task in tasks)


def test_their_judge_can_be_believed() -> None:
    with runner() as client:
        for task in practice(2, 1, seed="b", domain="triage"):
            assert check(task, client).wrong == ()


@pytest.mark.parametrize(("families", "each"), [(0, 1), (1, 0), (101, 100)])
def test_none_and_too_many_are_refused(families: int, each: int) -> None:
    with pytest.raises(TaskError):
        next(practice(families, each, seed="a", domain="triage"))


def test_minutes_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(TaskError, match="10 to 5 minutes"):
        next(practice(1, 1, seed="a", domain="triage", least=10, most=5))


def test_what_is_not_public_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    [task] = practice(1, 1, seed="c", domain="triage")
    write(tmp_path / "open", task.files)
    write(tmp_path / "own", task.files, private=True)
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700
    assert load(tmp_path / "own") == load(tmp_path / "open") == task
