"""The points of the self-check: what is tried, and what it must have come to."""

import os
import secrets
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from clearinghouse.sandbox.check.planted import Planted
from clearinghouse.sandbox.check.probe import places, spaces
from clearinghouse.sandbox.check.watched import alive, watched
from clearinghouse.sandbox.contract import (
    MIB,
    Collected,
    Command,
    End,
    File,
    Kind,
    Limits,
    Outcome,
    Provider,
    SandboxError,
)
from clearinghouse.sandbox.isolation import Held

LIMITS = Limits(seconds=10, cpu=5, memory=192 * MIB, processes=48, disk=24 * MIB, files=2000, output=MIB)
_PROBE = "probe.py"
_STRUCTURE = {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "tmp", "usr", "var"}
_OURS = {"work", "subject"}
_IMAGES = {".dockerenv", "boot", "home", "media", "mnt", "opt", "root", "srv"}
"""What an image may have (the first is docker's); the files planted outside tell whether they are those of the host."""
_SYSTEM = {"bin", "lib", "lib32", "lib64", "libx32", "sbin", "usr"}
"""Folders that may be those of the host; of everything else a box has its own."""
_FILTERED = "EPERM"
_COLLECTED = 100
_HOLE = LIMITS.disk // 2
"""Bytes of each file that are collected, and of one that is nothing but a hole."""
_LONG = 4.0
"""Seconds for which a program goes on that a limit of less than one should end, and more than ends it."""


class Tried(NamedTuple):
    """What one program inside came to: how it ended, and what it printed as JSON, or nothing."""

    outcome: Outcome
    seen: dict[str, Any]


class Trial:
    """Runs the programs of the self-check in boxes of one provider."""

    def __init__(self, provider: Provider, planted: Planted) -> None:
        self.provider = provider
        self.planted = planted
        self.mark = secrets.token_hex(16)
        self._source = resources.files(__package__).joinpath(_PROBE).read_bytes()

    def box(self, over: str | None = None) -> str:
        """Make a box with the program in it."""
        return self.provider.prepare({_PROBE: File(self._source)}, LIMITS, over=over)

    def run(self, box: str, what: str, limits: Limits = LIMITS, **asked: Any) -> Tried:
        """Run one part of the program."""
        argv = ("python3", "-I", f"/work/{_PROBE}", what, self.mark)
        outcome = self.provider.run(box, Command(argv=argv, limits=limits, input=msgspec.json.encode(asked)))
        try:
            seen = msgspec.json.decode(outcome.stdout, type=dict[str, Any])
        except msgspec.DecodeError:
            seen = {}
        return Tried(outcome, seen)

    def once(self, what: str, limits: Limits = LIMITS, **asked: Any) -> Tried:
        """Run it in a box of its own."""
        box = self.box()
        try:
            return self.run(box, what, limits, **asked)
        finally:
            self.provider.destroy(box)


def points(trial: Trial) -> Iterator[tuple[list[Held], dict[str, Any]]]:
    """Yield the points, a group at a time, with what else was measured on the way.

    A program that did not come to print anything fails all its points: not to have seen is not to have been refused.
    """
    for group in GROUPS:
        try:
            yield group(trial)
        except SandboxError as error:
            yield [Held(group.__name__.strip("_"), holds=False, how=error.what)], {}


