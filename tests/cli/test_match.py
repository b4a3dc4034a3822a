"""``clearinghouse match`` and ``plan``: what inventories list beside what is published."""

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from clearinghouse.cli import main
from clearinghouse.records import ClearinghouseError
from clearinghouse.triage.deployer import Deployer


def osv(name: str, package: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {
        "id": name,
        "modified": "2026-01-01T00:00:00Z",
        "summary": f"{name} in {package}",
        "affected": [affected],
        **more,
    }


UNTIL_2 = ({"introduced": "0"}, {"fixed": "2.0"})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def advisories(tmp_path: Path) -> Path:
    folder = tmp_path / "advisories"
    folder.mkdir()
    records = (
        osv("A-1", "demo", *UNTIL_2, aliases=["CVE-2026-0001"]),
        osv("B-1", "demo", {"introduced": "1.0"}, {"fixed": "3.0"}, aliases=["CVE-2026-0001", "GHSA-2222-2222-2222"]),
        osv("A-2", "demo", {"introduced": "1.2"}, aliases=["CVE-2026-0002"]),
        osv("A-3", "gone", *UNTIL_2, withdrawn="2026-01-02T00:00:00Z"),
    )
    for record in records:
        (folder / f"{record['id']}.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text("demo==1.5\nclean==1.0\ngone==1.0\nnameless\nfar @ https://example.org/far-1.0.tar.gz\n")
    return file


def sbom_of(folder: Path, *purls: str) -> Path:
    file = folder / "sbom.json"
    components = [{"type": "library", "name": purl.partition("@")[0], "purl": purl} for purl in purls]
    file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))
    return file


def result(capsys: pytest.CaptureFixture[str], *given: object, code: int) -> dict[str, Any]:
    assert main.invoke([*map(str, given), "--format", "json"]) == code
    made = json.loads(capsys.readouterr().out)
    assert isinstance(made, dict)
    return made


def test_the_documented_shape(capsys, inventory, advisories):
    made = result(capsys, "match", inventory, "--advisories", advisories, code=1)
    assert {"components", "matches", "unmatched", "problems"} <= set(made)
    assert made["components"] == 5
    first = made["matches"][0]
    assert {"component", "purl", "advisory", "aliases", "class", "fixed", "why", "question"} <= set(first)
    assert (first["component"], first["purl"]) == ("demo==1.5", "pkg:pypi/demo@1.5")
    assert first["advisory"] == "A-1"
    assert first["aliases"] == ["CVE-2026-0001"]
    assert (first["class"], first["fixed"], first["question"]) == ("range", ["2.0"], None)
    assert first["why"] == {"kind": "range", "introduced": "0", "fixed": "2.0", "last_affected": None}
    assert [row["advisory"] for row in made["matches"]] == ["A-1", "A-2", "B-1"]


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (RuntimeError("a defect"), "internal_error", 70),
        (ClearinghouseError("the disk is gone", "look at it"), "unreadable", 2),
    ],
)
def test_an_error_midway_leaves_one_document(capsys, monkeypatch, inventory, advisories, error, code, exit_code):
    judge = Deployer.verdict
    monkeypatch.setattr(Deployer, "verdict", lambda self, number: _fail(error) if number else judge(self, number))
    made = result(capsys, "match", inventory, "--advisories", advisories, code=exit_code)
    assert [row["component"] for row in made["matches"]] == ["demo==1.5"] * 3
    assert code in {problem["code"] for problem in made["problems"]}
    assert made["distinct"] == 5


def _fail(error: Exception) -> NoReturn:
    raise error


def test_clean_is_not_listed_and_what_cannot_be_judged_is(capsys, tmp_path, advisories):
    sbom = tmp_path / "sbom.json"
    components = [
        {"type": "library", "name": "clean", "version": "1.0", "purl": "pkg:pypi/clean@1.0"},
        {"type": "library", "name": "demo", "version": "1.0", "purl": "pkg:npm/demo@1.0.0"},
        {"type": "library", "name": "x", "version": "1.0", "purl": "pkg:generic/x@1.0"},
    ]
    sbom.write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components})
    )
    made = result(capsys, "match", sbom, "--advisories", advisories, code=0)
    assert (made["components"], made["matches"]) == (3, [])
    unmatched = {row["component"]: row["code"] for row in made["unmatched"]}
    assert unmatched == {"pkg:npm/demo@1.0.0": "not_covered", "pkg:generic/x@1.0": "not_covered"}
    assert all(row["reason"] for row in made["unmatched"])


