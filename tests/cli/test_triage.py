"""``clearinghouse triage``: what it writes, for people and for machines."""

import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from clearinghouse.cli import main
from clearinghouse.cli.demo.flood import Flood, write_flood
from clearinghouse.cli.triage_table import show
from clearinghouse.formats.registry import read_paths
from clearinghouse.priority import Signals
from clearinghouse.records import Finding, Outcome, Problem, SenderClaim
from clearinghouse.triage.compose import triage
from clearinghouse.triage.gather import Gathered
from clearinghouse.triage.result import Triage

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


# what keeps it from being done


@pytest.mark.parametrize(
    ("given", "source", "code"),
    [
        (["missing"], "missing", "missing_path"),
        (["empty"], "empty", "nothing_to_read"),
        (["report.csv", "missing"], "missing", "missing_path"),
        (["report.csv", "--kev", "empty"], "empty", "nothing_to_read"),
        (["report.csv", "--epss", "missing"], "missing", "missing_path"),
    ],
    ids=str,
)
def test_a_failure_is_a_problem_in_the_document_and_two_lines_for_people(
    given, source, code, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    result = json.loads(written(capsys, "triage", *given, "--format", "json", "--as-of", "2026-08-17", code=2))
    assert set(result) >= {"as_of", "vulnerabilities", "unranked", "problems"}
    assert (result["as_of"], result["vulnerabilities"], result["unranked"]) == ("2026-08-17", [], [])
    assert [(each["source"], each["code"]) for each in result["problems"]] == [(source, code)]
    assert all(each["message"] and each["expected"] for each in result["problems"])
    assert main.invoke(["triage", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.partition(":")[0] for line in captured.err.splitlines()] == ["error", "try"]


def test_a_deadline_beyond_the_calendar_is_a_problem_in_the_document(flood, capsys):
    far = arguments(flood, "--format", "json", "--identified", "9999-12-31")
    result = json.loads(written(capsys, *far, code=2))
    assert [each["code"] for each in result["problems"]] == ["impossible_date"]


def test_wrong_options_are_two_lines_even_beside_json(tmp_path, capsys):
    assert main.invoke(["triage", str(tmp_path), "--format", "json", "--exposed", "maybe"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: --exposed is 'maybe'\ntry: one of yes, no, unknown\n"


# options


def test_the_case_of_a_word_does_not_matter(flood, capsys):
    words = [("YES", "CISA_DEFAULT", "LITERAL"), ("yes", "cisa_default", "literal")]
    told = [
        written(
            capsys,
            *arguments(flood, "--format", "csv", "--exposed", exposed, "--policy", policy, "--clock", clock),
            code=1,
        )
        for exposed, policy, clock in words
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("given", "what", "remedy"),
    [
        (["--clock", "commissioned"], "--clock commissioned needs the day", "--commissioned DATE"),
        (["--clock", "commissioned", "--changed", "2026-08-17"], "--clock commissioned needs", "--commissioned DATE"),
        (["--clock", "row_change"], "--clock row_change needs the day", "--changed DATE, or --kev FILE"),
        (["--changed", "2026-08-17"], "--changed counts for nothing with --clock literal", "--clock row_change"),
        (["--commissioned", "2026-08-17"], "--commissioned counts for nothing with", "--clock commissioned"),
        (
            ["--clock", "commissioned", "--commissioned", "2026-08-17", "--changed", "2026-08-17"],
            "--changed counts for nothing with --clock commissioned",
            "--clock row_change",
        ),
        (["--commissioned", "soon"], "--commissioned is 'soon', which is no date", "a day written like"),
        (["--changed", "2026-02-30"], "--changed is '2026-02-30', which is no date", "a day written like"),
    ],
    ids=str,
)
def test_a_clock_without_its_date_and_a_date_without_its_clock_are_refused_before_anything_is_read(
    given, what, remedy, tmp_path, capsys
):
    assert main.invoke(["triage", str(tmp_path / "never looked at"), *given]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"error: {what}")
    assert lines[1].startswith(f"try: {remedy}")


@pytest.mark.parametrize(
    ("given", "start", "reason"),
    [
        ([], "2026-08-14", "kev_added"),
        (["--clock", "commissioned", "--commissioned", "2026-08-20"], "2026-08-20", "commissioned"),
        (["--clock", "commissioned", "--commissioned", "2026-01-01"], "2026-08-14", "kev_added"),
        (["--clock", "row_change", "--changed", "2026-08-16"], "2026-08-16", "row_change"),
        (["--clock", "ROW_CHANGE"], "2026-08-14", "kev_added"),
        (["--clock", "row_change", "--identified", "2026-08-01"], "2026-08-14", "row_change"),
    ],
    ids=str,
)
def test_the_clocks_start_with_the_events_that_are_given(given, start, reason, flood, capsys):
    day = [] if "--identified" in given else ["--identified", "2026-08-15"]
    result = json.loads(written(capsys, *arguments(flood, "--format", "json", *day, *given), code=1))
    made = next(each for each in result["vulnerabilities"] if "CVE-2099-10001" in each["identifiers"])
    arm = made["arms"]["exposed"]
    assert (arm["start"], arm["start_reason"]) == (start, reason)


CATALOGUE = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2026.08.15",
    "dateReleased": "2026-08-15T10:00:00.0000Z",
    "count": 0,
    "vulnerabilities": [],
}


def test_an_option_whose_files_bring_nothing_says_so(tmp_path, capsys):
    report = rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    empty = tmp_path / "kev.json"
    empty.write_text(json.dumps(CATALOGUE))
    result = json.loads(written(capsys, "triage", str(report), "--kev", str(empty), "--format", "json", code=1))
    (problem,) = result["problems"]
    assert (problem["source"], problem["code"]) == (str(empty), "no_signals")
    assert problem["message"] == "No entry of a KEV catalogue was found in what was given with --kev."


def test_a_file_that_is_not_what_its_option_takes_is_told_once_and_with_the_option(tmp_path, capsys):
    report = rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    result = json.loads(written(capsys, "triage", str(report), "--kev", str(report), "--format", "json", code=2))
    (problem,) = result["problems"]
    assert (problem["source"], problem["code"]) == (str(report), "wrong_format")
    assert "--kev" in problem["message"]


def test_a_file_that_another_option_refuses_still_has_to_bring_something_with_its_own(tmp_path, capsys):
    report = rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    empty = tmp_path / "kev.json"
    empty.write_text(json.dumps(CATALOGUE))
    given = ["--kev", str(empty), "--epss", str(empty)]
    result = json.loads(written(capsys, "triage", str(report), *given, "--format", "json", code=2))
    assert [(each["source"], each["code"]) for each in result["problems"]] == [
        (str(empty), "wrong_format"),
        (str(empty), "no_signals"),
    ]
    assert "--epss" in result["problems"][0]["message"]
    assert "--kev" in result["problems"][1]["message"]


def test_a_folder_in_which_nothing_is_what_its_option_takes_is_told_too(tmp_path, capsys):
    report = rows(tmp_path, "A flaw,CVE-2026-10000,web,Alpha")
    (tmp_path / "cve").mkdir()
    (tmp_path / "cve" / "notes.txt").write_text("dear diary")
    cve = str(tmp_path / "cve")
    result = json.loads(written(capsys, "triage", str(report), "--ssvc", cve, "--format", "json", code=1))
    told = [(problem["source"], problem["code"]) for problem in result["problems"]]
    assert told == [(f"{cve}/notes.txt", "unrecognised_format"), (cve, "no_signals")]


def test_signals_of_a_later_day_alone_are_a_notice(flood, capsys):
    early = [*arguments(flood, "--format", "json")[:-3], "2020-01-01", "--format", "json"]
    result = json.loads(written(capsys, *early, code=1))
    late = [notice for notice in result["notices"] if notice["code"] == "signals_too_late"]
    assert [notice["source"] for notice in late] == [str(flood.epss), str(flood.ssvc)]
    assert late[0]["message"] == ("Every EPSS score given with --epss is dated after 1 January 2020, so none counts.")


def test_the_explanation_says_by_what_a_flaw_is_ordered(flood, capsys):
    result = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))
    why = {line["input"]: line for line in result["vulnerabilities"][1]["explain"]}
    assert why["order"]["value"] == "3D"
    assert (why["order.epss"]["value"], why["order.cvss"]["value"]) == ("0.67841", "9.8")
    assert why["order.epss"]["source"].endswith("epss.csv.gz")
    assert why["order.epss"]["date"] == "2026-08-17"
    assert "Its place among those of its tier and date follows from EPSS" in " ".join(
        " ".join(shown(flood, 100)).split()
    )


# for people


def shown(flood: Flood, columns: int, *more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments(flood, *more)],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": str(columns)},
    )  # fmt: skip
    assert done.returncode == 1
    return done.stdout.splitlines()


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_the_list_fits_the_terminal(flood, columns):
    told = shown(flood, columns)
    assert max(map(cell_len, told)) <= columns
    assert all(each == each.rstrip() for each in told)
    ranked, waiting = (
        next(n for n, each in enumerate(told) if each.startswith(head)) for head in ("By when", "No date")
    )
    assert ranked < waiting
    assert any(each.startswith("Next: ") for each in told[-3:])
    assert any("Unchecked memcpy" in each for each in told[:20])


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
        "message": {"text": "Title [b]x[/b] \u001b[2J\u0007\u202eevil\u2066 \u009b31m"},
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


