"""``clearinghouse frontier flag``: what lessens the evidence of an assessment, raised and settled by named people."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.frontier.group import app as frontier
from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json

app = typer.Typer(
    help="Flags: what somebody saw that lessens what the evidence can support.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
frontier.add_typer(app, name="flag", short_help="What lessens the evidence: raise it, settle it, with a reason.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of an assessment.")]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who does this, for the log.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]
Says = Annotated[str, typer.Option("--says", metavar="TEXT", help="A sentence.")]


@app.command("raise", short_help="Say that something lessens the evidence.")
def raise_command(
    folder: Folder,
    *,
    kind: Annotated[str, typer.Option("--kind", help="contamination, sandbagging, verifier, scaffold and others.")],
    says: Says,
    who: Who,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Raise a flag. While it is open, the evidence can support COVERED and not NOT COVERED."""
    from clearinghouse.evaluation.assessment.flags import raise_flag  # noqa: PLC0415

    digest = raise_flag(folder, kind, says, who=who, now=dt.datetime.now(dt.UTC))
    if form is OutputFormat.JSON:
        write_json({"flag": digest, "kind": kind, "says": says, "is_open": True})
    else:
        say(f"{digest[:16]}  {kind}: open. Assess again: it counts from now on.")


@app.command("settle", short_help="Say why a flag is settled.")
def settle_command(
    folder: Folder,
    flag: Annotated[str, typer.Argument(metavar="FLAG", help="Its digest, or the beginning of that.")],
    *,
    says: Says,
    who: Who,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Settle a flag, with a reason. Both stay in the log."""
    from clearinghouse.evaluation.assessment.flags import settle_flag  # noqa: PLC0415

    settle_flag(folder, flag, says, who=who, now=dt.datetime.now(dt.UTC))
    if form is OutputFormat.JSON:
        write_json({"flag": flag, "says": says, "is_open": False})
    else:
        say(f"{flag}: settled.")


@app.command("list", short_help="The flags that were raised.")
def list_command(
    folder: Folder,
    *,
    form: Form = OutputFormat.TABLE,
) -> None:
    """List the flags that were raised by hand. Exit code 0: none is open. 1: one is."""
    from clearinghouse.evaluation.assessment.flags import raised_in  # noqa: PLC0415

    found = raised_in(folder)
    if form is OutputFormat.JSON:
        write_json([{"flag": digest, "kind": f.kind, "says": f.says, "is_open": f.is_open} for digest, f in found])
    elif found:
        rows = [(digest[:16], each.kind, "open" if each.is_open else "settled", each.says) for digest, each in found]
        show_table("", ("flag", "kind", "", "says"), rows, whole=("flag",))
    else:
        say("No flag was raised by hand.")
    raise typer.Exit(ATTENTION if any(each.is_open for _, each in found) else OK)
