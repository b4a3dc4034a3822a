"""The end of the demonstration: what a hospital, a bank and a water utility have to do about what is published."""

import datetime as dt
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearinghouse.cli.demo.description import Deployer, description
from clearinghouse.cli.demo.flood import Flood
from clearinghouse.cli.demo.pasted import quoted
from clearinghouse.cli.demo.scratch import temporary_folder
from clearinghouse.cli.layout import console, rule, say
from clearinghouse.cli.plan import PageWanted, run_plan
from clearinghouse.triage.worklist import Terms

_BEFORE = (
    "So much for those who find and coordinate. Three who run what is affected keep lists of what they have, each in "
    "its own way. Beside what is published, the lists become work (clearinghouse plan):"
)
_CACHE = "XDG_CACHE_HOME"


def show_worklists(flood: Flood, day: dt.date, *, pages: bool) -> int:
    """Show what each deployer has to do; return the worst exit code.

    Args:
        flood: as it was written. day: the day that counts as today.
        pages: whether the flood stays, so that a page for each is left in it, and the commands are worth telling.

    Raises:
        ClearinghouseError: nothing could be read.
    """
    say(f"\n{_BEFORE}", hanging=False)
    with _own_cache():
        return max(_show(deployer, flood, day, pages=pages) for deployer in description().deployer)


def _show(deployer: Deployer, flood: Flood, day: dt.date, *, pages: bool) -> int:
    page = flood.folder / f"{deployer.folder}.html" if pages else None
    say(f"\n{deployer.name}: {deployer.about}", hanging=False)
    print(f"{rule(console().width)}\n")
    code = _plan(deployer, flood, day, page)
    if page is not None:
        say("To make the list and the page again:")
        print(_command(deployer, flood, day, page))
    sys.stdout.flush()
    return code


def _plan(deployer: Deployer, flood: Flood, day: dt.date, page: Path | None) -> int:
    """Run the verb; it says by its exit code that there is something to do."""
    return run_plan(
        [flood.folder / deployer.folder],
        advisories=[flood.published, flood.ssvc],
        kev=[flood.kev],
        epss=[flood.epss],
        ssvc=[flood.ssvc],
        terms=Terms(as_of=day, exposed=deployer.exposed),
        wanted=PageWanted(page, deployer.name) if page is not None else None,
        hint=False,
    )


def _command(deployer: Deployer, flood: Flood, day: dt.date, page: Path) -> str:
    kev, epss, cve, published = (quoted(path) for path in (flood.kev, flood.epss, flood.ssvc, flood.published))
    site = shlex.quote(deployer.name)
    return (
        f"  clearinghouse plan {quoted(flood.folder / deployer.folder)} \\\n"
        f"      --advisories {published} --advisories {cve} --kev {kev} \\\n"
        f"      --epss {epss} --ssvc {cve} --exposed {deployer.exposed} --as-of {day} \\\n"
        f"      --site {site} --page {quoted(page)}"
    )


@contextmanager
def _own_cache() -> Iterator[None]:
    """Keep what is prepared of invented advisories out of the user's cache: it would push out what is of use there."""
    before = os.environ.get(_CACHE)
    with temporary_folder() as folder:
        os.environ[_CACHE] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[_CACHE]
            else:
                os.environ[_CACHE] = before
