"""``clearinghouse plan``: what to do by when, for whoever has the inventories."""

import datetime as dt
import gc
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.match import Advisories, Kev, match_exit_code, unmatched_rows
from clearinghouse.cli.options import AsOf, Bound, Exposed, Policy, day_option, path_option, paths_to
from clearinghouse.cli.output import (
    BAD_INPUT,
    OutputFormat,
    explained,
    failure,
    problem_lists,
    show_problems,
    write_members,
)
from clearinghouse.cli.page import render_page
from clearinghouse.cli.plan_output import action_rows
from clearinghouse.cli.progress import reading
from clearinghouse.formats.text import clean_line, plural, printable_name
from clearinghouse.priority import DEFAULT_POLICY, in_words
from clearinghouse.priority.plan import Action, Do, Plan
from clearinghouse.records import ClearinghouseError, Problem
from clearinghouse.triage.deployer import Deployer, look_up
from clearinghouse.triage.worklist import Terms, worklist

_MOST_ROWS = 40
_SIGNALS = {
    "kev": "flaws known to be used in attacks (CISA's KEV catalogue)",
    "epss": "how likely attacks are (EPSS)",
    "ssvc": "what an attack can do (SSVC)",
}
_VERBS = {
    Do.UPGRADE: "upgrade",
    Do.MITIGATE: "mitigate",
    Do.ISOLATE: "isolate or replace",
    Do.DECIDE: "decide (a person)",
    Do.FIND_OUT: "find out",
}
Epss = Annotated[
    list[Path] | None, path_option("--epss", "FILE", "How likely attacks are: EPSS scores; may be repeated.")
]
Ssvc = Annotated[
    list[Path] | None,
    path_option("--ssvc", "PATH", "What an attack can do: CVE records with SSVC (Vulnrichment) or NVD answers."),
]


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
    is missing or of no known format, or an option is wrong.
    """
    gc.disable()  # many small records and no cycles among them
    today = as_of or dt.datetime.now(dt.UTC).date()
    terms = Terms(as_of=today, identified=identified, exposed=exposed, policy=policy, bound=bound)
    asked = [*paths, *(advisories or ()), *(kev or ()), *(epss or ()), *(ssvc or ())]
    try:
        with reading(asked) as notice:
            found = look_up(
                paths,
                advisories=advisories or [],
                kev=kev or [],
                epss=epss or [],
                ssvc=ssvc or [],
                as_of=today,
                notice=notice,
            )
            made = worklist(found, found.signals, terms, {"": owner} if owner else None)
        if page is not None:
            _write_page(page, made, found, site=site or "", bound=bound)
    except Exception as error:
        if output is OutputFormat.JSON:
            _write(Plan(as_of=today), [failure(error, asked)])
            if isinstance(error, ClearinghouseError):
                raise typer.Exit(BAD_INPUT) from error
        raise
    if output is OutputFormat.JSON:
        _write(made, found.problems, unmatched_rows(found))
    else:
        sys.stdout.flush()
        _show(made, found, page)
    raise typer.Exit(match_exit_code(found, affected=bool(made.actions)))


def _write_page(page: Path, made: Plan, found: Deployer, *, site: str, bound: bool) -> None:
    """Write the page, whole or not at all."""
    unknown = list(dict.fromkeys(_unjudged(found)))
    text = render_page(
        made,
        site=site,
        made_from=list(_made_from(found)),
        as_of=made.as_of,
        unknown=unknown,
        bound=bound,
    )
    if page.exists() and not page.is_file():
        what = f"{printable_name(str(page))} is no file that a page could be written to"
        raise ClearinghouseError(what, "name a new file, such as --page todo.html", source=str(page))
    try:
        with tempfile.TemporaryDirectory(dir=page.parent, prefix=".page-") as folder:
            unfinished = Path(folder, "page")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(page)
    except OSError as error:
        raise explained(error) from error


def _made_from(found: Deployer) -> Iterator[str]:
    """What the page rests on, each as a line for people."""
    held = Counter(inventory.source for inventory, _, _ in found.stock.holdings())
    for source, count in held.items():
        yield f"{Path(source).name}: {plural(count, 'component')}"
    yield plural(len(found.published.index), "advisory", "advisories")
    for kind, count in found.signals.given.items():
        if count:
            yield f"{_SIGNALS[kind]}: {plural(count, 'entry', 'entries')}"


def _unjudged(found: Deployer) -> Iterable[str]:
    for met in found:
        for item in met.verdict.unjudged:
            if item.advisory is None:
                yield f"{clean_line(met.held.item.written, 120)}: {item.reason}"


def _write(made: Plan, problems: list[Problem], unmatched: Iterable[Any] = ()) -> None:
    sys.stdout.buffer.write(b'{"as_of":"%s",\n' % str(made.as_of).encode())
    lists: dict[str, Iterable[Any]] = {
        "actions": action_rows(made),
        "deferrals": made.deferrals,
        "meetings": made.meetings,
        "unmatched": unmatched,
        **problem_lists(problems),
    }
    write_members(lists, {"counts": {"actions": len(made.actions), "deferrals": len(made.deferrals)}})


def _show(made: Plan, found: Deployer, page: Path | None) -> None:
    show_problems(found.problems)
    rows = [_cells(action) for action in made.actions[:_MOST_ROWS]]
    if rows:
        show_table("What to do, most urgent first", ("do", "component", "to", "by", "clears", "where"), rows)
        if len(made.actions) > len(rows):
            say(f"... and {plural(len(made.actions) - len(rows), 'more action')}; --format json lists all.")
        say()
    size = plural(len(found.stock), "component")
    say(f"{size} looked at; {plural(len(made.actions), 'action')}, {plural(len(made.deferrals), 'flaw')} may wait.")
    unjudged = sum(1 for _ in unmatched_rows(found))
    if unjudged:
        count = plural(unjudged, "component")
        say(f"{count} could not be judged, which does not mean safe; `clearinghouse match` lists why.")
    for meeting in made.meetings[:5]:
        say(meeting.text)
    if page is not None:
        say(f"The page is {printable_name(str(page))}: open it in a browser, or print it.")
    else:
        say("Next: --page FILE.html writes one page for whoever keeps the systems; --format json has the reasons.")


def _cells(action: Action) -> tuple[str, ...]:
    concerned = len(action.clears) or len(action.leaves)
    subject = action.subject
    label = f"{subject.name} {subject.version}" if subject.version else subject.name
    where = "; ".join(dict.fromkeys(place.label for place in subject.places[:3]))
    more = f" and {len(subject.places) - 3} more" if len(subject.places) > 3 else ""
    to = action.to or (f"above {action.above}" if action.above else "")
    return _VERBS[action.do], label, to, _by(action), plural(concerned, "flaw"), where + more


def _by(action: Action) -> str:
    if action.due:
        return in_words(action.due)
    dates = {name: arm.due for name, arm in action.arms.items()}
    if any(dates.values()):
        exposed, other = dates.get("exposed"), dates.get("not_exposed")
        told = in_words(exposed) if exposed else "no date"
        return f"{told} if exposed, else {in_words(other) if other else 'no date'}"
    return "next upgrade" if action.outcome == "FSU" else "no date yet"
