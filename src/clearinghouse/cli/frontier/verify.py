"""``clearinghouse frontier verify``: whether a package of evidence holds, offline, in one command."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from clearinghouse.cli.frontier.group import app, need
from clearinghouse.cli.layout import say
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.formats.text import clean_line, printable_name

if TYPE_CHECKING:  # loaded when the verb is used
    from clearinghouse.evaluation.determination.package.checks import Checked
    from clearinghouse.evaluation.determination.package.verify import Verified

_WORDS = {"holds": "holds", "fails": "DOES NOT HOLD", "absent": "cannot be told"}
_LONGEST = 2_000


@app.command("verify", short_help="Check a package of evidence, or the folder of an assessment.")
def verify_command(
    path: Annotated[Path, typer.Argument(metavar="PACKAGE-or-FOLDER", help="The archive, or the folder.")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day that counts as today."),
    ] = None,
    openings: Annotated[
        list[Path] | None,
        typer.Option("--opening", metavar="FILE", help="Opens a threshold that the plan only commits to."),
    ] = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="table for people, json for programs.")
    ] = OutputFormat.TABLE,
) -> None:
    """Check everything that can be checked of a package without a network, and say of each check what it means.

    Signatures, the digest of every file, the log, the plan, pools, draws, seals of runs; then all numbers are computed
    again and the rule is applied again; then determinations, what they cite and whether they may still be cited. What
    a copy for some audience does not hold is said to be not here.

    Exit code 0: everything holds that can be checked of this copy. 1: something does not hold. 2: it cannot be read.
    """
    need("numpy", "scipy", "securesystemslib", "py_arkworks_bls12381")
    from clearinghouse.evaluation.determination.package.verify import verified  # noqa: PLC0415
    from clearinghouse.evaluation.ledger import files  # noqa: PLC0415
    from clearinghouse.evaluation.plan.thresholds import LARGEST, parse  # noqa: PLC0415
    from clearinghouse.trust.keys import KeyRing  # noqa: PLC0415

    keys = KeyRing.load(key)
    opened = [parse(files.read(each, LARGEST), str(each)) for each in openings or ()]
    found = verified(path, keys, _moment(as_of), openings=opened)
    if output is OutputFormat.JSON:
        write_json({"holds": found.holds, **msgspec.to_builtins(found)})
    else:
        _tell(found)
    raise typer.Exit(OK if found.holds else ATTENTION)


def _moment(as_of: dt.datetime | None) -> dt.datetime:
    """The end of the day that counts as today; without one, now."""
    if as_of is None:
        return dt.datetime.now(dt.UTC)
    return as_of.replace(hour=23, minute=59, second=59, tzinfo=dt.UTC)


def _tell(found: "Verified") -> None:
    whose = f"a copy for: {found.audience}" if found.audience else "a folder, and no copy for anybody"
    say(f"{printable_name(found.source)}: {whose}, as of {found.as_of}")
    width = max(len(each.name) for each in found.checks)
    for each in found.checks:
        _tell_one(each, width)
    wrong = sum(each.result.value == "fails" for each in found.checks)
    absent = sum(each.result.value == "absent" for each in found.checks)
    not_here = f" {absent} could not be made of this copy." if absent else ""
    if wrong:
        say(f"{wrong} of {len(found.checks)} checks do not hold: do not rely on it.{not_here}", style="bold")
    else:
        say(f"Every check that can be made holds: {len(found.checks) - absent} of {len(found.checks)}.{not_here}")
    say(found.voluntary)


def _tell_one(checked: "Checked", width: int) -> None:
    name, word = checked.name.ljust(width), _WORDS[checked.result.value]
    say(f"{name}  {word}: {clean_line(checked.says, _LONGEST)}")
    if checked.result.value == "fails":
        say(f"{' ' * width}  what it would show: {checked.means}")
        say(f"{' ' * width}  try: {clean_line(checked.remedy, _LONGEST)}")