def test_rows_without_a_name_are_not_judged_and_cost_no_clean_exit_code(capsys, tmp_path, advisories):
    table = tmp_path / "list.csv"
    table.write_text(
        "Device,Ecosystem,Vendor,Product,Version\nweb,PyPI,,clean,1.0\nhall,,Barnaclesoft,,\ndoor,,,,3.1\n"
    )
    made = result(capsys, "match", table, "--advisories", advisories, code=0)
    assert (made["components"], made["matches"], made["problems"]) == (3, [], [])
    assert [(row["component"], row["asset"], row["code"]) for row in made["unmatched"]] == [
        ("Barnaclesoft", "hall", "no_name"),
        ("3.1", "door", "no_name"),
    ]
    assert [notice["code"] for notice in made["notices"]] == ["columns_read", "no_product"]


def test_the_same_image_seen_by_two_tools_is_one_inventory(capsys, tmp_path, advisories):
    lines = tmp_path / "lines.jsonl"
    digest = "a" * 64
    seen = (
        ["pkg:pypi/demo@1.5", "pkg:deb/debian/x@1?distro=debian-12"],
        ["pkg:PYPI/Demo@1.5", "pkg:deb/debian/x@1", "pkg:pypi/other@1"],
    )
    rows = [
        {"image": "demo", "digest": digest, "tool": f"tool {number}", "purls": purls}
        for number, purls in enumerate(seen)
    ]
    lines.write_text("\n".join(map(json.dumps, rows)) + "\n")
    made = result(capsys, "match", lines, "--advisories", advisories, code=1)
    assert (made["inventories"], made["components"]) == (1, 3)
    assert len(made["matches"]) == 3


def test_advisories_are_read_again_when_one_changes(capsys, inventory, advisories, tmp_path):
    command = ("match", inventory, "--advisories", advisories)
    before = result(capsys, *command, code=1)
    assert result(capsys, *command, code=1) == before
    assert len(list((tmp_path / "cache" / "clearinghouse" / "advisories").iterdir())) == 1
    (advisories / "A-4.json").write_text(json.dumps(osv("A-4", "clean", *UNTIL_2)))
    assert "A-4" in [row["advisory"] for row in result(capsys, *command, code=1)["matches"]]


