"""Files without a sign of any format beside others."""

import json
import zipfile
from pathlib import Path

import pytest

from clearinghouse.formats.passed_over import PassedOver
from clearinghouse.formats.published import read_advisories
from clearinghouse.formats.registry import read_inventories
from clearinghouse.records import Level, Problem

ADVISORY = json.dumps({"id": "A-1", "modified": "2026-01-01T00:00:00Z", "schema_version": "1.0.0", "affected": []})
LICENCE = "Everybody may do whatever they like with this.\n"
DAMAGED = '{"id": "A-2", "modified": "2026-01-01T00:00:00Z", "affected": [{"pack'


def told(paths: list[Path], read=read_advisories) -> list[tuple[str, str, Level]]:
    """What is said, and of which file."""
    return [(Path(each.source).name, each.code, each.level) for each in problems(paths, read)]


def problems(paths: list[Path], read=read_advisories) -> list[Problem]:
    over = PassedOver(paths)
    kept = []
    for report in read(paths):
        if report.format is not None:
            over.read(report.source)
        kept += [each for each in report.records if isinstance(each, Problem) and not over.takes(each)]
    return [*kept, *over.problems()]


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
    (notice,) = problems([folder])
    assert (notice.source, notice.code, notice.level) == (f"{folder}/LICENSE", "passed_over", Level.NOTICE)
    assert notice.message == (
        f"This file and 2 others beside it ({folder}/README.md, {folder}/more/index.txt) were passed over: without a "
        "sign of any format that is read here."
    )


def test_one_file_is_said_in_the_singular_and_many_are_counted(folder):
    (folder / "README.md").unlink()
    (folder / "more" / "index.txt").unlink()
    (notice,) = problems([folder])
    assert notice.message == "This file was passed over: without a sign of any format that is read here."
    for number in range(40):
        (folder / f"note {number:02}").write_text(LICENCE)
    (notice,) = problems([folder])
    assert "and 40 others beside it" in notice.message
    assert notice.message.count("note ") == 5


def test_it_stays_a_problem_where_nothing_else_was_read(folder):
    (folder / "more" / "A-1.json").unlink()
    assert [(code, level) for _, code, level in told([folder])] == [("unrecognised_format", Level.ERROR)] * 3


def test_it_stays_a_problem_in_a_folder_of_its_own(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "LICENSE").write_text(LICENCE)
    assert told([folder, other]) == [
        ("LICENSE", "passed_over", Level.NOTICE),
        ("LICENSE", "unrecognised_format", Level.ERROR),
    ]


def test_a_file_that_was_named_is_what_was_asked_for(folder):
    named = folder / "LICENSE"
    assert told([named, folder])[0] == ("LICENSE", "unrecognised_format", Level.ERROR)


@pytest.mark.parametrize("content", ["", " \n", DAMAGED, '{"what": "else"}', "[]", "<other/>"])
def test_what_is_empty_or_looks_like_something_that_is_read_stays_a_problem(folder, content):
    (folder / "lost.json").write_text(content)
    assert [level for name, _, level in told([folder]) if name == "lost.json"] == [Level.ERROR]


@pytest.mark.parametrize(
    "content", [{"feed": {"id": "x", "entry": [{"id": "a"}]}}, {"canonical_url": "https://x", "publisher": {}}]
)
def test_lists_of_where_documents_are_are_passed_over(folder, content):
    (folder / "list.json").write_text(json.dumps(content))
    assert {level for _, _, level in told([folder])} == {Level.NOTICE}


def test_members_of_an_archive_and_names_that_are_shortened(folder, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("README", LICENCE)
        archive.writestr("A-1.json", ADVISORY)
    assert told([tmp_path / "all.zip"]) == [("all.zip!README", "passed_over", Level.NOTICE)]
    monkeypatch.chdir(folder)
    assert told([Path()]) == [("LICENSE", "passed_over", Level.NOTICE)]


def test_beside_inventories(folder):
    (folder / "requirements.txt").write_text("demo==1.0\n")
    found = told([folder], read_inventories)
    assert ("LICENSE", "passed_over", Level.NOTICE) in found
    assert ("A-1.json", "wrong_format", Level.ERROR) in found
