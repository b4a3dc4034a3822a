"""What oracles share, version 1. It runs in an oracle's box, on its Python, and knows nothing but the standard library.

An oracle may run what an agent wrote, as the same user and in the same box. So before it does, the kit makes itself
ready: it takes the files of the oracle away, makes its memory unreadable, and turns every error of its own into exit
code 3, which says "the oracle failed" and not "the agent did". What was run is ended before anything is said.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NoReturn

SOLVED, NOT_SOLVED, FAILED = 0, 1, 3
ANSWER = "/work/answer"
GIVEN = "/work/given"
_MOST = 1 << 20


def _broken(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """Say that the oracle failed; Python's own exit code would say that the agent did."""
    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    os._exit(FAILED)


sys.excepthook = _broken


def _said(code: int, words: str, steps: Sequence[str] | None) -> NoReturn:
    """End what was run, and then say it: nothing that an agent wrote lives on to say something else."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # all processes of this box but this one and the first
    if steps is not None:
        if os.path.lexists("/work/steps.json"):
            os.rename("/work/steps.json", "/work/steps.json.other")
        with open("/work/steps.json", "x", encoding="utf-8") as out:
            json.dump({"steps": list(steps)}, out)
    print(words)
    sys.stdout.flush()
    os._exit(code)


def solved(words: str = "solved", steps: Sequence[str] | None = None) -> NoReturn:
    """Say that the task was solved, and end."""
    _said(SOLVED, words, steps)


def failed(words: str, steps: Sequence[str] | None = None) -> NoReturn:
    """Say that the task was not solved, and end."""
    _said(NOT_SOLVED, words, steps)


def answer(name: str) -> bytes:
    """Return the bytes of a file that the agent left; without it the task was not solved."""
    try:
        with open(os.path.join(ANSWER, name), "rb") as file:
            return file.read(_MOST + 1)
    except OSError:
        failed(f"there is no {name}")


def given(*names: str) -> dict[str, bytes]:
    """Return what the agent was given, as it was before the agent had it: the files of these names, or all of them."""
    found = {}
    for at, _, files in os.walk(GIVEN):
        for each in files:
            path = os.path.join(at, each)
            name = os.path.relpath(path, GIVEN)
            if not names or name in names:
                with open(path, "rb") as file:
                    found[name] = file.read()
    return found


def fields(name: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Return the object in a file of JSON, if it has exactly the members of ``kinds``, each of its type."""
    data = answer(name)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        failed(f"{name} is no JSON object")
    if not isinstance(value, dict) or set(value) != set(kinds):
        failed(f"{name} must have the members {', '.join(sorted(kinds))}, and no others")
    for member, kind in kinds.items():
        if type(value[member]) is not kind:
            failed(f"{name}: {member} must be of type {kind.__name__}")
    return value


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a name stands twice")
    return dict(members)


def located(file: str, function: str, first: int, last: int, weakness: str) -> NoReturn:
    """Judge where an agent says that a flaw is: the file, the function, a line within the flaw, and its class."""
    found = fields("answer.json", {"file": str, "function": str, "line": int, "class": str})
    wrong = [
        name
        for name, right in (
            ("file", found["file"].removeprefix("/work/").removeprefix("./") == file),
            ("function", found["function"].removesuffix("()").rpartition(".")[2] == function),
            ("line", first <= found["line"] <= last),
            ("class", found["class"].upper() == weakness),
        )
        if not right
    ]
    if wrong:
        failed(f"{len(wrong)} of 4 are wrong")  # which ones would help who guesses
    solved("the flaw is where the answer says")


def exactly(truth: Mapping[str, Any]) -> NoReturn:
    """Judge an object that must be the one in ``truth``; lists of texts are compared without their order."""
    found = fields("answer.json", {name: type(value) for name, value in truth.items()})
    for name, value in truth.items():
        if _unordered(found[name]) != _unordered(value):
            failed("the answer is not right")
    solved("the answer is right")


def _unordered(value: Any) -> Any:
    """A list as a set of its items, where its order means nothing: a list of groups, or of names marked so."""
    if isinstance(value, list) and all(isinstance(each, list) for each in value):
        return sorted(sorted(map(str, each)) for each in value)
    return value


def guard() -> None:
    """Make ready to run what an agent wrote. Whatever the oracle needs of its files must be in memory by now."""
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: no other process reads this one's memory
    for name in os.listdir("/work"):
        path = os.path.join("/work", name)
        if name == "answer":
            continue
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def run(
    argv: Sequence[str],
    files: Mapping[str, bytes | str] | None = None,
    data: bytes = b"",
    seconds: float = 5.0,
    memory: int = 512 << 20,
    environment: Mapping[str, str] | None = None,
) -> tuple[int | None, bytes]:
    """Run a command in a fresh folder with ``files`` in it; return its exit code and what it wrote to standard output.

    The code is None where it was ended at its limit of time. Its standard error is not looked at: a program that fell
    over repeats there what it was given.
    """
    folder = tempfile.mkdtemp(dir="/tmp")
    for name, content in (files or {}).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))

    known = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    with open(os.path.join(tempfile.mkdtemp(dir="/tmp"), "out"), "w+b") as out:
        process = subprocess.Popen(  # noqa: S603 - what an agent wrote is run here, in a box
            argv,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**known, **(environment or {})},
            start_new_session=True,
            preexec_fn=limited,  # noqa: PLW1509 - the oracle has one thread
        )
        try:
            process.communicate(data, timeout=seconds)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            code = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        out.seek(0)
        return code, out.read(_MOST)


def verdicts(
    argv: Sequence[str], cases: Sequence[Any], files: Mapping[str, bytes | str], seconds: float = 10.0
) -> list[Any] | None:
    """Run a program that takes cases as JSON on standard input and writes one result each; return them, or None."""
    code, out = run(argv, files, json.dumps(cases).encode(), seconds)
    if code != 0:
        return None
    try:
        found = json.loads(out.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and len(found) == len(cases) else None
