"""``clearinghouse triage``: the main job. Each flaw once, ranked, with the date by which it matters."""

import datetime as dt
import gc
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypedDict, Unpack

import msgspec
import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.match import match_exit_code
from clearinghouse.cli.options import (
    AsOf,
    Bound,
    Changed,
    ClockName,
    Commissioned,
    Epss,
    Exposed,
    Kev,
    OptionError,
    Policy,
    Ssvc,
    day_option,
    path_option,
    paths_to,
)
from clearinghouse.cli.output import BAD_INPUT, failure, show_problems
from clearinghouse.cli.plan_output import show_work
from clearinghouse.cli.progress import preparing, reading
from clearinghouse.cli.signal_problems import silent_options
from clearinghouse.cli.triage_output import write_csv, write_json_report, write_sarif
from clearinghouse.cli.triage_table import show
from clearinghouse.formats.apart.paths import read_apart
from clearinghouse.priority import DEFAULT_POLICY, Clock
from clearinghouse.records import ClearinghouseError
from clearinghouse.triage.compose import triage
from clearinghouse.triage.deployer import Deployer, beside
from clearinghouse.triage.gather import Gathered, gather
from clearinghouse.triage.kept import sources
from clearinghouse.triage.result import Triage
from clearinghouse.triage.worklist import Terms as WorkTerms
from clearinghouse.triage.worklist import worklist


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


class Terms(TypedDict, total=False):
    """What is asked of every flaw alike; the words are those of the options."""

    exposed: str
    policy: str
    clock: str
    identified: dt.date | None
    commissioned: dt.date | None
    changed: dt.date | None
    bound: bool


Inventories = Annotated[
    list[Path] | None,
    path_option(
        "--inventory",
        "FILE",
        "What you have: SBOMs, lockfiles, package lists, spreadsheets; may be repeated. Adds what to do about it.",
    ),
]
Identified = Annotated[
    dt.date | None,
    day_option("--identified", "When you learnt of these flaws; else the day of each one's first report, or today."),
]


def command(
    paths: Annotated[list[Path] | None, paths_to("Findings")] = None,
    *,
    inventory: Inventories = None,
    kev: Kev = None,
    epss: Epss = None,
    ssvc: Ssvc = None,
    exposed: Exposed = "unknown",
    policy: Policy = DEFAULT_POLICY,
    clock: ClockName = Clock.LITERAL,
    identified: Identified = None,
    commissioned: Commissioned = None,
    changed: Changed = None,
    bound: Bound = False,
    as_of: AsOf = None,
    output: Annotated[TriageFormat, typer.Option("--format", help="What to write.")] = TriageFormat.TABLE,
) -> None:
    """Join findings into flaws and rank them, each with its deadline and the reasons.

    With --inventory, advisories among the findings (without findings, the feeds that were synced) are matched against
    what you have, and the actions say what to do about it.

    Exit code 0: done. 1: done, but something could not be read (see the problems), or something in an inventory is
    affected. 2: a path that was named is missing or of no known format, or an option is wrong.
    """
    if not paths and not inventory:
        raise OptionError("missing argument 'PATH',", "or --inventory for what you have", "clearinghouse triage --help")
    check_clock(clock, commissioned=commissioned, changed=changed, kev=kev)
    code = run_triage(
        paths or [],
        inventories=inventory or [],
        kev=kev or [],
        epss=epss or [],
        ssvc=ssvc or [],
        as_of=as_of,
        output=output,
        exposed=exposed,
        policy=policy,
        clock=clock,
        identified=identified,
        commissioned=commissioned,
        changed=changed,
        bound=bound,
    )
    raise typer.Exit(code)


