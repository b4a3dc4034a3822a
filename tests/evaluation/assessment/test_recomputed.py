"""What an outsider computes from the table alone is what the assessment says."""

import json

import pytest

from clearinghouse.cli.frontier.assess_table import document
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.observed import decisive
from clearinghouse.evaluation.assessment.rows import table_bytes
from clearinghouse.evaluation.runs.measure import Settings, measure_ways
from clearinghouse.evaluation.runs.reading import read_table
from invented_folder import LARGE, LATER, SMALL, Made


def test_the_parts_of_the_table_are_those_of_the_assessment(whole: Made, tmp_path) -> None:
    found = gather(whole.folder, whole.ring)
    told = compute(found, now=LATER, repetitions=1)
    assert {row for row in found.rows if row.part == "drawn-1"} == set(decisive(found, 1))
    path = tmp_path / places.TABLE
    path.write_bytes(table_bytes((*found.rows, *found.references)))
    read = read_table(path)
    measured = measure_ways(read.table, Settings())
    by_way = {(each.way.part, each.way.budget): each for each in measured.models}
    assert set(by_way) == {("development", str(SMALL)), ("development", str(LARGE)), ("drawn-1", str(LARGE))}
    drawn = by_way["drawn-1", str(LARGE)]
    domain, horizon = told.finding.domains[0], told.horizon
    assert drawn.by_family.value == pytest.approx(domain.accuracy.value, abs=1e-12)
    assert drawn.benchmark == told.domains[0].benchmark
    assert horizon is not None
    assert (drawn.horizon.slope, drawn.horizon.intercept) == (horizon.slope, horizon.intercept)
    assert (drawn.horizon.at(0.5).minutes, drawn.horizon.at(0.8).minutes) == (horizon.p50, horizon.p80)
    for rung in told.elicitation.rungs:
        there = by_way["development", str(rung.tokens)].generalised
        assert there is not None
        assert (there.value, there.interval) == (rung.value, rung.interval)
    shown = json.loads(json.dumps(document(read, measured), default=str))
    assert [each["part"] for each in shown["models"]] == ["development", "development", "drawn-1"]
