"""``clearinghouse plan``: exit codes, the page and where it goes, dates, the members of its JSON."""

import csv
import json
import os
import re
import stat
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.cli import main, plan
from clearinghouse.records import ClearinghouseError

AS_OF = ("--as-of", "2026-11-09")
HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=https://x.test/a onerror=alert(1)>",
    "</title></style><meta http-equiv=refresh content=0;url=//x.test>",
    "javascript:alert(1)",
    "\u202egnp.exe",
)
ALLOWED = re.compile(r"#[a-z0-9-]+|https://www\.(?:cve\.org/CVERecord\?id=CVE-[0-9-]+|cisa\.gov/report)")
KINDS = {"do": str, "component": str, "clears": list, "leaves": list, "explain": list, "major": bool, "where": list,
         "mitigations": list, "questions": list, "name": str}  # fmt: skip
MEMBERS = [*KINDS, "to", "above", "due", "outcome", "arms", "within", "purl", "version", "kind"]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")


def osv(name: str, package: str, fixed: str = "2.0", **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges}]
    return {
        "id": name,
        "modified": "2026-01-01T00:00:00Z",
        "summary": f"{name} stops {package}",
        "affected": affected,
    } | more


def cve_record(name: str, automatable: str = "no", impact: str = "partial") -> dict[str, Any]:
    """A record with CISA's points, which are what a date follows from."""
    options = [{"Exploitation": "none"}, {"Automatable": automatable}, {"Technical Impact": impact}]
    content = {"id": name, "role": "CISA Coordinator", "timestamp": "2026-11-01T00:00:00Z", "version": "2.0.3",
               "options": options}  # fmt: skip
    adp = {"title": "CISA ADP Vulnrichment", "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0"}}
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": name, "state": "PUBLISHED", "assignerOrgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0"},
        "containers": {
            "cna": {"descriptions": [{"lang": "en", "value": "x"}], "affected": [], "references": []},
            "adp": [adp | {"metrics": [{"other": {"type": "ssvc", "content": content}}]}],
        },
    }


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    for record in (
        osv("PYSEC-2099-1", "demo", aliases=["CVE-2099-0001"]),
        osv("PYSEC-2099-2", "other", "1.5", aliases=["CVE-2099-0002"]),
    ):
        (folder / f"{record['id']}.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def signals(tmp_path: Path) -> tuple[object, ...]:
    """The options that name what a date follows from."""
    folder = tmp_path / "cve"
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps(cve_record("CVE-2099-0001", "yes", "total")))
    (folder / "2.json").write_text(json.dumps(cve_record("CVE-2099-0002")))
    entry = {"cveID": "CVE-2099-7777", "vendorProject": "x", "product": "y", "dateAdded": "2026-09-01"}
    catalogue = {"title": "KEV", "catalogVersion": "2026.09.01", "dateReleased": "2026-09-01T00:00:00Z", "count": 1}
    (tmp_path / "kev.json").write_text(json.dumps(catalogue | {"vulnerabilities": [entry]}))
    return ("--ssvc", folder, "--kev", tmp_path / "kev.json")


