"""Advisories are read once, and again when one of the documents changes."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from clearinghouse.formats.inputs import NothingToReadError
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder, IndexFileError
from clearinghouse.records import ClearinghouseError
from clearinghouse.triage.prepared import Published, published
from clearinghouse.triage.prepared_files import MOST_SMALL

CVE = """{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-1000","state":"PUBLISHED"},
"containers":{"cna":{"affected":[{"vendor":"v","product":"p","versions":[{"version":"1.0","status":"affected"}]}],
"descriptions":[{"lang":"en","value":"d"}]}}}"""
PACKAGES = 120


def osv(name: str, package: str = "demo") -> str:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges}]
    return json.dumps(
        {"id": name, "modified": "2026-01-01T00:00:00Z", "aliases": [f"CVE-2099-{name}"], "affected": affected}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "advisories"
    made.mkdir()
    (made / "a.json").write_text(osv("A-1"))
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


class Reading:
    """Reads what a folder publishes, and knows whether that was read or opened."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.read = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, *paths: Path) -> Published:
        return published(paths, self._notice, cache=self.cache)

    def _notice(self, source: str, count: int) -> None:
        self.read += 1
        self.meanwhile()

    @property
    def files(self) -> list[Path]:
        """Everything that lies in the cache."""
        return sorted(self.cache.iterdir()) if self.cache.exists() else []


@pytest.fixture
def reading(cache: Path) -> Reading:
    return Reading(cache)


def test_a_prepared_file_is_used_and_its_problems_are_told_again(folder: Path, reading: Reading) -> None:
    (folder / "note.txt").write_text("nothing of the kind")
    first = reading(folder)
    assert reading.read == 1
    second = reading(folder)
    assert reading.read == 1  # nothing was read
    assert first.problems == second.problems
    assert [problem.code for problem in second.problems] == ["passed_over"]
    assert [entry.advisory for entry in second.index.entries("PyPI", "demo")] == ["A-1"]
    assert second.documents == 1
    assert len(reading.files) == 1


def test_the_file_and_its_folder_are_the_users_alone(folder: Path, reading: Reading) -> None:
    reading(folder)
    assert reading.cache.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in reading.files] == [0o600]


