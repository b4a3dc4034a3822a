"""The demonstration: always the same, read as labelled, joined exactly as it was made, and planned as it is meant."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.flood import Flood, expected_flaws, expected_groups, is_flood, write_flood
from clearinghouse.formats.published import read_advisories
from clearinghouse.formats.registry import read_inventories, read_paths
from clearinghouse.formats.text import printable_name
from clearinghouse.identity import Identifier
from clearinghouse.priority.plan import Action, Plan
from clearinghouse.records import (
    EpssScore,
    Finding,
    Inventory,
    InventoryItem,
    KevEntry,
    Level,
    Problem,
    PublishedAdvisory,
    SsvcPoint,
    State,
)
from clearinghouse.triage.deployer import Deployer, look_up
from clearinghouse.triage.worklist import Terms, worklist


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


@pytest.fixture(scope="module")
def looked_up(flood: Flood, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Deployer]]:
    """What each deployer has beside what is published, by its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield {
            deployer.folder: look_up(
                [flood.folder / deployer.folder],
                advisories=[flood.published, flood.ssvc],
                kev=[flood.kev],
                epss=[flood.epss],
                ssvc=[flood.ssvc],
                as_of=description().date,
            )
            for deployer in description().deployer
        }


@pytest.fixture(scope="module")
def plans(looked_up: dict[str, Deployer]) -> dict[str, Plan]:
    about = description()
    return {
        each.folder: worklist(found, found.signals, Terms(as_of=about.date, exposed=each.exposed))
        for each in about.deployer
        if (found := looked_up[each.folder])
    }


def told(action: Action) -> tuple[str, str, str | None, str | None]:
    return action.do.value, action.subject.name, action.to, str(action.due) if action.due else None


def clearinghouse(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from clearinghouse.cli.main import run; run()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "100"} | environment,
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
    names += [bulletin.cve for bulletin in about.bulletin]
    names += [
        alias
        for advisory in (*about.advisory, *about.published)
        for alias in advisory.aliases
        if alias.startswith("CVE-")
    ]
    assert all(name.startswith("CVE-2099-") for name in names)


def test_every_label_names_a_flaw_that_is_described(flood: Flood) -> None:
    known = {flaw.key for flaw in description().flaw}
    assert set(expected_flaws(str(flood.reports)).values()) == known
    assert {flaw.near for flaw in description().flaw if flaw.near} <= known


@pytest.mark.data
def test_no_vendor_in_it_occurs_in_records_of_real_flaws(data: Path) -> None:
    about = description()
    invented = {each.vendor.lower().encode() for signal in about.signal for each in signal.affected}
    invented |= {bulletin.vendor.lower().encode() for bulletin in about.bulletin}
    catalogues = sorted((data / "kev-epss").glob("kev_2*.json"))
    assert catalogues
    for path in [*catalogues, data / "cve5" / "vulnrichment_dev.jsonl"]:
        with path.open("rb") as lines:
            found = {name for line in lines for name in invented if name in line.lower()}
        assert not found, path


def test_what_is_published_is_read_without_a_problem(flood: Flood) -> None:
    reports = [(report.format, list(report.records)) for report in read_advisories([flood.published, flood.ssvc])]
    records = [record for _, records in reports for record in records]
    assert {name for name, _ in reports} == {"osv", "csaf", "cve"}
    assert not [record for record in records if isinstance(record, Problem)]
    assert sum(isinstance(record, PublishedAdvisory) for record in records) == len(reports)


def test_inventories_are_of_the_formats_that_such_people_keep(flood: Flood) -> None:
    folders = [flood.folder / deployer.folder for deployer in description().deployer]
    reports = {
        Path(report.source).relative_to(flood.folder).as_posix(): (report.format, list(report.records))
        for report in read_inventories(folders)
    }
    count = {
        name: (form, sum(isinstance(record, InventoryItem) for record in records))
        for name, (form, records) in reports.items()
    }
    assert count == {
        "hospital/equipment.csv": ("spreadsheet", 7),
        "bank/dpkg-status": ("os_packages", 3),
        "bank/online-banking.cdx.json": ("cyclonedx", 4),
        "bank/requirements.txt": ("requirements", 3),
        "water/plant systems.csv": ("spreadsheet", 4),
    }
    problems = [record for _, records in reports.values() for record in records if isinstance(record, Problem)]
    assert {problem.level for problem in problems} == {Level.NOTICE}
    assert all(isinstance(records[0], Inventory) for _, records in reports.values())


def test_the_hospital_upgrades_decides_finds_out_and_lets_wait(plans: dict[str, Plan]) -> None:
    plan = plans["hospital"]
    assert [told(action) for action in plan.actions] == [
        ("upgrade", "Clamp 40", "7.2.9", "2026-08-19"),
        ("decide", "Drip 3", "3.6.0", "2026-10-16"),
        ("upgrade", "PACS Viewer", "5.2.1", None),
        ("find_out", "Barnaclesoft Desk 2021", None, "2026-08-25"),
    ]
    pumps, desks = plan.actions[1], plan.actions[3]
    assert pumps.subject.places[0].asset is not None
    assert pumps.subject.places[0].asset.count == 24
    assert pumps.mitigations[0].startswith("Keep the pumps on a network of their own")
    assert desks.questions == ("Which version of Barnaclesoft Desk 2021 does it run? Affected: before 16.4.2.",)
    assert [deferral.flaw for deferral in plan.deferrals] == ["CVE-2099-20003", "CVE-2099-20004", "CVE-2099-20002"]
    assert [meeting.flaws for meeting in plan.meetings] == [("CVE-2099-20003", "CVE-2099-20004")]


