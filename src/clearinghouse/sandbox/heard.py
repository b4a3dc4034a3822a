"""What a runner, or the command that reaches it, says beside its answers: passed on, and the end of it kept."""

import contextlib
import os
import threading
from collections import deque
from typing import IO

WORDS = 400
"""Characters that are kept of one line."""
_LINES = 3
_PIECE = 1 << 12
MOST = 64 << 10
"""Bytes that are passed on of one runner: who broke into it could fill the log of who asks it."""
_PATIENCE = 0.5
"""Seconds to wait for last words: something that goes on may hold the other end (ControlPersist of ssh_config(5))."""


class Heard:
    """Reads what a process writes to standard error, until its end, in a thread of its own.

    Args:
        stream: the other end of it.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._last: deque[str] = deque(maxlen=_LINES)
        self._rest = b""
        self._left = MOST
        self._thread = threading.Thread(target=self._follow, name="runner-stderr", daemon=True)
        self._thread.start()

    def words(self) -> str:
        """Return the last lines, for a sentence; empty where nothing was said."""
        self.close()
        return " / ".join(each for each in tuple(self._last) if each)

    def close(self) -> None:
        """Wait for the end of it, as long as is reasonable."""
        self._thread.join(_PATIENCE)

    def _follow(self) -> None:
        with self._stream, contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), _PIECE):
                *lines, self._rest = (self._rest + piece).split(b"\n")
                self._rest = self._rest[-_PIECE:]
                for line in lines:
                    self._hear(line)
        if self._rest:
            self._hear(self._rest)

    def _hear(self, line: bytes) -> None:
        text = plain(line.decode(errors="replace").strip())
        self._last.append(text)
        if self._left > 0:
            self._say(text)

    def _say(self, text: str) -> None:
        said = f"{text}\n".encode(errors="replace")
        self._left -= len(said)
        if self._left <= 0:
            said += b"(the runner says more, which is not passed on)\n"
        with contextlib.suppress(OSError):  # by the descriptor: a lock would be held when the interpreter ends
            os.write(2, said)


def plain(text: str) -> str:
    """Words of a runner, for a person: cut, and without what controls a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text[:WORDS])
