"""Published figures made again: from tables that stand outside the tree, and are skipped without them."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from clearinghouse.evaluation.runs.measure import Settings, measure
from clearinghouse.evaluation.runs.reading import read_document, read_table
from clearinghouse.evaluation.statistics.horizon import TaskWeights
from clearinghouse.formats.document import Document

JUNE = "eval-stats/lyptus_june_2025"


@pytest.mark.data
@pytest.mark.parametrize("weights", [None, TaskWeights.EQUAL])
def test_the_nine_models_of_june_2025(data: Path, weights):
    """Every attempt alike and a ridge of 0.1; the published fits stop within a thousandth of the optimum."""
    folder = data / JUNE
    if not (folder / "all_runs.jsonl").is_file():
        pytest.skip("CLEARINGHOUSE_DATA has no run table of June 2025: its fits were not made again")
    read = read_table(folder / "all_runs.jsonl")
    assert (len(read.table), len(read.table.tasks), len(read.table.models)) == (4_721, 525, 9)
    names = _aliases(folder / "all_runs.jsonl")
    found = {
        names[each.model]: each for each in measure(read.table, Settings(weights=weights, ridge=0.1, draws=0)).models
    }
    with (folder / "logistic_fits.csv").open() as file:
        published = list(csv.DictReader(file))
    assert {each["agent"] for each in published} == set(found)
    for each in published:
        horizon = found[each["agent"]].horizon
        assert horizon.slope == pytest.approx(float(each["coefficient"]), abs=7.5e-4)  # 0.0007, rounded
        assert horizon.intercept == pytest.approx(float(each["intercept"]), abs=5e-3)
        assert horizon.at(0.5).minutes == pytest.approx(float(each["p50"]), rel=0.01)


@pytest.mark.data
def test_a_model_of_june_2025_with_no_success_left_has_no_horizon(data: Path):
    """GPT-2 solved nothing that takes a person two minutes."""
    file = data / JUNE / "all_runs.jsonl"
    if not file.is_file():
        pytest.skip("CLEARINGHOUSE_DATA has no run table of June 2025: its fits were not made again")
    whole = read_table(file).table
    long = [number for number in whole.rows_of("openai/gpt2-xl") if whole.minutes[number] >= 2]
    lines = [f"{whole.tasks[whole.task[n]]},f,M,{whole.score[n]:g},{float(whole.minutes[n])!r}" for n in long]
    text = "\n".join(["task_id,task_family,model,score,human_minutes", *lines])
    result = measure(read_document(Document.from_bytes("long.csv", text.encode())).table, Settings(draws=20)).models[0]
    assert result.horizon.reason == "no success is left"
    assert result.horizon.at(0.5).minutes is None


def _aliases(file: Path) -> dict[str, str]:
    import msgspec  # noqa: PLC0415

    lines = (msgspec.json.decode(line) for line in file.read_bytes().splitlines())
    return {line["model"]: line["alias"] for line in lines}


@pytest.fixture
def lyptus() -> Path:
    folder = os.environ.get("CLEARINGHOUSE_LYPTUS", "")
    needed = ("model_runs.parquet", "task_difficulties.parquet", "model_summaries_human_2M.parquet")
    if not folder or not all(Path(folder, name).is_file() for name in needed):
        pytest.skip("CLEARINGHOUSE_LYPTUS names no folder with the published runs: the 16 models were not made again")
    return Path(folder)


@pytest.mark.data
@pytest.mark.parametrize("column", [False, True], ids=["by family", "column"])
def test_the_sixteen_models_of_2026(lyptus: Path, column):
    """Payne, Miller and Peters, *Offensive Cyber Task Horizons*: p50, p80 and intervals, with default settings."""
    pq = pytest.importorskip("pyarrow.parquet")
    runs = pq.read_table(lyptus / "model_runs.parquet").to_pylist()
    times = pq.read_table(lyptus / "task_difficulties.parquet").to_pylist()
    minutes = {each["task_id"]: each["best_available_minutes"] for each in times}
    text = _joined(runs, minutes, column=column)
    measured = measure(read_document(Document.from_bytes("joined.csv", text.encode())).table)
    found = {each.model: each for each in measured.models}
    published = pq.read_table(lyptus / "model_summaries_human_2M.parquet").to_pylist()
    assert len(published) == len(found) == 16
    for each in published:
        result = found[each["agent"]]
        assert result.horizon.tasks == each["n_tasks"]
        for name, probability in (("p50", 0.5), ("p80", 0.8)):
            quantile = result.horizon.at(probability)
            assert quantile.minutes == pytest.approx(each[name], rel=5e-3), (each["agent"], name)
            ends = np.array([quantile.interval.low, quantile.interval.high])
            factors = ends / [each[f"{name}q0.025"], each[f"{name}q0.975"]]
            assert np.all((factors > 1 / 1.5) & (factors < 1.5)), (each["agent"], name, factors)
    families = found["GPT-5.5"].families
    assert (families["cybench"].success, families["cybench"].attempts) == (32, 32)
    assert (families["cybergym"].success, families["cybergym"].attempts) == (56, 103)


def _joined(runs, minutes, *, column):
    """The table of the issue: weights are 1 / sqrt(timed tasks of the family that the model was tried at)."""
    timed = [(run["alias"], run["task_family"]) for run in runs if minutes.get(run["task_id"])]
    sizes = {pair: timed.count(pair) for pair in set(timed)}
    lines = ["task_id,task_family,model,score,human_minutes" + ",weight" * column]
    for run in runs:
        time = minutes.get(run["task_id"])
        cells = [
            run["task_id"],
            run["task_family"],
            run["alias"],
            str(run["score_binarized"]),
            repr(time) if time else "",
        ]
        if column:
            cells.append(repr(sizes[run["alias"], run["task_family"]] ** -0.5) if time else "")
        lines.append(",".join(cells))
    return "\n".join(lines)
