"""What a table of runs shows."""

import numpy as np
import pytest

from clearinghouse.evaluation.runs import measure as measure_module
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.measure import Settings, measure
from clearinghouse.evaluation.runs.run import Outcome, Run
from clearinghouse.evaluation.runs.table import table_of
from clearinghouse.evaluation.statistics.horizon import TaskWeights

QUICK = Settings(draws=60)


def runs(models=("M", "N"), epochs=1, weight=float("nan")):
    """Invented attempts at 48 tasks in 8 families, of which the last is untimed."""
    rng = np.random.default_rng(5)
    for number, model in enumerate(models):
        for task in range(48):
            minutes = float(2 ** (task % 12)) if task < 42 else float("nan")
            for epoch in range(epochs):
                chance = 1 / (1 + np.exp(task % 12 - 4 - 2 * number))
                score = float(rng.random() < chance)
                yield Run(
                    task=f"t{task:02}",
                    family=f"f{task // 6}",
                    model=model,
                    score=score,
                    minutes=minutes,
                    weight=weight,
                    epoch=str(epoch),
                    outcome=Outcome.SOLVED if score else Outcome.FAILED,
                )


def table(found):
    return table_of("runs", enumerate(found, 1)).table


def test_rows_without_human_time_count_for_success_alone():
    result = measure(table(runs()), QUICK).models[0]
    assert (result.generalised.tasks, result.generalised.families, result.horizon.tasks) == (48, 8, 42)
    assert result.families["f7"].tasks == 6
    assert sum(each.success for each in result.families.values()) == result.outcomes[Outcome.SOLVED]


def test_fewer_models_change_no_number():
    whole = table(runs(("M", "N", "O")))
    assert measure(whole, QUICK, ["N"]).models == (measure(whole, QUICK).models[1],)
    with pytest.raises(TableError, match="no model"):
        measure(whole, QUICK, ["Nobody"])


def test_the_unit_of_weights_changes_nothing():
    one, other = (measure(table(runs(weight=each)), QUICK).models for each in (1.0, 1 / 525))
    equal = measure(table(runs()), Settings(draws=60, weights=TaskWeights.EQUAL)).models
    for first, second, third in zip(one, other, equal, strict=True):
        assert first.horizon.slope == pytest.approx(second.horizon.slope)
        assert first.horizon.at(0.5).minutes == pytest.approx(third.horizon.at(0.5).minutes)


def test_a_column_of_weights_is_taken_where_there_is_one():
    assert measure(table(runs(weight=2.0)), QUICK).weights is TaskWeights.COLUMN
    assert measure(table(runs()), QUICK).weights is TaskWeights.SQRT_FAMILY
    with pytest.raises(TableError, match="no column weight"):
        measure(table(runs()), Settings(weights=TaskWeights.COLUMN))


def test_copies_of_attempts_change_no_estimate():
    once = list(runs())
    twice = [run for run in once for run in (run, Run(**{**_fields(run), "epoch": "again"}))]
    few, many = (measure(table(each), QUICK).models[0] for each in (once, twice))
    assert few.horizon.at(0.5).minutes == pytest.approx(many.horizon.at(0.5).minutes)
    assert few.generalised.interval.low == pytest.approx(many.generalised.interval.low)


def _fields(run):
    return {name: getattr(run, name) for name in run.__struct_fields__}


def test_least_human_time_is_of_success_alone():
    whole, long = (measure(table(runs()), Settings(draws=0, least_minutes=least)).models[0] for least in (0, 60))
    assert long.generalised.value < whole.generalised.value
    assert long.generalised.tasks == 18
    assert long.horizon == whole.horizon
    with pytest.raises(TableError, match="no task is known"):
        measure(table(runs()), Settings(least_minutes=1e9))


def test_missing_outcomes_are_bounded_and_not_in_the_rest():
    lost = [
        Run(**{**_fields(run), "score": float("nan"), "outcome": Outcome.REFUSED}) if run.task < "t06" else run
        for run in runs()
    ]
    result = measure(table(lost), QUICK).models[0]
    assert result.outcomes[Outcome.REFUSED] == 6
    assert result.generalised.tasks == 42
    assert result.missing.high - result.missing.low == pytest.approx(6 / 48)
    nothing = [Run(**{**_fields(run), "score": float("nan"), "outcome": Outcome.INFRASTRUCTURE}) for run in runs()]
    result = measure(table(nothing), QUICK).models[0]
    assert result.generalised is None
    assert result.horizon.reason == "no attempt is at a task whose human time is known"


def test_too_many_draws_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measure_module, "MOST_DRAWN", 1_000)
    with pytest.raises(TableError, match="draws of 42 attempts") as error:
        measure(table(runs()), QUICK)
    assert "at most 23" in error.value.remedy
