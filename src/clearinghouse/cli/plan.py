"""``clearinghouse plan``: what to do by when, for whoever has the inventories."""

import datetime as dt
import gc
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from clearinghouse.cli.judged import NO_CLEAN_RESULT, nothing_judged
from clearinghouse.cli.layout import say
from clearinghouse.cli.match import Advisories, match_exit_code, unmatched_rows
from clearinghouse.cli.options import AsOf, Bound, Epss, Exposed, Kev, Policy, Ssvc, day_option, path_option, paths_to
from clearinghouse.cli.output import (
    BAD_INPUT,
    OutputFormat,
    failure,
    problem_lists,
    write_members,
)
from clearinghouse.cli.plan_output import action_rows, show_plan
from clearinghouse.cli.progress import preparing, reading
from clearinghouse.formats.text import printable_name
from clearinghouse.priority import DEFAULT_POLICY
from clearinghouse.priority.plan import Plan
from clearinghouse.records import ClearinghouseError, Problem
from clearinghouse.sheet import render_page
from clearinghouse.triage.deployer import Deployer, look_up
from clearinghouse.triage.told import made_from, unknown
from clearinghouse.triage.worklist import Terms, worklist

_NEXT = "Next: --page FILE.html writes one page for whoever keeps the systems; --format json has the reasons."


def command(
    paths: Annotated[list[Path], paths_to("Inventories")],
    *,
    advisories: Advisories = None,
    kev: Kev = None,
    epss: Epss = None,
    ssvc: Ssvc = None,
    page: Annotated[Path | None, path_option("--page", "FILE", "Write one page in plain words, as HTML.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Whose page it is: stands in its headline.")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Who answers for what may wait, where an inventory names nobody.")
    ] = None,
    exposed: Exposed = "unknown",
    policy: Policy = DEFAULT_POLICY,
    identified: Annotated[
        dt.date | None, day_option("--identified", "When you learnt of the flaws; else today.")
    ] = None,
    bound: Bound = False,
    as_of: AsOf = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="What to write.")] = OutputFormat.TABLE,
) -> None:
    """Say what to do by when about what inventories list, grouped by what one does.

    With --page it also writes one page for whoever keeps the systems: at most three actions first, in plain words.

    Exit code 0: nothing is affected. 1: something is or may be affected, or could not be read. 2: a path that was named
    is missing or of no known format, an option is wrong, or not one component could be judged.
    """
    code = run_plan(
        paths,
        advisories=advisories or [],
        kev=kev or [],
        epss=epss or [],
        ssvc=ssvc or [],
        terms=Terms(
            as_of=as_of or dt.datetime.now(dt.UTC).date(),
            identified=identified,
            exposed=exposed,
            policy=policy,
            bound=bound,
        ),
        wanted=PageWanted(page, site or "") if page is not None else None,
        owner=owner or "",
        output=output,
    )
    raise typer.Exit(code)


_NEW_FILE = "name a new file, such as --page todo.html"
_LOOKED_AT = 64


class PageWanted(NamedTuple):
    """Where the page goes, and whose it is."""

    file: Path
    site: str


