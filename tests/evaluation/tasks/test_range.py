"""A range: hosts beside the agent's box, texts that are fresh in every attempt, and what is no range."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxed import needs_boxes, runner
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.judge import judge
from clearinghouse.evaluation.tasks.place import prepared
from clearinghouse.evaluation.tasks.task import Task, from_files, load
from clearinghouse.sandbox import File
from clearinghouse.sandbox.client import Client

needs_boxes()

FOLDER = Path(__file__).parents[3] / "examples/frontier/pack/range-desk-and-vault"


@pytest.fixture(scope="module")
def task() -> Task:
    return load(FOLDER)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with runner() as client:
        yield client


def test_texts_are_fresh_in_every_attempt_and_one_of_another_attempt_is_none(task: Task, client: Client) -> None:
    reference = task.solutions[0].script
    with prepared(task, client) as first:
        first.run("bash", "-c", reference)
        left = first.collected()
    with prepared(task, client) as second:
        fresh = second.collected()
    assert {"desk:banner.txt", "desk:room.txt", "vault:sealed.txt", "answer.json"} == set(left)
    assert all(left[name] != text for name, text in fresh.items())
    assert judge(task, left, client).solved is True
    assert judge(task, {**fresh, "answer.json": left["answer.json"]}, client).steps == ()


def test_steps_are_told_one_by_one(task: Task, client: Client) -> None:
    with prepared(task, client) as place:
        place.run("sh", "-c", 'b=$(python3 ask.py http://desk:8080/); echo "{}" > none; echo $b > banner')
        place.run("sh", "-c", 'printf \'{"banner": "%s", "room": "", "sealed": ""}\' $(cat banner) > answer.json')
        judged = judge(task, place.collected(), client)
    assert (judged.solved, judged.steps) == (False, ("banner",))


@pytest.mark.parametrize(
    ("found", "instead", "says"),
    [
        ('kind = "range"', 'kind = "triage"', "only a range has hosts"),
        ('links = ["desk"]', 'links = ["nowhere"]', "the link of vault to 'nowhere'"),
        ('links = ["desk"]', 'links = ["vault"]', "the link of vault to 'vault'"),
        ('folder = "vault"', 'folder = "safe"', "there is no file below safe"),
        ('name = "vault"', 'name = "desk"', "these hosts make no range"),
        ('name = "vault"', 'name = "agent"', "a box that there is anyway"),
        ('name = "vault"', 'name = "localhost"', "a box that there is anyway"),
        ('fresh = ["sealed.txt"]', 'fresh = ["../sealed.txt"]', "is no path below the folder"),
        ('fresh = ["sealed.txt"]', 'fresh = ["a"]\ncollect = ["a"]', "name it once|need not be collected"),
    ],
)
def test_what_is_no_range(task: Task, found: str, instead: str, says: str) -> None:
    written = task.files["task.toml"].data.decode()
    assert found in written
    files = {**task.files, "task.toml": File(written.replace(found, instead).encode())}
    with pytest.raises(TaskError) as error:
        from_files(files, "a task")
    assert re.search(says, error.value.what)