def test_a_cache_that_cannot_be_written_to_costs_nothing_but_time(capsys, inventory, advisories, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert result(capsys, "match", inventory, "--advisories", advisories, code=1)["matches"]


def test_a_plan_joins_what_is_one_flaw_and_names_one_version(capsys, inventory, advisories):
    made = result(capsys, "plan", inventory, "--advisories", advisories, "--as-of", "2026-11-22", code=1)
    upgrade, isolate = made["actions"]
    assert (upgrade["do"], upgrade["component"], upgrade["to"]) == ("upgrade", "demo==1.5", "3.0")
    assert (upgrade["clears"], upgrade["leaves"]) == (["CVE-2026-0001"], ["CVE-2026-0002"])
    assert upgrade["major"] is True
    assert any("major step" in line for line in upgrade["explain"])
    assert (isolate["do"], isolate["leaves"]) == ("isolate", ["CVE-2026-0002"])


def test_the_page_is_written(capsys, inventory, advisories, tmp_path):
    page = tmp_path / "page.html"
    command = ("plan", inventory, "--advisories", advisories, "--page", page, "--as-of", "2026-11-22")
    assert main.invoke(list(map(str, command))) == 1
    assert "demo" in page.read_text()
    assert str(page) in capsys.readouterr().out


def test_a_page_goes_into_a_file_and_nowhere_else(capsys, inventory, advisories, tmp_path):
    command = ["plan", str(inventory), "--advisories", str(advisories), "--page"]
    assert main.invoke([*command, str(tmp_path)]) == 2
    assert main.invoke([*command, str(tmp_path / "missing" / "page.html")]) == 2
    assert "try: " in capsys.readouterr().err


def test_triage_with_inventories_gains_actions(capsys, inventory, advisories):
    made = result(capsys, "triage", advisories, "--inventory", inventory, "--as-of", "2026-11-22", code=1)
    assert [action["do"] for action in made["actions"]] == ["upgrade", "isolate"]
    assert {"do", "component", "to", "clears", "leaves", "due", "outcome", "explain"} <= set(made["actions"][0])
    assert made["vulnerabilities"]
    assert main.invoke(["triage", str(advisories), "--inventory", str(inventory), "--as-of", "2026-11-22"]) == 1
    shown = capsys.readouterr().out
    assert shown.index("findings") < shown.index("What to do, most urgent first") < shown.index("looked at; ")


def test_what_a_scanner_reports_is_an_action_of_its_own(capsys, tmp_path):
    audit = {"dependencies": [{"name": "demo", "version": "1.5", "vulns": [{"id": "A-1", "fix_versions": ["2.0"]}]}]}
    report = tmp_path / "audit.json"
    report.write_text(json.dumps(audit))
    made = result(capsys, "triage", report, "--as-of", "2026-11-22", code=0)
    (action,) = made["actions"]
    assert (action["do"], action["to"], action["clears"]) == ("upgrade", "2.0", ["A-1"])


def test_a_plan_lists_what_could_not_be_judged(capsys, tmp_path, advisories):
    lock = tmp_path / "sbom.json"
    components = [{"type": "library", "name": "demo", "version": "1.0", "purl": "pkg:nuget/demo@1.0.0"}]
    lock.write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components})
    )
    made = result(capsys, "plan", lock, "--advisories", advisories, code=2)
    assert [row["code"] for row in made["unmatched"]] == ["not_covered"]
    assert main.invoke(["plan", str(lock), "--advisories", str(advisories)]) == 2
    assert "does not mean safe" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["match", "plan"])
@pytest.mark.parametrize("listed", [(), ("pkg:nuget/demo@1.0.0", "pkg:generic/x@1")])
def test_where_nothing_could_be_judged_the_result_is_not_clean(capsys, tmp_path, advisories, verb, listed):
    sbom = sbom_of(tmp_path, *listed)
    made = result(capsys, verb, sbom, "--advisories", advisories, code=2)
    assert [problem["code"] for problem in made["problems"]] == ["nothing_judged"]
    assert main.invoke([verb, str(sbom), "--advisories", str(advisories)]) == 2
    shown = capsys.readouterr()
    assert "NOTHING WAS JUDGED" in shown.out
    assert "none is known to be affected" not in shown.out
    assert "Next:" not in shown.out
    assert shown.err.startswith("error: nothing was judged: ")
    assert "\ntry: " in shown.err


@pytest.mark.parametrize("verb", ["match", "plan"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01random\xff" * 20, b'{"bomFormat":"CycloneDX","specVersion":"1.5","c']
)
def test_a_bad_file_ends_with_nothing_was_judged(capsys, tmp_path, advisories, verb, content):
    (tmp_path / "bad").write_bytes(content)
    assert main.invoke([verb, str(tmp_path / "bad"), "--advisories", str(advisories)]) == 2
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-2] == "error: nothing was judged: no component could be read"
    assert "NOTHING WAS JUDGED" in shown.out


def test_a_page_of_nothing_is_announced_as_one(capsys, tmp_path, advisories):
    (tmp_path / "bad.csv").write_bytes(b"")
    page = tmp_path / "page.html"
    assert main.invoke(["plan", str(tmp_path / "bad.csv"), "--advisories", str(advisories), "--page", str(page)]) == 2
    shown = " ".join(capsys.readouterr().out.split())
    assert "says that nothing could be judged, and no more." in shown
    assert "open it in a browser" not in shown
    assert "Nothing could be judged" in page.read_text()


def test_a_wrong_file_is_told_once_and_of_the_option_it_was_named_with(capsys, inventory, advisories):
    assert main.invoke(["match", str(inventory), "--advisories", str(advisories), "--kev", str(inventory)]) == 2
    wrong = [line for line in capsys.readouterr().err.splitlines() if "Its format is" in line]
    assert len(wrong) == 1
    assert "--kev takes CISA KEV catalogue" in wrong[0]


