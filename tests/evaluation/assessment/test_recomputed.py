"""What an outsider computes from the table, with this software or without it, is what the assessment says."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from clearinghouse.cli.frontier.assess_table import document
from clearinghouse.evaluation.assessment import document as assessment_document
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.gathered import Gathered, gather
from clearinghouse.evaluation.assessment.observed import decisive
from clearinghouse.evaluation.assessment.rows import Row, table_bytes
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.runs.measure import Settings, measure_ways
from clearinghouse.evaluation.runs.reading import read_table
from invented_folder import LARGE, LATER, SMALL

DOCS = Path(__file__).resolve().parents[3] / "docs" / "frontier.md"


class Mixed(NamedTuple):
    """A folder whose attempts succeed, fail and are lost, and what was computed from it."""

    folder: Path
    found: Gathered
    told: Assessment


def _mixed(row: Row, rank: int, lost: int) -> Row:
    """An attempt that fails where its task is long; the one at a certain place is lost."""
    ended = Ended.INFRASTRUCTURE if rank == lost else Ended.FAILED if rank % 3 == 2 or rank > 8 else Ended.SOLVED
    return replace(row, outcome=ended, refused_in_words=ended is Ended.FAILED and rank == 11)


@pytest.fixture
def mixed(copied) -> Mixed:
    made = copied()
    found = gather(made.folder, made.ring)
    ranks = {row: at for at, row in enumerate(sorted(found.rows, key=lambda row: (row.run, row.human_minutes)))}
    lost = ranks[next(row for row in ranks if row.part == "drawn-1")]
    found = replace(
        found,
        rows=tuple(_mixed(row, ranks[row] % 12, lost % 12 if row.part == "drawn-1" else -1) for row in found.rows),
    )
    told = compute(found, now=LATER, repetitions=1)
    (made.folder / places.TABLE).write_bytes(table_bytes((*found.rows, *found.references)))
    (made.folder / places.ASSESSMENT).write_bytes(assessment_document.to_bytes(told))
    return Mixed(made.folder, found, told)


def test_the_parts_of_the_table_are_those_of_the_assessment(mixed: Mixed) -> None:
    found, told = mixed.found, mixed.told
    assert {row for row in found.rows if row.part == "drawn-1"} == set(decisive(found, 1))
    read = read_table(mixed.folder / places.TABLE)
    measured = measure_ways(read.table, Settings())
    by_way = {(each.way.part, each.way.budget): each for each in measured.models}
    assert set(by_way) == {("development", str(SMALL)), ("development", str(LARGE)), ("drawn-1", str(LARGE))}
    drawn = by_way["drawn-1", str(LARGE)]
    domain, horizon = told.finding.domains[0], told.horizon
    assert drawn.by_family.value == pytest.approx(domain.accuracy.value, abs=1e-12)
    assert 0 < domain.accuracy.value < 1
    assert drawn.benchmark == told.domains[0].benchmark
    assert horizon is not None
    assert horizon.p50 is not None
    half, most = drawn.horizon.at(0.5), drawn.horizon.at(0.8)
    assert (drawn.horizon.slope, drawn.horizon.intercept) == (horizon.slope, horizon.intercept)
    assert (half.minutes, most.minutes) == (horizon.p50, horizon.p80)
    if horizon.p50_interval is not None:
        assert half.interval is not None
        assert (half.interval.low, half.interval.high) == (horizon.p50_interval.low, horizon.p50_interval.high)
    shown = json.loads(json.dumps(document(read, measured), default=str))
    assert [each["part"] for each in shown["models"]] == ["development", "development", "drawn-1"]


def test_the_program_in_the_docs_computes_what_the_assessment_says(mixed: Mixed, tmp_path: Path) -> None:
    [program] = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    path = tmp_path / "recompute.py"
    path.write_text(program)
    done = subprocess.run(
        [sys.executable, "-W", "error", path, mixed.folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    domains, half = done.stdout.splitlines()
    name, *told = domains.split()
    numbers = dict(zip(told[::2], map(float, told[1::2]), strict=True))
    [domain] = mixed.told.finding.domains
    assert name == domain.name
    assert domain.missing > 0
    assert numbers["accuracy"] == pytest.approx(domain.accuracy.value, abs=1e-12)
    assert numbers["lower"] == pytest.approx(domain.bounds.lower, abs=1e-11)
    assert numbers["upper"] == pytest.approx(domain.bounds.upper, abs=1e-11)
    assert numbers["e-value"] == pytest.approx(domain.evidence, rel=1e-12)
    assert mixed.told.horizon is not None
    assert float(half.split()[1]) == pytest.approx(mixed.told.horizon.p50, rel=1e-7)
