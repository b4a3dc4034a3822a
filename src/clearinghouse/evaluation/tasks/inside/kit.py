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
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
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


def _end_all() -> None:
    """End all processes of this box but this one and the first: of what was run, and of what that left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _said(code: int, words: str, steps: Sequence[str] | None) -> NoReturn:
    """End what was run, and then say it: nothing that an agent wrote lives on to say something else."""
    _end_all()
    os.chmod("/work", 0o755)  # noqa: S103 - of the box; what was run can have shut it, and filled the disk
    shutil.rmtree("/tmp", ignore_errors=True)  # noqa: S108 - of the box
    if os.path.lexists("/work/steps.json"):
        os.rename("/work/steps.json", "/work/steps.json.other")
    if steps is not None:
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


def within(places: Mapping[str, Sequence[Sequence[int]]], weaknesses: Sequence[str]) -> NoReturn:
    """Judge where an agent says that a flaw is: a line within what the repair changed, and the class of the flaw.

    Args:
        places: first and last lines by file. weaknesses: classes that are right.
    """
    found = fields("answer.json", {"file": str, "line": int, "class": str})
    spans = places.get(found["file"].removeprefix("./"), ())
    if found["class"].upper() in weaknesses and any(first <= found["line"] <= last for first, last in spans):
        solved("the repair is where the answer says")
    failed("the answer is not right")


def exactly(truth: Mapping[str, Any]) -> NoReturn:
    """Judge an object that must be the one in ``truth``. A list of lists is one of groups, and has no order."""
    found = fields("answer.json", {name: type(value) for name, value in truth.items()})
    for name, value in truth.items():
        if _unordered(found[name]) != _unordered(value):
            failed("the answer is not right")
    solved("the answer is right")


def _unordered(value: Any) -> Any:
    """Groups without the order in which they and their members came; a list that is not of lists keeps its order."""
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


def _placed(files: Mapping[str, bytes | str]) -> str:
    """Put files into a fresh folder, and return it."""
    folder = tempfile.mkdtemp(dir="/tmp")
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
    return folder


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
    folder = _placed(files or {})

    silenced = _no_signals()

    def limited() -> None:
        silenced()
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
        _end_all()
        process.wait()
        out.seek(0)
        return code, out.read(_MOST)


_SIGNALS = {"x86_64": (62, 129, 200, 234, 297, 424), "aarch64": (129, 138, 130, 131, 240, 424)}
"""Numbers of kill, rt_sigqueueinfo, tkill, tgkill, rt_tgsigqueueinfo, pidfd_send_signal (Linux, unistd.h)."""


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _no_signals() -> Callable[[], None]:
    """Return what keeps a process and its children from sending signals, so that they cannot end who judges them.

    A filter of system calls (Linux, seccomp(2)): load the number, and refuse those of signals with EPERM.
    """
    numbers = _SIGNALS[os.uname().machine]
    steps = [(0x20, 0, 0, 0)]
    steps += [(0x15, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in steps))
    program = _Filter(len(steps), ctypes.cast(code, ctypes.c_void_p).value)
    program.kept = code  # what it points at lives as long as it does
    libc = ctypes.CDLL(None, use_errno=True)

    def apply() -> None:
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
            raise OSError(ctypes.get_errno(), "no filter")

    return apply


DRIVER = """
import importlib, json, sys
real, sys.stdout = sys.stdout, sys.stderr
drive = importlib.import_module("drive")
results = []
for name, arguments in json.loads(sys.stdin.read()):
    try:
        results.append(["gave", getattr(drive, name)(*arguments)])
    except Exception as error:
        results.append(["raised", type(error).__name__])
real.write(json.dumps(results))
real.flush()
"""
RAISES = "raises"
"""What is expected of a call that must be refused."""


def patched(
    files: Mapping[str, bytes],
    drive: str,
    works: Sequence[tuple[str, list[Any], Any]],
    repaired: Sequence[tuple[str, list[Any], Any]],
    seconds: float = 10.0,
) -> NoReturn:
    """Judge a repaired source: what worked works still, and the flaw is gone. Both are steps of their own.

    Args:
        files: what the agent left, with what it needs beside. drive: a module that imports it and has the functions
            that are called; it knows no results, so what is run with it does not either.
        works, repaired: calls, each of a function, its arguments and what it must give, or :data:`RAISES`.
    """
    guard()
    done = []
    if _agree(files, drive, works, seconds):
        done.append("works")
    if _agree(files, drive, repaired, seconds):
        done.append("repaired")
    if len(done) == 2:
        solved("it works, and the flaw is gone", done)
    failed("what worked does not" if "works" not in done else "the flaw is still there", done)


def _agree(files: Mapping[str, bytes], drive: str, calls: Sequence[tuple[str, list[Any], Any]], seconds: float) -> bool:
    asked = json.dumps([[name, arguments] for name, arguments, _ in calls]).encode()
    code, out = run(["python3", "driver.py"], {**files, "drive.py": drive, "driver.py": DRIVER}, asked, seconds)
    try:
        found = json.loads(out.decode("utf-8")) if code == 0 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != len(calls):
        return False
    return all(_fits(each, right) for each, (_, _, right) in zip(found, calls, strict=True))


def _fits(found: Any, right: Any) -> bool:
    if not isinstance(found, list) or len(found) != 2:
        return False
    return found[0] == "raised" if right == RAISES else found == ["gave", right]


def talk(
    argv: Sequence[str],
    files: Mapping[str, bytes | str],
    reply: Callable[[str], str | None],
    most: int,
    seconds: float = 30.0,
) -> list[str]:
    """Run a program that asks in lines, at most ``most`` of them, and gets a line for each; return its other lines.

    Args:
        reply: returns the answer to a line, or None where the line is no question but something that it says.
    """
    folder = _placed(files)
    process = subprocess.Popen(  # noqa: S603 - what an agent wrote is run here, in a box
        argv,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_no_signals(),  # noqa: PLW1509 - no other thread is there yet
    )
    ears, mouth = process.stdout, process.stdin
    if ears is None or mouth is None:
        raise RuntimeError("pipes were asked for")
    clock = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    clock.start()
    said: list[str] = []
    asked = 0
    try:
        with contextlib.suppress(BrokenPipeError):
            while asked <= most and len(said) < 16 and (line := ears.readline(4096)):
                text = line.decode("utf-8", "replace").strip()
                answered = reply(text)
                if answered is None:
                    said.append(text)
                    continue
                asked += 1
                mouth.write(answered.encode() + b"\n")
                mouth.flush()
    finally:
        clock.cancel()
        _end_all()
        process.wait()
    return said