@pytest.mark.parametrize("verb", ["match", "plan"])
def test_one_component_that_could_be_judged_is_enough(capsys, tmp_path, advisories, verb):
    sbom = sbom_of(tmp_path, "pkg:nuget/demo@1.0.0", "pkg:pypi/clean@1.0")
    assert result(capsys, verb, sbom, "--advisories", advisories, code=0)["problems"] == []
    assert main.invoke([verb, str(sbom), "--advisories", str(advisories)]) == 0
    assert "NOTHING" not in capsys.readouterr().out


def test_a_component_that_an_advisory_cannot_be_compared_with_is_judged_in_part(capsys, tmp_path, advisories):
    commits = osv("A-9", "demo", *UNTIL_2)
    commits["affected"][0]["ranges"][0].update(type="GIT", repo="https://example.org/demo")
    (advisories / "A-9.json").write_text(json.dumps(commits))
    sbom = sbom_of(tmp_path, "pkg:pypi/demo@9.0", "pkg:npm/demo@1.0")
    assert main.invoke(["match", str(sbom), "--advisories", str(advisories)]) == 1
    shown = capsys.readouterr().out
    assert "1 component could not be judged: None of the advisories that were read speaks of npm packages." in shown
    assert "1 component could be judged only in part" in shown


def test_nothing_wrong_is_exit_code_0(capsys, tmp_path, advisories):
    clean = tmp_path / "requirements.txt"
    clean.write_text("clean==1.0\n")
    assert result(capsys, "match", clean, "--advisories", advisories, code=0)["matches"] == []
    assert result(capsys, "plan", clean, "--advisories", advisories, code=0)["actions"] == []


def test_bad_input_is_one_problem_and_exit_code_2(capsys, tmp_path, advisories, inventory):
    note = tmp_path / "note.txt"
    note.write_text("nothing of the kind, at all\n")
    for command in (("match", note), ("plan", note), ("match", tmp_path / "missing")):
        made = result(capsys, *command, "--advisories", advisories, code=2)
        assert len(made["problems"]) == 1
    made = result(capsys, "match", inventory, "--advisories", tmp_path / "missing", code=2)
    assert made["problems"][0]["code"] == "missing_path"
    assert main.invoke(["triage"]) == 2
    assert "--inventory" in capsys.readouterr().err


def test_an_inventory_among_findings_says_where_it_belongs(capsys, inventory):
    made = result(capsys, "triage", inventory, code=2)
    assert "--inventory" in made["problems"][0]["message"]


def test_tables_are_for_people(capsys, inventory, advisories):
    assert main.invoke(["match", str(inventory), "--advisories", str(advisories)]) == 1
    shown = capsys.readouterr().out
    assert "demo==1.5" in shown
    assert "3 matches of class range" in shown
    assert main.invoke(["plan", str(inventory), "--advisories", str(advisories), "--as-of", "2026-11-22"]) == 1
    assert "upgrade" in capsys.readouterr().out


def test_one_name_in_two_releases_gets_the_version_of_its_own(capsys, tmp_path):
    def debian(name: str, release: str, fixed: str) -> dict[str, Any]:
        record = osv(name, "openssl", {"introduced": "0"}, {"fixed": fixed})
        record["affected"][0]["package"]["ecosystem"] = f"Debian:{release}"
        return record

    folder = tmp_path / "published"
    folder.mkdir()
    for record in (debian("D-1", "11", "3.0.5-1"), debian("D-2", "11", "3.0.7-1"), debian("D-3", "12", "3.0.5-1")):
        (folder / f"{record['id']}.json").write_text(json.dumps(record))
    lines = [
        {
            "image": release,
            "digest": release * 32,
            "tool": "t",
            "purls": [f"pkg:deb/debian/openssl@3.0.0-1?distro=debian-{release}"],
        }
        for release in ("11", "12")
    ]
    images = tmp_path / "images.jsonl"
    images.write_text("\n".join(map(json.dumps, lines)) + "\n")
    made = result(capsys, "plan", images, "--advisories", folder, code=1)
    assert {action["to"]: len(action["clears"]) for action in made["actions"]} == {"3.0.7-1": 2, "3.0.5-1": 1}
