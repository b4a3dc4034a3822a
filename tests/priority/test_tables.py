import csv
import json
from collections import Counter
from datetime import date
from importlib import resources
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.priority.errors import TableError, UnknownValueError
from clearinghouse.priority.ssvc import read_ssvc_table
from clearinghouse.priority.tables import (
    MAX_COMBINATIONS,
    DecisionTable,
    Outcome,
    TableDocument,
    TableInput,
    read_table,
    shipped_tables,
    table_for,
    table_named,
)

PUBLISHED = """
1 Y Y Y T 3DF
2 Y Y Y P 3D
3 Y Y N T 3DF
4 Y Y N P 14D
5 Y N Y T 3D
6 Y N Y P 14D
7 Y N N T 14D
8 Y N N P 60D
9 N Y Y T 3DF
10 N Y Y P 14D
11 N Y N T 14D
12 N Y N P 14D
13 N N Y T 60D
14 N N Y P 60D
15 N N N T FSU
16 N N N P FSU
"""
WORDS = {"Y": "yes", "N": "no", "T": "total", "P": "partial"}
NAMES = ("exposed", "kev", "automatable", "impact")


def document(**changes) -> bytes:
    small = {
        "format": "clearinghouse-decision-table/1",
        "id": "test:T",
        "version": "1",
        "name": "T",
        "inputs": [
            {"name": "a", "point": "test:A:1", "title": "A", "values": {"yes": "Y", "no": "N"}},
            {"name": "b", "point": "test:B:1", "title": "B", "values": {"low": "L", "high": "H"}},
        ],
        "outcomes": [{"key": "now", "title": "now", "days": 1}, {"key": "later", "title": "later"}],
        "rows": [[1, "Y", "L", "now"], [2, "Y", "H", "now"], [3, "N", "L", "later"], [4, "N", "H", "now"]],
    }
    return json.dumps(small | changes).encode()


def test_every_published_row_of_bod_26_04_decides_as_published():
    table = table_for()
    lines = [line.split() for line in PUBLISHED.strip().splitlines()]
    assert len(lines) == len(table.rows) == 16
    for number, *keys, outcome in lines:
        row = table.decide(dict(zip(NAMES, (WORDS[key] for key in keys), strict=True)))
        assert (row.number, row.keys, row.outcome) == (int(number), tuple(keys), outcome)


def test_bod_26_04_has_the_published_counts_days_and_dates():
    table = table_for()
    assert Counter(row.outcome for row in table.rows) == {"3DF": 3, "3D": 2, "14D": 6, "60D": 3, "FSU": 2}
    assert [(each.key, each.days) for each in table.outcomes.values()] == [
        ("3DF", 3),
        ("3D", 3),
        ("14D", 14),
        ("60D", 60),
        ("FSU", None),
    ]
    assert [row.number for row in table.rows if table.outcomes[row.outcome].forensic_triage] == [1, 3, 9]
    assert [mark.hours for mark in table.outcomes["3DF"].guidance] == [2, 24, 72]
    assert table.reference == "cisa:DT_BOD2604:1.0.0"
    assert table.document.effective == date(2026, 6, 10)
    assert table.document.supersedes == ("BOD 19-02", "BOD 22-01")
    assert (table.milestone("process"), table.milestone("timelines")) == (date(2026, 8, 9), date(2026, 12, 7))
    assert table.milestone("other") is None
    assert [column.point for column in table.inputs] == [
        "cisa:PE:1.0.0",
        "cisa:KEV:1.0.0",
        "ssvc:A:2.0.0",
        "ssvc:TI:1.0.0",
    ]


