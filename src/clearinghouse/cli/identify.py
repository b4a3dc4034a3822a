"""``clearinghouse identify``: which findings are the same flaw, and why."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    console,
    fit_end,
    line,
    show_problems,
)
from clearinghouse.cli.progress import Notice, reading
from clearinghouse.formats.apart import read_apart
from clearinghouse.formats.registry import Report
from clearinghouse.identity import Identifier, Identity
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Finding, Level, Problem
from clearinghouse.triage import nothing_to_read

_MOST_ROWS = 40
_OFTEN = 4096


def command(
    paths: Annotated[list[Path], typer.Argument(help="Files, archives or folders; folders are read recursively.")],
    *,
    aliases: Annotated[
        bool,
        typer.Option("--aliases/--no-aliases", help="Whether public identifiers (CVE, GHSA, ...) may be looked at."),
    ] = True,
    output: Annotated[OutputFormat, typer.Option("--format", help="What to write.")] = OutputFormat.TABLE,
) -> None:
    """Say which findings are the same flaw, and why.

    Exit code 0: done. 1: done, but something could not be read (see the problems). 2: a path that was named is
    missing or of no known format.
    """
    gc.disable()  # millions of small records and no cycles among them: collecting would cost a third of the time
    identifier = Identifier(aliases=aliases)
    problems: list[Problem] = []
    refused = False
    report, recognised = None, 0
    with reading(paths) as notice:
        for report in read_apart(paths):
            identifier.add(_findings(report, problems, notice))
            recognised += report.format is not None
            refused = refused or (report.format is None and not report.found)
    if report is None:
        raise nothing_to_read(paths)
    result = identifier.result()
    if output is OutputFormat.JSON:
        _write(identifier.profiles, result, problems)
    else:
        _show(identifier.profiles, result, problems)
    costly = any(problem.level is Level.ERROR for problem in problems)
    if refused or (costly and not recognised):
        raise typer.Exit(BAD_INPUT)
    raise typer.Exit(ATTENTION if costly else OK)


def _findings(report: Report, problems: list[Problem], notice: Notice) -> Iterator[Finding]:
    """Pass findings on, keep problems, leave signals."""
    read = told = 0
    for record in report.records:
        if isinstance(record, Finding):
            yield record
            read += 1
            if read % _OFTEN == 0:
                notice(report.source, read - told)
                told = read
        elif isinstance(record, Problem):
            problems.append(record)
    notice(report.source, read - told)


def _write(profiles: list[Profile], result: Identity, problems: list[Problem]) -> None:
    """Write the JSON document piece by piece; a million findings never stand in memory as text."""
    out = sys.stdout.buffer
    out.write(b'{"findings":[')
    _write_items(_finding_row(profile) for profile in profiles)
    out.write(b'],\n"groups":[')
    _write_items(_group_row(group, profiles) for group in result.groups)
    out.write(b'],\n"links":[')
    _write_items(result.links)
    out.write(b'],\n"suggestions":[')
    _write_items(result.suggestions)
    out.write(b'],\n"problems":[')
    _write_items(problem for problem in problems if problem.level is Level.ERROR)
    out.write(b'],\n"notices":[')
    _write_items(problem for problem in problems if problem.level is Level.NOTICE)
    out.write(b'],\n"full_buckets":%d}\n' % result.full_buckets)
    out.flush()


def _write_items(items: Iterable[Any]) -> None:
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for position, item in enumerate(items):
        out.write(b"\n" if position == 0 else b",\n")
        out.write(encode(item))


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
    out = console()
    if merged:
        where = min(36, out.width * 2 // 5)
        widths = (8, out.width - where - 12, where)
        print("The same flaw, most findings first\n")
        print(line(("findings", "flaw", "first seen as"), widths))
        print("─" * out.width)
        for group in merged[:_MOST_ROWS]:
            first = profiles[group[0]]
            print(line((str(len(group)), first.title, fit_end(first.id, where)), widths))
    if len(merged) > _MOST_ROWS:
        print(f"... and {len(merged) - _MOST_ROWS:,} more groups of two or more; --format json lists all.")
    print(f"\n{_summary(profiles, result)}")
    if result.suggestions:
        print(f"{len(result.suggestions):,} more pairs may be the same flaw; a person should look.")
    if result.full_buckets:
        print(f"{result.full_buckets:,} look-up keys are shared by too many findings to compare each with each.")
    print("Next: --format json shows every link with its reason; `clearinghouse triage` ranks the flaws.")


def _summary(profiles: list[Profile], result: Identity) -> str:
    reasons = Counter(link.reason.value for link in result.links)
    told = ", ".join(f"{count:,} by {reason}" for reason, count in reasons.most_common())
    joined = f" (joined: {told})" if told else ""
    return f"{len(profiles):,} findings are {len(result.groups):,} flaws{joined}."