def test_the_file_is_on_the_disk_before_it_has_its_name(
    folder: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        synced.append(len(list(reading.cache.glob("*.advisories"))))
        fsync(handle)

    monkeypatch.setattr("os.fsync", noted)
    reading(folder)
    assert synced == [0, 1]  # the file, and then the folder


def test_a_document_that_changed_is_read_again(folder: Path, reading: Reading) -> None:
    reading(folder)
    (folder / "a.json").write_text(osv("A-22"))
    found = reading(folder)
    assert reading.read == 2
    assert [entry.advisory for entry in found.index.entries("PyPI", "demo")] == ["A-22"]


def test_what_changes_while_it_is_read_is_not_kept(folder: Path, reading: Reading) -> None:
    reading.meanwhile = lambda: (folder / "a.json").write_text(osv("A-333"))
    first = reading(folder)
    assert len(first.index) == 1  # what was read is used, this once
    assert reading.files == []
    reading.meanwhile = lambda: None
    second = reading(folder)
    assert [entry.advisory for entry in second.index.entries("PyPI", "demo")] == ["A-333"]
    assert len(reading.files) == 1


def test_what_comes_through_a_pipe_is_not_kept(folder: Path, reading: Reading) -> None:
    ours, theirs = os.pipe()
    with subprocess.Popen(["cat", folder / "a.json"], stdout=theirs):
        os.close(theirs)
        found = reading(Path(f"/dev/fd/{ours}"))
    os.close(ours)
    assert len(found.index) == 1
    assert reading.files == []


def test_a_folder_to_which_others_may_write_is_not_used(folder: Path, reading: Reading) -> None:
    reading(folder)
    (made,) = reading.files
    reading.cache.chmod(0o777)
    found = reading(folder)
    assert reading.read == 2  # the file in it is not believed
    assert [problem.code for problem in found.problems] == ["cache_not_used"]
    assert not found.needs_attention
    assert reading.files == [made]
    assert len(found.index) == 1


def test_without_a_home_everything_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert len(published([folder], lambda source, count: None).index) == 1


def test_a_disk_that_is_full_costs_only_the_prepared_file(
    folder: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).parent == reading.cache:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("os.replace", full)
    found = reading(folder)
    assert len(found.index) == 1
    assert reading.files == []
    assert [(each.code, each.source) for each in found.problems] == [("cache_not_used", str(reading.cache))]
    assert "(No space left on device)" in found.problems[0].message
    assert not found.needs_attention


def test_where_nothing_can_be_written_at_all_the_folder_is_named(
    folder: Path, reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(IndexBuilder, "write", full)
    with pytest.raises(ClearinghouseError) as raised:
        reading(folder)
    assert raised.value.what == f"the index of advisories cannot be written to {tmp_path}: database or disk is full"


def answers(found: Published) -> list[object]:
    """Everything that can be asked of the index of :func:`large`."""
    index = found.index
    return [
        len(index),
        index.coverage,
        found.problems,
        found.documents,
        [index.entries("PyPI", f"demo-{number}") for number in range(PACKAGES)],
        [index.advisory(f"A-{number}") for number in range(PACKAGES)],
        [index.named(f"CVE-2099-A-{number}") for number in range(PACKAGES)],
        index.products.names,
        [index.products.fetch(number) for number in range(len(index.products.names))],
        list(index.products.described("CVE-2099-1000")),
    ]


@pytest.fixture
def large(folder: Path) -> Path:
    """Advisories whose index has many pages."""
    for number in range(PACKAGES):
        (folder / f"{number}.json").write_text(osv(f"A-{number}", f"demo-{number}"))
    (folder / "cve.json").write_text(CVE)
    return folder


def test_wherever_a_prepared_file_is_damaged_the_answer_is_the_same(large: Path, reading: Reading) -> None:
    expected = answers(reading(large))
    (prepared,) = reading.files
    whole = prepared.read_bytes()
    rng = random.Random(1)
    places = [*range(0, 108, 9), *range(108, len(whole), len(whole) // 20), *rng.sample(range(len(whole)), 10)]
    for times, place in enumerate(places, 1):
        changed = bytearray(whole)
        changed[place] ^= rng.randrange(1, 256)
        prepared.write_bytes(changed)
        assert answers(reading(large)) == expected
        assert reading.read == 1 + times  # it was made anew
        assert prepared.read_bytes() == whole


@pytest.mark.parametrize("content", [b"", b"broken", b"SQLite format 3\0", bytes(8192)])
def test_a_prepared_file_that_is_none_is_made_anew(large: Path, reading: Reading, content: bytes) -> None:
    expected = answers(reading(large))
    (prepared,) = reading.files
    for changed in (content, prepared.read_bytes()[: len(content) + 5000]):
        prepared.write_bytes(changed)
        assert answers(reading(large)) == expected


def test_a_prepared_file_that_is_damaged_while_it_is_used_is_made_anew(large: Path, reading: Reading) -> None:
    expected = answers(reading(large))
    (prepared,) = reading.files
    whole = prepared.read_bytes()
    for size in (4096, 8192, 20_000):
        found = reading(large)
        os.truncate(prepared, size)
        assert answers(found) == expected
        assert prepared.read_bytes() == whole
        assert answers(reading(large)) == expected


def test_damage_is_told_where_the_documents_changed_meanwhile(large: Path, reading: Reading) -> None:
    reading(large)
    found = reading(large)
    os.truncate(reading.files[0], 4096)
    (large / "a.json").write_text(osv("A-4444"))
    with pytest.raises(IndexFileError, match="was damaged while it was used") as error:
        found.index.entries("PyPI", "demo-7")
    assert error.value.remedy == "run it again"


def test_a_file_of_another_layout_is_made_anew(large: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(reading(large))
    (prepared,) = reading.files
    with sqlite3.connect(prepared) as database:
        database.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")
    database.close()
    assert answers(reading(large)) == expected


def test_old_prepared_files_are_forgotten_and_used_ones_are_not(folder: Path, tmp_path: Path, reading: Reading) -> None:
    used = tmp_path / "used.json"
    used.write_text(osv("U-1"))
    reading(used)
    (kept,) = reading.files
    for number in range(MOST_SMALL + 3):
        (folder / "a.json").write_text(osv(f"A-{number}"))
        os.utime(kept, (1, 1))
        reading(used)  # which makes it the newest
        reading(folder)
    assert len(reading.files) == MOST_SMALL
    assert kept in reading.files
    assert reading.read == 1 + MOST_SMALL + 3


def test_nothing_to_read(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToReadError):
        reading(tmp_path / "empty")


KILLED = """
import os, signal, sys
from pathlib import Path
from clearinghouse.triage.prepared import published
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
published([Path(sys.argv[1])], lambda source, count: None, cache=Path(sys.argv[2]))
"""


def test_a_run_that_is_killed_leaves_no_prepared_file(folder: Path, reading: Reading) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, folder, reading.cache], check=False)
    assert done.returncode == -9
    assert [file.name[:1] for file in reading.files] == ["."]
    assert len(reading(folder).index) == 1
    assert reading.read == 1


@pytest.mark.data
def test_one_process_and_two_prepare_the_same_file(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On all real advisories; who does what is left to chance."""
    paths = [data / "advisories" / name for name in ("pypa", "go", "bitnami", "rustsec", "retirejs")]
    made = []
    for processes in ("1", "2"):
        monkeypatch.setenv("CLEARINGHOUSE_PROCESSES", processes)
        reading = Reading(tmp_path / processes)
        reading(*paths).index.close()
        made += [file.read_bytes() for file in reading.files]
    assert made[0] == made[1]
    assert len(AdvisoryIndex(reading.files[0])) > 15_000


def test_that_much_is_read_is_told_before_it_is_read(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, bool]] = []

    def read() -> None:
        published([folder], lambda source, count: None, cache=cache, preparing=lambda *said: told.append(said))

    monkeypatch.setattr("clearinghouse.triage.prepared.MUCH", 0)
    read()
    assert told == [(1, True)]
    read()
    assert told == [(1, True)]  # nothing was read


def test_a_little_is_read_without_a_word(folder: Path, cache: Path) -> None:
    told: list[object] = []
    published([folder], lambda source, count: None, cache=cache, preparing=lambda *said: told.append(said))
    assert told == []