def test_letters_are_explained_where_they_are_shown(flood, tmp_path, capsys):
    told = "\n".join(shown(flood, 120))
    assert "Tiers: 3DF = 3 days, with forensic triage; 3D = 3 days;" in told
    assert "EPSS: how likely attacks are" in told
    assert "CVSS: how severe" in told
    none = written(capsys, "triage", str(rows(tmp_path, "A flaw,,web,Alpha")))
    assert not any(each in none for each in ("Tiers:", "EPSS", "CVSS"))


def test_what_is_attacked_and_has_no_date_says_what_remains_possible(flood, capsys):
    alone = ["triage", str(flood.reports), "--kev", str(flood.kev), "--as-of", "2026-08-17"]
    told = " ".join(written(capsys, *alone, code=1).split())
    assert (
        "2 of them are known to be used in attacks and stand first; whatever is missing, the answer is "
        "3 days, with forensic triage; or 3 days; or 14 days."
    ) in told


def test_one_of_each_is_said_in_the_singular(tmp_path, capsys):
    told = written(capsys, "triage", str(rows(tmp_path, "A flaw,,web,Alpha")))
    assert told.startswith("1 finding is 1 flaw, as of ")
    assert "No date yet (1 flaw)" in told
    assert not re.search(r"\b1 \w+s\b", told)


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


