"""A runner for who comes from elsewhere, and what stands beside it: it ends the runner once nobody is there any more.

The runner does that by itself (:func:`clearinghouse.sandbox.runner.end_with`), unless it is stopped, or hangs in the
kernel: then what runs in its boxes would go on with nobody who holds it to a limit. What stands beside it reads nothing
of what is sent, and has nothing that the account has not.
"""

import contextlib
import os
import select
import subprocess
from collections.abc import Sequence

GRACE = 2.0
"""Seconds that a runner may take to end by itself."""
HUNG_UP = select.POLLRDHUP
"""Asks for the end of a connection; that of a pipe is told unasked (poll(2))."""


def attend(argv: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command with this process's standard input and output, until it ends or nobody is at the other end of them.

    Args:
        argv, environment: of the runner; see :mod:`clearinghouse.sandbox.launch`.

    Returns:
        What it ended with.
    """
    process = subprocess.Popen(argv, env=environment)  # noqa: S603 - a command of ours
    try:
        _wait(process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    finally:
        process.kill()  # unshare(1), which takes with it what it started; see its --kill-child
        process.wait()
    return process.returncode


def _wait(pid: int) -> None:
    """Return when a process has ended, or standard input has."""
    ended = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        poll.register(0, HUNG_UP)
        poll.poll()
    finally:
        os.close(ended)