def check_clock(
    clock: str, *, commissioned: dt.date | None, changed: dt.date | None, kev: Sequence[Path] | None
) -> None:
    """See that a clock rule has the event that it needs, and an event its clock rule.

    One without the other would silently count for nothing, and every date would be the literal one.

    Raises:
        OptionError: one of the two is absent.
    """
    if clock == Clock.COMMISSIONED and commissioned is None:
        says = "needs the day on which the assets came into service"
        raise OptionError("--clock commissioned", says, "--commissioned DATE")
    if clock == Clock.ROW_CHANGE and changed is None and not kev:
        says = "needs the day on which flaws moved to another row of the table"
        remedy = "--changed DATE, or --kev FILE: an addition to KEV after identification is such a move"
        raise OptionError("--clock row_change", says, remedy)
    for option, day, rule in (
        ("--commissioned", commissioned, Clock.COMMISSIONED),
        ("--changed", changed, Clock.ROW_CHANGE),
    ):
        if day is not None and clock != rule:
            raise OptionError(option, f"counts for nothing with --clock {clock}", f"--clock {rule}")


def run_triage(
    paths: list[Path],
    *,
    kev: list[Path],
    epss: list[Path],
    ssvc: list[Path],
    inventories: Sequence[Path] = (),
    as_of: dt.date | None = None,
    output: TriageFormat = TriageFormat.TABLE,
    **terms: Unpack[Terms],
) -> int:
    """Run the main job and write its result; return the exit code.

    Raises:
        ClearinghouseError: nothing could be read. In JSON that is a problem in the document instead.
    """
    gc.disable()  # many small records and no cycles among them
    today = as_of or dt.datetime.now(dt.UTC).date()
    try:
        gathered = _gathered(paths, kev, epss, ssvc, today)
        result = triage(gathered, as_of=today, **terms)
        have = _beside(gathered, inventories)
        plan = worklist(have, gathered.signals, _terms(today, terms))
        result = msgspec.structs.replace(result, problems=have.problems, plan=plan)
    except Exception as error:
        if output is TriageFormat.JSON:
            write_json_failure(error, [*paths, *inventories, *kev, *epss, *ssvc], today)
            if isinstance(error, ClearinghouseError):
                return BAD_INPUT
        raise
    if output is not TriageFormat.JSON:
        sys.stdout.flush()
        show_problems(result.problems)
    _WRITERS[output](result)
    if inventories and output is TriageFormat.TABLE:
        say()
        show_work(plan, have)
    return match_exit_code(have, affected=bool(inventories and plan.actions))


def _beside(gathered: Gathered, inventories: Sequence[Path]) -> Deployer:
    with reading(inventories) as notice:
        return beside(gathered, inventories, notice, preparing)


def _terms(today: dt.date, terms: Terms) -> WorkTerms:
    """What is asked of every flaw alike, for the plan; it dates assets by what the inventory says of each."""
    return WorkTerms(
        as_of=today,
        identified=terms.get("identified"),
        exposed=terms.get("exposed", "unknown"),
        policy=terms.get("policy", DEFAULT_POLICY),
        clock=terms.get("clock", Clock.LITERAL),
        commissioned=terms.get("commissioned"),
        changed=terms.get("changed"),
        bound=terms.get("bound", False),
    )


def write_json_failure(error: Exception, paths: Sequence[Path], today: dt.date) -> None:
    """Write the document that says why nothing could be done."""
    write_json_report(Triage(as_of=today, problems=[failure(error, paths)]))


def _gathered(paths: list[Path], kev: list[Path], epss: list[Path], ssvc: list[Path], today: dt.date) -> Gathered:
    """Read everything; that an option brought nothing is a problem too."""
    found = sources(kev=kev, epss=epss, ssvc=ssvc, as_of=today)
    with reading([*paths, *found.paths]) as notice:
        gathered = gather(
            paths, kev=found.kev, epss=found.epss, ssvc=found.ssvc, as_of=today, notice=notice, read=read_apart
        )
    gathered.problems += found.notices
    given = {"kev": kev, "epss": epss, "ssvc": ssvc}
    gathered.problems += list(silent_options(gathered.signals, given, gathered.problems, today))
    return gathered
