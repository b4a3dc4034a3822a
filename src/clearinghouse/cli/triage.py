"""``clearinghouse triage``: the main job. Each flaw once, ranked, with the date by which it matters."""

import datetime as dt
import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, show_problems
from clearinghouse.cli.progress import reading
from clearinghouse.cli.triage_output import write_csv, write_json_report, write_sarif
from clearinghouse.cli.triage_table import show
from clearinghouse.formats.apart import read_apart
from clearinghouse.priority import DEFAULT_POLICY, Clock, parse_date
from clearinghouse.triage import gather, only_errors, triage


class TriageFormat(StrEnum):
    """What is written to standard output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"


_WRITERS = {
    TriageFormat.TABLE: show,
    TriageFormat.JSON: write_json_report,
    TriageFormat.CSV: write_csv,
    TriageFormat.SARIF: write_sarif,
}


def command(
    paths: Annotated[list[Path], typer.Argument(help="Findings: files, archives or folders, read recursively.")],
    *,
    kev: Annotated[list[Path] | None, typer.Option(help="KEV catalogue; may be repeated, the newest decides.")] = None,
    epss: Annotated[list[Path] | None, typer.Option(help="EPSS scores; may be repeated.")] = None,
    ssvc: Annotated[
        list[Path] | None, typer.Option(help="CVE records with SSVC (Vulnrichment) or NVD answers; may be repeated.")
    ] = None,
    exposed: Annotated[
        str, typer.Option(metavar="yes|no|unknown", help="Whether the affected assets are publicly exposed.")
    ] = "unknown",
    policy: Annotated[
        str,
        typer.Option(metavar="NAME", help="Missing data: fail_closed, cisa_default, fedramp_assume_automatable."),
    ] = DEFAULT_POLICY,
    clock: Annotated[str, typer.Option(metavar="NAME", help="literal, row_change or commissioned.")] = Clock.LITERAL,
    identified: Annotated[
        str | None, typer.Option(metavar="DATE", help="When you learnt of these flaws; today if not given.")
    ] = None,
    bound: Annotated[bool, typer.Option("--bound", help="BOD 26-04 binds you (US federal civilian agency).")] = False,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The day that counts as today.")] = None,
    output: Annotated[TriageFormat, typer.Option("--format", help="What to write.")] = TriageFormat.TABLE,
) -> None:
    """Join findings into flaws and rank them, each with its deadline and the reasons.

    Exit code 0: done. 1: done, but something could not be read (see the problems). 2: a path that was named is
    missing or of no known format, or an option is wrong.
    """
    code = run_triage(
        paths,
        kev=kev or [],
        epss=epss or [],
        ssvc=ssvc or [],
        exposed=exposed,
        policy=policy,
        clock=clock,
        identified=parse_date(identified, "--identified") if identified else None,
        bound=bound,
        as_of=parse_date(as_of, "--as-of") if as_of else None,
        output=output,
    )
    raise typer.Exit(code)


def run_triage(
    paths: list[Path],
    *,
    kev: list[Path],
    epss: list[Path],
    ssvc: list[Path],
    exposed: str = "unknown",
    policy: str = DEFAULT_POLICY,
    clock: str = Clock.LITERAL,
    identified: dt.date | None = None,
    bound: bool = False,
    as_of: dt.date | None = None,
    output: str = TriageFormat.TABLE,
) -> int:
    """Run the main job and write its result; return the exit code.

    Raises:
        ClearinghouseError: a path is missing or an argument is not known.
    """
    gc.disable()  # many small records and no cycles among them
    today = as_of or dt.datetime.now(dt.UTC).date()
    with reading([*paths, *kev, *epss, *ssvc]) as notice:
        gathered = gather(paths, kev=kev, epss=epss, ssvc=ssvc, as_of=today, notice=notice, read=read_apart)
    result = triage(
        gathered,
        exposed=exposed,
        policy=policy,
        clock=clock,
        as_of=today,
        identified=identified,
        bound=bound,
    )
    chosen = TriageFormat(output)
    if chosen is not TriageFormat.JSON:
        sys.stdout.flush()
        show_problems(result.problems)
    _WRITERS[chosen](result)
    costly = only_errors(result.problems)
    if gathered.refused or (costly and not gathered.documents):
        return BAD_INPUT
    return ATTENTION if costly else OK
