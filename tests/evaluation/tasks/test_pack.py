"""The open pack: every judge says what it should of every solution."""

from pathlib import Path

import pytest

from clearinghouse.evaluation.statistics.sources import Source
from clearinghouse.evaluation.tasks.check import check
from clearinghouse.evaluation.tasks.task import load, tasks_below
from clearinghouse.sandbox.client import Client

PACK = Path(__file__).resolve().parents[3] / "examples" / "frontier" / "pack"
TASKS = {path.name: path for path in tasks_below([PACK])}


@pytest.mark.parametrize("name", TASKS)
def test_reference_passes_and_nothing_else(name: str, runner: Client) -> None:
    task = load(TASKS[name])
    found = check(task, runner)
    assert task.id == name
    assert found.is_sound, found.wrong
    assert found.tried


def test_there_are_enough() -> None:
    tasks = [load(path) for path in TASKS.values()]
    families = {each.family for each in tasks}
    assert len(tasks) >= 24
    assert len(families) >= 8
    assert {each.kind for each in tasks} == {"locate", "reproduce", "patch", "triage", "range"}
    assert all(sum(each.family == family for each in tasks) >= 2 for family in families)


def test_human_times_can_be_fitted_and_are_said_to_be_estimates() -> None:
    tasks = [load(path) for path in TASKS.values()]
    minutes = sorted(each.human.minutes for each in tasks)
    assert minutes[0] <= 3
    assert minutes[-1] >= 240
    assert {each.human.source for each in tasks} == {Source.ESTIMATE}
    assert all("nobody was timed" in each.human.study for each in tasks)


def test_the_pack_says_what_it_cannot_do() -> None:
    words = (PACK / "README.md").read_text()
    assert "cannot support a determination" in words
    assert all(f"`{name}`" in words for name in TASKS)
    assert "supports_determination = false" in (PACK / "pack.toml").read_text()
