"""A runner whose provider is odd: what it does wrong is said by the only argument, as JSON.

``sampling``: no control groups. ``unchecked``: serve without a self-check. ``points``: instead of serving, print what
these groups of points come to. ``weak``: one of :data:`WEAKNESSES`.
"""

import functools
import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.sandbox import launch
from clearinghouse.sandbox.bubblewrap import Bubblewrap, Options
from clearinghouse.sandbox.check.planted import planted
from clearinghouse.sandbox.check.points import GROUPS, Trial
from clearinghouse.sandbox.contract import Collected, Command, Kind, Limits, Outcome, Provider
from clearinghouse.sandbox.groups import Sampling
from clearinghouse.sandbox.isolation import Held, Isolation, Tier
from clearinghouse.sandbox.making import Setting
from clearinghouse.sandbox.runner import Runner, end_with, reply
from clearinghouse.sandbox.wire import LARGEST_QUESTION, Question, receive


class Other:
    """A provider that does what another does, but for what a subclass says."""

    def __init__(self, real: Bubblewrap) -> None:
        self.real, self.name, self.groups = real, real.name, real.groups

    def prepare(self, files: Any, limits: Limits, *, over: str | None = None) -> str:
        return self.real.prepare(files, limits, over=over)

    def run(self, box: str, command: Command) -> Outcome:
        return self.real.run(box, command)

    def collect(self, box: str, paths: Any, most: int) -> list[Collected]:
        return self.real.collect(box, paths, most)

    def destroy(self, box: str) -> None:
        self.real.destroy(box)

    def folder(self, box: str) -> Path:
        return self.real._boxes.find(box).folder


class Unlimited(Other):
    """Some limits do nothing."""

    def __init__(self, real: Bubblewrap, **limits: Any) -> None:
        super().__init__(real)
        self.limits = limits

    def prepare(self, files: Any, limits: Limits, *, over: str | None = None) -> str:
        return super().prepare(files, msgspec.structs.replace(limits, **self.limits), over=over)

    def run(self, box: str, command: Command) -> Outcome:
        limits = msgspec.structs.replace(command.limits, **self.limits)
        return super().run(box, msgspec.structs.replace(command, limits=limits))


class Following(Other):
    """What is collected is whatever a path leads to."""

    def collect(self, box: str, paths: Any, most: int) -> list[Collected]:
        return [self._read(self.folder(box) / path.lstrip("/"), path, most) for path in paths]

    def _read(self, at: Path, path: str, most: int) -> Collected:
        if at.is_file():
            return Collected(path=path, kind=Kind.FILE, data=at.read_bytes()[:most])
        return Collected(path=path, kind=Kind.OTHER)


class Greedy(Other):
    """Of a file as much is collected as there is, whatever was asked for; of a hole, more than that."""

    def collect(self, box: str, paths: Any, most: int) -> list[Collected]:
        return super().collect(box, paths, 64 * most)


class Opening(Other):
    """What is no file is collected as if it were an empty one."""

    def collect(self, box: str, paths: Any, most: int) -> list[Collected]:
        found = super().collect(box, paths, most)
        return [msgspec.structs.replace(each, kind=Kind.FILE) if each.kind is Kind.OTHER else each for each in found]


class Littered(Other):
    """A box begins with what somebody left."""

    def prepare(self, files: Any, limits: Limits, *, over: str | None = None) -> str:
        box = super().prepare(files, limits, over=over)
        (self.folder(box) / "tmp" / "left").write_text("left")
        return box


class Leaving(Other):
    """Something goes on when a command has ended."""

    def run(self, box: str, command: Command) -> Outcome:
        outcome = super().run(box, command)
        left = subprocess.Popen(["python3", "-c", "import time; time.sleep(60)", *command.argv], stdout=2)
        # the kernel lets the parent go on a moment before it shows the arguments of the child
        while not Path(f"/proc/{left.pid}/cmdline").read_bytes():
            time.sleep(0.001)
        return outcome


class Cramped(Other):
    """A box over another may write into what that one built."""

    def prepare(self, files: Any, limits: Limits, *, over: str | None = None) -> str:
        box = super().prepare(files, limits, over=over)
        self.real._boxes._boxes[box] = self.real._boxes.find(box)._replace(builds=True)
        return box


def leaking(real: Bubblewrap) -> Provider:
    """Whatever is started inherits a file of this process."""
    leaked = os.open("/etc/passwd", os.O_RDONLY)
    start = subprocess.Popen

    @functools.wraps(start)
    def popen(*arguments: Any, pass_fds: Any = (), **more: Any) -> Any:
        return start(*arguments, pass_fds=[*pass_fds, leaked], **more)

    subprocess.Popen = popen  # type: ignore[assignment, misc]
    return real


def typing(real: Bubblewrap) -> Provider:
    """This process is at a terminal, and so is whatever it starts."""
    answers = os.dup(1)
    child, master = pty.fork()
    if child:
        while True:
            try:
                os.read(master, 4096)
            except OSError:
                os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.dup2(answers, 1)
    return real


