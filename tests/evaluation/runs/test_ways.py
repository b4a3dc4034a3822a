"""Attempts that were made in different ways are not one number."""

import pytest

from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.measure import Settings, measure, measure_ways
from clearinghouse.evaluation.runs.reading import read_document
from clearinghouse.evaluation.runs.run import Way
from clearinghouse.evaluation.runs.ways import Only, differing, divided, narrowed
from clearinghouse.formats.document import Document

HEAD = "task_id,task_family,model,score,human_minutes,epoch,part,scaffold,budget,run,domain\n"
QUICK = Settings(draws=20)


def row(task: int, score: int, run: str, part: str = "", budget: str = "100", model: str = "M") -> str:
    return f"t{task},f{task // 3},{model},{score},{2 ** (task % 5)},1,{part},plain,{budget},{run},d{task % 2}\n"


def read(*rows: str, head: str = HEAD):
    return read_document(Document.from_bytes("runs.csv", (head + "".join(rows)).encode()))


def rungs():
    """Twelve tasks at two budgets; the same epoch in both."""
    small = [row(task, int(task < 3), "small", "development", "20") for task in range(12)]
    large = [row(task, int(task % 2), "large", "development") for task in range(12)]
    drawn = [row(task, int(task % 3 > 0), "first", "drawn-1") for task in range(12, 30)]
    return read(*small, *large, *drawn)


def test_each_way_is_a_line_as_if_there_were_no_other():
    found = rungs()
    assert found.problems == ()
    assert len(found.table) == 42
    measured = measure_ways(found.table, QUICK)
    ways = [("development", "20"), ("development", "100"), ("drawn-1", "100")]
    assert [(each.way.part, each.way.budget) for each in measured.models] == ways
    alone = read(*(row(task, int(task % 3 > 0), "first") for task in range(12, 30))).table
    expected = measure(alone, QUICK).models[0]
    assert measured.models[2].horizon == expected.horizon
    assert measured.models[2].generalised == expected.generalised
    assert sum(measured.models[0].outcomes.values()) == 12
    assert differing([each.way for each in measured.models]) == ("part", "budget")


def test_models_that_were_each_tried_in_one_way_stay_together():
    found = read(
        *(row(task, task % 2, "a", budget="5") for task in range(9)),
        *(row(task, task % 2, "b", budget="7", model="N") for task in range(9)),
    )
    assert len(divided(found.table)) == 1
    measured = measure_ways(found.table, QUICK)
    assert [each.way for each in measured.models] == [Way(), Way()]
    assert measured.models == measure(found.table, QUICK).models


@pytest.mark.parametrize(
    ("only", "count"),
    [
        (Only(run="small"), 12),
        (Only(budget="100"), 30),
        (Only(part="development", budget="100"), 12),
        (Only(domain="d1", part="drawn-1"), 9),
        (Only(scaffold="plain"), 42),
    ],
)
def test_what_is_asked_for_is_taken(only: Only, count: int):
    table = narrowed(rungs().table, only)
    assert len(table) == len(table.outcome) == len(table.run) == count
    assert set(table.domain) == ({"d1"} if only.domain else {"d0", "d1"})


@pytest.mark.parametrize(("only", "says"), [(Only(run="none"), 'no run "none"'), (Only(part="x"), 'no part "x"')])
def test_a_name_that_is_not_there_is_told_with_those_that_are(only: Only, says: str):
    with pytest.raises(TableError, match=says) as raised:
        narrowed(rungs().table, only)
    assert raised.value.remedy.startswith('one of "')


def test_a_column_that_is_not_there_and_what_excludes_each_other():
    plain = read("t,f,M,1\n", head="task_id,task_family,model,score\n").table
    with pytest.raises(TableError) as raised:
        narrowed(plain, Only(run="a"))
    assert raised.value.remedy == "the table has no column run"
    with pytest.raises(TableError, match="no attempt is of all"):
        narrowed(rungs().table, Only(run="small", budget="100"))


def test_budgets_of_tables_with_fractions_are_the_same():
    line = '{"task_id": "t", "task_family": "f", "model": "M", "score": 1, "budget": %s}\n'
    table = read((line % "100000.0").replace('"t"', '"u"'), line % "100000", head="").table
    assert [way.budget for way in table.ways] == ["100000"]


def test_runs_that_count_together_are_told():
    found = read(row(1, 1, "a"), row(1, 0, "b"))
    assert len(found.table) == 2
    assert [each.code for each in found.problems] == ["several_runs"]
