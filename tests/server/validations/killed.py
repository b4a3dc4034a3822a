"""A worker that is killed while it validates, as a process of its own; its argument says when."""

import os
import signal
import sys
from typing import Any

import django

django.setup()

from clearinghouse.server.jobs.services import run_until_idle  # noqa: E402 - after the apps are ready
from clearinghouse.server.validations import recording, running  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    """End without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(when: str) -> None:
    """Work until the moment comes."""
    run_it = running.run

    def run(session: Any, loaded: Any, progress: Any) -> Any:
        print(session.provider._process.pid, flush=True)
        return run_it(session, loaded, progress)

    running.run = run
    if when == "running":

        def told(session: Any, loaded: Any, progress: Any) -> Any:
            return run(session, loaded, lambda words: die() if words.startswith("fixed: run") else progress(words))

        running.run = told
    elif when == "keeping":
        recording._keep = die  # type: ignore[assignment]
    run_until_idle()


main(sys.argv[1])
