"""What an engine tells of a container, and what that comes to."""

import re
import time
from collections.abc import Callable
from typing import NamedTuple

from clearinghouse.sandbox.contract import End, Outcome
from clearinghouse.sandbox.processes import sample
from clearinghouse.sandbox.watch import Watched

_SIGNALS = 64
_KILLED = 128 + 9
_PAUSE = 0.1
"""Seconds between two looks at what a container uses."""
_NOT_EXECUTED = re.compile(
    rb"\A(?:\[FATAL +tini|ERROR \(catatonit:)[^\n]{0,400}"
    rb"(?:No such file|Permission denied|Exec format)"
)
_NOT_FOUND = re.compile(r"executable file|no such file|permission denied|exec format", re.IGNORECASE)


class State(NamedTuple):
    """What an engine tells of a container: how it stands, whether it was out of memory, its exit code, its process."""

    status: str
    killed: bool
    code: int
    pid: int


class Uses:
    """What a container uses, looked at now and then.

    Args:
        root: returns its first process, as this machine numbers it; 0 where it is not known yet.
    """

    def __init__(self, root: Callable[[], int]) -> None:
        self._look = root
        self._root = 0
        self._next = 0.0
        self.seconds = 0.0
        self.memory = 0

    def cpu(self) -> float | None:
        """Return the seconds of processor time that were seen; None while nothing is."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._root = self._root or self._look()
            if self._root:
                seen = sample(self._root)
                self.seconds, self.memory = max(self.seconds, seen.cpu), max(self.memory, seen.memory)
        return self.seconds if self._root else None


def outcome(watched: Watched, returncode: int, state: State, uses: Uses, *, first: bool) -> Outcome:
    """Return what a command did.

    Args:
        returncode: of the engine. first: whether there are control groups of version 1.
    """
    end, words = watched.end, ""
    code: int | None = None
    number: int | None = None
    line = bytes(watched.stderr[-400:]).decode(errors="replace").strip().rpartition("\n")[2]
    # with groups of version 1 podman does not always tell; but who is killed and not by us, is so by the kernel (for
    # want of memory), or by itself, which then counts as the same
    if end is None and (state.killed or (state.code == _KILLED and first)):
        end = End.MEMORY
    if end is None:
        if state.status not in {"exited", "stopped"}:
            end = End.NOT_FOUND if returncode in {126, 127} and _NOT_FOUND.search(line) else End.NOT_STARTED
            words = line or f"the engine ended with {returncode}"
        elif state.code and _NOT_EXECUTED.match(watched.stderr):
            end, words = End.NOT_FOUND, line
        elif 128 < state.code <= 128 + _SIGNALS:
            end, number = End.SIGNALLED, state.code - 128
        else:
            end, code = End.EXITED, state.code
    return Outcome(
        end=end,
        code=code,
        signal=number,
        seconds=watched.seconds,
        cpu=max(uses.seconds, watched.cpu),
        memory=uses.memory,
        stdout=bytes(watched.stdout),
        stderr=bytes(watched.stderr),
        cut=watched.cut,
        words=words,
    )
