"""Files without a sign of any format beside others."""

import json
import zipfile
from pathlib import Path

import pytest

from clearinghouse.formats.passed_over import passed_over
from clearinghouse.formats.published import read_advisories
from clearinghouse.formats.registry import read_inventories, read_paths
from clearinghouse.records import Inventory, Level, Problem

ADVISORY = json.dumps({"id": "A-1", "modified": "2026-01-01T00:00:00Z", "schema_version": "1.0.0", "affected": []})
LICENCE = "Everybody may do whatever they like with this.\n"
DAMAGED = '{"id": "A-2", "modified": "2026-01-01T00:00:00Z", "affected": [{"pack'


def told(paths: list[Path], read=read_advisories) -> tuple[list[str | None], list[tuple[str, str, Level]]]:
    """The formats of all reports, and the problems among their records by the names of their files."""
    formats, problems = [], []
    for report in passed_over(read(paths), paths):
        formats.append(report.format)
        records = [record for record in report.records if isinstance(record, Problem)]
        problems += [(Path(record.source).name, record.code, record.level) for record in records]
    return formats, problems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "advisories"
    (made / "more").mkdir(parents=True)
    (made / "LICENSE").write_text(LICENCE)
    (made / "README.md").write_text("# About\n\nThese are records.\n")
    (made / "more" / "index.txt").write_text("2026/a.json\n2026/b.json\n")
    (made / "more" / "A-1.json").write_text(ADVISORY)
    return made


def test_what_lies_beside_records_is_one_notice(folder):
    assert told([folder]) == (["osv", None], [("LICENSE", "passed_over", Level.NOTICE)])
    (notice,) = list(passed_over(read_advisories([folder]), [folder]))[-1].records
    assert notice.message == (
        f"This file and 2 others beside it ({folder}/README.md, {folder}/more/index.txt) were passed over: without a "
        "sign of any format that is read here."
    )


def test_one_file_is_said_in_the_singular_and_many_are_counted(folder):
    (folder / "README.md").unlink()
    (folder / "more" / "index.txt").unlink()
    (notice,) = list(passed_over(read_advisories([folder]), [folder]))[-1].records
    assert notice.message == "This file was passed over: without a sign of any format that is read here."
    for number in range(40):
        (folder / f"note {number:02}").write_text(LICENCE)
    (notice,) = list(passed_over(read_advisories([folder]), [folder]))[-1].records
    assert "and 40 others beside it" in notice.message
    assert notice.message.count("note ") == 5


def test_it_stays_a_problem_where_nothing_else_was_read(folder):
    (folder / "more" / "A-1.json").unlink()
    formats, problems = told([folder])
    assert formats == [None, None, None]
    assert {(code, level) for _, code, level in problems} == {("unrecognised_format", Level.ERROR)}


def test_it_stays_a_problem_in_a_folder_of_its_own(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "LICENSE").write_text(LICENCE)
    _, problems = told([folder, other])
    assert problems == [("LICENSE", "passed_over", Level.NOTICE), ("LICENSE", "unrecognised_format", Level.ERROR)]


def test_a_file_that_was_named_is_what_was_asked_for(folder):
    named = folder / "LICENSE"
    assert told([named, folder])[1][0] == ("LICENSE", "unrecognised_format", Level.ERROR)


@pytest.mark.parametrize("content", ["", " \n", DAMAGED])
def test_what_is_empty_or_looks_like_a_format_stays_a_problem(folder, content):
    (folder / "lost.json").write_text(content)
    assert ("lost.json", "passed_over", Level.NOTICE) not in told([folder])[1]
    assert [level for name, _, level in told([folder])[1] if name == "lost.json"] == [Level.ERROR]


def test_members_of_an_archive_and_names_that_are_shortened(folder, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("README", LICENCE)
        archive.writestr("A-1.json", ADVISORY)
    assert told([tmp_path / "all.zip"])[1] == [("all.zip!README", "passed_over", Level.NOTICE)]
    monkeypatch.chdir(folder)
    assert told([Path()])[1] == [("LICENSE", "passed_over", Level.NOTICE)]


def test_inventories_and_findings_are_reports_of_the_same_kind(folder):
    (folder / "requirements.txt").write_text("demo==1.0\n")
    formats, problems = told([folder], read_inventories)
    assert formats.count("requirements") == 1
    assert ("LICENSE", "passed_over", Level.NOTICE) in problems
    assert ("A-1.json", "wrong_format", Level.ERROR) in problems
    assert told([folder], read_paths)[0].count("osv") == 1


def test_records_are_still_read_when_they_are_asked_for(folder):
    (folder / "requirements.txt").write_text("demo==1.0\n")
    first = next(report for report in passed_over(read_inventories([folder]), [folder]) if report.format)
    assert isinstance(next(iter(first.records)), Inventory)
