"""Control groups: version 1 is real where this machine has it, version 2 real as far as it can be had.

A hierarchy of version 2 with controllers cannot be had beside one of version 1. There, its files are those of a folder
that behaves as one where it matters: they can be written and read. That the kernel holds what they say is not shown.
"""

import errno
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxed import comes
from clearinghouse.sandbox import Limits, group_folders, groups
from clearinghouse.sandbox.contract import MIB
from clearinghouse.sandbox.group_folders import PREFIX, Folder, sweep

LIMITS = Limits(memory=64 * MIB, processes=7)


@pytest.fixture
def hierarchy() -> Iterator[Path]:
    """A group of its own in a real hierarchy of version 1 that counts processes."""
    root = Path("/sys/fs/cgroup/pids")
    path = root / f"test-{secrets.token_hex(8)}"
    try:
        path.mkdir()
    except OSError as error:
        pytest.skip(f"No group can be made below {root}: {os.strerror(error.errno or 0)}")
    yield path
    for each in path.iterdir():
        if each.is_dir():
            each.rmdir()
    path.rmdir()


@pytest.fixture
def real() -> groups.Groups:
    """The groups of this machine."""
    found = groups.find()
    if found.name == "sampling":
        pytest.skip("This machine lets nobody make control groups: none was tried")
    return found


def child_in(group: groups.Group, program: str) -> subprocess.Popen[bytes]:
    """Start a program in a group, and return once it has said something."""
    argv = [sys.executable, "-c", program]
    started = subprocess.Popen(argv, stdout=subprocess.PIPE, preexec_fn=group.enter)  # noqa: PLW1509 - one thread
    assert started.stdout is not None
    started.stdout.readline()
    return started


def ended(child: subprocess.Popen[bytes]) -> int:
    with child:
        return child.wait(60)


def test_what_the_kernel_counts(real: groups.Groups) -> None:
    group = real.make(Limits(memory=256 * MIB, processes=20))
    assert group.usage().killed == 0
    ended(child_in(group, "a = b'x' * (50 << 20); print(sum(range(10**6)))"))
    usage = group.usage()
    assert usage.memory is not None
    assert 40 * MIB < usage.memory < 256 * MIB
    assert usage.cpu is not None
    assert usage.cpu > 0
    group.end()
    assert group.usage().memory is None


def test_what_the_kernel_holds(real: groups.Groups) -> None:
    group = real.make(LIMITS)
    assert ended(child_in(group, "print(1, flush=True); a = [bytearray(b'x' * (1 << 20)) for _ in range(200)]")) == -9
    assert group.usage().killed == 1
    many = "import os\nprint(1, flush=True)\nfor _ in range(20):\n if os.fork() == 0: __import__('time').sleep(60)"
    assert ended(child_in(group, many)) == 1
    assert group.usage().refused >= 1
    group.end()


def test_what_is_in_a_group_ends_with_it(real: groups.Groups) -> None:
    group = real.make(LIMITS)
    program = "import os, time\nfor _ in range(2): os.fork()\nos.setsid()\nprint(1, flush=True); time.sleep(600)"
    child = child_in(group, program)
    group.end()
    assert ended(child) == -signal.SIGKILL
    group.end()


