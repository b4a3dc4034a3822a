"""Seats: the one with the fewest boxes is taken, and what was built once is there for the next attempts."""

from pathlib import Path

import pytest

from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.task import Task, load
from clearinghouse.sandbox import Command
from clearinghouse.sandbox.client import Client
from sums import sum_task

_BUILD = "[['sh', '-c', 'head -c 8 /dev/urandom | od -An -tx1 > /subject/mark']]"


def built(folder: Path, name: str, build: str = _BUILD) -> Task:
    sum_task(folder, name)
    at = folder / name / "task.toml"
    at.write_text(at.read_text().replace('folder = "box"', f'folder = "box"\nbuild = {build}'))
    return load(folder / name)


def mark(runner: Client, box: str | None) -> bytes:
    return runner.run(box, Command(argv=("cat", "/subject/mark"))).stdout


def test_the_emptiest_seat_is_taken(bench: Bench) -> None:
    first, second = bench.take(), bench.take()
    assert first is not second
    bench.give_back(second)
    assert bench.take() is second
    bench.give_back(first)
    bench.give_back(second)


def test_a_subject_is_built_once_and_again_when_its_runner_is_gone(bench: Bench, tmp_path: Path) -> None:
    task = built(tmp_path, "one")
    seat = bench.take()
    with seat.subject(task, task.digest) as box:
        before = mark(seat.runner(), box)
    with seat.subject(task, task.digest) as box:
        assert mark(seat.runner(), box) == before
    seat.kill()
    with seat.subject(task, task.digest) as box:
        assert mark(seat.runner(), box) != before
    bench.give_back(seat)


def test_only_a_few_subjects_are_kept(bench: Bench, tmp_path: Path) -> None:
    tasks = [built(tmp_path, f"task-{each}") for each in range(6)]
    seat = bench.take()
    marks = []
    for task in tasks:
        with seat.subject(task, task.digest) as box:
            marks.append(mark(seat.runner(), box))
    with seat.subject(tasks[5], tasks[5].digest) as box:
        assert mark(seat.runner(), box) == marks[5]
    with seat.subject(tasks[0], tasks[0].digest) as box:
        assert mark(seat.runner(), box) != marks[0]
    bench.give_back(seat)


def test_a_subject_that_cannot_be_built_is_told(bench: Bench, tmp_path: Path) -> None:
    task = built(tmp_path, "broken", "[['false']]")
    seat = bench.take()
    with pytest.raises(UnbuiltError), seat.subject(task, task.digest):
        pass
    bench.give_back(seat)
