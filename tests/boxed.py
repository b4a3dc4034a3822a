"""Runners for tests: as this user and as an ordinary one, with every way to hold limits, and weakened on purpose.

A module that calls :func:`needs_boxes` is skipped where bubblewrap or name spaces are missing, and says why; in CI,
where nothing may be skipped for want of them, it fails.
"""

import functools
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from clearinghouse.sandbox import launch
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.contract import Command, Limits, Outcome, SandboxError

PROGRAM = Path(__file__).with_name("odd_runner.py")
ORDINARY = 54_321
"""A user that is nobody in particular."""


def needs_boxes() -> None:
    """Skip the module, or fail in CI, where no box can be made."""
    reason = _missing(tuple(_tried(launch_prefix())))
    if reason:
        _without(f"No sandbox was tried: {reason}")


def needs_ordinary() -> None:
    """Skip, or fail in CI, where an ordinary user may make no name spaces."""
    reason = _missing(tuple(_tried(as_ordinary(launch_prefix(alone=True)))))
    if reason:
        _without(f"No sandbox of an ordinary user was tried: {reason}")


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


def _tried(prefix: list[str]) -> list[str]:
    return [*prefix, "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]


@functools.cache
def _missing(argv: tuple[str, ...]) -> str:
    try:
        found = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=launch.environment(), check=False)
    except OSError as error:
        return str(error)
    return "" if found.returncode == 0 else found.stderr.strip()[-200:] or f"it ended with {found.returncode}"


def launch_prefix(*, alone: bool = False) -> list[str]:
    """The part of a runner's command that makes its name spaces; with one of users also as root, if ``alone``."""
    try:
        whole = launch.command()
    except SandboxError as error:
        return ["sh", "-c", f"echo {shlex.quote(error.what)} >&2; false"]
    before = whole[: whole.index(sys.executable)]
    if alone and "--user" not in before:
        before[1:1] = ["--user", "--map-root-user"]
    return before


def as_ordinary(argv: list[str]) -> list[str]:
    """A command, as an ordinary user; where this is root, folders that only root may enter are opened for it."""
    if os.geteuid() != 0:
        return argv
    needed = sorted({Path(each) for each in (sys.base_prefix, sys.prefix, PROGRAM.parents[1])})
    closed = {path: shut for path in needed if (shut := _shut(path))}
    steps = ["set -e", "mount --make-rprivate /", "at=$(mktemp -d)", "mount -t tmpfs none $at"]
    for number, path in enumerate(closed):
        steps += [f"mkdir $at/{number}", f"mount --bind {shlex.quote(str(path))} $at/{number}"]
    for shut in sorted(set(closed.values())):
        steps.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(shut))}")
    for number, path in enumerate(closed):
        steps += [f"mkdir -p {shlex.quote(str(path))}", f"mount --bind $at/{number} {shlex.quote(str(path))}"]
    steps += ["umount -l $at", "rmdir $at", 'exec "$@"']
    user = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", "--bounding-set=-all", "--"]
    return ["unshare", "--mount", "--", "sh", "-c", "\n".join(steps), "sh", *user, *argv]


def _shut(path: Path) -> Path | None:
    """The first folder on the way to a path that others may not enter."""
    for each in reversed([path, *path.parents]):
        if not each.stat().st_mode & 0o001:
            return each
    return None


def odd(*, ordinary: bool = False, **how: object) -> list[str]:
    """The command of a runner that is odd as ``how`` says; see ``odd_runner``."""
    program = [sys.executable, "-P", str(PROGRAM), msgspec.json.encode(how).decode()]
    if ordinary:
        return as_ordinary([*launch_prefix(alone=True), *program])
    return [*launch_prefix(), *program]


WAYS = ("groups", "sampling", "ordinary")
"""With the best limits of this machine, without control groups, and without any privilege."""


@contextmanager
def runner(way: str = "groups", **how: object) -> Iterator[Client]:
    """A runner that was not checked, which saves its time, in one of the ways."""
    if way == "ordinary":
        needs_ordinary()
    argv = odd(ordinary=way == "ordinary", sampling=way == "sampling", unchecked=True, **how)
    with Client(argv) as client:
        yield client


def run(client: Client, *argv: str, box: str | None = None, **more: object) -> Outcome:
    """Run a command, in a new box if none is named; more are limits, or ``input``, ``environment`` and ``at``."""
    command = {name: more.pop(name) for name in ("input", "environment", "at") if name in more}
    limits = Limits(**{"seconds": 20, **more})
    name = box or client.prepare({}, limits)
    try:
        return client.run(name, Command(argv=argv, limits=limits, **command))
    finally:
        if box is None:
            client.destroy(name)


def python(client: Client, source: str, *arguments: str, box: str | None = None, **more: object) -> Outcome:
    """Run a program of Python's."""
    return run(client, "python3", "-I", "-c", source, *arguments, box=box, **more)


def marked(mark: str) -> list[int]:
    """The processes of this machine that have a word among their arguments, without those that started this test."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if mark.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def comes(happens: Callable[[], object], what: str) -> None:
    """Wait until something is so; a minute without it is a failure."""
    end = time.monotonic() + 60
    while not happens():
        if time.monotonic() > end:
            pytest.fail(f"it never came that {what}")
        time.sleep(0.01)
