"""Places, judges and their check, in boxes."""

import pytest

from clearinghouse.evaluation.tasks.check import check
from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.judge import judge
from clearinghouse.evaluation.tasks.place import LARGEST_ANSWER, built, prepared
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.sandbox import File
from clearinghouse.sandbox.client import Client


def changed(files: dict[str, File], old: str, new: str) -> Task:
    text = files["task.toml"].data.decode()
    assert old in text
    return from_files({**files, "task.toml": File(text.replace(old, new).encode())}, "here")


def with_check(files: dict[str, File], text: str) -> Task:
    return from_files({**files, "oracle/check.sh": File(text.encode())}, "here")


def test_solved_with_steps_and_words(files: dict[str, File], runner: Client) -> None:
    task = from_files(files, "here")
    assert judge(task, {"answer.txt": b"tea"}, runner) == (True, ("second",), "there is tea", "")
    assert judge(task, {"answer.txt": b"milk"}, runner) == (False, (), "no tea", "")
    assert judge(task, {}, runner).solved is False
    assert judge(task, {"check.sh": b"exit 0", "other.txt": b"tea"}, runner).solved is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exit 2", "exit code 2"),
        ("kill -9 $$", "the oracle failed"),
        ("no-such-program", "exit code 127"),
        ('echo \'{"steps": ["third"]}\' > steps.json', "steps that the task does not have"),
        ("echo broken > steps.json", "steps that the task does not have"),
        ("ln -s /etc/passwd steps.json", "steps that the task does not have"),
    ],
)
def test_failed_oracle_says_nothing_of_the_agent(files: dict[str, File], runner: Client, text: str, said: str) -> None:
    found = judge(with_check(files, text), {"answer.txt": b"tea"}, runner)
    assert found.solved is None
    assert said in found.words


def test_oracle_that_never_ends(files: dict[str, File], runner: Client) -> None:
    task = changed(files, 'command = ["sh", "check.sh"]', 'command = ["sleep", "60"]\n[oracle.limits]\nseconds = 0.2')
    assert judge(task, {}, runner).solved is None


def test_oracle_has_what_was_given_as_it_was(files: dict[str, File], runner: Client) -> None:
    task = with_check(files, "cat given/given.txt answer/answer.txt; test -x given/run.sh")
    assert judge(task, {"answer.txt": b"milk"}, runner) == (True, (), "tea milk", "")


def test_agent_never_meets_the_oracle(files: dict[str, File], runner: Client) -> None:
    with prepared(from_files(files, "here"), runner) as place:
        seen = place.run("sh", "-c", "find / -name check.sh -not -path '/proc/*' 2>/dev/null; ls /work /subject").stdout
    assert b"check" not in seen
    assert b"given.txt" in seen


def test_only_plain_files_are_collected(files: dict[str, File], runner: Client) -> None:
    task = changed(
        files, 'collect = ["answer.txt"]', 'collect = ["answer.txt", "link", "folder", "pipe", "large", "in/way"]'
    )
    script = "echo tea > answer.txt; ln -s answer.txt link; mkdir folder; mkfifo pipe; ln -s /etc in;"
    script += f"head -c {LARGEST_ANSWER + 1} /dev/zero > large"
    with prepared(task, runner) as place:
        assert place.run("bash", "-c", script).code == 0
        assert place.collected() == {"answer.txt": b"tea\n"}


def test_subject_is_built_once_and_cannot_be_changed(files: dict[str, File], runner: Client) -> None:
    files = {**files, "subject/make.sh": File(b"echo built >> /subject/it")}
    task = changed(files, 'folder = "box"', 'folder = "box"\nsubject = "subject"\nbuild = [["sh", "make.sh"]]')
    task = with_check(task.files, "cat /subject/it; test ! -e make.sh")
    with built(task, runner) as over:
        for _ in range(2):
            with prepared(task, runner, over=over) as place:
                assert place.run("cat", "/subject/it").stdout == b"built\n"
                assert place.run("sh", "-c", "echo more >> /subject/it").code != 0
        assert judge(task, {}, runner, over=over) == (True, (), "built", "")
    assert judge(task, {}, runner) == (True, (), "built", "")


def test_subject_that_cannot_be_built(files: dict[str, File], runner: Client) -> None:
    files = {**files, "subject/make.sh": File(b"echo no compiler >&2; exit 4")}
    task = changed(files, 'folder = "box"', 'folder = "box"\nsubject = "subject"\nbuild = [["sh", "make.sh"]]')
    with pytest.raises(UnbuiltError, match="no compiler"), prepared(task, runner):
        pass
    assert judge(task, {}, runner).solved is None
    assert "no compiler" in check(task, runner).wrong[0]


def test_a_crash_is_no_verdict_and_no_way_to_lose_an_attempt(files: dict[str, File], runner: Client) -> None:
    crash = "echo 'Traceback (most recent call last):' >&2; echo \"KeyError: 'tea'\" >&2; exit 1"
    check_ = f"grep -q tea answer/answer.txt 2>/dev/null && exit 0; {crash}"
    found = judge(with_check(files, check_), {"answer.txt": b"odd"}, runner)
    assert (found.solved, found.crashed) == (False, "KeyError: 'tea'"), "an agent cannot choose that it is lost"
    assert found.words == "the oracle crashed: KeyError: 'tea'"
    told = check(with_check(files, check_), runner)
    assert not told.is_right
    assert len(told.wrong) == 4
    assert "made the judge crash, which is no verdict: KeyError: 'tea'" in told.wrong[0]
    refuses = check_.replace("KeyError", "AssertionError")
    assert check(with_check(files, refuses), runner).is_sound, "an oracle may say it so"


def test_too_few_cheats_are_no_fault_of_the_judge(files: dict[str, File], runner: Client) -> None:
    text = files["task.toml"].data.decode()
    *rest, _, last = text.split("[[solution]]")
    assert "cheat" in last
    found = check(from_files({**files, "task.toml": File("[[solution]]".join(rest).encode())}, "here"), runner)
    assert (found.is_sound, found.is_right, found.false_accepts) == (False, True, 0)
    (lacks,) = found.lacking
    assert lacks.endswith("it has 1 cheat, and needs 3")


def test_sound_judge(files: dict[str, File], runner: Client) -> None:
    found = check(from_files(files, "here"), runner)
    assert found.is_sound, found.wrong
    assert [each.judged.solved for each in found.tried] == [True, False, False, False, False]


def test_judge_that_accepts_everything(files: dict[str, File], runner: Client) -> None:
    found = check(with_check(files, "exit 0"), runner)
    assert (found.false_accepts, found.false_rejects, len(found.wrong)) == (4, 0, 4)


def test_judge_that_accepts_nothing(files: dict[str, File], runner: Client) -> None:
    found = check(with_check(files, "exit 1"), runner)
    assert (found.false_accepts, found.false_rejects, len(found.wrong)) == (0, 1, 1)


def test_too_few_solutions(files: dict[str, File], runner: Client) -> None:
    text = files["task.toml"].data.decode()
    few = text[: text.index("[[solution]]")]
    left = {name: file for name, file in files.items() if not name.startswith("cheats")}
    found = check(from_files({**left, "task.toml": File(few.encode())}, "here"), runner)
    assert len(found.wrong) == 3