def test_a_group_of_version_2_that_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without controllers, but the kernel's: entering, ending, removing."""
    own = groups._own("cgroup2", "")
    if own is None:
        pytest.skip("There is no hierarchy of version 2 here: it was tried with folders only")
    try:
        folder = Folder.make(own)
    except OSError as error:
        pytest.skip(f"No group can be made below {own}: {os.strerror(error.errno or 0)}")
    group = groups._SecondGroup(folder)
    child = child_in(group, "import os, time; os.fork(); os.setsid(); print(1, flush=True); time.sleep(600)")
    assert child.pid in folder.members()
    group.end()
    assert ended(child) == -signal.SIGKILL
    assert not folder.path.exists()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a hierarchy of version 2, of which ``/system/unit`` is the group of this process."""
    root = tmp_path / "cgroup"
    own = root / "unit"
    own.mkdir(parents=True)
    (own / "cgroup.controllers").write_text("cpu io memory pids\n")
    proc = tmp_path / "self"
    proc.mkdir()
    (proc / "cgroup").write_text("0::/system/unit\n")
    (proc / "mountinfo").write_text(
        f"20 1 0:5 / /proc rw - proc proc rw\n30 1 0:6 /system {root} rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    monkeypatch.setattr(groups, "_SELF", proc)
    monkeypatch.setattr(group_folders, "_PATIENCE", 0.0)
    return own


def test_version_2_stands_beside_a_leaf_of_its_own(tree: Path) -> None:
    found = groups._second()
    assert found is not None
    assert found.name == "cgroup-v2"
    assert (tree / "runner" / "cgroup.procs").read_text() == "0"
    assert (tree / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    group = found.make(LIMITS)
    (made,) = tree.glob(PREFIX + "*")
    said = {each.name: each.read_text() for each in made.iterdir()}
    assert said == {
        "memory.max": str(64 * MIB),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "7",
    }
    (made / "memory.peak").write_text("4096\n")
    (made / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    (made / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    (made / "pids.events").write_text("max 3\n")
    assert group.usage() == groups.Usage(4096, 1.5, 2, 3)
    group.enter()
    assert (made / "cgroup.procs").read_text() == "0"
    (made / "cgroup.procs").write_text("0\n1\n")  # of another name space, and the first one: nobody is to be killed
    group.end()
    assert (made / "cgroup.kill").read_text() == "1"


def test_version_2_where_the_leaf_is_already_this_processes_group(tree: Path) -> None:
    (tree / "runner").mkdir()
    (tree / "runner" / "cgroup.controllers").write_text("memory pids\n")
    (tree.parent.parent / "self" / "cgroup").write_text("0::/system/unit/runner\n")
    assert groups._second() is not None
    assert (tree / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert not (tree / "runner" / "runner").exists()


@pytest.mark.parametrize("controllers", ["", "cpu io", "memory"])
def test_version_2_without_what_is_needed_is_none(tree: Path, controllers: str) -> None:
    (tree / "cgroup.controllers").write_text(controllers)
    assert groups._second() is None
    assert not (tree / "runner").exists()


def test_where_there_is_nothing_processes_are_sampled(tree: Path) -> None:
    (tree.parent.parent / "self" / "cgroup").write_text("")
    found = groups.find()
    assert found.name == "sampling"
    found.sweep()
    group = found.make(LIMITS)
    group.enter()
    assert group.usage() == groups.Usage()
    group.end()


@pytest.mark.parametrize(
    ("root", "path", "below"),
    [
        ("/", "/", ""),
        ("/", "/a/b", "a/b"),
        ("/a", "/a/b", "b"),
        ("/a/b", "/a/b", ""),
        ("/docker/x", "/", ""),
        ("/", "/../..", ""),
        ("/", "/gone/away", ""),
    ],
)
def test_the_group_of_this_process_among_mounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str, path: str, below: str
) -> None:
    (tmp_path / "pids" / "a" / "b").mkdir(parents=True)
    (tmp_path / "pids" / "b").mkdir()
    (tmp_path / "cgroup").write_text(f"9:name=systemd:/z\n8:cpu,pids:{path}\n0::/y\n")
    (tmp_path / "mountinfo").write_text(
        f"30 1 0:6 {root} {tmp_path}/pids rw - cgroup cgroup rw,pids\n".replace("rw -", "rw,pids -")
    )
    monkeypatch.setattr(groups, "_SELF", tmp_path)
    assert groups._own("cgroup", "pids") == (tmp_path / "pids" / below if below else tmp_path / "pids")
    assert groups._own("cgroup", "memory") is None


DIES = """if True:
    import os, sys, time
    from pathlib import Path
    from clearinghouse.sandbox.group_folders import Folder
    folders = [Folder.make(Path(sys.argv[1])) for _ in range(3)]
    print(*[each.path.name for each in folders], flush=True)
    if sys.argv[2] == "full":
        if os.fork() == 0:
            folders[0].write("cgroup.procs", 0)
            print(os.getpid(), flush=True)
        time.sleep(600)
    time.sleep(600)
