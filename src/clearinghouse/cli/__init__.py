"""The command line: one module a verb. It draws, asks and exits; what it shows is computed on the floors below.

The entry point stands here and imports the verbs only when it runs: loading them takes long enough to be interrupted.
"""

import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""The exit code of what was interrupted from the keyboard: 128 and the number of SIGINT, as shells count."""
TERMINATED = 143
"""The exit code of what was asked to end: 128 and the number of SIGTERM."""


class TerminatedError(KeyboardInterrupt):
    """Somebody asked this process to end: what it had begun is put away as on an interrupt."""


def run() -> None:
    """Run the command line and leave the process; a signal to stop is quiet from the first moment on."""
    try:
        _listen()
        from clearinghouse.cli import main  # noqa: PLC0415 - what it loads is to be inside

        main.run()
    except KeyboardInterrupt as signalled:
        sys.exit(stopped(signalled))
    finally:
        _listen_no_more()


def stopped(signalled: KeyboardInterrupt) -> int:
    """Say that the process was stopped; return its exit code."""
    terminated = isinstance(signalled, TerminatedError)
    if sys.stderr is not None:
        print("Terminated." if terminated else "Interrupted.", file=sys.stderr)
    return TERMINATED if terminated else INTERRUPTED


def _listen() -> None:
    """Make exceptions of the two signals. One that whoever started this process has it ignore stays ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _stop)


def _listen_no_more() -> None:
    """Nothing is left to be put away: a signal ends the process at once, and without a word."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is _stop:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop once: a launcher may pass an interrupt on that the keyboard has sent already, and what it ends is cleared
    away meanwhile. Who does not want to wait for that ends the process with SIGTERM.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
