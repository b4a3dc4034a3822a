"""Where prepared files lie, and of what they are told to be made."""

import os
import time
from pathlib import Path

import pytest

from clearinghouse.records import Level
from clearinghouse.triage.prepared_files import (
    LEFT_BEHIND,
    MOST_BYTES,
    MOST_SMALL,
    SMALL,
    PreparedFiles,
    default_cache,
    fingerprint,
    weight_of,
)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    path = tmp_path / "documents" / "a.json"
    path.write_text("one")
    return path


def test_the_same_documents_have_the_same_fingerprint(document: Path) -> None:
    assert fingerprint([document]) == fingerprint([document])
    assert fingerprint([document.parent]) == fingerprint([document.parent])
    assert fingerprint([document]) != fingerprint([document.parent])


def test_whatever_changes_changes_the_fingerprint(document: Path) -> None:
    folder = document.parent
    seen = [fingerprint([folder])]

    def changed() -> bool:
        seen.append(fingerprint([folder]))
        return seen[-1] is not None and seen[-1] not in seen[:-1]

    os.utime(document, (1, 1))
    assert changed()
    document.write_text("many")
    assert changed()
    (folder / "b.json").write_text("two")
    assert changed()
    (folder / "below").mkdir()
    assert changed()
    (folder / "below" / "c.json").write_text("three")
    assert changed()
    (folder / "link").symlink_to("nowhere")
    assert changed()
    (folder / "b.json").rename(folder / "d.json")
    assert changed()


def test_a_file_that_is_written_to_behind_its_size_and_time_has_changed(document: Path) -> None:
    os.utime(document, ns=(10**18, 10**18))
    before, status = fingerprint([document]), document.stat()
    time.sleep(0.02)  # the clock of a file system goes in steps of some milliseconds
    document.write_text("two")
    os.utime(document, ns=(10**18, 10**18))
    assert (document.stat().st_size, document.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert fingerprint([document]) != before


def test_a_file_in_the_place_of_another_has_changed(document: Path) -> None:
    before, status = fingerprint([document]), document.stat()
    other = document.with_name("other")
    other.write_text("two")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(document)
    assert fingerprint([document]) != before


def test_what_can_be_read_once_has_no_fingerprint(document: Path) -> None:
    pipe = document.with_name("pipe")
    os.mkfifo(pipe)
    assert fingerprint([Path("-")]) is None
    assert fingerprint([document, pipe]) is None
    assert fingerprint([document.with_name("missing")]) is None
    assert fingerprint([Path("a\0b")]) is None
    ours, theirs = os.pipe()
    assert fingerprint([Path(f"/dev/fd/{ours}")]) is None
    os.close(ours)
    os.close(theirs)


def test_the_cache_is_where_the_user_says_and_else_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert default_cache() == Path("/elsewhere/clearinghouse/advisories")
    at_home = Path("/home/somebody/.cache/clearinghouse/advisories")
    for ignored in ("", "relative/path", "./here"):
        monkeypatch.setenv("XDG_CACHE_HOME", ignored)
        assert default_cache() == at_home
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache() == at_home


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert default_cache() is None
    files = PreparedFiles(None)
    assert files.place("key") is None
    assert files.notices == ()
    files.sweep()


def test_folders_that_are_made_are_the_users_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        place = PreparedFiles(tmp_path / "cache" / "clearinghouse" / "advisories").place("key")
    finally:
        os.umask(before)
    assert place is not None
    for folder in list(place.parents)[:3]:
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used_and_that_is_told(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    files = PreparedFiles(tmp_path / "cache")
    assert files.place("key") is None
    (notice,) = files.notices
    assert (notice.code, notice.level, notice.source) == ("cache_not_used", Level.NOTICE, str(tmp_path / "cache"))
    assert "others may write to it" in notice.message


def test_a_folder_of_somebody_else_is_not_used_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    files = PreparedFiles(tmp_path)
    assert files.place("key") is None
    assert ["it belongs to another user" in notice.message for notice in files.notices] == [True]


def test_a_folder_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    files = PreparedFiles(tmp_path / "file" / "cache")
    assert files.place("key") is None
    assert [(each.code, each.level) for each in files.notices] == [("cache_not_used", "notice")]
    assert files.notices[0].message == (
        "Advisories are read anew each time, because it cannot be used (Not a directory)."
    )


def test_the_newest_are_kept_and_what_was_left_behind_is_removed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    files = PreparedFiles(tmp_path)
    for number in range(MOST_SMALL + 3):
        place = files.place(f"{number:032}")
        assert place is not None
        place.write_bytes(b"")
        os.utime(place, (1000 - number, 1000 - number))
    left, fresh, other = tmp_path / ".1.advisories.x.part", tmp_path / ".2.advisories.y.part", tmp_path / "note"
    for path in (left, fresh, other):
        path.write_bytes(b"")
    os.utime(left, (time.time() - LEFT_BEHIND - 60,) * 2)
    os.utime(other, (1, 1))
    files.sweep()
    kept = {f"{number:032}.advisories" for number in range(MOST_SMALL)}
    assert {path.name for path in tmp_path.iterdir()} == kept | {fresh.name, other.name}


def kept_in(folder: Path, sizes: list[int]) -> list[int]:
    """Put files of these sizes there, the first used last; return the numbers of those that are kept."""
    folder.chmod(0o700)
    files = PreparedFiles(folder)
    for number, size in enumerate(sizes):
        place = files.place(f"{number:032}")
        assert place is not None
        with place.open("wb") as file:
            file.truncate(size)  # a hole: it takes no room
        os.utime(place, (1000 - number, 1000 - number))
    files.sweep()
    return sorted(int(path.stem) for path in folder.iterdir())


def test_many_small_ones_never_cost_a_large_one(tmp_path: Path) -> None:
    large = MOST_SMALL + 10
    kept = kept_in(tmp_path, [*[SMALL] * large, SMALL + 1])
    assert kept == [*range(MOST_SMALL), large]


def test_large_ones_are_kept_as_long_as_there_is_room(tmp_path: Path) -> None:
    half = MOST_BYTES // 2
    assert kept_in(tmp_path, [half, half, half, SMALL]) == [0, 1, 3]


def test_the_one_that_was_used_last_is_kept_whatever_its_size(tmp_path: Path) -> None:
    assert kept_in(tmp_path, [MOST_BYTES + 1, SMALL + 1]) == [0]


def test_how_much_there_is_to_read(document: Path) -> None:
    (document.parent / "b.json").write_text("two")
    (document.parent / "link").symlink_to("nowhere")
    assert weight_of([document]) == (1, 3)
    assert weight_of([document.parent]) == (2, 6)
    assert weight_of([document.parent / "absent", Path("-")]) == (0, 0)