def test_exposure_never_makes_a_deadline_later():
    table = table_for()
    for rest in product(("yes", "no"), ("yes", "no"), ("total", "partial")):
        exposed, other = (table.decide(dict(zip(NAMES, (word, *rest), strict=True))).outcome for word in ("yes", "no"))
        assert table.tiers.index(exposed) <= table.tiers.index(other)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "'exposed' absent"),
        ({"exposed": "maybe", "kev": "no", "automatable": "no", "impact": "total"}, "yes, no"),
        ({"exposed": "yes", "kev": "no", "automatable": "no", "impact": "yes"}, "total, partial"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_ones(values, expected):
    with pytest.raises(UnknownValueError) as caught:
        table_for().decide(values)
    if values:
        assert expected in caught.value.remedy
    else:
        assert "is not given" in caught.value.what


def test_possible_tells_what_the_open_inputs_leave_open():
    table = table_for()
    assert [each.key for each in table.possible({})] == list(table.tiers)
    known = {"exposed": "no", "kev": "yes", "automatable": "no"}
    assert [each.key for each in table.possible(known)] == ["14D"]  # rows 11 and 12 agree


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rows": [[1, "Y", "L", "now"]]}, "there is no row for Y, H"),
        ({"rows": [[1, "Y", "L", "now"], [2, "Y", "L", "later"]]}, "more than one row for Y, L"),
        ({"rows": [[1, "Y", "L", "now"], [1, "Y", "H", "later"]]}, "more than one row number 1"),
        ({"rows": [[1, "X", "L", "now"]]}, "row 1 has 'X' for a"),
        ({"rows": [[1, "Y", "L", "never"]]}, "undeclared outcome 'never'"),
        ({"rows": [[1, "Y", "now"]]}, "has 3 cells where 4 were expected"),
        ({"rows": [[]]}, "has 0 cells where 4 were expected"),
        ({"rows": [["1", "Y", "L", "now"]]}, "where its number was expected"),
        ({"outcomes": [{"key": "now", "title": "", "days": -1}, {"key": "later", "title": ""}]}, "negative days"),
        ({"outcomes": [{"key": "now", "title": ""}] * 2}, "more than one outcome now"),
        ({"inputs": [{"name": "a", "point": "p", "title": "A", "values": {}}]}, "input a has no value"),
        ({"inputs": [{"name": "a", "point": "p", "title": "A", "values": {"x": "Y", "y": "Y"}}]}, "two words one key"),
    ],
)
def test_a_table_that_is_not_total_and_consistent_is_refused(changes, says):
    with pytest.raises(TableError) as caught:
        read_table(document(**changes), source="test.json")
    assert any(says in violation for violation in caught.value.violations), caught.value.violations