def weak(*drop: str, **options: Any) -> Callable[[Path, Any], Provider]:
    """bubblewrap, without some of its options, or with more."""
    return lambda base, groups: Bubblewrap(base, groups=groups, options=Options(drop=frozenset(drop), **options))


def wrapped(wrap: Callable[[Bubblewrap], Any], *drop: str) -> Callable[[Path, Any], Provider]:
    """A provider around bubblewrap."""
    return lambda base, groups: wrap(Bubblewrap(base, groups=groups, options=Options(drop=frozenset(drop))))


def unlimited(**limits: Any) -> Callable[[Path, Any], Provider]:
    """Some limits are these, whatever was asked for."""
    return wrapped(lambda real: Unlimited(real, **limits))


MIB = 1 << 20
# name: (how it is made, the group of points that must notice, the point that must fail)
WEAKNESSES: dict[str, tuple[Callable[[Path, Any], Provider], str, str]] = {
    "network": (weak("--unshare-net"), "_network", "no network"),
    "sockets": (weak(filtered=False), "_network", "no other sockets"),
    "writable root": (weak("--remount-ro"), "_files", "read-only root"),
    "capabilities": (weak(add=("--cap-add", "ALL")), "_identity", "no capabilities"),
    "root inside": (weak(add=("--uid", "0")), "_identity", "unprivileged user"),
    "name spaces": (weak("--disable-userns", filtered=False), "_nesting", "no nested name spaces"),
    "filter": (weak(filtered=False), "_nesting", "filter of system calls"),
    "environment of bubblewrap": (weak(clean=False), "_secrets", "no secrets"),
    "environment": (weak("--clearenv", clean=False), "_secrets", "no secrets"),
    "root outside": (weak(keep_user=True), "_identity", "unprivileged user"),
    "root of the host": (weak("--remount-ro", add=("--bind", "/", "/host")), "_files", "no other folders"),
    "root of the host by another name": (
        weak("--remount-ro", add=("--ro-bind", "/", "/opt")),
        "_files",
        "no host files",
    ),
    "etc of the host": (weak(add=("--ro-bind", "/etc", "/etc")), "_files", "no host files"),
    "tmp of the host": (weak(add=("--bind", "/tmp", "/tmp")), "_files", "no host files"),
    "processes": (weak("--unshare-pid"), "_identity", "name spaces of its own"),
    "survivors": (wrapped(Leaving), "_leaving", "no process survives"),
    "interprocess communication": (weak("--unshare-ipc"), "_identity", "name spaces of its own"),
    "name of the host": (weak("--unshare-uts", "--hostname"), "_identity", "name of its own"),
    "terminal": (wrapped(typing, "--new-session"), "_identity", "no terminal"),
    "descriptors": (wrapped(leaking), "_identity", "no open files"),
    "limit of processes": (unlimited(processes=4096), "_forks", "limit of processes"),
    "limit of memory": (unlimited(memory=4096 * MIB), "_memory", "limit of memory"),
    "limit of output": (unlimited(output=64 * MIB), "_output", "limit of output"),
    "limit of time": (unlimited(seconds=60.0), "_time", "limit of time"),
    "limit of processor time": (unlimited(cpu=60.0), "_time", "limit of processor time"),
    "limit of disk": (unlimited(disk=96 * MIB), "_disk", "limit of disk"),
    "limit of files": (unlimited(files=100_000), "_disk", "limit of disk"),
    "links": (wrapped(Following), "_leaving", "links are not followed"),
    "holes": (wrapped(Greedy), "_leaving", "links are not followed"),
    "pipes": (wrapped(Opening), "_leaving", "links are not followed"),
    "nothing inside": (weak(add=("--ro-bind", "/nowhere", "/nowhere")), "_identity", "starts"),
    "litter": (wrapped(Littered), "_leaving", "nothing is left behind"),
    "subject": (wrapped(Cramped), "_files", "read-only root"),
}


def provider(how: dict[str, Any]) -> Provider:
    """The provider that is odd in this way."""
    groups = Sampling() if how.get("sampling") else None
    make = WEAKNESSES[how["weak"]][0] if "weak" in how else weak()
    return make(launch.base(), groups)


class Odd(Runner):
    """A runner that was given its provider."""

    def __init__(self, how: dict[str, Any]) -> None:
        super().__init__(Setting())
        self._provider = provider(how)
        if how.get("unchecked"):
            held = (Held("nothing", holds=True, how="it was not checked"),)
            self._isolation = Isolation(tier=Tier.T1, provider=self._provider.name, held=held)


def points(how: dict[str, Any]) -> list[Held]:
    """What some groups of points come to."""
    odd = provider(how)
    with planted() as found:
        return [each for group in GROUPS if group.__name__ in how["points"] for each in group(Trial(odd, found))[0]]


def main() -> None:
    how = json.loads(sys.argv[1])
    if "points" in how:
        os.write(1, msgspec.json.encode(points(how)))
        return
    end_with(sys.stdin.buffer)
    runner = Odd(how)
    while (question := receive(sys.stdin.buffer, Question, LARGEST_QUESTION)) is not None:
        reply(sys.stdout.buffer, runner.answer(question))


if __name__ == "__main__":
    main()
