"""Reading tasks, and writing them as bytes."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.statistics.sources import Source
from clearinghouse.evaluation.tasks import folder as folders
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.fields import Kind, Proof
from clearinghouse.evaluation.tasks.task import Task, from_files, load, tasks_below
from clearinghouse.sandbox import File

names = st.from_regex(r"\A[a-z]{1,8}(/[a-z]{1,8}){0,2}\Z").filter(lambda name: not name.startswith(("given", "answer")))


def changed(files: dict[str, File], old: str, new: str) -> dict[str, File]:
    text = files["task.toml"].data.decode()
    assert old in text
    return {**files, "task.toml": File(text.replace(old, new).encode())}


def test_what_a_task_says(files: dict[str, File]) -> None:
    task = from_files(files, "here")
    assert (task.id, task.kind, task.human.minutes, task.human.source) == (
        "small-task",
        Kind.TRIAGE,
        2.5,
        Source.ESTIMATE,
    )
    assert task.prompt == "Write tea into answer.txt.\n"
    assert next((each.kind, each.name) for each in task.solutions) == (Proof.REFERENCE, "right")
    assert task.solutions[2].script == "echo coffee > answer.txt\n"
    assert task.below("box") == {"given.txt": File(b"tea\n"), "run.sh": File(b"#!/bin/sh\n", True)}
    assert [each.weight for each in task.steps] == [1.0, 3.0]


def test_folder_and_bytes_are_one_task(files: dict[str, File], tmp_path: Path) -> None:
    task = from_files(files, "here")
    folders.write(tmp_path / "task", task.files)
    assert load(tmp_path / "task") == task == load(tmp_path / "task" / "task.toml")
    assert load(tmp_path / "task").digest == task.digest
    assert (tmp_path / "task" / "box" / "run.sh").stat().st_mode & 0o777 == 0o755
    assert Task.from_bytes(task.to_bytes()) == task
    assert list(tasks_below([tmp_path])) == [tmp_path / "task"] == list(tasks_below([tmp_path / "task"]))
    with pytest.raises(TaskError, match="there already"):
        folders.write(tmp_path / "task", task.files)


@given(st.dictionaries(names, st.tuples(st.binary(max_size=50), st.booleans()), max_size=5))
def test_bytes_give_back_what_they_were_made_of(more: dict[str, tuple[bytes, bool]]) -> None:
    files = {f"box/{name}/end": File(*each) for name, each in more.items()}
    files |= {"task.toml": File(PLAIN.encode()), "p.md": File("täglich".encode()), "oracle/x": File(b"", True)}
    if not more:
        files["box/a"] = File(b"")
    task = from_files(files, "here")
    assert Task.from_bytes(task.to_bytes()) == task
    assert from_files(dict(reversed(files.items())), "there").to_bytes() == task.to_bytes()


PLAIN = """
schema = "clearinghouse task 1"
id = "plain"
title = "Plain"
family = "plain"
domain = "triage"
kind = "triage"
version = 1
prompt = "p.md"
collect = ["a"]
human = { minutes = 1, source = "estimate" }
box = { folder = "box" }
oracle = { folder = "oracle", command = ["true"] }
"""


def test_each_part_shows_in_the_digest(files: dict[str, File]) -> None:
    task = from_files(files, "here")
    others = [
        {**files, "box/given.txt": File(b"milk\n")},
        {**files, "box/given.txt": File(b"tea\n", True)},
        {**files, "box/more.txt": File(b"")},
        {**files, "prompt.md": File(b"Write.\n")},
        changed(files, "2.5", "3"),
    ]
    digests = {from_files(each, "here").digest for each in others} | {task.digest}
    assert len(digests) == len(others) + 1


def test_kit_is_part_of_the_bytes(files: dict[str, File]) -> None:
    files = changed(files, 'command = ["sh", "check.sh"]', 'command = ["sh", "check.sh"]\nkit = 1')
    task = from_files(files, "here")
    assert b"def located" in task.files["oracle/kit.py"].data
    own = {**files, "oracle/kit.py": File(b"# an older one\n")}
    assert from_files(own, "here").files["oracle/kit.py"].data == b"# an older one\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('schema = "clearinghouse task 1"', 'schema = "other"', "schema"),
        ("minutes = 2.5", "minutes = 0", "human.minutes"),
        ("minutes = 2.5", "minutes = 1\nhours = 1", "hours"),
        ('source = "estimate"', 'source = "guess"', "human.source"),
        ('kind = "triage"', 'kind = "riddle"', "kind"),
        ('id = "small-task"', 'id = "Small Task"', "id"),
        ('prompt = "prompt.md"', 'prompt = "../prompt.md"', "prompt"),
        ('prompt = "prompt.md"', 'prompt = "absent.md"', "absent.md is not there"),
        ('collect = ["answer.txt"]', 'collect = ["/etc/passwd"]', "collect"),
        ('collect = ["answer.txt"]', 'collect = ["a", "a"]', "stands twice"),
        ('folder = "box"', 'folder = "none"', "box.folder"),
        ('folder = "box"', 'folder = "box"\nsubject = "box"', "box.subject"),
        ('name = "second"', 'name = "first"', "steps"),
        ('file = "cheats/other.sh"', 'file = "cheats/other.sh"\nscript = "true"', "either a file or a script"),
        ('file = "cheats/other.sh"', 'script = "true"', "belongs to no part"),
        ("[human]", "[human", "task.toml"),
        ("[human]", "a." * 2000 + "b = 1\n[human]", "nested too deeply"),
    ],
)
def test_what_is_wrong_is_named(files: dict[str, File], old: str, new: str, said: str) -> None:
    with pytest.raises(TaskError) as caught:
        from_files(changed(files, old, new), "here")
    assert said in caught.value.what
    assert "here" in caught.value.what


def test_names_of_the_judge_are_not_taken(files: dict[str, File]) -> None:
    for name in ("answer", "given"):
        with pytest.raises(TaskError, match="name that the judge gives"):
            from_files({**files, f"oracle/{name}/x": File(b"")}, "here")


def test_bytes_that_are_no_task(files: dict[str, File]) -> None:
    good = from_files(files, "here").to_bytes()
    for bad in (
        b"",
        b"{}",
        good[:-1],
        good + b" ",
        good.replace(b'"files":', b'"files" :'),
        good.replace(b"dGVh", b"dGV!"),
    ):
        with pytest.raises(TaskError):
            Task.from_bytes(bad)
    out = msgspec.json.decode(good)
    out["files"]["../x"] = {"data": "", "executable": False}
    with pytest.raises(TaskError, match="no path"):
        Task.from_bytes(msgspec.json.encode(out, order="deterministic"))


def test_links_and_strange_files_are_refused(files: dict[str, File], tmp_path: Path) -> None:
    for name, make in {
        "link": lambda path: path.symlink_to("given.txt"),
        "folder-link": lambda path: path.symlink_to(tmp_path),
    }.items():
        place = tmp_path / name / "task"
        place.parent.mkdir()
        folders.write(place, files)
        make(place / "box" / "odd")
        with pytest.raises(TaskError, match="link"):
            load(place)
    with pytest.raises(TaskError, match=r"has no task\.toml"):
        load(tmp_path)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_task_or_a_task_error(data: bytes) -> None:
    with pytest.raises(TaskError):
        Task.from_bytes(data)


@given(st.text(max_size=60), st.integers(0, len(PLAIN)), st.integers(0, 20))
def test_any_change_of_the_text_is_a_task_or_a_task_error(text: str, at: int, cut: int) -> None:
    changed_text = (PLAIN[:at] + text + PLAIN[at + cut :]).encode("utf-8", "surrogatepass")
    files = {"task.toml": File(changed_text), "p.md": File(b""), "oracle/x": File(b""), "box/y": File(b"")}
    try:
        task = from_files(files, "here")
    except TaskError:
        return
    assert Task.from_bytes(task.to_bytes()) == task


def test_several_human_times_and_where_a_task_comes_from() -> None:
    more = """
[[human.other]]
minutes = 5
source = "first_blood"

[human]
minutes = 1
source = "estimate"

[origin]
benchmark = "a-collection"
public_since = 2024-05-01
twin_of = "public-one"
"""
    text = PLAIN.replace('human = { minutes = 1, source = "estimate" }\n', "")
    files = {"p.md": File(b"x"), "oracle/x": File(b""), "box/a": File(b"")}
    task = from_files({**files, "task.toml": File((text + more).encode())}, "here")
    assert [(each.minutes, each.source) for each in task.human.other] == [(5.0, Source.FIRST_BLOOD)]
    assert (task.origin.benchmark, str(task.origin.public_since)) == ("a-collection", "2024-05-01")
    for old, new, says in (
        ('"first_blood"', '"estimate"', "human.other: one name stands twice"),
        ("public-one", "plain", "names the task itself"),
        ("2024-05-01", '"some day"', "public_since"),
    ):
        with pytest.raises(TaskError, match=says):
            from_files({**files, "task.toml": File((text + more).replace(old, new).encode())}, "here")
