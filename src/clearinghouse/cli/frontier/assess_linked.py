"""What ``frontier assess TABLE --link OTHER`` does: models of two tables on one scale."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, problem_lists, show_problems, write_json
from clearinghouse.evaluation.runs.linked import Linked, Placed, linked
from clearinghouse.evaluation.runs.reading import read_table
from clearinghouse.formats.text import plural
from clearinghouse.records.problem import only_errors

SCHEMA = "clearinghouse frontier link 1"


def assess_linked(path: Path, other: Path, output: OutputFormat) -> int:
    """Put the models of a table on the scale of another one; return the exit code.

    Raises:
        ClearinghouseError: one of them cannot be read, or they cannot be linked.
    """
    new, old = read_table(path), read_table(other)
    found = linked(old.table, new.table)
    problems = (*old.problems, *new.problems)
    if output is OutputFormat.JSON:
        write_json(_document(found, path, other) | problem_lists(problems))
    else:
        show_problems(problems)
        _tell(found, str(path), str(other))
    return ATTENTION if only_errors(problems) else OK


def _document(found: Linked, path: Path, other: Path) -> dict[str, Any]:
    """Return what is written as JSON; points, and null for an error that is not known."""
    error = found.link_error
    return {
        "schema": SCHEMA,
        "new": str(path),
        "old": str(other),
        "scale": "1000 points solve half of the old tasks of mean difficulty; 200 more are three times the odds",
        "models": {"old": found.old, "new": found.new},
        "anchors": found.anchors,
        "link_error": error if error is not None and isfinite(error) else None,
        "other_methods": found.methods,
        "without_methods": found.without or None,
    }


def _tell(found: Linked, new: str, old: str) -> None:
    rows = [*_rows(found.old, old), *_rows(found.new, new)]
    columns = ("model", "table", "points", "error", "attempts", "")
    show_table("On the scale of the old table", columns, rows)
    moved = [each for each in found.anchors if each.moved]
    error = found.link_error
    told = "is not known" if error is None or not isfinite(error) else f"is {error:.0f} points"
    say(f"{plural(len(found.anchors), 'task')} in both; the error of the link, which all new models share, {told}.")
    for each in moved:
        way = "harder" if each.harder > 0 else "easier"
        say(f"  {each.task} seems {abs(each.harder):.0f} points {way} than it was: it may be known, or changed.")
    if not moved:
        say("No common task is shown to have become harder or easier; with few models little can be shown.")
    if found.methods:
        ways = ", ".join(f"{name.replace('_', ' ')} {away:+.0f}" for name, away in found.methods.items())
        say(f"Other ways to link lie away by: {ways} points.")
    else:
        say(f"Other ways to link are not there to compare with: {found.without}.")
    say("200 points are three times the odds of success, on any task; 1000 solve half of the old table's mean task.")


def _rows(placed: Sequence[Placed], table: str) -> list[tuple[str, ...]]:
    return [
        (
            each.model,
            table,
            f"{each.points:.0f}",
            f"{each.error:.0f}" if isfinite(each.error) else "none",
            str(each.attempts),
            f"solved {each.bound}" if each.bound else "",
        )
        for each in placed
    ]
