"""Fetches a file again and again, and is killed at every third line of it.

Run by test_folder.py as a process of its own, with a folder to work in and a folder with a file to fetch. Prints one
JSON line for each: whether it was killed, what the cache has then, and what after the next whole fetch.
"""

import json
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from clearinghouse.feeds.registries import NotCachedError, Registries, RegistrySettings

PURL = "pkg:pypi/thing@1.0"
WATCHED = {"objects.py", "cache.py", "registries.py"}
"""Where files are written."""


def fetch(root: Path, mirror: Path, *, offline: bool = False) -> str:
    with Registries(root, settings=RegistrySettings(pypi=str(mirror)), offline=offline) as made:
        try:
            got = made.fetch(PURL)
        except NotCachedError:
            return "none"
        return "whole" if got.path.read_bytes() == b"wheel" else "broken"


def killed_at(line: int, root: Path, mirror: Path) -> bool:
    """Run in a child that does not live beyond so many lines; return whether it was killed."""
    child = os.fork()
    if child == 0:
        left = line

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal left
            left -= event == "line"
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return local

        def watch(frame: FrameType, event: str, argument: Any) -> Any:
            path = frame.f_code.co_filename
            return local if os.path.basename(path) in WATCHED and "/feeds/" in path else None

        sys.settrace(watch)
        fetch(root, mirror)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(folder: Path, mirror: Path) -> None:
    for line in count(1, 3):
        root = folder / "cache"
        shutil.rmtree(root, ignore_errors=True)
        dead = killed_at(line, root, mirror)
        after = fetch(root, mirror, offline=True)
        print(json.dumps({"dead": dead, "after": after, "again": fetch(root, mirror)}))
        if not dead:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
