"""A worker that is killed while it works on an inventory, as a process of its own; its argument says when."""

import os
import signal
import sys
from typing import Any

import django

django.setup()

from clearinghouse.server.inventories import jobs  # noqa: E402 - after the apps are ready
from clearinghouse.server.jobs.services import run_until_idle  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    """End without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(when: str) -> None:
    """Work until the moment comes."""
    if when == "reading":
        jobs.open_meta = die  # type: ignore[assignment]
    elif when == "read":
        read = jobs.read

        def then_die(*args: Any) -> Any:
            read(*args)
            die()

        jobs.read = then_die
    elif when == "keeping":
        jobs.plan_for.func.__globals__["_take_place"] = die
    elif when == "planning":
        jobs.worklists.keep = die  # type: ignore[assignment]
    run_until_idle()


main(sys.argv[1])
