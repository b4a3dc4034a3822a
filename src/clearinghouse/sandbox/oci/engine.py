"""Boxes by a container engine: podman, which is a program, or docker, which is a daemon that does what it is asked.

Every command has a container of its own, without network, capabilities and writable root, held by the control groups of
the engine and by the same filter of system calls as in other boxes. What runs is an image, by name, that the engine has
already (nothing is ever pulled), or with podman a root folder. An image needs ``cat`` and ``tar`` for docker.

podman runs in the name spaces of the runner; what it stores is in memory, and gone with it. **docker is weaker:** its
daemon is root and outside, so the runner has no name space of processes around its containers, and who may speak with
the daemon is as good as root on that machine; a command of a runner that was killed goes on until its limits end it.
Neither has a user name space unless the engine is set up so: a command is a user of nobody's on the machine itself.
"""

import contextlib
import os
import re
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from clearinghouse.sandbox.boxes import SHARED, Boxes
from clearinghouse.sandbox.contract import (
    MIB,
    Collected,
    Command,
    End,
    File,
    Limits,
    Outcome,
    UnavailableError,
)
from clearinghouse.sandbox.inside import UIDS, sound
from clearinghouse.sandbox.oci import calls, lines, root, users
from clearinghouse.sandbox.oci.programs import PATH, find
from clearinghouse.sandbox.oci.told import State, Uses, outcome
from clearinghouse.sandbox.oci.volumes import Volumes
from clearinghouse.sandbox.watch import Watch
from clearinghouse.sandbox.workspace import mount_memory

_PATIENCE = 30.0
_INITS = ("/usr/libexec/podman/catatonit", "/usr/bin/catatonit", "/usr/lib/podman/catatonit")
_STATE = "{{.State.Status}} {{.State.OOMKilled}} {{.State.ExitCode}} {{.State.Pid}}"
_STORES = ("/var/lib/containers/storage", "/usr/share/containers/storage")


class Groups(NamedTuple):
    """Which control groups an engine has. They are its own."""

    name: str


