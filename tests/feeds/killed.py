"""Adopts a version again and again, and is killed at every third line of it.

Run by test_store.py as a process of its own, with a folder to work in and a stick with a version to adopt. For every
third line that the store executes on the way, a fresh copy of the store gets a child that is killed with SIGKILL when
it comes to that line. Prints one JSON line for each: the version that the store has then, and after the next whole run.
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

from clearinghouse.feeds import Result, Settings, Store
from clearinghouse.feeds.origin import FolderOrigin
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.sync import sync

WATCHED = {"objects.py", "catalogue.py"}
"""Where files and rows are written."""


def adopt(root: Path, stick: Path) -> Result:
    with Store(root, settings=Settings()) as store:
        (outcome,) = sync(store, [store.settings.feed("kev")], FolderOrigin(stick))
        return outcome.result


def killed_at(line: int, root: Path, stick: Path) -> bool:
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
        adopt(root, stick)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def seen(root: Path) -> dict[str, Any]:
    with Store(root, settings=Settings()) as store:
        versions = store.versions("kev")
        path = store.path_of(versions[0])
        return {
            "records": versions[0].records,
            "whole": digest_of(path) == versions[0].digest,
            "history": [version.records for version in versions],
            "pending": store.pending("kev") is not None,
        }


def main(folder: Path, stick: Path) -> None:
    for line in count(1, 3):
        root = folder / "copy"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(folder / "store", root)
        dead = killed_at(line, root, stick)
        state = seen(root)
        result = adopt(root, stick)
        print(json.dumps({"line": line, "dead": dead, "after": state, "again": result, "then": seen(root)}))
        if not dead:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
