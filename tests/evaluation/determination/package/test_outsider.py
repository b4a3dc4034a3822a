"""What an outsider computes from the files of a package, with a program that rests on nothing of this project."""

import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.evaluation.determination.package.archive import unpack
from clearinghouse.evaluation.determination.record import Audience
from clearinghouse.evaluation.runs.measure import Settings, measure
from clearinghouse.evaluation.runs.reading import read_table
from invented_appeal import FIRST, FRESH, Appeal
from invented_folder import AGENT

PROGRAM = Path(__file__).parents[4] / "examples" / "frontier" / "decisive.py"


def mostly(model: str, at: int) -> bool:
    """The model fails at some tasks, so that there is a curve."""
    return at % 4 != 1 if model == AGENT else at % 7 < int(model[-1])


def test_the_attempts_that_decide_give_the_numbers_of_the_assessment(tmp_path: Path) -> None:
    made = Appeal(tmp_path)
    for stage, count in ((1, FIRST), (2, FRESH)):
        made.draw(stage, count)
        made.run(stage, mostly)
        found = made.assess()
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack(made.packed(Audience.PUBLIC), folder)
    done = subprocess.run([sys.executable, "-I", PROGRAM, folder], capture_output=True, check=True)
    table = tmp_path / "decisive.csv"
    table.write_bytes(done.stdout)
    [told] = measure(read_table(table).table, Settings(draws=0), ()).models
    accuracy, horizon = found.finding.domains[0].accuracy, found.horizon
    assert sum(told.outcomes.values()) == found.losses.attempts == FIRST + FRESH
    assert told.generalised is not None
    assert told.generalised.value == pytest.approx(accuracy.value)
    assert told.by_family is not None
    assert told.by_family.error == pytest.approx(accuracy.error)
    assert horizon is not None
    assert (told.horizon.slope, told.horizon.intercept) == pytest.approx((horizon.slope, horizon.intercept))
    assert [each.minutes for each in told.horizon.quantiles] == pytest.approx([horizon.p50, horizon.p80])