@pytest.fixture
def held(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text("demo==1.0\nother==1.0\nclean==1.0\n")
    return file


def run(*given: object) -> int:
    return main.invoke(["plan", *map(str, given)])


def made(capsys: pytest.CaptureFixture[str], *given: object, code: int = 1) -> dict[str, Any]:
    assert run(*given, *AS_OF, "--format", "json") == code
    return json.loads(capsys.readouterr().out)


class TestExitCodes:
    def test_something_is_affected(self, capsys, held, published):
        assert run(held, "--advisories", published, *AS_OF) == 1
        told = capsys.readouterr()
        assert told.err == ""
        assert "3 components looked at; 2 actions" in told.out
        assert "\nNext: --page FILE.html" in told.out

    def test_nothing_is_affected(self, capsys, tmp_path, published):
        clean = tmp_path / "clean.txt"
        clean.write_text("clean==1.0\n")
        assert run(clean, "--advisories", published) == 0
        assert "0 actions" in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["missing.txt", "published"])
    def test_an_inventory_that_is_missing_or_none(self, capsys, tmp_path, published, name):
        assert run(tmp_path / name, "--advisories", published) == 2
        assert capsys.readouterr().err.startswith("error: ")

    def test_advisories_that_are_missing(self, capsys, tmp_path, held):
        assert run(held, "--advisories", tmp_path / "missing") == 2
        assert run(held) == 2
        assert "--advisories PATH, or clearinghouse feeds sync" in capsys.readouterr().err

    def test_a_defect_is_one_document_and_70(self, capsys, monkeypatch, held, published):
        monkeypatch.setattr(plan, "worklist", lambda *_: 1 // 0)
        found = made(capsys, held, "--advisories", published, code=70)
        assert [problem["code"] for problem in found["problems"]] == ["internal_error"]
        assert found["actions"] == []

    @pytest.mark.parametrize("error", [RuntimeError("a defect"), ClearinghouseError("it is gone", "look")])
    def test_an_error_midway_leaves_one_document(self, capsys, monkeypatch, held, published, error):
        def rows(*_: object) -> Any:
            yield {"component": "first"}
            raise error

        monkeypatch.setattr(plan, "unmatched_rows", rows)
        code = 2 if isinstance(error, ClearinghouseError) else 70
        found = made(capsys, held, "--advisories", published, code=code)
        assert (len(found["actions"]), found["unmatched"]) == (2, [{"component": "first"}])
        assert len(found["problems"]) == 1


class TestJson:
    def test_the_shape_of_an_action(self, capsys, held, published, signals):
        found = made(capsys, held, "--advisories", published, *signals, "--exposed", "yes")
        assert list(found) == [
            "as_of",
            "actions",
            "deferrals",
            "meetings",
            "unmatched",
            "problems",
            "notices",
            "counts",
        ]
        assert found["counts"] == {"actions": 2, "deferrals": len(found["deferrals"])}
        for action in found["actions"]:
            assert set(action) >= set(MEMBERS)
            assert [name for name, kind in KINDS.items() if not isinstance(action[name], kind)] == []
        first = found["actions"][0]
        assert (first["do"], first["component"], first["to"]) == ("upgrade", "demo==1.0", "2.0")
        assert (first["clears"], first["leaves"], first["purl"]) == (["CVE-2099-0001"], [], "pkg:pypi/demo@1.0")
        assert (first["due"], first["outcome"], first["arms"]) == ("2026-11-12", "3D", None)
        assert first["where"] == [held.name]

    def test_ssvc_values_inside_advisories_count(self, capsys, held, published, signals):
        _, folder, *kev = signals
        named = made(capsys, held, "--advisories", published, *signals)
        inside = made(capsys, held, "--advisories", published, "--advisories", folder, *kev)
        both = made(capsys, held, "--advisories", published, "--advisories", folder, *signals)
        kept = made(capsys, held, "--advisories", published, "--advisories", folder, *kev)  # prepared by now
        assert named["actions"] == inside["actions"] == both["actions"] == kept["actions"]
        assert inside["problems"] == inside["notices"] == []

    def test_what_hangs_on_the_exposure_has_both_answers(self, capsys, held, published, signals):
        first = made(capsys, held, "--advisories", published, *signals)["actions"][0]
        assert (first["due"], first["outcome"]) == (None, None)
        assert set(first["arms"]) == {"exposed", "not_exposed"}
        assert {"due", "outcome"} <= set(first["arms"]["exposed"])

    def test_who_answers_for_what_may_wait(self, capsys, held, published, signals):
        asked = (held, "--advisories", published, *signals, "--exposed", "no")
        waiting = made(capsys, *asked)["deferrals"]
        assert waiting
        assert {row["owner"] for row in waiting} == {""}
        assert {row["owner"] for row in made(capsys, *asked, "--owner", "J. Ortiz")["deferrals"]} == {"J. Ortiz"}
        assert {"flaw", "component", "reason", "row", "due", "review", "policy"} <= set(waiting[0])


class TestDates:
    def test_the_day_is_what_it_is_counted_from(self, capsys, held, published, signals):
        asked = (held, "--advisories", published, *signals, "--exposed", "yes")
        assert made(capsys, *asked)["actions"][0]["due"] == "2026-11-12"
        assert made(capsys, *asked, "--identified", "2026-11-01")["actions"][0]["due"] == "2026-11-04"

    def test_signals_that_are_dated_later_do_not_count(self, capsys, held, published, signals):
        asked = (held, "--advisories", published, *signals, "--exposed", "yes", "--as-of", "2026-10-01")
        assert run(*asked, "--format", "json") == 1
        found = json.loads(capsys.readouterr().out)
        assert found["as_of"] == "2026-10-01"
        assert {action["due"] for action in found["actions"]} == {None}

    @pytest.mark.parametrize("option", ["--as-of", "--identified"])
    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "09/11/2026", ""])
    def test_what_is_no_date_is_refused(self, capsys, held, published, option, day):
        assert run(held, "--advisories", published, option, day) == 2
        told = capsys.readouterr()
        assert (told.out, "like 2026-08-17" in told.err) == ("", True)

    def test_what_is_overdue_whatever_is_missing_says_by_when(self, capsys, tmp_path, held, published, signals):
        entry = {"cveID": "CVE-2099-0001", "vendorProject": "x", "product": "y", "dateAdded": "2026-09-01"}
        catalogue = {"title": "KEV", "catalogVersion": "2026.09.01", "dateReleased": "2026-09-01T00:00:00Z", "count": 1}
        (tmp_path / "kev.json").write_text(json.dumps(catalogue | {"vulnerabilities": [entry]}))
        asked = (held, "--advisories", published, "--kev", tmp_path / "kev.json", "--exposed", "yes")
        first = made(capsys, *asked)["actions"][0]
        assert (first["clears"], first["due"], first["latest"]) == (["CVE-2099-0001"], None, "2026-09-15")
        arms = made(capsys, *asked[:-2])["actions"][0]["arms"]
        assert {arm["latest"] for arm in arms.values()} == {"2026-09-15"}
        assert run(*asked, *AS_OF) == 1
        assert "15 September 2026 at the latest" in " ".join(capsys.readouterr().out.split())


