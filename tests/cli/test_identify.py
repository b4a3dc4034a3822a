"""``clearinghouse identify``: which findings are the same flaw, and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.cli import identify, main
from clearinghouse.cli.demo.flood import expected_groups, write_flood
from clearinghouse.cli.identify import _MOST_ROWS
from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.formats.contract import Report
from clearinghouse.formats.registry import read_paths

REASONS = {"identifier", "fingerprint", "location", "stack", "text", "remedy"}


def sarif(
    path: Path, tool: str, *lines: int, uri: str = "src/app.py", message: str = "Query built from input."
) -> Path:
    results = [
        {
            "ruleId": "sql",
            "message": {"text": message},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}],
        }
        for line in lines
    ]
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": tool}}, "results": results}]}
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def identified(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict:
    assert main.invoke(["identify", "--format", "json", *map(str, arguments)]) == code
    return json.loads(capsys.readouterr().out)


def test_json_has_the_documented_shape_and_the_laws_hold(tmp_path, capsys):
    flood = write_flood(tmp_path / "flood")
    for more in ((), ("--no-aliases",)):
        result = identified(capsys, flood.reports, *more, code=1)
        assert {"findings", "groups", "links", "suggestions", "problems"} <= set(result)
        assert all(set(each) == {"id", "source", "native_id", "component", "title"} for each in result["findings"])
        ids = [each["id"] for each in result["findings"]]
        assert len(ids) == len(set(ids))
        assert sorted(name for group in result["groups"] for name in group["findings"]) == sorted(ids)
        assert len({group["id"] for group in result["groups"]}) == len(result["groups"])
        group = {name: each["id"] for each in result["groups"] for name in each["findings"]}
        for link in result["links"]:
            assert list(link) == ["from", "to", "reason", "score", "explanation"]
            assert link["reason"] in REASONS
            assert group[link["from"]] == group[link["to"]]
        assert all(group[each["from"]] != group[each["to"]] for each in result["suggestions"])
        assert len(result["links"]) == len(ids) - len(result["groups"])
        assert not more or "identifier" not in {link["reason"] for link in result["links"]}


def test_the_demonstration_is_joined_as_it_was_made(tmp_path, capsys):
    flood = write_flood(tmp_path / "flood")
    result = identified(capsys, flood.reports, code=1)
    made = expected_groups(str(flood.reports))
    labelled = {name for group in made for name in group}
    groups = {frozenset(group["findings"]) & labelled for group in result["groups"]} - {frozenset()}
    assert groups == made


def test_an_id_is_the_path_as_given_and_the_index(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sarif(Path("one.sarif"), "Alpha", 10, 90)
    assert [each["id"] for each in identified(capsys, "one.sarif")["findings"]] == ["one.sarif#0", "one.sarif#1"]
    assert identified(capsys, tmp_path)["findings"][0]["id"] == f"{tmp_path}/one.sarif#0"


def test_a_file_that_is_named_twice_is_read_once(tmp_path, capsys):
    path = sarif(tmp_path / "one.sarif", "Alpha", 10)
    assert len(identified(capsys, path, tmp_path, path)["findings"]) == 1


def test_all_lines_plus_seven_change_no_group(tmp_path, capsys):
    one = sarif(tmp_path / "one.sarif", "Alpha", 10, 14, 90)
    before = identified(capsys, one, sarif(tmp_path / "two.sarif", "Alpha", 10, 14, 90))
    after = identified(capsys, one, sarif(tmp_path / "two.sarif", "Alpha", 17, 21, 97))
    assert [group["findings"] for group in before["groups"]] == [group["findings"] for group in after["groups"]]
    assert len(after["groups"]) == 3


def test_exit_codes(tmp_path, capsys):
    good = sarif(tmp_path / "one.sarif", "Alpha", 10)
    strange = tmp_path / "strange.bin"
    strange.write_bytes(b"nothing that anybody knows \x00")
    assert identified(capsys, good)["problems"] == []
    (problem,) = identified(capsys, tmp_path, code=1)["problems"]
    assert problem["code"] == "unrecognised_format"
    assert len(identified(capsys, good, strange, code=2)["findings"]) == 1
    assert identified(capsys, strange, code=2)["findings"] == []
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main.invoke(["identify", str(empty)]) == 2
    assert capsys.readouterr().err.startswith("error: nothing to read in ")


def test_a_clean_log_beside_a_strange_file_is_1_for_both_verbs(tmp_path, capsys):
    sarif(tmp_path / "clean.sarif", "Alpha")
    (tmp_path / "strange.bin").write_bytes(b"nothing that anybody knows \x00")
    assert main.invoke(["identify", str(tmp_path)]) == main.invoke(["triage", str(tmp_path)]) == 1


@pytest.mark.parametrize("columns", ["40", "80", "100"])
def test_the_table_fits_and_ends_with_what_to_do_next(columns, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    lines = [10 + 50 * n for n in range(_MOST_ROWS + 5)]
    for name in ("one", "two"):
        sarif(tmp_path / f"{name}.sarif", "Alpha", *lines, message="A rather long sentence about a query. " * 4)
    assert main.invoke(["identify", str(tmp_path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert max(len(each) for each in told) <= int(columns)
    whole = " ".join(" ".join(told).split())
    assert "... and 5 more groups of two or more; --format json lists all." in whole
    assert "90 findings are 45 flaws (joined: 45 by location)." in whole
    assert any(each.startswith("Next: ") for each in told[-3:])


@pytest.mark.parametrize(
    ("name", "problem"), [("missing", "missing_path"), ("empty", "nothing_to_read"), ("-", "nothing_to_read")]
)
def test_a_failure_is_a_problem_in_the_document(name, problem, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    result = identified(capsys, name, code=2)
    assert {"findings", "groups", "links", "suggestions", "problems"} <= set(result)
    assert [(each["source"], each["code"]) for each in result["problems"]] == [(name, problem)]
    assert all(each["message"] and each["expected"] for each in result["problems"])
    assert not any(result[each] for each in ("findings", "groups", "links", "suggestions"))
    assert main.invoke(["identify", name]) == 2
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == ["error", "try"]


def test_where_reading_stops_half_way_the_lists_are_empty(tmp_path, monkeypatch, capsys):
    def stopped(paths: list[Path]) -> Iterator[Report]:
        yield from read_paths(paths)
        raise ReadingStoppedError("the process that reads ended", "look at the memory")

    monkeypatch.setattr(identify, "read_apart", stopped)
    result = identified(capsys, sarif(tmp_path / "one.sarif", "Alpha", 10), code=2)
    assert [each["code"] for each in result["problems"]] == ["unreadable"]
    assert not any(result[each] for each in ("findings", "groups", "links", "suggestions"))


def test_one_of_each_is_said_in_the_singular(tmp_path, capsys):
    assert main.invoke(["identify", str(sarif(tmp_path / "one.sarif", "Alpha", 10))]) == 0
    assert "1 finding is 1 flaw." in capsys.readouterr().out


def test_nothing_found_says_what_to_do(tmp_path, capsys):
    assert main.invoke(["identify", str(sarif(tmp_path / "clean.sarif", "Alpha"))]) == 0
    told = capsys.readouterr().out
    assert told.startswith("0 findings are 0 flaws.")
    assert "\nNext: name reports with findings" in told
