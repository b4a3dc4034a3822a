"""The kit of oracles, in boxes: what an agent wrote cannot end, read or outlive who judges it."""

import pytest

from clearinghouse.evaluation.tasks.judge import judge
from clearinghouse.evaluation.tasks.judged import Judged
from clearinghouse.evaluation.tasks.task import from_files
from clearinghouse.sandbox import File
from clearinghouse.sandbox.client import Client

SAYS = """
import kit
SECRET = "in memory"
program = kit.answer("answer.txt")
kit.guard()
code, out = kit.run(["python3", "program.py"], {"program.py": program}, seconds=3)
kit.solved(f"{code} {out.decode()}", ["first"])
"""


@pytest.fixture
def judged(files: dict[str, File], runner: Client):
    def say(check: str, answer: str) -> Judged:
        text = files["task.toml"].data.decode()
        text = text.replace('command = ["sh", "check.sh"]', 'command = ["python3", "check.py"]\nkit = 1')
        left = {name: file for name, file in files.items() if name != "oracle/check.sh"}
        task = from_files({**left, "task.toml": File(text.encode()), "oracle/check.py": File(check.encode())}, "here")
        return judge(task, {"answer.txt": answer.encode()}, runner)

    return say


def test_what_is_run_says_its_output_and_code(judged) -> None:
    assert judged(SAYS, "print('hello'); raise SystemExit(4)") == (True, ("first",), "4 hello", "")


def test_what_is_run_finds_nothing_of_the_oracle(judged) -> None:
    found = judged(SAYS, "import os; print(os.listdir('/work'), sorted(os.listdir('.')), os.environ.get('SECRET'))")
    assert found.words == "0 ['answer'] ['program.py'] None"


def test_what_is_run_cannot_read_the_memory_of_the_oracle(judged) -> None:
    program = """
import os
try:
    open(f"/proc/{os.getppid()}/mem", "rb")
    print("open")
except PermissionError:
    print("shut")
"""
    assert judged(SAYS, program).words == "0 shut"


@pytest.mark.parametrize(
    "call", ["os.kill(os.getppid(), 9)", "os.kill(-1, 9)", "os.killpg(os.getpgid(os.getppid()), 9)"]
)
def test_what_is_run_cannot_end_the_oracle(judged, call: str) -> None:
    program = f"import os\ntry:\n    {call}\n    print('sent')\nexcept PermissionError:\n    print('refused')"
    assert judged(SAYS, program).words == "0 refused"


def test_what_is_run_does_not_outlive_the_verdict(judged) -> None:
    program = """
import os
if os.fork() == 0:
    os.setsid()
    os.close(1)
    while True:
        with open("/work/steps.json", "w") as out:
            out.write('{"steps": ["second"]}')
"""
    assert [judged(SAYS, program).steps for _ in range(3)] == [("first",)] * 3


def test_what_is_run_cannot_keep_the_oracle_from_saying_it(judged) -> None:
    for program in (
        "import os; os.chmod('/work', 0); os.chmod('/tmp', 0)",
        "import os; os.mkdir('/work/steps.json')",
        "for n in range(40): open(f'/tmp/{n}', 'wb').write(bytes(7 << 20))",
        "for n in range(40): open(f'/work/{n}', 'wb').write(bytes(7 << 20))",
    ):
        assert judged(SAYS, program).steps == ("first",), program


def test_what_is_run_leaves_no_process_for_the_next(judged) -> None:
    fork = "import os, time\nwhile True:\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)"
    check = SAYS.replace("kit.solved", "_, out = kit.run(['python3', '-c', 'print(5)'])\nkit.solved")
    assert judged(check, fork).words.endswith("5")


def test_what_does_not_end_is_ended(judged) -> None:
    assert judged(SAYS.replace("seconds=3", "seconds=0.3"), "while True: pass").words == "None"


@pytest.mark.parametrize(
    "check", ["import kit\n1 / 0", "import kit\nkit.given('x')['x']", "import kit\nraise KeyError"]
)
def test_an_error_of_the_oracle_is_not_the_agents(judged, check: str) -> None:
    found = judged(check, "")
    assert found.solved is None
    assert "exit code 3" in found.words


@pytest.mark.parametrize(
    ("answer", "solved"),
    [
        ('{"n": 1, "t": "a"}', True),
        ('{"n": 1, "t": "a", "t": "a"}', False),
        ('{"n": 1, "t": "a", "u": 1}', False),
        ('{"n": true, "t": "a"}', False),
        ('{"n": 1.0, "t": "a"}', False),
        ('{"n": [1], "t": "a"}', False),
        ('[{"n": 1, "t": "a"}]', False),
        ("[" * 100_000, False),
        ("", False),
    ],
)
def test_answers_have_exactly_the_members_that_are_asked_for(judged, answer: str, solved: bool) -> None:
    check = "import kit\nkit.fields('answer.txt', {'n': int, 't': str})\nkit.solved()"
    assert judged(check, answer).solved is solved


def test_groups_have_no_order_and_lists_have(judged) -> None:
    check = "import kit\nkit.exactly({'groups': [['a', 'b'], ['c']], 'order': ['a', 'c']})".replace("answer.json", "x")
    text = check.replace("import kit", "import kit, os\nos.rename('answer/answer.txt', 'answer/answer.json')")
    assert judged(text, '{"groups": [["c"], ["b", "a"]], "order": ["a", "c"]}').solved is True
    assert judged(text, '{"groups": [["c"], ["b", "a"]], "order": ["c", "a"]}').solved is False
    assert judged(text, '{"groups": [["c"], ["b", "a"], ["c"]], "order": ["a", "c"]}').solved is False
