"""Tables of runs, as they come."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.runs import table as table_module
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.reading import read_document, read_table
from clearinghouse.evaluation.runs.run import Outcome
from clearinghouse.formats.document import Document
from clearinghouse.records import ClearinghouseError, Level

HEAD = "task_id,task_family,model,score,human_minutes,weight\n"
GOOD = "a/1,a,M,1,10,0.5\n"


def read(text: str | bytes, name="runs.csv"):
    return read_document(Document.from_bytes(name, text.encode() if isinstance(text, str) else text))


def told(found):
    return [(each.code, each.line) for each in found.problems]


def test_a_plain_table():
    found = read(HEAD + GOOD + "a/2,a,M,0,,\nb/1,b,N,1,2.5,1\n")
    table = found.table
    assert found.problems == ()
    assert (table.tasks, table.families, table.models) == (("a/1", "a/2", "b/1"), ("a", "b"), ("M", "N"))
    assert table.score.tolist() == [1, 0, 1]
    assert np.isnan(table.minutes).tolist() == [False, True, False]
    assert table.family[table.task].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + (HEAD + GOOD).encode(),
        (HEAD + GOOD).replace("\n", "\r\n").encode(),
        (HEAD + GOOD).replace(",", ";").encode(),
        (HEAD + GOOD).replace(",", "\t").encode("utf-16"),
        ("\n" + HEAD.upper() + ',"a",\n'.join(["", ""]) + '"a/1","a"," M ","1","10","0.5"\n').encode(),
        gzip.compress((HEAD + GOOD).encode()),
    ],
    ids=["bom", "crlf", "semicolons", "tabs in utf-16", "quotes, blanks, capitals", "packed"],
)
def test_spreadsheets_write_it_in_many_ways(text, tmp_path: Path):
    file = tmp_path / "runs.csv"
    file.write_bytes(text)
    table = read_table(file).table
    assert (table.tasks, table.models, table.minutes.tolist(), table.weight.tolist()) == (("a/1",), ("M",), [10], [0.5])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",a,M,1,10,1", "bad_task_id"),
        ("a/2,,M,1,10,1", "bad_task_family"),
        ("a/2,a,,1,10,1", "bad_model"),
        ("a/2,a,M,,10,1", "bad_score"),
        ("a/2,a,M,1.5,10,1", "bad_score"),
        ("a/2,a,M,-0.1,10,1", "bad_score"),
        ("a/2,a,M,nan,10,1", "bad_score"),
        ("a/2,a,M,1_0,10,1", "bad_score"),
        ("a/2,a,M,1,0,1", "bad_human_minutes"),
        ("a/2,a,M,1,-5,1", "bad_human_minutes"),
        ("a/2,a,M,1,inf,1", "bad_human_minutes"),
        ("a/2,a,M,1,1e999,1", "bad_human_minutes"),
        ("a/2,a,M,1,ten,1", "bad_human_minutes"),
        ("a/2,a,M,1,10,-1", "bad_weight"),
        ("a/1,b,M,1,10,1", "two_families"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_left_out(row, code):
    found = read(HEAD + GOOD + row + "\na/3,a,M,0,20,1\n")
    assert told(found) == [(code, 3)]
    problem = found.problems[0]
    assert problem.level is Level.ERROR
    assert problem.expected
    assert problem.message.endswith("; the row is left out.")
    assert found.table.tasks == ("a/1", "a/3")


def test_more_cells_than_the_header_has_are_no_row():
    """A comma for the decimal point moves every number that follows by one column."""
    found = read(HEAD + GOOD + "a/2,a,M,0,12,5,1\n" + "a/3,a,M,1,20,1\n")
    assert told(found) == [("too_many_cells", 3)]
    assert "more cells than the header has (7, and 6)" in found.problems[0].message
    assert found.table.tasks == ("a/1", "a/3")
    assert read(HEAD + "a/1,a,M,1,10,1,,\n").problems == ()  # empty cells behind the last column cost nothing
    assert read(HEAD.replace(",", ";") + "a/1;a;M;1;10;0.5\n").table.minutes.tolist() == [10]


def test_outcomes_say_why_there_is_no_score():
    rows = "t1,f,M,,refused\nt2,f,M,0,Infrastructure\nt3,f,M,,budget\nt4,f,M,,solved\nt5,f,M,0,\nt6,f,M,True,\n"
    table = read("task_id,task_family,model,score,outcome\n" + rows).table
    assert np.isnan(table.score).tolist() == [True, True, False, False, False, False]
    assert table.score[2:].tolist() == [0, 1, 0, 1]
    assert table.outcome == (
        Outcome.REFUSED,
        Outcome.INFRASTRUCTURE,
        Outcome.BUDGET,
        Outcome.SOLVED,
        Outcome.FAILED,
        Outcome.SOLVED,
    )


@pytest.mark.parametrize("row", ["t,f,M,1,budget", "t,f,M,0,solved", "t,f,M,1,failed", "t,f,M,1,perhaps"])
def test_a_score_and_an_outcome_that_contradict_each_other_are_told(row):
    found = read("task_id,task_family,model,score,outcome\ng,f,M,1,\n" + row + "\n")
    assert len(told(found)) == 1
    assert len(found.table) == 1


def test_an_attempt_that_is_there_twice_counts_once():
    head = "task_id,task_family,model,score,epoch\n"
    found = read(head + "t,f,M,1,1\nt,f,M,1,1\nt,f,M,0,2\nt,f,M,1,2\n")
    assert len(found.table) == 2
    assert told(found) == [("two_scores", 5), ("repeated_rows", None)]


def test_rows_that_no_epoch_tells_apart_are_further_attempts():
    found = read(HEAD + GOOD + GOOD)
    assert len(found.table) == 2
    assert [(each.code, each.level) for each in found.problems] == [("further_attempts", Level.NOTICE)]


def test_json_lines_with_other_names():
    lines = [
        {"task_id": 1004, "task_family": "f", "alias": "M", "agent": "m/1", "score_binarized": 1, "extra": {"a": [1]}},
        {"task_id": "t2", "task_family": "f", "alias": "M", "score_binarized": None, "best_available_minutes": 3},
        {"task_id": "t3", "task_family": "f", "alias": "M", "score_binarized": 0, "best_available_minutes": 4},
    ]
    found = read("\n".join(map(json.dumps, lines)) + '\n{"task_id": ["t4"]}\n[1]\nnonsense\n{"a": NaN}\n', "runs.jsonl")
    assert told(found) == [
        ("other_names", None),
        ("bad_score", 2),
        ("malformed_line", 4),
        ("malformed_line", 5),
        ("malformed_line", 6),
        ("malformed_line", 7),
    ]
    assert (found.table.tasks, found.table.models) == (("1004", "t3"), ("M",))


def test_parquet(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "runs.parquet"
    columns = {
        "task_id": ["t1", "t2", "t3"],
        "task_family": ["f", "f", "g"],
        "alias": ["M", "M", "M"],
        "score_binarized": [1, 0, 7],
        "best_available_minutes": [2.0, None, 3.0],
        "unknown": [[1], [2], [3]],
    }
    pq.write_table(pa.table(columns), file)
    found = read_table(file)
    assert (found.table.tasks, found.table.minutes[0]) == (("t1", "t2"), 2.0)
    assert told(found) == [("other_names", None), ("bad_score", 3)]
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(TableError, match="cannot be read as Parquet"):
        read_table(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column task_id"),
        ("a,b,c\n1,2,3\n", "no column task_id or task_family or model or score"),
        (HEAD, "runs.csv has no rows"),
        (HEAD + "a/1,a,M,5,,\n", "score is 5"),
        ("task_id,task_id,task_family,model,score\n", "is there twice"),
        ("PAR1 nothing", "Parquet"),
        ("\x00\x01\x02", "no column"),
        ('[{"task_id": "t"}]', "a JSON array"),
        ('{"task_id": ' + "[" * 5_000 + "]" * 5_000 + "}", "line 1: its JSON is nested too deeply"),
        ('{"task_id": 1', "line 1: Input data was truncated"),
        ("task_id," + "x" * (9 << 20) + "\n", "line 1, where the header is looked for: The line is longer"),
    ],
)
def test_what_is_no_table_of_runs_is_refused_in_a_sentence(text, says):
    with pytest.raises(TableError, match=says) as error:
        read(text)
    assert error.value.remedy


def test_a_folder_is_no_table(tmp_path: Path):
    with pytest.raises(TableError):
        read_table(tmp_path)
    with pytest.raises(ClearinghouseError):
        read_table(tmp_path / "absent.csv")


def test_rows_and_problems_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_module, "MOST_PROBLEMS", 3)
    found = read(HEAD + GOOD + "a/2,a,M,9,,\n" * 8)
    assert [each.code for each in found.problems] == ["bad_score"] * 3 + ["more_bad_rows"]
    assert "5 more rows" in found.problems[-1].message
    monkeypatch.setattr(table_module, "MOST_ROWS", 3)
    with pytest.raises(TableError, match="more than 3 rows"):
        read(HEAD + GOOD * 4)


@settings(max_examples=80)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_comes_is_a_table_or_a_sentence(text):
    body = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    for start in (b"", HEAD.encode() + GOOD.encode(), b'{"task_id": 1', b"PAR1"):
        try:
            found = read(start + body)
        except ClearinghouseError as error:
            remedy = error.remedy
        else:
            remedy = "none is needed"
            assert len(found.table)
        assert remedy
