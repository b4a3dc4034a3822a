"""How long tasks take people, where some gave up: read from a table, and by other hands."""

import json
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from clearinghouse.cli.frontier.baseline import baseline
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.humans import Tried, baselines, read_people

TABLE = """task_id;person;minutes;finished
a;ann;30;1
a;ben;60;yes
a;cy;90;0
a;dan;45;TRUE
b;ann;120;1
b;ben;240;0
b;eve;200;1
c;ann;60;no
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(TABLE)
    return path


def test_a_table_is_read_as_people_write_it(table: Path) -> None:
    tried, problems = read_people(table)
    assert not problems
    assert tried[2] == Tried(task="a", person="cy", minutes=90.0, finished=False)
    assert [each.finished for each in tried] == [True, True, False, True, True, False, True, False]


def test_the_same_in_parquet(table: Path, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq  # noqa: PLC0415

    tried, _ = read_people(table)
    columns = {
        "task": [each.task for each in tried],
        "expert": [each.person for each in tried],
        "minutes": [each.minutes for each in tried],
        "solved": [float(each.finished) for each in tried],
    }
    pq.write_table(pa.table(columns), tmp_path / "people.parquet")
    assert read_people(tmp_path / "people.parquet")[0] == tried


def test_medians_with_censored_attempts_by_a_second_implementation(table: Path) -> None:
    """Each task's likelihood, of normal logarithms with the pooled spread, maximised by scipy."""
    tried, _ = read_people(table)
    found = baselines(tried)
    done = {name: [log(each.minutes) for each in tried if each.task == name and each.finished] for name in "ab"}
    spread = (
        sum(np.var(some) * len(some) for some in done.values()) / sum(len(some) - 1 for some in done.values())
    ) ** 0.5
    assert found.spread == pytest.approx(spread)
    for each in found.tasks[:2]:
        up = [log(one.minutes) for one in tried if one.task == each.time.task and not one.finished]

        def lost(middle: float, some: list[float] = done[each.time.task], up: list[float] = up) -> float:
            return -float(stats.norm.logpdf(some, middle, spread).sum() + stats.norm.logsf(up, middle, spread).sum())

        best = optimize.minimize_scalar(lost, bounds=(0, 10), method="bounded", options={"xatol": 1e-10})
        assert each.time.minutes == pytest.approx(exp(best.x), rel=1e-5)
        assert each.time.minutes > exp(np.mean(done[each.time.task]))  # giving up does not make a task shorter
        assert each.time.interval.low < each.time.minutes < each.time.interval.high
    # Kaplan and Meier by hand: a goes down by a quarter at 30, 45 and 60, so half are done at 45; b to two thirds at
    # 120, and to one third at 200
    assert [each.median.value for each in found.tasks] == [45.0, 200.0, None]
    assert [each.people for each in found.tasks] == [4, 3, 1]
    assert (found.tasks[2].time.minutes, found.tasks[2].time.at_least) == (None, 60.0)


def test_one_model_of_all_tasks_by_a_second_implementation(table: Path) -> None:
    tried, _ = read_people(table)
    found = baselines(tried).model
    used = [each for each in tried if each.task != "c"]

    def lost(at: np.ndarray) -> float:
        sigma = exp(at[2])
        z = np.array([(log(each.minutes) - at["ab".index(each.task)]) / sigma for each in used])
        done = np.array([each.finished for each in used])
        return -float((stats.norm.logpdf(z[done]) - log(sigma)).sum() + stats.norm.logsf(z[~done]).sum())

    best = optimize.minimize(lost, [4.0, 5.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert found is not None
    assert (found.attempts, found.censored) == (7, 2)
    assert found.sigma == pytest.approx(exp(best.x[2]), rel=1e-4)
    assert [value for value, _ in found.medians.values()] == pytest.approx(list(np.exp(best.x[:2])), rel=1e-4)


def test_what_cannot_be_estimated_is_none_and_says_why() -> None:
    found = baselines([Tried(task="a", person="", minutes=5.0, finished=False)])
    assert (found.model, found.without) == (None, "nobody finished any task")
    assert found.tasks[0].people == 0
    one = baselines([Tried(task="a", person="x", minutes=5.0, finished=True)])
    assert one.model is None
    assert "too few" in one.without
    assert (one.tasks[0].time.minutes, one.tasks[0].time.interval, one.spread) == (pytest.approx(5.0), None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("task_id,minutes\na,1\n", "no column finished"),
        ("task_id,minutes,finished\n", "no attempt in it"),
        ("task_id,minutes,finished\na,0,1\n", "not above 0"),
        ("task_id,minutes,finished\na,nan,1\n", "minutes"),
        ("task_id,minutes,finished\n,3,1\n", "task_id is empty"),
        ("task_id,minutes,finished\na,3,perhaps\n", "neither yes nor no"),
    ],
)
def test_other_tables_are_told_from_it(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=says):
        read_people(path)


def test_the_command_says_it_in_words_and_as_data(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert baseline(table, 0.95, OutputFormat.TABLE) == OK
    assert "nobody finished it; it takes at least 60 minutes" in " ".join(capsys.readouterr().out.split())
    table.write_text(TABLE + "d;ann;none;1\n")
    assert baseline(table, 0.9, OutputFormat.JSON) == ATTENTION
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "clearinghouse frontier baseline 1"
    assert [each["task"] for each in told["tasks"]] == ["a", "b", "c"]
    assert told["tasks"][0]["kaplan_meier"]["median"] == 45.0
    assert told["model"]["given_up"] == 2