"""


def test_groups_of_a_runner_that_was_killed_are_removed(hierarchy: Path) -> None:
    living = Folder.make(hierarchy)
    other = hierarchy / "clearinghouse-of-somebody-else"
    other.mkdir()
    with subprocess.Popen([sys.executable, "-c", DIES, str(hierarchy), ""], stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        names = set(runner.stdout.readline().decode().split())
        sweep(hierarchy)
        assert names < {each.name for each in hierarchy.iterdir() if each.is_dir()}
        runner.kill()
    comes(lambda: _swept(hierarchy, names), "they are removed")
    assert living.path.exists()
    assert other.exists()
    living.remove()
    assert not living.path.exists()


def _swept(hierarchy: Path, names: set[str]) -> bool:
    sweep(hierarchy)
    return not names & {each.name for each in hierarchy.iterdir()}


def test_a_group_with_a_process_stays(hierarchy: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", DIES, str(hierarchy), "full"], stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        names = runner.stdout.readline().decode().split()
        inside = int(runner.stdout.readline())
        runner.kill()
        runner.wait()
        # the lock is the child's as well, and so is what the kernel says: there is a process in it
        sweep(hierarchy)
        assert (hierarchy / names[0]).exists()
        assert (hierarchy / names[0] / "cgroup.procs").read_text().split() == [str(inside)]
        os.kill(inside, signal.SIGKILL)
    comes(lambda: _swept(hierarchy, set(names)), "they are removed")


RACES = """if True:
    import sys
    from pathlib import Path
    from clearinghouse.sandbox.group_folders import Folder, sweep
    print("begun", flush=True)
    for _ in range(300):
        if sys.argv[2] == "sweep":
            sweep(Path(sys.argv[1]))
        else:
            folder = Folder.make(Path(sys.argv[1]))
            folder.write("pids.max", 5)
            folder.write("cgroup.procs", 0)
            (Path(sys.argv[1]) / "cgroup.procs").write_text("0")
            folder.remove()
"""


def test_who_makes_groups_and_who_sweeps_do_not_harm_each_other(hierarchy: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", RACES, str(hierarchy), each], stderr=subprocess.PIPE)
        for each in ("make", "sweep", "make", "sweep")
    ]
    for each in started:
        with each:
            assert each.stderr is not None
            assert each.stderr.read() == b""
            assert each.wait(60) == 0
    assert [each.name for each in hierarchy.iterdir() if each.is_dir()] == []


def test_a_group_that_is_swept_between_two_steps_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, taken = group_folders._locked, []

    def swept(path: Path) -> int | None:
        if len(taken) < 3:
            taken.append(path)
            path.rmdir()
        return real(path)

    monkeypatch.setattr(group_folders, "_locked", swept)
    folder = Folder.make(tmp_path)
    assert folder.path.is_dir()
    assert folder.path not in taken
    folder.remove()
    monkeypatch.setattr(group_folders, "_locked", lambda path: None)
    with pytest.raises(OSError, match="no group stays"):
        Folder.make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_killed_who_cannot_be_named(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text(f"0\n1\n-1\n{os.getpid()}\n77777\n")
    assert Folder(tmp_path).members() == [77777]
    (tmp_path / "cgroup.procs").write_text("\nx\n")
    assert Folder(tmp_path).members() == []
    assert Folder(tmp_path / "gone").number("pids.max") is None
    assert Folder(tmp_path / "gone").table("pids.events") == {}
    with pytest.raises(OSError, match=os.strerror(errno.ENOENT)):
        Folder(tmp_path / "gone").write("pids.max", 1)