# what senders claim


def with_claims(*each: tuple[SenderClaim, ...]) -> Triage:
    gathered = Gathered(Signals())
    gathered.add(
        Finding(
            source=f"{n}.csv",
            index=0,
            format="csv",
            title="A",
            finder="Aurora",
            identifiers=("CVE-2099-1",),
            claims=own,
        )
        for n, own in enumerate(each)
    )
    return triage(gathered, as_of=dt.date(2026, 8, 17))


def test_what_senders_claim_is_shown_as_theirs_and_changes_nothing_else():
    ran = SenderClaim(subject="reproduction", word="reproduced", claimed=Outcome.REPRODUCED, by="Aurora")
    again = SenderClaim(
        subject="reproduction", word="reproduced", claimed=Outcome.REPRODUCED, by="Aurora", snapshot="c0ffee"
    )
    patch = SenderClaim(subject="patch", word="VERIFIED_SECURE", claimed=Outcome.FIXED, by="Basalt")
    review = SenderClaim(subject="review", word="VALID")
    (plain,) = with_claims((), ()).vulnerabilities
    (made,) = with_claims((ran, again), (patch, ran, review)).vulnerabilities
    assert plain.claims == ()
    assert made.claims == (ran, again, patch, review)
    assert made.explained() == (
        *plain.explained(),
        "Aurora says that it reproduced it (a claim, not our verdict).",
        "Basalt says that its patch fixes it (a claim, not our verdict).",
        "Its sender says of review: VALID (a claim, not our verdict).",
    )
    assert (made.id, made.findings, made.same) == (plain.id, plain.findings, plain.same)
    assert (made.judged.order, made.explain()) == (plain.judged.order, plain.explain())


def test_claims_are_in_json_and_in_the_explanation(flood, capsys):
    made = json.loads(written(capsys, *arguments(flood, "--format", "json"), code=1))["vulnerabilities"]
    assert all(isinstance(each["claims"], list) for each in made)
    assert {"subject": "review", "word": "VALID", "by": "Basalt"} in made[0]["claims"]
    told = " ".join(written(capsys, *arguments(flood), code=1).split())
    assert "Basalt says of review: VALID (a claim, not our verdict)." in told


def test_many_claims_do_not_fill_the_terminal(capsys):
    claims = tuple(SenderClaim(subject="part of this chain", word=f"F-{n}", by="Basalt") for n in range(90))
    show(with_claims(claims, ()))
    told = capsys.readouterr().out
    assert told.count("a claim, not our verdict") <= 5