def test_all_violations_of_a_table_are_listed():
    with pytest.raises(TableError) as caught:
        read_table(document(rows=[[1, "X", "L", "now"], [2, "Y", "H", "never"]]), source="test.json")
    assert len(caught.value.violations) == 2 + 4
    assert "and 5 more" in caught.value.what


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", document(format="other/1"), b"[" * 100_000])
def test_what_is_no_table_is_refused_with_a_typed_error(raw):
    with pytest.raises(TableError, match="is no decision table"):
        read_table(raw, source="test.json")
    with pytest.raises(TableError):
        read_ssvc_table(raw, source="test.json")


def test_a_table_with_absurdly_many_combinations_is_refused_without_enumerating_them():
    columns = tuple(
        TableInput(name=f"i{n}", point="p", title="I", values={str(v): str(v) for v in range(10)}) for n in range(12)
    )
    made = TableDocument(
        format="clearinghouse-decision-table/1",
        id="t",
        version="1",
        name="T",
        inputs=columns,
        outcomes=(Outcome(key="x", title="x"),),
        rows=(),
    )
    with pytest.raises(TableError, match=str(MAX_COMBINATIONS)):
        DecisionTable(made)


@settings(max_examples=60)
@given(st.data())
def test_law_a_table_is_accepted_exactly_when_each_combination_has_one_row(draw):
    """From a total table, drop or repeat rows: only the untouched one is accepted, and it decides by its rows."""
    widths = draw.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    columns = [
        {"name": f"i{n}", "point": "p", "title": "I", "values": {f"w{v}": f"k{v}" for v in range(width)}}
        for n, width in enumerate(widths)
    ]
    combinations = list(product(*([f"k{v}" for v in range(width)] for width in widths)))
    outcomes = [draw.draw(st.sampled_from(["now", "later"])) for _ in combinations]
    order = draw.draw(st.permutations(range(len(combinations))))
    kept = draw.draw(st.lists(st.sampled_from(order), max_size=len(order))) if draw.draw(st.booleans()) else order
    rows = [[place, *combinations[each], outcomes[each]] for place, each in enumerate(kept, 1)]
    raw = document(inputs=columns, rows=rows)
    if sorted(kept) != sorted(order):
        with pytest.raises(TableError):
            read_table(raw, source="test.json")
        return
    table = read_table(raw, source="test.json")
    for keys, outcome in zip(combinations, outcomes, strict=True):
        values = {f"i{n}": key.replace("k", "w") for n, key in enumerate(keys)}
        assert table.decide(values).outcome == outcome


def test_the_table_is_chosen_by_its_date():
    assert table_for(date(2021, 11, 3)) is shipped_tables()[0]
    assert table_for(date(2026, 12, 7)).reference == "cisa:DT_BOD2604:1.0.0"
    assert table_named("cisa:DT_BOD2604:1.0.0") is table_for()
    with pytest.raises(TableError, match="No decision table"):
        table_named("cisa:DT_BOD2604:9.9.9")


def test_every_shipped_data_file_is_json_that_names_its_format():
    folder = resources.files("clearinghouse.priority") / "data"
    formats = {each.name: msgspec.json.decode(each.read_bytes())["format"] for each in folder.iterdir()}
    assert set(formats.values()) == {"clearinghouse-decision-table/1", "clearinghouse-policies/1"}


def test_an_ssvc_table_reads_into_the_same_evaluator():
    point = {"name": "P", "values": [{"key": "N", "name": "No"}, {"key": "Y", "name": "Yes"}]}
    raw = {
        "namespace": "test",
        "key": "DT",
        "version": "1.0.0",
        "outcome": "test:O:1.0.0",
        "decision_points": {"test:P:1.0.0": point, "test:O:1.0.0": point},
        "mapping": [
            {"test:P:1.0.0": "N", "test:O:1.0.0": "Y"},
            {"test:P:1.0.0": "Y", "test:O:1.0.0": "N"},
        ],
    }
    table = read_ssvc_table(json.dumps(raw).encode(), source="test")
    assert table.reference == "test:DT:1.0.0"
    assert table.tiers == ("Y", "N")
    assert table.decide({"test:P:1.0.0": "Y"}).outcome == "N"
    with pytest.raises(TableError, match="none of its decision points"):
        read_ssvc_table(json.dumps(raw | {"outcome": "test:X:1.0.0"}).encode(), source="test")
    with pytest.raises(TableError, match="no row for Y"):
        read_ssvc_table(json.dumps(raw | {"mapping": raw["mapping"][:1]}).encode(), source="test")
    with pytest.raises(TableError):
        read_ssvc_table(json.dumps(raw | {"mapping": [{}, {}]}).encode(), source="test")


@pytest.mark.data
def test_every_row_of_every_published_ssvc_table_evaluates_to_its_outcome(data):
    files = sorted((data / "ssvc/json/decision_tables").rglob("*.json"))
    assert len(files) == 16
    seen = 0
    for file in files:
        raw = msgspec.json.decode(file.read_bytes())
        table = read_ssvc_table(file.read_bytes(), source=file.name)
        assert len(table.rows) == len(raw["mapping"])
        for number, line in enumerate(raw["mapping"], 1):
            row = table.decide({point: key for point, key in line.items() if point != raw["outcome"]})
            assert (row.number, row.outcome) == (number, line[raw["outcome"]]), file.name
            seen += 1
    assert seen == 1574


@pytest.mark.data
def test_every_row_of_every_published_csv_agrees(data):
    """The CSV edition names values in words; compared by name through the JSON edition's points."""
    for file in sorted((data / "ssvc/csv").rglob("*.csv")):
        twin = next((data / "ssvc/json/decision_tables").rglob(f"{file.stem}.json"))
        points = msgspec.json.decode(twin.read_bytes())["decision_points"]
        table = read_ssvc_table(twin.read_bytes(), source=twin.name)
        header, *lines = csv.reader(file.read_text(encoding="utf-8").splitlines())
        titles = {f"{point['name']} v{point['version']}": (name, point) for name, point in points.items()}
        columns = [titles.get(cell) or titles[cell.rpartition(" (")[0]] for cell in header[1:]]
        assert len(lines) == len(table.rows), file.name
        for line in lines:
            row = {}
            for (name, point), cell in zip(columns, line[1:], strict=True):
                row[name] = next(each["key"] for each in point["values"] if each["name"].lower() == cell.lower())
            outcome = row.pop(table.document.outcome_point)
            assert table.decide(row).outcome == outcome, (file.name, line)


@pytest.mark.data
def test_our_table_is_the_published_one_row_by_row(data):
    file = data / "ssvc/json/decision_tables/cisa/cisa_bod_26_04_1_0_0.json"
    theirs, ours = read_ssvc_table(file.read_bytes(), source=file.name), table_for()
    assert (ours.reference, ours.document.outcome_point) == (theirs.reference, theirs.document.outcome_point)
    assert ours.tiers == theirs.tiers
    assert {each.point for each in ours.inputs} == {each.point for each in theirs.inputs}
    words = {each.point: each for each in ours.inputs}
    for row in ours.rows:
        keys = dict(zip(words, row.keys, strict=True))
        assert theirs.decide(keys).outcome == row.outcome
