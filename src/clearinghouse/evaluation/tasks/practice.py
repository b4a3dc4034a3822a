"""Practice tasks: made by the dozen, for rehearsing a whole assessment before there is a pool of real ones.

They measure nothing. A task hides a word in a file and asks for it; how long a person is said to need is drawn, not
measured, so that scripted agents, whose success depends on that time alone, have an ability that is known. Every task
says so, in its origin and in the study of its human time.
"""

import hashlib
import random
from collections.abc import Iterator

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.sandbox import File

SAYS = "Made for practice: it measures nothing."
MOST = 10_000
"""Most tasks that are made at one time."""
_LINES = 40
_TOML = """schema = "clearinghouse task 1"
id = "{id}"
title = "Find the word of {key} in a ledger"
family = "{family}"
domain = "{domain}"
kind = "locate"
version = 1
prompt = "prompt.md"
collect = ["answer.txt"]

[human]
minutes = {minutes}
source = "model_estimate"
study = "{says} The time was drawn, and nobody was timed."

[box]
folder = "box"

[oracle]
folder = "oracle"
command = ["python3", "-I", "check.py"]

[[solution]]
kind = "reference"
name = "look-it-up"
script = "grep '^{key}=' ledger.txt | cut -d= -f2 > answer.txt"

[[solution]]
kind = "null"
name = "nothing"
script = "true"

[[solution]]
kind = "cheat"
name = "the-first-line"
script = "head -1 ledger.txt | cut -d= -f2 > answer.txt"

[[solution]]
kind = "cheat"
name = "everything"
script = "cp ledger.txt answer.txt"

[[solution]]
kind = "cheat"
name = "the-key-itself"
script = "echo {key} > answer.txt"

[origin]
says = "{says}"
"""
_PROMPT = """`/work/ledger.txt` has lines of the form `KEY=WORD`.
Write the word of the key `{key}` into `/work/answer.txt`.
"""
_CHECK = """import pathlib, sys

found = pathlib.Path("/work/answer/answer.txt")
right = found.exists() and found.read_bytes().strip() == {word!r}.encode()
print("the word is right" if right else "the word is not right")
sys.exit(0 if right else 1)
"""


def practice(
    families: int, each: int, *, seed: str, domain: str, least: float = 60.0, most: float = 960.0
) -> Iterator[Task]:
    """Yield practice tasks, the same ones for the same arguments.

    Args:
        families: how many. each: tasks in a family. seed: who knows it knows every answer; secret where a rehearsal
            needs tasks that nobody has seen. domain: of all of them. least, most: human minutes between which times
            are drawn, evenly on a logarithmic scale; a family's tasks lie within a factor of two.

    Raises:
        TaskError: there would be none, too many, or none within these minutes.
    """
    if families < 1 or each < 1 or families * each > MOST:
        raise TaskError(f"{families} families of {each} practice tasks", f"ask for at least one, and at most {MOST:,}")
    if not 0 < least <= most:
        raise TaskError(f"practice tasks of {least} to {most} minutes", "give the shorter time first, above zero")
    for at in range(families):
        middle = middle_of(_draws(seed, domain, "family", at), least, most)
        for number in range(each):
            drawn = _draws(seed, domain, "task", at, number)
            minutes = minutes_of(drawn, middle, least, most)
            yield _task(f"practice-{at + 1:03d}", number + 1, domain, minutes, drawn)


def middle_of(drawn: random.Random, least: float, most: float) -> float:
    """Draw the middle human time of a family, in minutes."""
    return float(least * (most / least) ** drawn.random())


def minutes_of(drawn: random.Random, middle: float, least: float, most: float) -> float:
    """Draw the human time of a task of a family, in minutes."""
    return float(min(most, max(least, middle * 2 ** drawn.uniform(-0.5, 0.5))))


def _draws(*names: object) -> random.Random:
    """Return what draws for one thing, so that a larger pool begins with the smaller one."""
    digest = hashlib.sha256("\n".join(map(str, names)).encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - nothing is kept secret by it but the seed


def _task(family: str, number: int, domain: str, minutes: float, drawn: random.Random) -> Task:
    names = [f"{drawn.getrandbits(40):010x}" for _ in range(_LINES)]
    words = [f"{drawn.getrandbits(64):016x}" for _ in range(_LINES)]
    which = drawn.randrange(1, _LINES)
    name = f"{domain.replace('_', '-')}-{family}-{number}"
    told = {"id": name, "family": family, "domain": domain, "minutes": round(minutes, 1), "key": names[which]}
    texts = {
        "task.toml": _TOML.format(**told, says=SAYS),
        "prompt.md": _PROMPT.format(key=names[which]),
        "box/ledger.txt": "".join(f"{key}={word}\n" for key, word in zip(names, words, strict=True)),
        "oracle/check.py": _CHECK.format(word=words[which]),
    }
    return from_files({path: File(text.encode()) for path, text in texts.items()}, name)
