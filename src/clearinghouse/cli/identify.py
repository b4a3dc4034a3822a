"""``clearinghouse identify``: which findings are the same flaw, and why."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import GAP, NARROW, console, fit_end, line, rule, say
from clearinghouse.cli.options import paths_to
from clearinghouse.cli.output import (
    BAD_INPUT,
    OutputFormat,
    exit_code,
    failure,
    problem_lists,
    show_problems,
    write_members,
)
from clearinghouse.cli.progress import reading
from clearinghouse.formats.apart.paths import read_apart
from clearinghouse.formats.text import plural
from clearinghouse.identity import Identifier, Identity
from clearinghouse.identity.profile import Profile
from clearinghouse.records import ClearinghouseError, Problem
from clearinghouse.triage.intake import Intake

_HEAD = ("findings", "flaw", "first seen as")
_MOST_ROWS = 40


def command(
    paths: Annotated[list[Path], paths_to("Findings")],
    *,
    aliases: Annotated[
        bool,
        typer.Option("--aliases/--no-aliases", help="Whether public identifiers (CVE, GHSA, ...) may be looked at."),
    ] = True,
    output: Annotated[OutputFormat, typer.Option("--format", help="What to write.")] = OutputFormat.TABLE,
) -> None:
    """Say which findings are the same flaw, and why.

    Exit code 0: done. 1: done, but something could not be read (see the problems). 2: a path that was named is
    missing or of no known format, or an option is wrong.
    """
    gc.disable()  # millions of small records and no cycles among them: collecting would cost a third of the time
    intake, identifier = Intake(), Identifier(aliases=aliases)
    try:
        with reading(paths) as notice:
            intake.take(read_apart(paths), paths, notice, identifier.add)
        result = identifier.result()
    except Exception as error:
        if output is OutputFormat.JSON:
            _write([], Identity(groups=[], links=[], suggestions=[], full_buckets=0), [failure(error, paths)])
            if isinstance(error, ClearinghouseError):
                raise typer.Exit(BAD_INPUT) from error
        raise
    write = _write if output is OutputFormat.JSON else _show
    write(identifier.profiles, result, intake.problems)
    raise typer.Exit(exit_code(intake))


def _write(profiles: list[Profile], result: Identity, problems: list[Problem]) -> None:
    """Write the JSON document piece by piece; a million findings never stand in memory as text."""
    sys.stdout.buffer.write(b"{")
    lists: dict[str, Iterable[Any]] = {
        "findings": map(_finding_row, profiles),
        "groups": (_group_row(group, profiles) for group in result.groups),
        "links": result.links,
        "suggestions": result.suggestions,
        **problem_lists(problems),
    }
    write_members(lists, {"full_buckets": result.full_buckets})


def _finding_row(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "source": profile.source,
        "native_id": profile.native_id,
        "component": profile.component or None,
        "title": profile.title,
    }


def _group_row(group: list[int], profiles: list[Profile]) -> dict[str, Any]:
    members = [profiles[ordinal].id for ordinal in group]
    return {"id": f"G-{group[0]}", "findings": members}


def _show(profiles: list[Profile], result: Identity, problems: list[Problem]) -> None:
    show_problems(problems)
    merged = sorted((group for group in result.groups if len(group) > 1), key=len, reverse=True)
    if merged:
        _show_groups(merged[:_MOST_ROWS], profiles)
        if len(merged) > _MOST_ROWS:
            count = plural(len(merged) - _MOST_ROWS, "more group")
            say(f"... and {count} of two or more; --format json lists all.")
        say()
    say(_summary(profiles, result))
    if result.suggestions:
        say(f"{plural(len(result.suggestions), 'more pair')} may be the same flaw; a person should look.")
    if result.full_buckets:
        keys = plural(result.full_buckets, "look-up key is", "look-up keys are")
        say(f"{keys} shared by too many findings to compare each with each.")
    if profiles:
        say("Next: --format json has the reasons; `clearinghouse triage` ranks the flaws.")
    else:
        say("Next: name reports with findings; `clearinghouse demo` shows what they may look like.")


def _show_groups(groups: list[list[int]], profiles: list[Profile]) -> None:
    """Draw the groups; on a narrow terminal the first finding stands beneath its flaw."""
    width = console().width
    where = min(36, width * 2 // 5)
    counts = len("findings")
    narrow = width < NARROW
    widths = (counts, width - counts - len(GAP)) if narrow else (counts, width - where - counts - 2 * len(GAP), where)
    say("The same flaw, most findings first\n")
    print(line(("findings", "flaw, first seen as") if narrow else _HEAD, widths))
    print(rule(width))
    for group in groups:
        first = profiles[group[0]]
        cells = (str(len(group)), first.title, fit_end(first.id, where))
        if narrow:
            print(line(cells[:2], widths))
            print(line(("", fit_end(first.id, widths[1])), widths))
        else:
            print(line(cells, widths))


def _summary(profiles: list[Profile], result: Identity) -> str:
    reasons = Counter(link.reason.value for link in result.links)
    told = ", ".join(f"{count:,} by {reason}" for reason, count in reasons.most_common())
    joined = f" (joined: {told})" if told else ""
    be = "is" if len(profiles) == 1 else "are"
    return f"{plural(len(profiles), 'finding')} {be} {plural(len(result.groups), 'flaw')}{joined}."