def run_plan(
    paths: list[Path],
    *,
    advisories: list[Path],
    kev: list[Path],
    epss: list[Path],
    ssvc: list[Path],
    terms: Terms,
    wanted: PageWanted | None = None,
    owner: str = "",
    output: OutputFormat = OutputFormat.TABLE,
    hint: bool = True,
) -> int:
    """Make a plan and write it; return the exit code.

    Args:
        paths: inventories. advisories, kev, epss, ssvc: what is published; of each kind of which nothing is named, what
            was synced.
        terms: what is asked of every flaw alike. wanted: the page to write. owner: who answers for what may wait.
        hint: whether to end with what one may do next.

    Raises:
        ClearinghouseError: nothing could be read, or nothing could be judged. In JSON that is a problem in the document
            instead.
    """
    gc.disable()  # many small records and no cycles among them
    asked = [*paths, *advisories, *kev, *epss, *ssvc]
    try:
        if wanted is not None:
            _require_target(wanted.file, asked)
        with reading(asked) as notice:
            found = look_up(
                paths,
                advisories=advisories,
                kev=kev,
                epss=epss,
                ssvc=ssvc,
                as_of=terms.as_of,
                notice=notice,
                preparing=preparing,
            )
            made = worklist(found, found.signals, terms, {"": owner} if owner else None)
            nothing = nothing_judged(found)
        if wanted is not None:
            _write_page(wanted, made, found, bound=terms.bound, judged=nothing is None)
    except Exception as error:
        if output is OutputFormat.JSON:
            _write(Plan(as_of=terms.as_of), [failure(error, asked)], asked)
            if isinstance(error, ClearinghouseError):
                return BAD_INPUT
        raise
    if output is OutputFormat.JSON:
        problems = [failure(nothing, asked)] if nothing and not found.failed else []
        _write(made, [*found.problems, *problems], asked, unmatched_rows(found))
    else:
        _show(made, found, wanted, nothing, hint=hint)
    return BAD_INPUT if nothing else match_exit_code(found, affected=bool(made.actions or made.deferrals))


def _show(
    made: Plan, found: Deployer, wanted: PageWanted | None, nothing: ClearinghouseError | None, *, hint: bool
) -> None:
    """Draw the plan; then say what one may do next, or raise ``nothing``: that nothing could be judged."""
    sys.stdout.flush()
    show_plan(made, found, wanted.file if wanted and not nothing else None)
    if nothing:
        say(NO_CLEAN_RESULT, "bold")
        if wanted is not None:
            say(f"The page {printable_name(str(wanted.file))} says that nothing could be judged, and no more.")
        raise nothing
    if hint and wanted is None:
        say(_NEXT)


def _write_page(wanted: PageWanted, made: Plan, found: Deployer, *, bound: bool, judged: bool) -> None:
    """Write the page, whole or not at all."""
    page = wanted.file
    text = render_page(
        made,
        site=wanted.site,
        made_from=list(made_from(found)),
        as_of=made.as_of,
        unknown=unknown(found),
        bound=bound,
        judged=judged,
    )
    try:
        with tempfile.TemporaryDirectory(dir=page.parent, prefix=".page-") as folder:
            unfinished = Path(folder, "page")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(page)
    except OSError as error:
        what = f"{printable_name(str(page))} cannot be written: {error.strerror or 'the system says no more'}"
        raise ClearinghouseError(what, _NEW_FILE, source=str(page)) from error


def _require_target(page: Path, asked: Sequence[Path]) -> None:
    """See that the page takes the place of nothing but an earlier page.

    Raises:
        ClearinghouseError: it would, or there is no folder for it.
    """
    name = printable_name(str(page))
    if not page.parent.is_dir():
        raise ClearinghouseError(f"the folder of {name} does not exist", "make it, or name another", source=str(page))
    if not page.exists():
        return
    if not page.is_file():
        raise ClearinghouseError(f"{name} is no file that a page could be written to", _NEW_FILE, source=str(page))
    if any(path.exists() and page.samefile(path) for path in asked):
        raise ClearinghouseError(f"{name} is to be read, so no page is written over it", _NEW_FILE, source=str(page))
    with page.open("rb") as file:
        begins = file.read(_LOOKED_AT)
    if begins and b"<!doctype html" not in begins.lower():
        raise ClearinghouseError(f"{name} exists and is no page", _NEW_FILE, source=str(page))


def _write(made: Plan, problems: list[Problem], asked: Sequence[Path], unmatched: Iterable[Any] = ()) -> None:
    sys.stdout.buffer.write(b'{"as_of":"%s",\n' % str(made.as_of).encode())
    lists: dict[str, Iterable[Any]] = {
        "actions": action_rows(made),
        "deferrals": made.deferrals,
        "meetings": made.meetings,
        "unmatched": unmatched,
        **problem_lists(problems),
    }
    write_members(lists, {"counts": {"actions": len(made.actions), "deferrals": len(made.deferrals)}}, asked)