def _identity(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    with watched(trial.mark) as outside:
        tried = trial.once("identity", seconds=0.3)
    seen, status = tried.seen, tried.seen.get("status", {})
    if not seen:
        return [Held("starts", holds=False, how=_why(tried.outcome))], {}
    own = _own_kernel(seen)
    common = [] if own else [name for name, which in spaces().items() if seen["spaces"].get(name) == which]
    held = [
        Held("starts", holds=True, how=f"{tried.seen['kernel']}"),
        Held("unprivileged user", *_user(seen, outside(), shared=not own)),
        Held("no capabilities", *_capabilities(status)),
        Held("no new privileges", status["NoNewPrivs"] == "1", f"NoNewPrivs {status['NoNewPrivs'] or 'unknown'}"),
        Held("no terminal", bool(seen["session"]), f"/dev/tty: {seen['session'] or 'opened'}"),
        Held("no open files", set(seen["descriptors"]) <= {0, 1, 2}, f"descriptors {seen['descriptors']}"),
        Held("name of its own", seen["host"] != os.uname().nodename, seen["host"]),
        Held("name spaces of its own", not common, _list("common", common, "ipc, mnt, net, pid, uts")),
    ]
    return held, {"kernel": seen["kernel"], "shared": not own}


def _capabilities(status: dict[str, str]) -> tuple[bool, str]:
    """Whether there are none, and none that could be taken up again."""
    found = [
        f"{name} {status[name]}" for name in ("CapEff", "CapPrm", "CapInh", "CapAmb") if int(status[name] or "1", 16)
    ]
    return not found, _list("there are", found, "none effective, permitted, inheritable or ambient")


def _own_kernel(seen: dict[str, Any]) -> bool:
    """Whether a program inside was on another kernel than this process."""
    return bool(seen["boot"]) and seen["boot"] != _text("/proc/sys/kernel/random/boot_id")


def _user(seen: dict[str, Any], outside: int | None, *, shared: bool) -> tuple[bool, str]:
    """Whether the user is no root, and none outside as well: there, because a map inside need not tell all."""
    safe = seen["uid"] != 0 and 0 not in seen["groups"]
    if outside is None:
        return safe and not shared, f"uid {seen['uid']}, of this machine unknown"
    return safe and outside != 0, f"uid {seen['uid']}, seen from outside {outside}"


def _network(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    planted = trial.planted
    seen = trial.once("network", port=planted.port, abstract=planted.abstract, path=planted.path).seen
    if not seen:
        return _unseen("no network"), {}
    reached = [name for name in ("loopback", "outside", "abstract", "path") if not seen[name]]
    interfaces = [name for name in seen["interfaces"] if name != "lo"]
    open_families = [name for name, error in seen["families"].items() if not error]
    return [
        Held(
            "no network",
            not interfaces and not reached,
            _list("reached", reached + interfaces, "only a loopback of its own"),
        ),
        Held("no other sockets", not open_families, _list("opened", open_families, "vsock, alg, packet refused")),
    ], {}


def _files(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    box = trial.box()
    above = trial.box(over=box)
    try:
        seen = trial.run(above, "files", paths=trial.planted.paths, read_only=["/subject"]).seen
    finally:
        trial.provider.destroy(above)
        trial.provider.destroy(box)
    if not seen:
        return _unseen("no host files", "read-only root"), {}
    strange = sorted(set(seen["top"]) - _STRUCTURE - _OURS - _IMAGES)
    found = [*seen["seen"], *_same(seen)]
    touched = [name for name in ("core_pattern", "devices") if not seen[name]]
    return [
        Held(
            "no host files",
            not found,
            _list("seen", found, f"{len(trial.planted.paths)} planted, none seen"),
        ),
        Held("no other folders", not strange, _list("seen", strange, "usr and what belongs to it")),
        Held("read-only root", not seen["writable"], _list("writable", seen["writable"], "nothing but /work and /tmp")),
        Held("no devices, no kernel settings", not touched, _list("possible", touched, "mknod and /proc/sys refused")),
    ], {}


def _same(seen: dict[str, Any]) -> list[str]:
    """The folders that are mounted from outside, told by what no mount changes; another kernel counts otherwise."""
    if _own_kernel(seen):
        return []
    root = os.stat("/")
    outside = {tuple(place) for name, place in places().items() if name not in _SYSTEM} | {(root.st_dev, root.st_ino)}
    return [f"/{name}" for name, place in seen["places"].items() if name not in _SYSTEM and tuple(place) in outside]


def _secrets(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    seen = trial.once("secrets", word=trial.planted.word).seen
    if not seen:
        return _unseen("no secrets"), {}
    found = seen["found"] + seen["own"]
    return [
        Held("no secrets", not found, _list("found in", found, "environment and arguments of every process")),
        Held("processes of its own", seen["processes"] <= 4, f"{seen['processes']} can be seen"),
    ], {}


def _nesting(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    seen = trial.once("nesting").seen
    if not seen:
        return _unseen("no nested name spaces", "filter of system calls"), {}
    through = [
        f"{name} {error or 'worked'}" for name, error in seen["calls"].items() if error not in {_FILTERED, "ENOSYS"}
    ]
    known = bool(seen["calls"])
    return [
        Held("no nested name spaces", not seen["made"], _list("made", seen["made"], "none of five kinds")),
        Held(
            "filter of system calls",
            known and not through,
            _list("let through", through, f"{len(seen['calls'])} of them refused"),
        ),
    ], {}


def _forks(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    tried = trial.once("forks", most=400)
    count = tried.seen.get("count", 0)
    stopped = tried.outcome.end in {End.PROCESSES, End.MEMORY}
    held = stopped or 0 < count <= LIMITS.processes
    how = f"{count} of {LIMITS.processes}, then {tried.seen.get('why') or tried.outcome.end}"
    # a group tells that it refused; what a sampling supervisor kills is an end of its own
    means = "cgroup" if tried.outcome.refused else "sampling" if stopped else "rlimit"
    return [Held("limit of processes", held, how)], {"processes": means}


def _memory(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    limits = msgspec.structs.replace(LIMITS, memory=64 * MIB, seconds=8)
    tried = trial.once("memory", limits, most=128 * MIB, step=MIB, seconds=2)
    used = tried.outcome.memory / MIB
    stopped = tried.outcome.end is End.MEMORY
    held = stopped and not tried.seen
    means = "cgroup" if held and used <= 66 else "sampling"
    return [Held("limit of memory", held, f"{tried.outcome.end} at {used:.0f} MiB of 64")], {"memory": means}


def _disk(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    seen = trial.once("disk", most=4 * LIMITS.disk, files=4 * LIMITS.files).seen
    if not seen:
        return _unseen("limit of disk"), {}
    # the file is taken away between folders, so each may be filled up to the limit of all
    held = all(size <= LIMITS.disk for size in seen["sizes"].values()) and seen["files"] <= LIMITS.files
    sizes = ", ".join(f"{name} {size / MIB:.0f}" for name, size in seen["sizes"].items())
    return [Held("limit of disk", held, f"MiB: {sizes}; {seen['files']} files")], {"disk": "file system in memory"}


def _output(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    outcome = trial.once("output", most=4 * LIMITS.output).outcome
    held = outcome.end is End.OUTPUT and len(outcome.stdout) <= LIMITS.output
    return [Held("limit of output", held, f"{outcome.end} at {len(outcome.stdout)} bytes")], {"output": "supervisor"}


def _time(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    asleep = trial.once("sleep", msgspec.structs.replace(LIMITS, seconds=0.7), seconds=_LONG).outcome
    busy = trial.once("spin", msgspec.structs.replace(LIMITS, cpu=0.6, seconds=8), seconds=_LONG / 2).outcome
    return [
        Held(
            "limit of time",
            asleep.end is End.TIME and asleep.seconds < _LONG - 1,
            f"{asleep.end} after {asleep.seconds:.1f} s",
        ),
        Held(
            "limit of processor time",
            busy.end is End.CPU,
            f"{busy.end} after {busy.seconds:.1f} s, {busy.cpu:.1f} of processors",
        ),
    ], {"time": "supervisor", "cpu": "supervisor"}


def _leaving(trial: Trial) -> tuple[list[Held], dict[str, Any]]:
    box = trial.box()
    try:
        tried = trial.run(box, "leave", target=trial.planted.secret, hole=_HOLE, seconds=60)
        surviving = alive(trial.mark)
        names = ("link", "folder/secret", "proc", "pipe", "sparse", "plain")
        found = trial.provider.collect(box, [f"/work/{name}" for name in names], _COLLECTED)
        above = trial.box(over=box)
        rest = trial.run(above, "again").seen
        trial.provider.destroy(above)
    finally:
        trial.provider.destroy(box)
    wrong = _wrongly_told(found, trial.planted.word.encode())
    left = [name for name in rest.get("left", ["?"]) if name != _PROBE]
    ended = tried.outcome.end is End.EXITED and not surviving
    return [
        Held("links are not followed", not wrong, _list("wrong of", wrong, "link, folder, pipe, sparse file")),
        Held("nothing is left behind", not left, _list("left", left, "a box over another begins empty")),
        Held(
            "no process survives",
            ended,
            f"{tried.outcome.end} after {tried.outcome.seconds:.2f} s; of a child in a session of its own "
            + ("one is left" if surviving else "nothing is left"),
        ),
    ], {}


def _wrongly_told(found: list[Collected], word: bytes) -> list[str]:
    """Return what was collected and is not what stood there: content through a link, or more than was asked."""
    by = {each.path.removeprefix("/work/"): each for each in found}
    linked = ("link", "folder/secret", "proc")
    wrong = [name for name, each in by.items() if word in each.data]
    wrong += [name for name in (*linked, "pipe") if by[name].kind is Kind.FILE or by[name].data]
    sparse, plain = by["sparse"], by["plain"]
    hole = Collected(path=sparse.path, kind=Kind.FILE, size=_HOLE, data=bytes(_COLLECTED), cut=True)
    wrong += [] if sparse == hole else ["sparse"]
    wrong += [] if plain == Collected(path=plain.path, kind=Kind.FILE, size=5, data=b"plain") else ["plain"]
    return list(dict.fromkeys(wrong))


GROUPS: tuple[Callable[[Trial], tuple[list[Held], dict[str, Any]]], ...] = (
    *(_identity, _network, _files, _secrets, _nesting),
    *(_forks, _memory, _disk, _output, _time, _leaving),
)


def _unseen(*names: str) -> list[Held]:
    return [Held(name, holds=False, how="the program inside came to nothing") for name in names]


def _why(outcome: Outcome) -> str:
    words = outcome.words or outcome.stderr[-200:].decode(errors="replace").strip().rpartition("\n")[2]
    return f"{outcome.end} {outcome.code if outcome.code is not None else ''}: {words}"


def _list(word: str, names: list[str], none: str) -> str:
    return f"{word}: {', '.join(names[:4])}" if names else none


def _text(path: str) -> str:
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""
