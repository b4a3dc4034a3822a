"""The command line: one module a verb. It draws, asks and exits; what it shows is computed on the floors below.

The entry point stands here and imports the verbs only when it runs: loading them takes long enough to be interrupted.
"""

import sys

INTERRUPTED = 130
"""The exit code of what was interrupted from the keyboard."""


def run() -> None:
    """Run the command line and leave the process; an interrupt is quiet from the first moment on."""
    try:
        from clearinghouse.cli import main  # noqa: PLC0415 - what it loads is to be inside

        main.run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
