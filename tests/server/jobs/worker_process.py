"""A worker as a process of its own, for tests: options as JSON, log on standard error."""

import json
import logging
import sys

import django
import msgspec

django.setup()

from clearinghouse.server.jobs import process, schedule  # noqa: E402 - after the apps are ready
from clearinghouse.server.jobs.worker import Pace  # noqa: E402


def main(options: dict[str, object]) -> None:
    """Run a worker; ``recurring`` is a list of name, path and period, ``pace`` what :class:`Pace` takes."""
    logging.basicConfig(level=logging.DEBUG, format="%(process)s %(name)s %(levelname)s %(message)s")
    schedule.RECURRING.clear()
    for item in options.pop("recurring", []):  # type: ignore[attr-defined]
        schedule.recurring(*item)
    pace = {"idlest": 0.2, "tend": 0.2} | dict(options.pop("pace", {}))  # type: ignore[call-overload]
    process.run(pace=msgspec.convert(pace, Pace, strict=False), **options)  # type: ignore[arg-type]


main(json.loads(sys.argv[1]))
