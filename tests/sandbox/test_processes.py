"""What processes use is read from ``/proc``, of all that descend from one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.sandbox import processes
from clearinghouse.sandbox.contract import MIB
from clearinghouse.sandbox.processes import Seen, available, children, sample

TREE = """if True:
    import os, sys, threading, time
    held = b"x" * (40 << 20)
    reader, writer = os.pipe()
    for level in range(3):
        child = os.fork()
        if child:
            break
        os.setsid()
        held = held + b"y"
    for _ in range(2): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    os.write(writer, b"x")
    if level == 0 and child:
        for _ in range(4): os.read(reader, 1)
        print("begun", flush=True)
    time.sleep(600)
"""


def started(program: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_all_that_descend_from_one_are_seen() -> None:
    with started(TREE) as child:
        below = [child.pid]
        for _ in range(3):
            below += children(below[-1])
        seen = sample(child.pid)
        for pid in below:
            os.kill(pid, 9)
    assert len(below) == 4
    assert seen.processes == 4 * 3  # each with two threads more
    assert 4 * 40 * MIB <= seen.memory < 4 * 80 * MIB
    assert seen.cpu >= 0


def test_processor_time_is_that_of_all_of_them() -> None:
    program = "import os, time\nif os.fork() == 0:\n while time.process_time() < 0.3: pass\n os._exit(0)\nos.wait()\n"
    with started(program + "print(1, flush=True); time.sleep(600)") as child:
        seen = sample(child.pid)
        child.kill()
    assert seen.cpu >= 0.29
    assert seen.processes == 1


def test_one_that_is_gone_uses_nothing() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
    assert sample(child.pid) == Seen(0, 0, 0.0)
    with pytest.raises(OSError, match="No such"):
        children(child.pid)


def fake(folder: Path, pid: int, below: str, memory: int, name: str = "a") -> None:
    (folder / str(pid) / "task" / str(pid)).mkdir(parents=True)
    (folder / str(pid) / "task" / str(pid) / "children").write_text(below)
    (folder / str(pid) / "status").write_text(f"Name:\t{name}\nThreads:\t2\nRssAnon:\t {memory} kB\nRssShmem:\t 1 kB\n")
    (folder / str(pid) / "stat").write_text(
        f"{pid} ({name}) S " + " ".join(["0"] * 10 + ["100", "50", "25", "25"]) + " 0"
    )


def test_a_name_does_not_change_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    fake(tmp_path, 7, "8 9", 100, name="a) S 9 9 (Threads:\t9")
    fake(tmp_path, 8, "", 10)
    fake(tmp_path, 9, "", 1)
    assert sample(7) == Seen(6, (111 + 3) * 1024, 3 * 200 / os.sysconf("SC_CLK_TCK"))


def test_who_is_missed_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ends while it is looked at leaves what it started to the first process."""
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    fake(tmp_path, 7, "8", 100)
    real, looked = processes._look, []

    def look(pid: int) -> Seen:
        looked.append(pid)
        if pid == 8:
            (tmp_path / "7/task/7/children").write_text("9")
            fake(tmp_path, 9, "", 1000)
        return real(pid)

    monkeypatch.setattr(processes, "_look", look)
    assert sample(7).memory == (100 + 1000 + 2) * 1024
    assert looked == [7, 8, 9]


def test_a_ring_of_processes_comes_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    fake(tmp_path, 7, "8", 1)
    fake(tmp_path, 8, "7", 1)
    assert sample(7).processes == 4


def test_what_this_machine_can_still_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = available()
    assert found is not None
    assert MIB < found < 1 << 50
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert available() is None
    (tmp_path / "meminfo").write_text("MemTotal: 5 kB\nMemAvailable:   3 kB\n")
    assert available() == 3072
    (tmp_path / "meminfo").write_text("MemTotal: 5 kB\n")
    assert available() is None
