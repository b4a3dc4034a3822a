"""Models of two tables on one scale."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, special

from clearinghouse.cli import main
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.linked import linked
from clearinghouse.evaluation.runs.run import Outcome, Run
from clearinghouse.evaluation.runs.table import RunTable, table_of
from clearinghouse.evaluation.statistics.irt.calibrate import calibrate
from clearinghouse.evaluation.statistics.irt.scale import POINTS_PER_LOGIT

random = np.random.Generator(np.random.PCG64(7))
DIFFICULTY = {f"t{at:03}": value for at, value in enumerate(random.normal(0, 1.5, 150))}
OLD, NEW = list(DIFFICULTY)[:90], list(DIFFICULTY)[50:]
"""Forty tasks stand in both."""


def runs(models: dict[str, float], tasks: list[str], easier: dict[str, float] | None = None) -> list[Run]:
    random = np.random.Generator(np.random.PCG64(len(models) + len(tasks)))
    found = []
    for model, ability in models.items():
        for task in tasks:
            chance = special.expit(ability - DIFFICULTY[task] + (easier or {}).get(task, 0.0))
            score = float(random.random() < chance)
            outcome = Outcome.SOLVED if score else Outcome.FAILED
            found.append(Run(task=task, family=f"f{int(task[1:]) // 3}", model=model, score=score, outcome=outcome))
    return found


def table(models: dict[str, float], tasks: list[str], easier: dict[str, float] | None = None) -> RunTable:
    return table_of("a table", enumerate(runs(models, tasks, easier), 1)).table


def levels(prefix: str, low: float, high: float, count: int) -> dict[str, float]:
    return {f"{prefix}{at}": float(value) for at, value in enumerate(np.linspace(low, high, count))}


def test_models_of_two_pools_come_out_as_far_apart_as_they_are() -> None:
    old, new = levels("old", -1.5, 1.0, 12), levels("new", 0.0, 2.5, 12)
    found = linked(table(old, OLD), table(new, NEW))
    gap = np.mean([each.points for each in found.new]) - np.mean([each.points for each in found.old])
    assert found.link_error is not None
    assert gap == pytest.approx(1.5 * POINTS_PER_LOGIT, abs=3 * found.link_error)
    assert 10 < found.link_error < 60
    assert len(found.anchors) == 40
    assert set(found.methods) == {"mean_shift", "mean_sigma", "stocking_lord"}
    assert all(abs(away) < 100 for away in found.methods.values())


def test_abilities_on_anchors_by_a_second_implementation() -> None:
    """Under known items the ability is that of a logistic regression with offsets; here by scipy, one at a time."""
    old, new = table(levels("old", -1.5, 1.0, 8), OLD), table({"one": 0.8}, NEW)
    found = linked(old, new)
    outcomes = np.array(
        [[float(old.score[(old.model == m) & (old.task == t)][0]) for t in range(90)] for m in range(8)]
    )
    families = [old.families[each] for each in old.family]
    items = calibrate(outcomes, families=families).items
    held = {name: item.difficulty for name, item in zip(old.tasks, items, strict=True)}
    common = [name for name in new.tasks if name in held]
    score = np.array([new.score[new.task == new.tasks.index(name)][0] for name in common])
    hard = np.array([held[name] for name in common])

    def lost(at: float) -> float:
        return float(np.logaddexp(0, at - hard).sum() - (score * (at - hard)).sum() + at**2 / 200)

    best = optimize.minimize_scalar(lost, bounds=(-10, 10), method="bounded", options={"xatol": 1e-9})
    [placed] = found.new
    points = 1000 + POINTS_PER_LOGIT * (best.x - np.mean([item.difficulty for item in items]))
    assert placed.points == pytest.approx(points, abs=0.5)
    assert placed.attempts == 40
    assert (found.link_error, found.methods) == (None, {})
    assert found.without


def test_an_anchor_that_leaked_is_told() -> None:
    hardest = max(OLD[50:], key=DIFFICULTY.__getitem__)
    old, new = levels("old", -1.5, 1.5, 20), levels("new", -1.5, 1.5, 30)
    found = linked(table(old, OLD), table(new, NEW, {hardest: 8.0}))
    moved = [each for each in found.anchors if each.moved]
    assert [each.task for each in moved] == [hardest]
    assert moved[0].harder < 0


def test_tables_without_common_tasks_cannot_be_linked() -> None:
    with pytest.raises(TableError, match="2 tasks in common"):
        linked(table(levels("a", -1, 1, 5), OLD[:50]), table(levels("b", -1, 1, 5), OLD[48:80]))


def test_attempts_without_an_outcome_are_left_out() -> None:
    made = runs(levels("b", -1, 1, 5), NEW)
    lost = Run(task="t149", family="f49", model="gone", score=float("nan"), outcome=Outcome.INFRASTRUCTURE)
    new = table_of("new", enumerate([*made, lost], 1)).table
    found = linked(table(levels("a", -1, 1, 5), OLD), new)
    assert [each.model for each in found.new] == [f"b{at}" for at in range(5)]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, made in (("old", runs(levels("a", -1, 1, 6), OLD)), ("new", runs(levels("b", 0, 2, 6), NEW))):
        lines = [f"{each.task},{each.family},{each.model},{each.score:.0f}" for each in made]
        (tmp_path / f"{name}.csv").write_text("\n".join(["task_id,task_family,model,score", *lines]))
    arguments = ["frontier", "assess", str(tmp_path / "new.csv"), "--link", str(tmp_path / "old.csv")]
    assert main.invoke(arguments) == 0
    assert "200 points are three times the odds" in " ".join(capsys.readouterr().out.split())
    assert main.invoke([*arguments, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["models"]["new"]) == 6
    assert len(told["anchors"]) == 40
    assert told["link_error"] > 0
