"""What a runner says beside its answers: passed on for people, as much as a person reads, and the rest is dropped.

Who broke into a runner could fill the log of who asks it, or write into it what a terminal takes for a command.
"""

import contextlib
import os
import sys
import threading
from typing import IO

MOST = 64 << 10
"""Bytes that are passed on of one runner."""
_PIECE = 1 << 16


def muffle(stream: IO[bytes]) -> None:
    """Take everything that comes from a stream, in a thread of its own, and pass some of it on to standard error."""
    threading.Thread(target=_pass_on, args=[stream], name="runner's words", daemon=True).start()


def _pass_on(stream: IO[bytes]) -> None:
    left = MOST
    with contextlib.suppress(OSError, ValueError), stream:
        while piece := os.read(stream.fileno(), _PIECE):
            if left > 0:
                _say(piece[:left])
                left -= len(piece)
                if left <= 0:
                    _say(b"\n(the runner says more, which is not passed on)\n")


def _say(piece: bytes) -> None:
    text = piece.decode("utf-8", "replace")
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write("".join(each if each.isprintable() or each == "\n" else "?" for each in text))
        sys.stderr.flush()
