"""``clearinghouse triage``: what it writes, for people and for machines."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from clearinghouse.cli import main
from clearinghouse.cli.demo.flood import Flood, write_flood
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding, Problem

DOCUMENTED = {
    "id", "title", "component", "findings", "finders", "identifiers", "tier", "due", "arms", "signals", "explain",
}  # fmt: skip
START = "from clearinghouse.cli.main import run; run()"


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Flood:
    return write_flood(tmp_path_factory.mktemp("flood"))


def arguments(flood: Flood, *more: str) -> list[str]:
    known = ("--kev", str(flood.kev), "--epss", str(flood.epss), "--ssvc", str(flood.ssvc), "--as-of", "2026-08-17")
    return ["triage", str(flood.reports), *known, *more]


def written(capsys: pytest.CaptureFixture[str], *given: str, code: int = 0) -> str:
    assert main.invoke(given) == code
    return capsys.readouterr().out


def rows(folder: Path, *lines: str, name: str = "report.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["title,cve,package,tool", *lines]) + "\n", encoding="utf-8")
    return path


# JSON


def test_json_has_the_documented_shape(flood, capsys):
    result = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))
    assert {"as_of", "vulnerabilities", "unranked", "problems"} <= set(result)
    assert result["as_of"] == "2026-08-17"
    for made in result["vulnerabilities"]:
        assert set(made) >= DOCUMENTED
        assert all(isinstance(made[name], list) for name in ("findings", "finders", "identifiers", "explain"))
        assert isinstance(made["signals"], dict)
        assert made["arms"] is None or set(made["arms"]) == {"exposed", "not_exposed"}
    ids = [made["id"] for made in result["vulnerabilities"]]
    assert len(ids) == len(set(ids))
    assert {each["id"] for each in result["unranked"]} <= set(ids)
    assert all(set(each) == {"id", "missing"} and each["missing"] for each in result["unranked"])
    assert result["counts"]["vulnerabilities"] == len(ids)
    found = [name for made in (*result["vulnerabilities"], *result["set_aside"]) for name in made["findings"]]
    assert len(found) == len(set(found)) == result["counts"]["findings"]


def test_two_arms_and_no_tier_where_the_exposure_decides(flood, capsys):
    result = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))
    first, second, *_ = result["vulnerabilities"]
    assert first["tier"] == first["arms"]["exposed"]["outcome"] == first["arms"]["not_exposed"]["outcome"]
    assert second["tier"] is None
    assert second["due"] is None
    assert second["arms"]["exposed"]["outcome"] != second["arms"]["not_exposed"]["outcome"]
    settled = json.loads(written(capsys, *arguments(flood, "--format", "json", "--exposed", "yes"), code=1))
    assert all(made["arms"] is None for made in settled["vulnerabilities"])
    assert settled["vulnerabilities"][1]["due"]


def test_the_same_input_gives_the_same_bytes(flood, capsys):
    again = [written(capsys, *arguments(flood, "--format", "json"), code=1) for _ in range(2)]
    assert again[0] == again[1]


def test_problems_and_notices_are_two_lists(flood, capsys, tmp_path):
    result = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))
    assert len(result["problems"]) == 2
    assert all({"source", "code", "message"} <= set(problem) for problem in result["problems"])
    assert isinstance(result["notices"], list)


def test_as_of_is_a_day_and_signals_of_later_days_do_not_count(flood, capsys):
    early = [*arguments(flood, "--format", "json")[:-3], "2020-01-01", "--format", "json"]
    result = json.loads(written(capsys, *early, code=1))
    assert result["as_of"] == "2020-01-01"
    assert all(made["signals"]["kev"] is None for made in result["vulnerabilities"])


# exit codes


def test_all_well_is_0(tmp_path, capsys):
    written(capsys, "triage", str(rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")))


def test_a_strange_file_in_a_folder_is_1_and_named_it_is_2(tmp_path, capsys):
    rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    strange = tmp_path / "strange.bin"
    strange.write_bytes(b"nothing that anybody knows \x00\x01")
    folder = json.loads(written(capsys, "triage", str(tmp_path), "--format", "json", code=1))
    assert [problem["code"] for problem in folder["problems"]] == ["unrecognised_format"]
    assert len(folder["vulnerabilities"]) == 1
    named = json.loads(written(capsys, "triage", str(strange), "--format", "json", code=2))
    assert [problem["code"] for problem in named["problems"]] == ["unrecognised_format"]
    both = json.loads(written(capsys, "triage", str(tmp_path / "report.csv"), str(strange), "--format", "json", code=2))
    assert len(both["vulnerabilities"]) == 1


def test_a_folder_of_nothing_but_strange_files_is_2(tmp_path, capsys):
    (tmp_path / "strange.bin").write_bytes(b"nothing that anybody knows \x00\x01")
    written(capsys, "triage", str(tmp_path), "--format", "json", code=2)


def test_a_good_report_without_findings_is_0_and_says_so(tmp_path, capsys):
    path = tmp_path / "clean.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": []}]}))
    told = written(capsys, "triage", str(path))
    assert told.startswith("0 findings are 0 flaws, as of ")
    assert "Next: name reports with findings" in told


# for people


def shown(flood: Flood, columns: int, *more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments(flood, *more)],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": str(columns)},
    )  # fmt: skip
    assert done.returncode == 1
    return done.stdout.splitlines()


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
def test_the_list_fits_the_terminal(flood, columns):
    told = shown(flood, columns)
    assert max(map(cell_len, told)) <= columns
    assert all(each == each.rstrip() for each in told)
    ranked, waiting = (
        next(n for n, each in enumerate(told) if each.startswith(head)) for head in ("By when", "No date")
    )
    assert ranked < waiting
    assert told[-1].startswith("Next: ") or told[-2].startswith("Next: ")


def test_a_ranked_flaw_takes_two_lines_and_one_that_waits_takes_one(flood):
    told = shown(flood, 100)
    start = told.index("By when (5 flaws)") + 4
    places = [each.split()[0] for each in told[start : start + 10 : 2]]
    assert places == ["1", "2", "3", "4", "5"]
    assert all("found by" in each for each in told[start + 1 : start + 11 : 2])
    start = next(n for n, each in enumerate(told) if each.startswith("No date yet (")) + 4
    count = int(told[start - 4].partition("(")[2].split()[0])
    assert told[start + count] == ""
    assert all("INCOMPLETE" not in each for each in told)


def test_dates_are_absolute_and_relative_and_what_is_late_says_by_how_much(flood):
    told = "\n".join(shown(flood, 120))
    assert "9 August 2026, 8 days over" in told
    assert "25 August 2026, in 8 days" in told
    assert "in 10 days" in told


def test_what_is_missing_is_said_with_the_option_that_supplies_it(flood):
    told = "\n".join(shown(flood, 100))
    assert "whether an attack can be automated (--ssvc PATH)" in told


def test_nothing_has_a_date_the_default_policy_is_offered(tmp_path, capsys):
    told = written(capsys, "triage", str(rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")))
    assert "By when" not in told
    assert told.splitlines()[-1].startswith("Next: supply what is missing, or take a default for it: --policy")


def test_control_characters_of_a_title_do_not_reach_the_terminal(tmp_path, capsys):
    path = tmp_path / "evil.json"
    place = {"artifactLocation": {"uri": "a\u001b[31m.py"}, "region": {"startLine": 3}}
    result = {
        "ruleId": "[b]x[/b] \u202e\u001b[2J",
        "message": {"text": "Title \u001b[2J\u0007\u202eevil\u2066 \u009b31m"},
        "locations": [{"physicalLocation": place}],
    }
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T\u001b[0m"}}, "results": [result]}]}
    path.write_text(json.dumps(log))
    for form in ("table", "csv", "json", "sarif"):
        told = written(capsys, "triage", str(path), "--format", form)
        assert not any(each in told for each in "\x1b\x07\x9b\u202e\u2066")
    assert "[b]x[/b]" in written(capsys, "triage", str(path))


def test_no_progress_in_pipes(flood, capsys):
    main.invoke(arguments(flood))
    told = capsys.readouterr().err.splitlines()
    assert all(each.startswith(("error: ", "notice: ")) for each in told)


def test_an_empty_column_is_not_shown(tmp_path, capsys):
    told = written(capsys, "triage", str(rows(tmp_path, "A flaw,,,Alpha")))
    assert "signals" not in told
    assert "where" not in told


# CSV


def test_csv_has_one_line_a_flaw_in_the_order_of_the_list(flood, capsys):
    ordered = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))["vulnerabilities"]
    table = list(csv.DictReader(io.StringIO(written(capsys, *arguments(flood, "--format", "csv"), code=1), newline="")))
    assert [row["id"] for row in table] == [made["id"] for made in ordered]
    assert table[0]["tier"] == "3DF"
    assert table[1]["tier"] == "3D if exposed, else 14D"
    assert table[0]["due"] == "2026-08-14"
    assert {row["missing"] for row in table} >= {"", "automatable impact"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_csv_is_a_formula(start, tmp_path, capsys):
    report = rows(tmp_path, f'"{start}HYPERLINK(""http://example.org"")",CVE-2026-10000,"{start}web","{start}Alpha"')
    table = list(csv.reader(io.StringIO(written(capsys, "triage", str(report), "--format", "csv"), newline="")))
    assert len(table) == 2
    assert any(cell.startswith(f"'{start}HYPERLINK") for cell in table[1])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in table[1])


# SARIF


def test_sarif_is_read_again_by_our_own_reader(flood, capsys, tmp_path):
    ordered = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))["vulnerabilities"]
    path = tmp_path / "out.sarif"
    path.write_text(written(capsys, *arguments(flood, "--format", "sarif"), code=1), encoding="utf-8")
    (report,) = read_paths([path])
    records = list(report.records)
    assert report.format == "sarif"
    assert not [record for record in records if isinstance(record, Problem)]
    findings = [record for record in records if isinstance(record, Finding)]
    assert [dict(finding.fingerprints)["clearinghouse/v1"] for finding in findings] == [made["id"] for made in ordered]
    assert {finding.finder for finding in findings} == {"clearinghouse"}
    for finding, made in zip(findings, ordered, strict=True):
        place = finding.locations[0] if finding.locations else None
        assert made["location"] == ("" if place is None else f"{place.path}:{place.line}" if place.line else place.path)


def test_sarif_places_are_uri_references(tmp_path, capsys):
    places = ["my file.py", "src\\win.py", "a%20b.py", "C:\\x\\y.py"]
    results = [
        {"ruleId": f"r{n}", "message": {"text": f"Flaw number {n}"},
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}]}
        for n, uri in enumerate(places)
    ]  # fmt: skip
    path = tmp_path / "in.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": results}]}))
    made = json.loads(written(capsys, "triage", str(path), "--format", "sarif"))
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in made["runs"][0]["results"]}
    assert uris == {"my%20file.py", "src/win.py", "a%20b.py", "C:/x/y.py"}