class TestQuestions:
    def test_what_is_cut_is_said_everywhere(self, capsys, tmp_path):
        table = tmp_path / "list.csv"
        table.write_text("Vendor,Product,Version\nPalisade,EdgeGuard OS,\n")
        folder = tmp_path / "many"
        folder.mkdir()
        for number in range(47):
            record = cve_record(f"CVE-2099-{number:04}")
            versions = [{"version": "7.0", "lessThan": f"7.{number}", "status": "affected", "versionType": "custom"}]
            record["containers"]["cna"]["affected"] = [
                {"vendor": "Palisade", "product": "EdgeGuard OS", "versions": versions}
            ]
            (folder / f"{number}.json").write_text(json.dumps(record))
        page = tmp_path / "todo.html"
        left_out = "7 more advisories name it, or something near it, and cannot be decided; give the version."
        (action,) = made(capsys, table, "--advisories", folder, "--page", page)["actions"]
        assert action["left_out"] == left_out
        (asked,) = action["asked"]
        assert asked["question"] == "Which version of Palisade EdgeGuard OS does it run?"
        assert len(asked["settles"]) == len(action["questions"]) == 40
        assert {"due", "latest", "arms"} <= set(asked)
        assert left_out in unescape(page.read_text())
        assert run(table, "--advisories", folder, *AS_OF) == 1
        shown = capsys.readouterr().out
        assert "40 flaws and more" in shown
        assert f"EdgeGuard OS: {left_out}" in " ".join(shown.split())


