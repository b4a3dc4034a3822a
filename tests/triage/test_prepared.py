"""Advisories are read once, and again when one of the documents changes."""

import json
import os
from pathlib import Path

import pytest

from clearinghouse.triage.intake import NothingToReadError
from clearinghouse.triage.prepared import MOST_KEPT, Published, fingerprint, published


def osv(name: str) -> str:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": "demo"}, "ranges": ranges}]
    return json.dumps({"id": name, "modified": "2026-01-01T00:00:00Z", "affected": affected})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "advisories"
    made.mkdir()
    (made / "a.json").write_text(osv("A-1"))
    return made


def read(folder: Path, cache: Path) -> Published:
    return published([folder], lambda source, count: None, cache=cache)


def test_the_same_documents_have_the_same_fingerprint(folder: Path) -> None:
    assert fingerprint([folder]) == fingerprint([folder])
    before = fingerprint([folder])
    os.utime(folder / "a.json", (1, 1))
    changed = fingerprint([folder])
    (folder / "b.json").write_text(osv("B-1"))
    assert len({before, changed, fingerprint([folder])}) == 3
    assert fingerprint([Path("-")]) is None
    assert fingerprint([folder / "missing"]) is None


def test_a_prepared_file_is_used_and_its_problems_are_told_again(folder: Path, tmp_path: Path) -> None:
    (folder / "note.txt").write_text("nothing of the kind")
    first = read(folder, tmp_path / "cache")
    second = read(folder, tmp_path / "cache")
    assert first.problems == second.problems
    assert [problem.code for problem in second.problems] == ["unrecognised_format"]
    assert len(second.index) == 1
    assert second.documents == 1
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_prepared_file_that_is_broken_is_made_anew(folder: Path, tmp_path: Path) -> None:
    read(folder, tmp_path / "cache").index.close()
    (prepared,) = (tmp_path / "cache").iterdir()
    prepared.write_bytes(b"broken")
    assert len(read(folder, tmp_path / "cache").index) == 1


def test_old_prepared_files_are_forgotten(folder: Path, tmp_path: Path) -> None:
    for number in range(MOST_KEPT + 3):
        (folder / "a.json").write_text(osv(f"A-{number}"))
        os.utime(folder / "a.json", (number, number))
        read(folder, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == MOST_KEPT


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToReadError):
        read(tmp_path / "empty", tmp_path / "cache")
