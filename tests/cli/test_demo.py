"""The demonstration flood: always the same, read as labelled, and joined exactly as it was made."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.flood import Flood, expected_flaws, expected_groups, is_flood, write_flood
from clearinghouse.formats.registry import read_paths
from clearinghouse.formats.text import printable_name
from clearinghouse.identity import Identifier
from clearinghouse.records import EpssScore, Finding, KevEntry, Level, Problem, SsvcPoint, State


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Flood:
    return write_flood(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def read(flood: Flood) -> list[tuple[str, list]]:
    return [(report.format, list(report.records)) for report in read_paths([flood.reports])]


def findings_of(read: list[tuple[str, list]]) -> list[Finding]:
    return [record for _, records in read for record in records if isinstance(record, Finding)]


def identified(read: list[tuple[str, list]], **options: bool) -> tuple[set[frozenset[str]], list[tuple[str, str]]]:
    identifier = Identifier(**options)
    for _, records in read:
        identifier.add([record for record in records if isinstance(record, Finding)])
    identity = identifier.result()
    names = [finding.id for finding in findings_of(read)]
    groups = {frozenset(names[ordinal] for ordinal in group) for group in identity.groups}
    return groups, [(link.from_id, link.to_id) for link in identity.suggestions]


def clearinghouse(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from clearinghouse.cli.main import run; run()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def test_the_flood_is_always_the_same(flood: Flood, tmp_path: Path) -> None:
    again = write_flood(tmp_path / "again")
    files = sorted(path.relative_to(flood.folder) for path in flood.folder.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again.folder) for path in again.folder.rglob("*") if path.is_file())
    assert all((flood.folder / path).read_bytes() == (again.folder / path).read_bytes() for path in files)


def test_the_flood_has_the_planned_size_and_formats(read: list[tuple[str, list]]) -> None:
    assert 60 <= len(findings_of(read)) <= 80
    assert {name for name, _ in read} == {"sarif", "mantis", "tabular", "crash", "osv"}


def test_every_finding_is_read_and_labelled(flood: Flood, read: list[tuple[str, list]]) -> None:
    names = [finding.id for finding in findings_of(read)]
    assert sorted(names) == sorted(expected_flaws(str(flood.reports)))


def test_each_flaw_is_one_group_and_each_group_one_flaw(flood: Flood, read: list[tuple[str, list]]) -> None:
    groups, _ = identified(read)
    assert groups == expected_groups(str(flood.reports))


def test_without_identifiers_nothing_that_differs_is_joined(flood: Flood, read: list[tuple[str, list]]) -> None:
    flaws = expected_flaws(str(flood.reports))
    groups, _ = identified(read, aliases=False)
    mixed = [told for group in groups if len(told := {flaws[finding] for finding in group}) > 1]
    twins = {"header-cpu", "header-cpu-again"}  # the scanner's rows differ in nothing but their identifiers
    assert mixed in ([], [twins])
    assert len(groups) > len(expected_groups(str(flood.reports)))


def test_in_another_order_of_reports_nothing_wrong_is_joined(flood: Flood, read: list[tuple[str, list]]) -> None:
    flaws = expected_flaws(str(flood.reports))
    names = {finding.id for finding in findings_of(read)}
    groups, _ = identified(read[::-1])
    assert all(len({flaws[finding] for finding in group}) == 1 for group in groups)
    assert set().union(*groups) == names


def test_near_misses_are_planted_and_stay_apart(flood: Flood, read: list[tuple[str, list]]) -> None:
    flaws = expected_flaws(str(flood.reports))
    near = {frozenset({flaw.key, flaw.near}) for flaw in description().flaw if flaw.near}
    _, suggestions = identified(read)
    suggested = {frozenset({flaws[one], flaws[other]}) for one, other in suggestions}
    assert len(near) >= 4
    assert frozenset({"text-overread", "chunk-overflow"}) in suggested
    assert suggested <= near  # nothing is put before a person that was not meant to be hard


def test_flaws_are_seen_by_one_two_and_three_finders() -> None:
    seen = {sum(said is not None for said in (f.aurora, f.basalt, f.cinder)) for f in description().flaw}
    assert {1, 2, 3} <= seen


def test_the_damaged_records_are_the_only_problems(flood: Flood, read: list[tuple[str, list]]) -> None:
    problems = [record for _, records in read for record in records if isinstance(record, Problem)]
    assert [(p.source.removeprefix(f"{flood.reports}/"), p.pointer, p.line, p.level) for p in problems] == [
        (
            "aurora/scan-2.sarif",
            "/runs/1/results/6/locations/0/physicalLocation/region/startLine",
            None,
            Level.ERROR,
        ),
        ("cinder/2026-08-14.csv", None, 11, Level.ERROR),
    ]


def test_one_finding_is_suppressed_in_each_scan_and_one_is_a_false_positive(read: list[tuple[str, list]]) -> None:
    states = [finding.state for finding in findings_of(read)]
    assert states.count(State.SUPPRESSED) == 2
    assert states.count(State.FALSE_POSITIVE) == 1


def test_the_signals_are_read_without_a_problem(flood: Flood) -> None:
    records = [record for report in read_paths([flood.folder / "signals"]) for record in report.records]
    count = {kind: sum(isinstance(record, kind) for record in records) for kind in (KevEntry, EpssScore, SsvcPoint)}
    expected = description().signal
    assert not [record for record in records if isinstance(record, Problem)]
    assert count == {
        KevEntry: sum(signal.kev is not None for signal in expected),
        EpssScore: len(expected),
        SsvcPoint: sum(signal.ssvc is not None for signal in expected),
    }


def test_nothing_in_it_can_be_taken_for_a_real_flaw() -> None:
    about = description()
    names = [signal.cve for signal in about.signal]
    names += [flaw.cinder.cve for flaw in about.flaw if flaw.cinder and flaw.cinder.cve]
    names += [alias for advisory in about.advisory for alias in advisory.aliases if alias.startswith("CVE-")]
    assert all(name.startswith("CVE-2099-") for name in names)


def test_every_label_names_a_flaw_that_is_described(flood: Flood) -> None:
    known = {flaw.key for flaw in description().flaw}
    assert set(expected_flaws(str(flood.reports)).values()) == known
    assert {flaw.near for flaw in description().flaw if flaw.near} <= known


def test_the_command_shows_the_list_and_what_to_do_next(tmp_path: Path) -> None:
    done = clearinghouse("demo", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "CVE-2099-10001" in done.stdout
    assert "clearinghouse triage REPORTS..." in done.stdout
    assert done.stderr.count("error: ") == 2
    assert not list(tmp_path.iterdir())  # nothing stays behind


def test_a_flood_that_is_kept_can_be_ranked_again(tmp_path: Path) -> None:
    folder = tmp_path / "flood"
    made = clearinghouse("demo", "--keep", str(folder), "--format", "json")
    assert made.returncode == 0, made.stderr
    known = folder / "signals"
    signals = ["--kev", known / "kev.json", "--epss", known / "epss.csv.gz", "--ssvc", known / "cve"]
    again = clearinghouse(
        "triage", str(folder / "reports"), *map(str, signals), "--as-of", "2026-08-17", "--format", "json"
    )
    assert again.returncode == 1  # two records are damaged
    assert json.loads(made.stdout) == json.loads(again.stdout)


def test_the_command_that_is_printed_can_be_pasted(tmp_path: Path) -> None:
    done = clearinghouse("demo", "--keep", str(tmp_path / "my flood"))
    shown = done.stdout.partition("is the output of:\n")[2].partition("Try it")[0].replace("\\\n", " ")
    again = clearinghouse(*shlex.split(shown)[1:])
    assert again.returncode == 1, again.stderr
    assert again.stdout in done.stdout


def test_the_day_decides_which_signals_count(tmp_path: Path) -> None:
    done = clearinghouse("demo", "--as-of", "2026-08-10", "--format", "json", TMPDIR=str(tmp_path))
    listed = {
        name: vulnerability["signals"]["kev"]
        for vulnerability in json.loads(done.stdout)["vulnerabilities"]
        for name in vulnerability["identifiers"]
    }
    assert listed["CVE-2099-10004"] == "2026-08-06"
    assert listed["CVE-2099-10001"] is None  # added on 14 August


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = clearinghouse("demo", "--keep", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path} is not empty\ntry: ")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["bad\udcff", "e\nerror: forged"], ids=ascii)
def test_a_folder_of_any_name_is_told_in_one_line_and_in_json(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    done = clearinghouse("demo", "--keep", str(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["error", "try"]
    done = clearinghouse("demo", "--keep", str(folder), "--format", "json")
    assert (done.returncode, done.stderr) == (2, "")
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["code"], problem["source"]) == ("unreadable", printable_name(str(folder)))
    (folder / "mine.txt").unlink()
    done = clearinghouse("demo", "--keep", str(folder))
    assert done.returncode == 0
    told = f"The flood is in {printable_name(str(folder))}."
    assert "".join(told.split()) in "".join(done.stdout.split())  # a long path is broken into lines
    printed = done.stdout.partition("  clearinghouse triage ")[2].partition(" --kev ")[0]
    pasted = subprocess.run(["bash", "-c", f"ls {printed}"], capture_output=True, check=False)
    assert pasted.returncode == 0, pasted.stderr


def test_an_earlier_flood_is_written_over(tmp_path: Path) -> None:
    write_flood(tmp_path)
    assert is_flood(tmp_path)
    assert clearinghouse("demo", "--keep", str(tmp_path)).returncode == 0


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    done = clearinghouse("demo", "--keep", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith("error: the demonstration cannot be written to ")
    assert file.read_text() == "mine"
