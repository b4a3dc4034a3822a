"""A run that is killed at any moment goes on: nothing is lost or counted twice, and every beginning is accounted for.

The moments are places in the code and not times: the process ends itself there as SIGKILL ends it, before or after
something was written, or with half of it on the disk.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.quiet import WORKING
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.verify import verified
from sums import sum_tasks

PROGRAM = """
import os, signal, sys
from pathlib import Path
from clearinghouse.evaluation.ledger import chain
from clearinghouse.evaluation.running.sealing import statement, writing

where, turn = sys.argv[1], int(sys.argv[2])
turns = 0

def ends():
    os.kill(os.getpid(), signal.SIGKILL)

def due():
    global turns
    turns += 1
    return turns == turn

def before(place, name):
    real = getattr(place, name)
    setattr(place, name, lambda *a, **k: ends() if due() else real(*a, **k))

def after(place, name):
    real = getattr(place, name)
    def whole(*a, **k):
        found = real(*a, **k)
        if due():
            ends()
        return found
    setattr(place, name, whole)

def torn_seal(path, line, *, first=False):
    if due():
        with path.open("xb" if first else "ab") as out:
            out.write(writing.written(line)[:40])
        ends()
    real_append(path, line, first=first)

def torn_begin(self, data, at):
    if due():
        with self.path.open("r+b" if self.path.exists() else "wb") as out:
            out.seek(at)
            out.write(data[:40])
        ends()
    real_write(self, data, at)

def torn_statement(path, data):
    if path.name != "run.json" and due():
        path.with_name(f".{path.name}.{os.getpid()}.part").write_bytes(data[:40])
        ends()
    real_put(path, data)

real_append, real_write, real_put = writing._append, chain.Chain._write, statement.put
match where:
    case "between a log and its head": after(chain.Chain, "_write")
    case "in a line of what began": chain.Chain._write = torn_begin
    case "before a line of seals": before(writing, "_append")
    case "after a line of seals": after(writing, "_append")
    case "in a line of seals": writing._append = torn_seal
    case "in the statement": statement.put = torn_statement

from clearinghouse.cli import run
sys.argv = ["clearinghouse", *sys.argv[3:]]
run()
"""
MOMENTS = [
    ("in a line of what began", 1, 0),
    ("between a log and its head", 1, 1),
    ("before a line of seals", 2, 1),
    ("after a line of seals", 3, 0),
    ("in a line of seals", 3, 1),
    ("in the statement", 1, 0),
]
"""Where, at which turn there, and how many attempts it broke off. Going on, the seals of before are ended first."""


def killed_at(where: str, turn: int, tasks: Path, folder: Path) -> None:
    arguments = ["frontier", "run", "--tasks", str(tasks), "--model", "scripted/expert"]
    arguments += ["--out", str(folder), "--max-samples", "1", "--runners", "1", "--epochs", "3"]
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, where, str(turn), *arguments],
        capture_output=True,
        env={**os.environ, "HOME": str(tasks.parent)},
        cwd=tasks.parent,
        check=False,
    )
    assert found.returncode == -signal.SIGKILL, (where, found)


@pytest.mark.fault
def test_a_run_that_is_killed_again_and_again_goes_on(tmp_path: Path, bench: Bench) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    folder = tmp_path / "out"
    for where, turn, _ in MOMENTS:
        killed_at(where, turn, tmp_path / "tasks", folder)
    wanted = asked(tasks, "scripted/expert", Budget(tokens=2_000_000), epochs=3)
    done = run(tasks, wanted, folder, bench)
    assert (done.is_complete, done.made) == (True, 0), "the last one was killed when all was sealed"
    checked = verified(folder)
    attempts = [each for log in of_run(checked) for each in log.attempts]
    assert {each.ended for each in attempts} == {Ended.SOLVED}
    once = Counter((each.task_id, str(each.epoch)) for each in attempts)
    assert once == {(f"sum-{task}", str(epoch)): 1 for task in range(2) for epoch in (1, 2, 3)}
    began = begun.attempts_in(begun.read(folder, checked.said.run))
    assert checked.said.begun == began.total()
    assert (began - once).total() == sum(broken for _, _, broken in MOMENTS)
    assert not (folder / WORKING).exists()
    assert not [each.name for each in folder.glob(".*") if not each.name.endswith(".lock")]
