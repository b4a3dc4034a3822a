"""Boxes that only an engine's daemon can reach: volumes in memory, and a container that does nothing but hold them.

The holder reads what nobody writes, so it ends when this process does, and its volumes are given back. Commands run in
containers of their own beside it, never in it: what is asked of it, it does as nobody has touched it.
A box has three file systems here, each as large as the limit of the disk says: its folders together may be three times
that. That is weaker than with the other providers.
"""

import contextlib
import os
import secrets
import select
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from clearinghouse.sandbox.contract import BoxError, Collected, Command, File, Limits, UnavailableError
from clearinghouse.sandbox.oci import archive, lines
from clearinghouse.sandbox.workspace import FOLDERS, parts_of

_PATIENCE = 60.0
_ITS_OWN = Limits(seconds=3600, cpu=3600, memory=64 << 20, processes=16)


class _Box(NamedTuple):
    volumes: dict[str, str]
    subject: str
    owner: int
    disk: int
    holder: subprocess.Popen[bytes]


class Volumes:
    """Makes, keeps and removes boxes of an engine."""

    def __init__(self, engine: lines.Engine, environment: Mapping[str, str]) -> None:
        self._engine = engine
        self._environment = dict(environment)
        self._boxes: dict[str, _Box] = {}
        self._left: list[str] = []

    def owner(self, box: str) -> int:
        """Return the user of a box."""
        return self._box(box).owner

    def disk(self, box: str) -> int | None:
        """Return the bytes that shared memory may have, which is no folder of the box here."""
        return self._box(box).disk

    def mounts(self, box: str) -> list[str]:
        """Return the options that mount the folders of a box."""
        return self._mounts(self._box(box))

    def prepare(self, files: Mapping[str, File], limits: Limits, over: str | None, owner: int) -> str:
        """Make a box.

        Raises:
            BoxError: as the contract says. UnavailableError: the engine does not make it.
        """
        if sum(len(file.data) for file in files.values()) > limits.disk:
            raise BoxError("the files are more than the disk of a box", "give fewer files, or more disk")
        below = self._box(over) if over else None
        owner = below.owner if below else owner
        packed = archive.pack(files, owner)
        name = f"clearinghouse-{secrets.token_hex(8)}"
        own = {folder: f"{name}-{folder}" for folder in FOLDERS if not (below and folder == "subject")}
        for volume in own.values():
            self._ask(*lines.volume(self._engine, volume, owner, limits)[1 + len(self._engine.options) :])
        subject = below.subject if below else own["subject"]
        holder = self._hold(name, own, subject, owner)
        self._boxes[name] = _Box(own, subject, owner, limits.disk, holder)
        if files:
            put = ("exec", "--interactive", "--user", f"{owner}:{owner}", name, "tar", "-xf", "-", "-C", "/work")
            try:
                self._ask(*put, data=packed)
            except UnavailableError as error:
                self.destroy(name)
                raise BoxError(
                    f"the files cannot be put into a box: {error.what}", "give fewer, or more disk"
                ) from None
        return name

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box.

        Raises:
            BoxError: as the contract says, or what the holder sends is no archive.
        """
        found = self._box(box)
        if most < 0:
            raise BoxError(f"{most} bytes cannot be collected", "ask for some, or none")
        return [self._collect(box, found, path, most) for path in paths]

    def destroy(self, box: str) -> None:
        """Remove a box, and what could not be removed before because another was over it."""
        found = self._boxes.pop(box, None)
        if found is None:
            return
        with contextlib.suppress(UnavailableError):
            self._ask("rm", "--force", box)
        found.holder.kill()
        found.holder.communicate()
        left, self._left = [*self._left, *found.volumes.values()], []
        for volume in left:
            try:
                self._ask("volume", "rm", volume)
            except UnavailableError:
                self._left.append(volume)

    def _box(self, name: str) -> _Box:
        if name not in self._boxes:
            raise BoxError("there is no such box", "prepare one")
        return self._boxes[name]

    @staticmethod
    def _mounts(box: _Box) -> list[str]:
        words = [w for name in ("work", "tmp") for w in lines.mounted(box.volumes[name], f"/{name}", writable=True)]
        words += lines.mounted(box.subject, "/subject", writable="subject" in box.volumes)
        return words

    def _hold(self, name: str, own: dict[str, str], subject: str, owner: int) -> subprocess.Popen[bytes]:
        box = _Box(own, subject, owner, 0, None)  # type: ignore[arg-type]
        command = Command(argv=("cat",), at="/", limits=_ITS_OWN)
        call = lines.run(self._engine, name, owner, command, self._mounts(box), "--rm", disk=1 << 20)
        holder = subprocess.Popen(  # noqa: S603 - an engine, with options of ours
            call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._environment, cwd="/"
        )
        assert holder.stdin is not None and holder.stdout is not None and holder.stderr is not None  # noqa: S101, PT018
        with contextlib.suppress(OSError):
            holder.stdin.write(b"\n")
            holder.stdin.flush()
        if select.select([holder.stdout], [], [], _PATIENCE)[0] and os.read(holder.stdout.fileno(), 1):
            return holder
        holder.kill()
        words = holder.communicate()[1][-300:].decode(errors="replace").strip().rpartition("\n")[2]
        raise UnavailableError(f"a container that holds a box does not start: {words}", "does the image have cat?")

    def _collect(self, name: str, box: _Box, path: str, most: int) -> Collected:
        parts = parts_of(path.removeprefix("/"))
        if parts[0] not in FOLDERS:
            raise BoxError(f"{path[:80]!r} is in no folder of a box", "name a path below /work, /tmp or /subject")
        each = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
        # without recursion: folders above are only there to see that none of them is a link
        words = (
            "exec",
            "--user",
            f"{box.owner}:{box.owner}",
            name,
            "tar",
            "-cf",
            "-",
            "--no-recursion",
            "-C",
            "/",
            "--",
        )
        with subprocess.Popen(  # noqa: S603
            self._engine.call(*words, *each),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            cwd="/",
        ) as tar:
            assert tar.stdout is not None  # noqa: S101
            try:
                return archive.look(tar.stdout, path, len(each), most)
            finally:
                tar.kill()

    def _ask(self, *words: str, data: bytes = b"") -> None:
        try:
            done = subprocess.run(  # noqa: S603
                self._engine.call(*words),
                input=data,
                capture_output=True,
                env=self._environment,
                cwd="/",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UnavailableError(f"the engine does not answer: {type(error).__name__}", "look at it") from None
        if done.returncode:
            said = done.stderr[-300:].decode(errors="replace").strip().rpartition("\n")[2]
            raise UnavailableError(f"the engine refuses {words[0]}: {said}", "look at what it says")
