"""Boxes on file systems in memory that the runner mounts, and shares with what runs in them."""

import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox import workspace
from clearinghouse.sandbox.contract import BoxError, Collected, File, Limits, UnavailableError

SHARED = "shm"
"""``/dev/shm``: a folder of the box like others, so that its disk and its number of files hold there as well."""


class Box(NamedTuple):
    """One box: its folder, the subject of it or of another, whether it builds one, and its users."""

    name: str
    folder: Path
    subject: Path
    builds: bool
    owner: int
    runtime: int


class Boxes:
    """Makes, keeps and removes boxes below a folder of this process alone."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._boxes: dict[str, Box] = {}

    def find(self, name: str) -> Box:
        """Return a box.

        Raises:
            BoxError: there is none of that name.
        """
        if name not in self._boxes:
            raise BoxError("there is no such box", "prepare one")
        return self._boxes[name]

    def prepare(self, files: Mapping[str, File], limits: Limits, over: str | None, runtime: int, owner: int) -> str:
        """Make a box whose folders belong to the user ``owner``, or to that of the box that it is made over.

        Raises:
            BoxError: as the contract says. UnavailableError: nothing can be mounted.
        """
        if sum(len(file.data) for file in files.values()) > limits.disk:
            raise BoxError("the files are more than the disk of a box", "give fewer files, or more disk")
        below = self.find(over) if over else None
        if below:
            runtime, owner = below.runtime, below.owner
        name = secrets.token_hex(8)
        folder = self._base / name
        folder.mkdir(mode=0o755)
        try:
            workspace.mount_memory(folder, limits)
        except OSError as error:
            folder.rmdir()
            raise UnavailableError(
                f"a box cannot have a disk of its own here: {error.strerror}", "run it where name spaces may be made"
            ) from None
        for each in (*workspace.FOLDERS, SHARED):
            (folder / each).mkdir(mode=0o700)
            os.chown(folder / each, owner, owner)
        subject = below.subject if below else folder / "subject"
        self._boxes[name] = Box(name, folder, subject, below is None, owner, runtime)
        try:
            workspace.put(folder / "work", files, owner)
        except BoxError:
            self.destroy(name)
            raise
        return name

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return workspace.collect(self.find(box).folder, paths, most)

    def destroy(self, name: str) -> None:
        """Remove a box."""
        found = self._boxes.pop(name, None)
        if found:
            workspace.unmount(found.folder)
            with contextlib.suppress(OSError):
                found.folder.rmdir()
