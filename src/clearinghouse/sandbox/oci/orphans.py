"""Whoever has lost its parent in a box, for runtimes that become theirs and wait.

crun waits until nobody is left, runc until nobody can write to its streams any more.
"""

import contextlib
from pathlib import Path

from clearinghouse.sandbox.processes import children
from clearinghouse.sandbox.watch import end_process

_ROUNDS = 200
"""How often is looked at one time; who lives on after that is ended by the limit of time."""


class Orphans:
    """Ends the processes that a command leaves behind, so that its runtime tells how the command itself ended.

    Args:
        top: the process above the first one of the box. main: the file into which the runtime writes which process the
            command is, as numbered in the box.
    """

    def __init__(self, top: int, main: Path) -> None:
        self._top = top
        self._main = main

    def look(self) -> None:
        """End them, where the command has ended."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            main = int(self._main.read_text())
            runtime = children(children(self._top)[0])[0]
            for _ in range(_ROUNDS):
                left = children(runtime)
                if not left or any(_number(pid) == main for pid in left):
                    return
                for pid in left:
                    end_process(pid)


def _number(pid: int) -> int:
    """Return what a process is in the innermost name space that it is in (``NSpid`` of proc_pid_status(5))."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return 0