def test_the_bank_has_what_the_flood_is_about(plans: dict[str, Plan]) -> None:
    plan = plans["bank"]
    assert [told(action) for action in plan.actions] == [
        ("upgrade", "libtide3", "1.8.2-3+deb12u2", "2026-08-17"),
        ("upgrade", "pontoon-yaml", "2.3.4", "2026-08-09"),
        ("upgrade", "@bollard/http", "4.1.5", "2026-08-31"),
        ("find_out", "pontoon-yaml", None, "2026-08-09"),
    ]
    assert [flaw.id for flaw in plan.actions[2].clears] == ["CVE-2099-10005", "CVE-2099-10006"]
    cleared = {flaw.id for action in plan.actions for flaw in action.clears}
    assert cleared < {signal.cve for signal in description().signal if signal.cve.startswith("CVE-2099-1")}


def test_the_utility_isolates_what_has_no_fix_and_decides_on_its_controller(plans: dict[str, Plan]) -> None:
    plan = plans["water"]
    assert [told(action) for action in plan.actions] == [
        ("upgrade", "VPN gateway", "7.2.9", "2026-08-19"),
        ("isolate", "Cellular modem", None, "2026-08-20"),
        ("decide", "Pump controller", "4.4", "2026-08-24"),
        ("find_out", "Operator screens", None, "2026-10-16"),
    ]
    assert len(plan.actions[2].mitigations) == 2
    assert not plan.deferrals


def test_what_is_newer_than_the_fix_is_not_on_a_list_and_what_is_unknown_is_told(
    looked_up: dict[str, Deployer],
) -> None:
    silent = {
        met.held.item.component.name: [item.code for item in met.verdict.unjudged]
        for found in looked_up.values()
        for met in found
        if not met.verdict.exposures
    }
    assert silent == {
        "Server 2022": [],
        "V8": [],
        "grey one": ["not_covered"],
        "base-quay": [],
        "bollardd": [],
        "@bollard/router": [],
        "quayweb": [],
        "tide-statements": [],
    }


def test_the_command_shows_the_list_and_what_to_do_next(tmp_path: Path) -> None:
    done = clearinghouse("demo", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "CVE-2099-10001" in done.stdout
    assert "clearinghouse triage REPORTS..." in done.stdout
    assert done.stderr.count("error: ") == 2
    assert not list(tmp_path.iterdir())  # nothing stays behind


def test_the_command_ends_with_three_worklists(tmp_path: Path) -> None:
    temporary, cache = tmp_path / "tmp", tmp_path / "cache"
    temporary.mkdir()
    done = clearinghouse("demo", TMPDIR=str(temporary), XDG_CACHE_HOME=str(cache))
    assert done.returncode == 0, done.stderr
    _, *blocks = done.stdout.split("What to do, most urgent first\n")
    names = [deployer.name for deployer in description().deployer]
    assert [done.stdout.index(f"\n{name}: ") for name in names] == sorted(done.stdout.index(name) - 1 for name in names)
    verbs = [
        [verb for verb in ("upgrade ", "isolate or replace ", "decide (a person) ") if f"\n{verb}" in block]
        for block in blocks
    ]
    assert verbs == [
        ["upgrade ", "decide (a person) "],
        ["upgrade "],
        ["upgrade ", "isolate or replace ", "decide (a person) "],
    ]
    assert all("What to find out, most urgent first\n" in block for block in blocks)
    assert "3 flaws may wait" in blocks[0]
    assert "clearinghouse plan SBOMS" in blocks[-1]
    assert not cache.exists()  # what was prepared of invented advisories is not kept


def test_worklists_that_are_kept_have_a_page_and_a_command_that_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "my flood"
    cache = str(tmp_path / "cache")
    done = clearinghouse("demo", "--keep", str(folder), XDG_CACHE_HOME=cache)
    assert done.returncode == 0, done.stderr
    _, *printed = done.stdout.split("To make the list and the page again:\n")
    assert len(printed) == len(description().deployer)
    for deployer, text in zip(description().deployer, printed, strict=True):
        page = folder / f"{deployer.folder}.html"
        before = page.read_bytes()
        assert deployer.name.encode() in before
        page.unlink()
        shown = text.partition("\n\n")[0].replace("\\\n", " ")
        again = clearinghouse(*shlex.split(shown)[1:], XDG_CACHE_HOME=cache)
        assert again.returncode == 1, again.stderr  # there is something to do
        assert again.stdout in done.stdout
        assert page.read_bytes() == before


@pytest.mark.parametrize("output", ["json", "csv", "sarif"])
def test_what_programs_read_has_the_flaws_alone(output: str, tmp_path: Path) -> None:
    folder = tmp_path / "flood"
    done = clearinghouse("demo", "--keep", str(folder), "--format", output)
    assert done.returncode == 0, done.stderr
    assert "Keel Valley" not in done.stdout
    assert not list(folder.glob("*.html"))


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
