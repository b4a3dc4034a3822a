"""What demonstrations that were killed leave behind goes away; nothing else does."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clearinghouse.cli.demo.scratch import PREFIX, remove_leftovers, temporary_folder


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that is over."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def folder(parent: Path, name: str, hours: float = 2) -> Path:
    made = parent / name
    (made / "reports").mkdir(parents=True)
    (made / "reports" / "one.csv").write_text("title\n")
    then = time.time() - hours * 3600
    os.utime(made, (then, then))
    return made


def test_an_old_folder_of_a_dead_process_is_removed(tmp_path, dead):
    left = folder(tmp_path, f"{PREFIX}{dead}-abc_1234")
    remove_leftovers(str(tmp_path))
    assert not left.exists()


def test_what_is_young_alive_or_not_ours_stays(tmp_path, dead):
    stays = [
        folder(tmp_path, f"{PREFIX}{dead}-young", hours=0.5),
        folder(tmp_path, f"{PREFIX}{os.getpid()}-alive"),
        folder(tmp_path, f"{PREFIX}mine"),
        folder(tmp_path, f"{PREFIX}{dead}"),
        folder(tmp_path, f"my-{PREFIX}{dead}-abc"),
    ]
    file = tmp_path / f"{PREFIX}{dead}-file"
    file.write_text("a file, and no folder")
    os.utime(file, (0, 0))
    remove_leftovers(str(tmp_path))
    assert all(each.exists() for each in (*stays, file))


def test_a_link_is_neither_followed_nor_removed(tmp_path, dead):
    mine = folder(tmp_path, "mine")
    link = tmp_path / f"{PREFIX}{dead}-link"
    link.symlink_to(mine)
    os.utime(link, (0, 0), follow_symlinks=False)
    left = folder(tmp_path, f"{PREFIX}{dead}-with_a_link")
    (left / "reports" / "out").symlink_to(mine)
    os.utime(left, (0, 0))
    remove_leftovers(str(tmp_path))
    assert link.is_symlink()
    assert not left.exists()
    assert (mine / "reports" / "one.csv").exists()


def test_a_folder_of_somebody_else_stays(tmp_path, dead, monkeypatch):
    left = folder(tmp_path, f"{PREFIX}{dead}-abc")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    remove_leftovers(str(tmp_path))
    assert left.exists()


def test_without_a_folder_to_look_into_nothing_happens(tmp_path):
    remove_leftovers(str(tmp_path / "missing"))


def test_a_new_folder_is_told_from_a_left_one(tmp_path, dead, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = folder(tmp_path, f"{PREFIX}{dead}-abc")
    with temporary_folder() as made:
        assert Path(made).name.startswith(f"{PREFIX}{os.getpid()}-")
        os.utime(made, (0, 0))
        remove_leftovers(str(tmp_path))
        assert os.listdir(tmp_path) == [Path(made).name]
    assert not left.exists()


def test_a_killed_demonstration_is_cleaned_up_by_the_next(tmp_path):
    start = "from clearinghouse.cli.main import run; run()"
    hang = (
        "import clearinghouse.cli.demo as demo, time\n"
        "demo._run = lambda *_: (print('made', flush=True), time.sleep(60))\n" + start
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    killed = subprocess.Popen([sys.executable, "-c", hang, "demo"], env=environment, stdout=subprocess.PIPE)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"made\n"
    killed.kill()
    killed.wait()
    killed.stdout.close()
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    subprocess.run([sys.executable, "-c", start, "demo"], env=environment, check=True, capture_output=True)
    assert not list(tmp_path.iterdir())
