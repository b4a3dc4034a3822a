"""``clearinghouse match --about``: what one advisory means for what is listed."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.cli import main


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
    }
    record: dict[str, Any] = {"id": "A-1", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-0001"]}
    withdrawn = {**record, "id": "W-1", "withdrawn": "2026-01-02T00:00:00Z", "aliases": []}
    cve = {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2026-0009", "state": "PUBLISHED", "assignerOrgId": "0" * 8},
        "containers": {
            "cna": {
                "providerMetadata": {"orgId": "0" * 8},
                "descriptions": [{"lang": "en", "value": "A flaw in EdgeGuard OS."}],
                "affected": [
                    {
                        "vendor": "Palisade",
                        "product": "EdgeGuard OS",
                        "defaultStatus": "unaffected",
                        "versions": [
                            {"version": "7.0", "lessThan": "7.2.5", "status": "affected", "versionType": "custom"}
                        ],
                    }
                ],
            }
        },
    }
    folder = tmp_path / "advisories"
    folder.mkdir()
    for name, content in (
        ("a", {**record, "affected": [affected]}),
        ("w", {**withdrawn, "affected": [affected]}),
        ("c", cve),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content))
    lines = tmp_path / "requirements.txt"
    lines.write_text("demo==1.5\nclean==1.0\n")
    newer = tmp_path / "newer-requirements.txt"
    newer.write_text("demo==2.1\n")
    table = tmp_path / "list.csv"
    table.write_text("vendor,product,version\nPalisade,EdgeGuard OS,7.2.1\nPalisade,EdgeGuard OS,7.4.0\n")
    return [str(lines), str(newer), str(table), "--advisories", str(folder)]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = main.invoke(["match", *arguments, "--format", "json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["A-1", "CVE-2026-0001", " cve-2026-0001 "])
def test_which_components_it_affects_and_why_not_the_others(
    capsys: pytest.CaptureFixture[str], files: list[str], name: str
) -> None:
    status, made = told(capsys, *files, "--about", name)
    assert (status, made["components"]) == (1, 5)
    assert [(row["component"], row["affected"], row["why"], row["fixed"]) for row in made["answers"]] == [
        ("demo==1.5", True, "1.5 is in the range from the first version to before 2.0 of A-1.", ["2.0"]),
        ("demo==2.1", False, "2.1 is in no affected range: from the first version to before 2.0.", []),
    ]


def test_products_that_it_meets(capsys: pytest.CaptureFixture[str], files: list[str]) -> None:
    status, made = told(capsys, *files, "--about", "CVE-2026-0009")
    assert [(row["component"], row["affected"]) for row in made["answers"]] == [
        ("Palisade EdgeGuard OS 7.2.1", True),
        ("Palisade EdgeGuard OS 7.4.0", False),
    ]
    assert status == 1
    assert made["answers"][1]["why"] == (
        "7.4.0 is not among the affected versions of Palisade EdgeGuard OS: from 7.0 before 7.2.5."
    )


def test_products_that_it_does_not_meet(capsys: pytest.CaptureFixture[str], files: list[str], tmp_path: Path) -> None:
    table = tmp_path / "others.csv"
    table.write_text("vendor,product,version\nPalisade,Mail Warden,1.0\nBarnaclesoft,Desk,2021\n")
    asked = [str(table), *files[3:], "--about", "CVE-2026-0009"]
    status, made = told(capsys, *asked)
    assert (status, made["answers"], made["names"]) == (0, [], ["Palisade EdgeGuard OS"])
    assert [(row["component"], row["why"]) for row in made["silent"]] == [
        ("Palisade Mail Warden 1.0", "CVE-2026-0009 names other products of this vendor: Palisade EdgeGuard OS."),
        ("Barnaclesoft Desk 2021", "CVE-2026-0009 does not name it; it names Palisade EdgeGuard OS."),
    ]
    assert main.invoke(["match", *asked]) == 0
    shown = capsys.readouterr().out
    assert "Made by a vendor that it names" in shown
    assert shown.index("Not named by it, which is no word") < shown.index("Barnaclesoft Desk 2021")
    assert "CVE-2026-0009 was read; it names Palisade EdgeGuard OS, and none of what is listed." in shown
    assert "0 components named by it; of 2 others it says nothing." in shown


def test_one_that_was_withdrawn_matches_nothing(capsys: pytest.CaptureFixture[str], files: list[str]) -> None:
    status, made = told(capsys, *files, "--about", "W-1")
    assert (status, made["answers"], made["withdrawn"]) == (0, [], ["W-1"])


def test_one_that_nothing_read_is_named_by(capsys: pytest.CaptureFixture[str], files: list[str]) -> None:
    status, made = told(capsys, *files, "--about", "CVE-1999-0001")
    assert status == 2
    assert made["problems"][0]["message"] == "no advisory named CVE-1999-0001 was read."


@pytest.mark.parametrize(
    ("name", "what", "remedy"),
    [
        ("CVE-9999-1", "no advisory named CVE-9999-1 was read", "a CVE identifier has a year and four digits or more"),
        ("X-2026-0001", "no advisory named X-2026-0001 was read", "look at its name"),
        ("not an id\x1b[2J", 'no advisory was looked for: "not an id[2J" is no identifier of one', "name it as its"),
    ],
)
def test_what_names_no_advisory_is_told_with_what_would(
    capsys: pytest.CaptureFixture[str], files: list[str], name: str, what: str, remedy: str
) -> None:
    assert main.invoke(["match", *files, "--about", name]) == 2
    error, tried = capsys.readouterr().err.splitlines()[-2:]
    assert error == f"error: {what}"
    assert tried.startswith(f"try: {remedy}")


def test_one_that_was_read_and_names_no_package_that_is_listed(
    capsys: pytest.CaptureFixture[str], files: list[str], tmp_path: Path
) -> None:
    lines = tmp_path / "others-requirements.txt"
    lines.write_text("".join(f"other{number}==1.0\n" for number in range(25)))
    asked = [str(lines), *files[3:], "--about", "A-1"]
    status, made = told(capsys, *asked)
    assert (status, made["answers"], len(made["silent"])) == (0, [], 25)
    assert made["silent"][0]["why"] == "A-1 does not name it."
    assert main.invoke(["match", *asked]) == 0
    shown = capsys.readouterr().out
    assert "A-1 was read; it names none of what is listed." in shown
    assert "other19==1.0" in shown
    assert "other20==1.0" not in shown
    assert "... and 5 more components; --format json lists all." in shown


def test_where_nothing_could_be_read_there_is_no_answer(
    capsys: pytest.CaptureFixture[str], files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").write_text("")
    asked = ["match", str(tmp_path / "empty.csv"), *files[3:], "--about", "A-1"]
    assert main.invoke(asked) == 2
    assert "error: nothing was judged: no component could be read" in capsys.readouterr().err
    assert main.invoke([*asked, "--format", "json"]) == 2


def test_for_people(capsys: pytest.CaptureFixture[str], files: list[str]) -> None:
    assert main.invoke(["match", *files, "--about", "A-1"]) == 1
    shown = capsys.readouterr().out
    assert "What A-1 means for what is listed" in shown
    assert "not affected" in shown
    assert "clean==1.0" in shown
    assert "2 components named by it; of 3 others it says nothing." in shown
