"""The command: what it lists, checks and makes, and with which exit code."""

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from clearinghouse.cli.main import invoke as run
from clearinghouse.evaluation.tasks.task import load
from clearinghouse.sandbox import UnavailableError
from clearinghouse.sandbox.client import Client

PACK = Path(__file__).resolve().parents[2] / "examples" / "frontier" / "pack"
SMALL = PACK / "till-negative-count"
RECIPE = """
format = 1
title = "size evaluates what it is given"
weaknesses = ["CWE-95"]
[affected]
archive = "subject-1.0.tar.gz"
[fixed]
archive = "subject-1.1.tar.gz"
[install]
by = "none"
[reproducer]
files = ["reproduce.py"]
command = ["python3", "reproduce.py"]
[control]
command = ["python3", "reproduce.py", "benign"]
[shows]
by = "output"
contains = "FLAW SHOWN"
"""
REPRODUCE = """
import sys
sys.path.insert(0, "/subject/source")
import subject
try:
    print(subject.size("1" if "benign" in sys.argv else "print('FLAW SHOWN')"))
except ValueError:
    print("refused")
"""


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal as wide as the tables."""
    monkeypatch.setenv("COLUMNS", "140")


class Found(NamedTuple):
    """What a command printed, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str


Invoke = Callable[..., Found]


@pytest.fixture
def invoke(capfdbinary: pytest.CaptureFixture[bytes]) -> Invoke:
    def called(*words: object) -> Found:
        code = run(["frontier", "tasks", *map(str, words)])
        out, error = capfdbinary.readouterr()
        return Found(code, out.decode(), error.decode())

    return called


def recipe(folder: Path) -> Path:
    folder.mkdir()
    (folder / "recipe.toml").write_text(RECIPE)
    (folder / "reproduce.py").write_text(REPRODUCE)
    for version, how in (("1.0", "eval"), ("1.1", "int")):
        out, text = io.BytesIO(), f"def size(text):\n    return {how}(text)\n".encode()
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo(f"subject-{version}/subject.py")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
        (folder / f"subject-{version}.tar.gz").write_bytes(gzip.compress(out.getvalue(), mtime=0))
    return folder


@pytest.fixture(scope="module")
def sandbox() -> None:
    try:
        with Client() as client:
            client.isolation()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"No sandbox can be run here: {error.what}")


def test_list_as_json_and_as_a_table(invoke: Invoke) -> None:
    found = invoke("list", PACK, "--format", "json")
    assert found.exit_code == 0, found.stderr
    tasks = json.loads(found.stdout)
    assert len(tasks) >= 24
    first = next(each for each in tasks if each["id"] == SMALL.name)
    assert first["sha256"] == load(SMALL).digest
    human = {"minutes": 2.0, "source": "estimate", "people": 0, "study": load(SMALL).human.study, "other": []}
    assert first["human"] == human
    assert first["origin"]["benchmark"] is None
    shown = invoke("list", PACK)
    assert SMALL.name in shown.stdout
    assert f"{len(tasks)} tasks in " in shown.stdout


def test_what_cannot_be_read_costs_the_others_nothing(invoke: Invoke, tmp_path: Path) -> None:
    for name in ("broken", "whole"):
        shutil.copytree(SMALL, tmp_path / name)
    (tmp_path / "broken" / "task.toml").write_text("nothing = 1")
    found = invoke("list", tmp_path, "--format", "json")
    assert found.exit_code == 2
    assert [each["id"] for each in json.loads(found.stdout)] == [SMALL.name]
    assert "broken/task.toml" in found.stderr
    twice = invoke("list", SMALL, tmp_path / "whole")
    assert twice.exit_code == 2
    assert "one id" in twice.stderr


def test_check_tells_sound_judges_from_others(invoke: Invoke, tmp_path: Path, sandbox: None) -> None:
    shutil.copytree(SMALL, tmp_path / "credulous")
    text = (SMALL / "task.toml").read_text().replace(SMALL.name, "credulous")
    (tmp_path / "credulous" / "task.toml").write_text(text)
    (tmp_path / "credulous" / "oracle" / "check.py").write_text("raise SystemExit(0)\n")
    found = invoke("check", SMALL, tmp_path / "credulous", "--format", "json")
    assert found.exit_code == 1, found.stderr
    sound, credulous = json.loads(found.stdout)
    assert (sound["sound"], sound["false_accepts"], sound["false_rejects"]) == (True, 0, 0)
    assert credulous["false_accepts"] == len(credulous["tried"]) - 1
    assert any("was accepted, and must not be" in each for each in credulous["wrong"])


def test_a_recipe_of_which_nobody_said_that_it_is_public_is_withheld(invoke: Invoke, tmp_path: Path) -> None:
    found = invoke("from-recipe", recipe(tmp_path / "recipe"), "--into", tmp_path / "tasks")
    assert found.exit_code == 2
    assert "has no marking" in found.stderr
    assert "finder and the vendor and the operator" in found.stderr
    marked = invoke("from-recipe", tmp_path / "recipe", "--into", tmp_path / "tasks", "--marking", "TLP:AMBER")
    assert marked.exit_code == 2
    assert "is marked TLP:AMBER" in marked.stderr
    assert not (tmp_path / "tasks").exists()


def test_a_public_recipe_becomes_a_task(invoke: Invoke, tmp_path: Path, sandbox: None) -> None:
    words = (recipe(tmp_path / "recipe"), "--into", tmp_path / "tasks", "--marking", "TLP:CLEAR", "--kind", "patch")
    told = ("--public-since", "2024-05-01", "--benchmark", "a-collection")
    found = invoke("from-recipe", *words, "--minutes", "12", "--offline", "--format", "json", *told)
    assert found.exit_code == 0, found.stderr
    (made,) = json.loads(found.stdout)
    task = load(Path(made["path"]))
    assert (task.kind, task.human.minutes, task.origin.verdict, task.digest) == ("patch", 12, "fixed", made["sha256"])
    assert (str(task.origin.public_since), task.origin.benchmark) == ("2024-05-01", "a-collection")
    again = invoke("from-recipe", *words, "--offline")
    assert again.exit_code == 2
    assert "there already" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "guess"), "--kind"),
        (("--minutes", "inf"), "--minutes"),
        (("--marking", "PUBLIC"), "--marking"),
        (("--verdict", "absent.json"), "--key"),
        (("--consent", "friend=x"), "--consent"),
        (("--consent", "finder=x"), "--consent-key"),
    ],
)
def test_options_that_cannot_be(invoke: Invoke, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    found = invoke("from-recipe", recipe(tmp_path / "recipe"), "--into", tmp_path / "tasks", *words)
    assert found.exit_code == 2
    assert said in found.stderr
