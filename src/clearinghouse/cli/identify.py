"""``clearinghouse identify``: which findings are the same flaw, and why."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import GAP, NARROW, console, fit_end, line, rule, say
from clearinghouse.cli.options import paths_to
from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    failure,
    show_problems,
    write_members,
)
from clearinghouse.cli.progress import Notice, reading
from clearinghouse.formats.apart import read_apart
from clearinghouse.formats.registry import Report
from clearinghouse.identity import Identifier, Identity
from clearinghouse.identity.profile import Profile
from clearinghouse.priority import plural
from clearinghouse.records import ClearinghouseError, Finding, Level, Problem
from clearinghouse.triage import nothing_to_read, only_errors

_HEAD = ("findings", "flaw", "first seen as")
_MOST_ROWS = 40
_OFTEN = 4096


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
    intake = _Intake(Identifier(aliases=aliases))
    try:
        intake.read(paths)
        result = intake.identifier.result()
    except Exception as error:
        if output is OutputFormat.JSON:
            _write([], Identity(groups=[], links=[], suggestions=[], full_buckets=0), [failure(error, paths)])
            if isinstance(error, ClearinghouseError):
                raise typer.Exit(BAD_INPUT) from error
        raise
    write = _write if output is OutputFormat.JSON else _show
    write(intake.identifier.profiles, result, intake.problems)
    raise typer.Exit(intake.code)


class _Intake:
    """What is read: findings go to the identifier, problems are kept, signals are left."""

    def __init__(self, identifier: Identifier) -> None:
        self.identifier = identifier
        self.problems: list[Problem] = []
        self._refused = False
        self._recognised = 0

    def read(self, paths: list[Path]) -> None:
        """Read everything.

        Raises:
            ClearinghouseError: a path is missing, or there is nothing to read.
        """
        report = None
        with reading(paths) as notice:
            for report in read_apart(paths):
                self.identifier.add(self._findings(report, notice))
                self._recognised += report.format is not None
                self._refused = self._refused or (report.format is None and not report.found)
        if report is None:
            raise nothing_to_read(paths)

    @property
    def code(self) -> int:
        """The exit code."""
        costly = only_errors(self.problems)
        if self._refused or (costly and not self._recognised):
            return BAD_INPUT
        return ATTENTION if costly else OK

    def _findings(self, report: Report, notice: Notice) -> Iterator[Finding]:
        read = told = 0
        for record in report.records:
            if isinstance(record, Finding):
                yield record
                read += 1
                if read % _OFTEN == 0:
                    notice(report.source, read - told)
                    told = read
            elif isinstance(record, Problem):
                self.problems.append(record)
        notice(report.source, read - told)


def _write(profiles: list[Profile], result: Identity, problems: list[Problem]) -> None:
    """Write the JSON document piece by piece; a million findings never stand in memory as text."""
    sys.stdout.buffer.write(b"{")
    lists: dict[str, Iterable[Any]] = {
        "findings": map(_finding_row, profiles),
        "groups": (_group_row(group, profiles) for group in result.groups),
        "links": result.links,
        "suggestions": result.suggestions,
        "problems": only_errors(problems),
        "notices": [problem for problem in problems if problem.level is Level.NOTICE],
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
