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
Key = Annotated[str, typer.Option("--key", metavar="KEY", help="Your private key, or the URI of a key service.")]
Public = Annotated[Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")]


@app.command("raise", short_help="Say that something lessens the evidence.")
def raise_command(
    folder: Folder,
    *,
    kind: Annotated[str, typer.Option("--kind", help="contamination, sandbagging, verifier, scaffold and others.")],
    says: Says,
    who: Who,
    key: Key,
    public: Public = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Raise a flag, signed. While it is open, the evidence cannot support NOT COVERED, and some not COVERED either."""
    from clearinghouse.evaluation.assessment.flags import raise_flag  # noqa: PLC0415
    from clearinghouse.trust.keys import signer_of  # noqa: PLC0415

    digest = raise_flag(folder, kind, says, signer_of(key, public), who=who, now=dt.datetime.now(dt.UTC))
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
    key: Key,
    public: Public = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Settle a flag, with a reason, signed. Both stay in the log. Who raised it cannot, and the developer never can."""
    from clearinghouse.evaluation.assessment.flags import settle_flag  # noqa: PLC0415
    from clearinghouse.evaluation.plan.reading import load  # noqa: PLC0415
    from clearinghouse.trust.keys import signer_of  # noqa: PLC0415

    plan, _ = load(folder)
    settle_flag(folder, flag, says, signer_of(key, public), plan, who=who, now=dt.datetime.now(dt.UTC))
    if form is OutputFormat.JSON:
        write_json({"flag": flag, "says": says, "is_open": False})
    else:
        say(f"{flag}: settled.")


@app.command("list", short_help="The flags that were raised.")
def list_command(
    folder: Folder,
    *,
    keys: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    form: Form = OutputFormat.TABLE,
) -> None:
    """List the flags that were raised by hand. Exit code 0: none is open. 1: one is."""
    from clearinghouse.evaluation.assessment.flags import raised_in  # noqa: PLC0415
    from clearinghouse.evaluation.plan.reading import load  # noqa: PLC0415
    from clearinghouse.trust.keys import KeyRing  # noqa: PLC0415

    plan, _ = load(folder)
    found = raised_in(folder, plan, KeyRing.load(keys))
    if form is OutputFormat.JSON:
        write_json([{"flag": digest, "kind": f.kind, "says": f.says, "is_open": f.is_open} for digest, f in found])
    elif found:
        rows = [(digest[:16], each.kind, "open" if each.is_open else "settled", each.says) for digest, each in found]
        show_table("", ("flag", "kind", "", "says"), rows, whole=("flag",))
    else:
        say("No flag was raised by hand.")
    raise typer.Exit(ATTENTION if any(each.is_open for _, each in found) else OK)