class Storage(Protocol):
    """Where boxes are."""

    def prepare(self, files: Mapping[str, File], limits: Limits, over: str | None, owner: int) -> str:
        """Make a box."""

    def owner(self, box: str) -> int:
        """Return the user of a box."""

    def disk(self, box: str) -> int | None:
        """Return the bytes of shared memory where it is no folder of the box."""

    def mounts(self, box: str) -> list[str]:
        """Return the options that mount its folders."""

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths."""

    def destroy(self, box: str) -> None:
        """Remove a box."""


class Shared:
    """Boxes on file systems of the runner, for an engine that is in the same name spaces."""

    def __init__(self, base: Path) -> None:
        self._boxes = Boxes(base)
        self.collect = self._boxes.collect
        self.destroy = self._boxes.destroy

    def prepare(self, files: Mapping[str, File], limits: Limits, over: str | None, owner: int) -> str:
        """Make a box."""
        return self._boxes.prepare(files, limits, over, owner, owner)

    def owner(self, box: str) -> int:
        """Return the user of a box."""
        return self._boxes.find(box).owner

    def disk(self, box: str) -> int | None:
        """Return nothing: it is a folder of the box."""
        self._boxes.find(box)
        return None

    def mounts(self, box: str) -> list[str]:
        """Return the options that mount its folders."""
        found = self._boxes.find(box)
        places = (("work", "/work"), ("tmp", "/tmp"), (SHARED, "/dev/shm"))  # noqa: S108 - of the box
        words = [word for name, at in places for word in lines.mounted(str(found.folder / name), at, writable=True)]
        return [*words, *lines.mounted(str(found.subject), "/subject", writable=found.builds)]


class Container:
    """Boxes by a container engine. See :class:`~clearinghouse.sandbox.contract.Provider`.

    Args:
        base: an empty folder of this process alone. name: ``podman`` or ``docker``.
        image: the name of an image that the engine has. folder: the unpacked root of one, for podman; with neither,
            podman takes ``/usr`` of this machine. runtime: of the engine; empty for its own choice.
        volumes: whether boxes are volumes of the engine even where they need not be.

    Raises:
        UnavailableError: the engine is not installed, or does not answer, or is not told what to run.
    """

    def __init__(
        self,
        base: Path,
        name: str = "podman",
        image: str = "",
        *,
        folder: Path | None = None,
        runtime: str = "",
        toolchains: Sequence[Path] = (),
        volumes: bool = False,
    ) -> None:
        program = find(name, {"docker": "docker.io"}.get(name, name))
        podman = name == "podman"
        self._environment = {"PATH": PATH, "HOME": str(base)}
        self.name = f"{name} {_version(program, self._environment, podman=podman)}"
        if not podman and (folder or not image):
            raise UnavailableError("docker is not told which image to run", "name one in the setting of the runner")
        profile = base / "seccomp.json"
        profile.write_bytes(msgspec.json.encode(calls.profile()))
        self._pids = base / "pids"
        self._pids.mkdir(mode=0o700)
        made: tuple[tuple[str, ...], tuple[str, ...]] = ((image,), ())
        if podman and not image:
            made = _rootfs(base / "root", folder, tuple(toolchains))
        init = not podman or any(Path(each).exists() for each in _INITS)
        options = _stores(base / "podman", runtime) if podman else ()
        self._engine = lines.Engine(program, options, podman, init, runtime, profile, *made)
        self._storage: Storage = Shared(base) if podman and not volumes else Volumes(self._engine, self._environment)
        self._users = users.Users() if podman else None
        second = Path("/sys/fs/cgroup/cgroup.controllers").exists()
        self.groups = Groups("cgroup-v2" if second else "cgroup-v1")

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box."""
        owner = self._users.pair().command if self._users else UIDS[secrets.randbelow(len(UIDS))]
        return self._storage.prepare(files, limits, over, owner)

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end."""
        owner, mounts, disk = self._storage.owner(box), self._storage.mounts(box), self._storage.disk(box)
        sound(command)
        begin = time.monotonic()
        name = f"clearinghouse-{secrets.token_hex(8)}"
        pid = self._pids / name
        more = ("--pidfile", str(pid)) if self._engine.podman else ()
        call = lines.run(self._engine, name, owner, command, mounts, *more, disk=disk)
        try:
            process = subprocess.Popen(  # noqa: S603 - an engine, with options of ours
                call,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                cwd="/",
                start_new_session=True,
            )
            uses = Uses(lambda: self._root(name, pid))
            watched = Watch(
                process, command.limits, kill=lambda: self._kill(process, name), root=int, look=False, spent=uses.cpu
            ).to_end(command.input)
            first = self.groups.name == "cgroup-v1"
            return outcome(watched, process.returncode, self._state(name), uses, first=first)
        except (OSError, subprocess.SubprocessError) as error:
            words = getattr(error, "strerror", None) or str(error)[:200]
            return Outcome(end=End.NOT_STARTED, seconds=time.monotonic() - begin, words=words)
        finally:
            self._ask("rm", "--force", *(("--time", "0") if self._engine.podman else ()), name)
            pid.unlink(missing_ok=True)

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return self._storage.collect(box, paths, most)

    def destroy(self, box: str) -> None:
        """Remove a box."""
        self._storage.destroy(box)

    def _root(self, name: str, pid: Path) -> int:
        """The first process of a container, as this machine numbers it; 0 where it is not known."""
        with contextlib.suppress(OSError, ValueError):
            return int(pid.read_text()) if self._engine.podman else self._state(name).pid
        return 0

    def _kill(self, process: subprocess.Popen[bytes], name: str) -> None:
        if process.poll() is None:
            self._ask("kill", "--signal", "KILL", name)
            process.kill()  # which may wait for ever for somebody to read what it has

    def _state(self, name: str) -> State:
        words = self._ask("inspect", "--type", "container", "--format", _STATE, name).split()
        if len(words) != 4:
            return State("none", killed=False, code=0, pid=0)
        return State(words[0], words[1] == "true", int(words[2]), int(words[3]))

    def _ask(self, *words: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603
                self._engine.call(*words),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                env=self._environment,
                cwd="/",
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.SubprocessError:
            return ""
        return done.stdout.decode(errors="replace")


def _rootfs(
    skeleton: Path, folder: Path | None, toolchains: tuple[Path, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = root.make(skeleton, folder, toolchains, etc=False)
    mounts = [word for part in parts for word in lines.mounted(str(part.source), part.at, writable=False)]
    return ("--rootfs", str(skeleton)), tuple(mounts)


def _stores(at: Path, runtime: str) -> tuple[str, ...]:
    """Options by which podman keeps what it stores in memory, and takes images from where the machine has them.

    Raises:
        UnavailableError: nothing can be mounted.
    """
    at.mkdir(mode=0o700)
    try:
        mount_memory(at, Limits(disk=64 * MIB, files=20_000))
    except OSError as error:
        raise UnavailableError(f"nothing can be mounted here: {error.strerror}", "start it as a runner") from None
    words = ["--root", f"{at}/root", "--runroot", f"{at}/run", "--tmpdir", f"{at}/tmp"]  # noqa: S108 - of its own
    words += ["--cgroup-manager", "cgroupfs", "--events-backend", "none"]
    for store in _STORES:
        if os.path.isdir(store):
            words += ["--storage-opt", f"additionalimagestore={store}"]
    return (*words, *(("--runtime", runtime) if runtime else ()))


def _version(program: str, environment: dict[str, str], *, podman: bool) -> str:
    """Return the version of an engine that answers."""
    asked = ("--version",) if podman else ("version", "--format", "version {{.Server.Version}}")
    try:
        done = subprocess.run(  # noqa: S603
            [program, *asked], capture_output=True, text=True, env=environment, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnavailableError(f"{program} does not run: {type(error).__name__}", "look at its installation") from None
    found = re.search(r"version (\d\S{0,40})", done.stdout)
    if done.returncode or not found:
        line = done.stderr.strip().rpartition("\n")[2][:200]
        raise UnavailableError(
            f"{Path(program).name} does not answer: {line}", "start its daemon, and let this user speak with it"
        )
    return found[1]