class TestPage:
    def test_it_says_what_is_to_be_done_and_what_it_rests_on(self, capsys, tmp_path, held, published, signals):
        page = tmp_path / "todo.html"
        asked = (held, "--advisories", published, *signals, "--exposed", "yes", "--site", "Clinic")
        assert run(*asked, *AS_OF, "--page", page) == 1
        told = capsys.readouterr().out
        assert f"The page is {page}" in " ".join(told.split())
        assert "Next:" not in told
        text = page.read_text(encoding="utf-8")
        for said in ("What to do at ", "Clinic", "Monday 9 November 2026", "requirements.txt: 3 components",
                     "2 advisories", "CVE-2099-0001", "by Thursday 12 November 2026"):  # fmt: skip
            assert said in text

    def test_it_loads_nothing_and_leads_nowhere_else(self, tmp_path, held, published):
        page = tmp_path / "todo.html"
        assert run(held, "--advisories", published, *AS_OF, "--page", page) == 1
        text = page.read_text(encoding="utf-8")
        assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in unescape(text)
        assert not re.search(r"<(?:script|img|link|iframe|object|base|form)\b|\bsrc=|url\(|@import", text)
        assert [each for each in re.findall(r'href="([^"]*)"', text) if not ALLOWED.fullmatch(each)] == []

    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_strangers_wrote_is_text(self, tmp_path, text):
        folder = tmp_path / "hostile"
        folder.mkdir()
        record = osv("PYSEC-2099-9", "demo", summary=text, aliases=["CVE-2099-0009"], details=text)
        (folder / "a.json").write_text(json.dumps(record))
        sheet = tmp_path / "devices.csv"
        with sheet.open("w", newline="", encoding="utf-8") as stream:
            rows = [["Ecosystem", "Product", "Version", "Device name", "Location", "Contact"],
                    ["PyPI", "demo", "1.0", text, text, text], ["", text, text, text, "", ""]]  # fmt: skip
            csv.writer(stream).writerows(rows)
        page = tmp_path / "todo.html"
        assert run(sheet, "--advisories", folder, *AS_OF, "--page", page, "--site", text, "--owner", text) == 1
        made_page = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img)\b", made_page)
        assert made_page.count("<meta http-equiv") == 1
        assert [each for each in re.findall(r'href="([^"]*)"', made_page) if not ALLOWED.fullmatch(each)] == []
        assert "\u202e" not in made_page

    def test_where_nothing_could_be_judged_it_does_not_soothe(self, tmp_path, published):
        lock = tmp_path / "package-lock.json"
        packages = {"node_modules/far": {"version": "1.0.0"}}
        lock.write_text(json.dumps({"name": "shop", "lockfileVersion": 3, "packages": packages}))
        page = tmp_path / "todo.html"
        assert run(lock, "--advisories", published, *AS_OF, "--page", page) == 2
        text = page.read_text(encoding="utf-8")
        assert "Nothing could be judged" in text
        assert "far@1.0.0" in text
        assert "Nothing is known to be wrong" not in text


class TestTarget:
    def test_an_earlier_page_is_replaced_as_a_whole_and_nothing_is_left_beside_it(self, tmp_path, held, published):
        folder = tmp_path / "pages"
        folder.mkdir()
        page = folder / "todo.html"
        page.write_text("<!DOCTYPE html>an earlier page")
        assert run(held, "--advisories", published, *AS_OF, "--page", page) == 1
        assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert [each.name for each in folder.iterdir()] == ["todo.html"]

    @pytest.mark.parametrize("name", ["requirements.txt", "notes.txt", "published/PYSEC-2099-1.json"])
    def test_nothing_but_an_earlier_page_is_written_over(self, capsys, tmp_path, held, published, name):
        (tmp_path / "notes.txt").write_text("mine")
        target = tmp_path / name
        before = target.read_bytes()
        assert run(held, "--advisories", published, *AS_OF, "--page", target) == 2
        assert target.read_bytes() == before
        assert "try: name a new file" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["", "missing/todo.html", "requirements.txt/todo.html", "pipe", "link"])
    def test_a_page_that_cannot_be_written_is_two_lines_or_one_problem(self, capsys, tmp_path, held, published, name):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path)
        before = held.read_text()
        asked = (held, "--advisories", published, "--page", tmp_path / name)
        assert run(*asked, *AS_OF) == 2
        told = capsys.readouterr()
        assert [line.partition(":")[0] for line in told.err.splitlines()] == ["error", "try"]
        found = made(capsys, *asked, code=2)
        assert [problem["code"] for problem in found["problems"]] == ["unreadable"]
        assert found["actions"] == []
        assert held.read_text() == before
        assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)

    def test_an_empty_name_is_refused(self, capsys, held, published):
        assert run(held, "--advisories", published, "--page", "") == 2
        assert "a path is empty" in capsys.readouterr().err
