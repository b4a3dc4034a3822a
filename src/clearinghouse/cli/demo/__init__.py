"""``clearinghouse demo``: a flood of invented findings, the main job run on it, and what three deployers have to do."""

import datetime as dt
import sys
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.flood import Flood, is_flood, write_flood
from clearinghouse.cli.demo.pasted import quoted
from clearinghouse.cli.demo.scratch import temporary_folder
from clearinghouse.cli.demo.worklists import show_worklists
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import day_option, path_option
from clearinghouse.cli.output import BAD_INPUT, OK
from clearinghouse.cli.triage import TriageFormat, run_triage, write_json_failure
from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError

_BEFORE = (
    "Three finders report on the same invented projects. Aurora and Basalt are AI labs: one writes SARIF, the other "
    "Mantis findings, each in its own words, with lines that moved between their scans. Cinder is a scanner and writes "
    "tables. Two fuzzing labs add crash logs, public databases add advisories. Two records are damaged on purpose."
)
_OWN_FILES = """\
Try it on your own files (any mix of formats, folders and archives are read too):
  clearinghouse triage REPORTS... --kev known_exploited_vulnerabilities.json \\
      --epss epss_scores-current.csv.gz --ssvc vulnrichment/
  clearinghouse plan SBOMS LOCKFILES SPREADSHEETS... --page todo.html
with the files from
  https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json
  https://epss.empiricalsecurity.com/epss_scores-current.csv.gz
  https://github.com/cisagov/vulnrichment
"""


def command(
    *,
    keep: Annotated[
        Path | None, path_option("--keep", "DIR", "Write the flood there and leave it; otherwise it is removed.")
    ] = None,
    as_of: Annotated[
        dt.date | None, day_option("--as-of", "The day that counts as today; otherwise that of the flood.")
    ] = None,
    output: Annotated[TriageFormat, typer.Option("--format", help="What to write.")] = TriageFormat.TABLE,
    serve: Annotated[
        bool, typer.Option("--serve", help="Run it as a server with everybody in it, on this machine, until Ctrl-C.")
    ] = False,
) -> None:
    """Make a demonstration flood, rank it, and say what three who are affected have to do. Everything is invented.

    With --serve finders send it to a server on this machine, where everybody sees their part in a browser.

    Exit code 0: done; that two of its records are damaged is intended. 2: the folder or an option is wrong.
    """
    if serve:
        from clearinghouse.cli.demo.serving import serve_demo  # noqa: PLC0415 - with what the server needs

        raise typer.Exit(serve_demo(keep))
    day = as_of or description().date
    with ExitStack() as stack:
        try:
            if keep is None:
                stack.enter_context(chdir(stack.enter_context(temporary_folder())))
            flood = _written(keep or Path())
        except (ClearinghouseError, OSError) as error:
            if output is TriageFormat.JSON:
                write_json_failure(error, [keep] if keep else [], day)
                raise typer.Exit(BAD_INPUT) from error
            raise
        code = _run(flood, day, output)
        if output is TriageFormat.TABLE and code != BAD_INPUT:
            code = show_worklists(flood, day, pages=keep is not None)
    if output is TriageFormat.TABLE:
        _say_what_next(keep, day)
    raise typer.Exit(BAD_INPUT if code == BAD_INPUT else OK)


def _written(folder: Path) -> Flood:
    """Write the flood, unless there is something else in the folder, which would be read as part of it."""
    name = printable_name(str(folder))
    try:
        if folder.exists() and any(folder.iterdir()) and not is_flood(folder):
            remedy = "name a new folder: clearinghouse demo --keep demo-flood"
            raise ClearinghouseError(f"{name} is not empty", remedy, source=name)
        return write_flood(folder)
    except OSError as error:
        why = f"the demonstration cannot be written to {name}: {error.strerror or error}"
        remedy = "name a folder in which you may write: clearinghouse demo --keep DIR"
        raise ClearinghouseError(why, remedy, source=name) from error


def _run(flood: Flood, day: dt.date, output: TriageFormat) -> int:
    if output is TriageFormat.TABLE:
        say(f"{_BEFORE}\n", hanging=False)
        sys.stdout.flush()  # problems go to standard error and should come after this
    return run_triage([flood.reports], kev=[flood.kev], epss=[flood.epss], ssvc=[flood.ssvc], as_of=day, output=output)


def _say_what_next(keep: Path | None, day: dt.date) -> None:
    say()
    if keep is None:
        say("The flood is gone again; clearinghouse demo --keep demo-flood leaves it for you to look at.")
    else:
        named = ("reports", "signals/kev.json", "signals/epss.csv.gz", "signals/cve")
        reports, kev, epss, ssvc = (quoted(keep / name) for name in named)
        say(f"The flood is in {printable_name(str(keep))}. The list of flaws is the output of:")
        print(f"  clearinghouse triage {reports} --kev {kev} \\")
        print(f"      --epss {epss} --ssvc {ssvc} --as-of {day}")
    print(_OWN_FILES, end="")
