"""Tasks that take a moment: add up three numbers. Their human times are invented."""

from collections.abc import Sequence
from pathlib import Path

from clearinghouse.evaluation.tasks.task import Task, load

_TOML = """\
schema = "clearinghouse task 1"
id = "{name}"
title = "A sum"
family = "{family}"
domain = "triage"
kind = "triage"
version = 1
prompt = "prompt.md"
collect = ["answer.txt"]
[human]
minutes = {minutes}
source = "estimate"
[box]
folder = "box"
[oracle]
folder = "oracle"
command = ["sh", "check.sh"]
[[solution]]
kind = "reference"
name = "sums"
script = "{before}echo 6 > answer.txt"
[[solution]]
kind = "null"
name = "nothing"
script = "{before}true"
[[solution]]
kind = "cheat"
name = "zero"
script = "echo 0 > answer.txt"
{more}
"""
_CHECK = "grep -qx 6 answer/answer.txt 2>/dev/null && { echo right; exit 0; }; echo wrong; exit 1\n"


def sum_task(
    folder: Path,
    name: str,
    minutes: float = 1.0,
    family: str = "sums",
    *,
    before: str = "",
    check: str = _CHECK,
    more: str = "",
) -> Task:
    """Write a task into a folder, and load it."""
    at = folder / name
    for each in ("box", "oracle"):
        (at / each).mkdir(parents=True)
    (at / "prompt.md").write_text("Write the sum of the numbers in numbers.txt to answer.txt.\n")
    (at / "box" / "numbers.txt").write_text("1\n2\n3\n")
    (at / "oracle" / "check.sh").write_text(check)
    (at / "task.toml").write_text(_TOML.format(name=name, family=family, minutes=minutes, before=before, more=more))
    return load(at)


def sum_tasks(folder: Path, minutes: Sequence[float], families: int = 2, **more: str) -> list[Task]:
    """Write as many tasks as there are human times."""
    return [sum_task(folder, f"sum-{at}", each, f"sums-{at % families}", **more) for at, each in enumerate(minutes)]
