"""``clearinghouse frontier determine``: a person concludes; the record is signed, and what becomes of it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.frontier.group import need
from clearinghouse.cli.options import a_word
from clearinghouse.cli.output import OutputFormat

app = typer.Typer(
    help="Determinations: a person concludes, states reasons and signs. All of it is voluntary.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
reconsider = typer.Typer(
    help="The developer asks for a reconsideration; another officer decides.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(reconsider, name="reconsider", short_help="The developer asks; another officer decides.")

KINDS = ("sent", "change", "noted", "superseded", "withdrawn")
CHANGES = ("identity", "safeguards", "scaffold", "budget", "watch", "date")
REVIEWS = ("arithmetic", "fresh_draw", "own_scaffold", "other_panel")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of an assessment.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]
DraftFile = Annotated[
    Path | None, typer.Option("--draft", metavar="FILE", help="The draft; determination.toml in FOLDER if not given.")
]
Key = Annotated[str, typer.Option("--key", metavar="KEY", help="The private key, or the URI of a key service.")]
Public = Annotated[Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")]
Believed = Annotated[Path, typer.Option("--keys", metavar="FILE-or-FOLDER", help="Public keys that are believed.")]
Number = Annotated[
    str, typer.Option("--number", metavar="NUMBER", help="Of the determination, where there are several.")
]
Says = Annotated[str, typer.Option("--says", metavar="TEXT", help="What happened, in a sentence.")]
Who = Annotated[
    str, typer.Option("--who", metavar="NAME", help="Who does this; not needed of the officer who decided.")
]
Office = Annotated[str, typer.Option("--office", metavar="TEXT", help="Their office.")]
Organisation = Annotated[str, typer.Option("--organisation", metavar="TEXT", help="For whom they act.")]
Cites = Annotated[
    list[str] | None,
    typer.Option("--cites", metavar="NAME", help="A file of FOLDER that is evidence of it; may be repeated."),
]


@app.command("new", short_help="Write a draft to begin with, with comments.")
def new_command(
    folder: Folder,
    *,
    draft: DraftFile = None,
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help="By which it is to be cited.")] = "",
) -> None:
    """Write a determination.toml: what the assessment shows, and what a person fills in. Nothing is overwritten."""
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415 - the rule takes a while to load

    work.new(folder, draft, number)


@app.command("check", short_help="Say everything that is wrong with a draft.")
def check_command(folder: Folder, *, draft: DraftFile = None, form: Form = OutputFormat.TABLE) -> None:
    """Read a draft with the assessment beside it, and say everything that is wrong or missing, each with its place.

    Exit code 0: nothing is. 2: something is, or the assessment is not the one that was computed last.
    """
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    raise typer.Exit(work.check(folder, draft, _now(), form))


@app.command("sign", short_help="Make the record of a draft, and sign it.")
def sign_command(
    folder: Folder, *, key: Key, public: Public = None, draft: DraftFile = None, form: Form = OutputFormat.TABLE
) -> None:
    """Make the record, sign it with the officer's key, and put it into determinations/ and into the log.

    What opens withheld words stands beside it, in a file that only its owner reads. Everything that is wrong with the
    draft is told at once, and then nothing is written.
    """
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    raise typer.Exit(work.sign(folder, draft, (key, public), _now(), form))


@app.command("status", short_help="How a determination stands, at a moment.")
def status_command(
    folder: Folder,
    *,
    keys: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    number: Number = "",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day that counts as today (UTC)."),
    ] = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Check the signatures of a determination and of what became of it, and say how it stands.

    Exit code 0: it may be cited as it is. 1: it has lapsed, ended or is reconsidered, or what it cites is not as it
    was. 2: it cannot be read, or is not to be believed.
    """
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    raise typer.Exit(work.status(folder, keys, number, _end_of(as_of), form))


@app.command("event", short_help="Record what became of a determination.")
def event_command(
    folder: Folder,
    *,
    kind: Annotated[str, typer.Option("--kind", metavar="|".join(KINDS), help="What happened.")],
    says: Says,
    key: Key,
    public: Public = None,
    keys: Believed,
    number: Number = "",
    who: Who = "",
    office: Office = "",
    organisation: Organisation = "",
    change: Annotated[
        str, typer.Option("--change", metavar="|".join(CHANGES), help="Of a change: of what. It makes a re-test due.")
    ] = "",
    other: Annotated[
        str, typer.Option("--other", metavar="NUMBER", help="Of superseded: the later determination.")
    ] = "",
    cites: Cites = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Add a signed event to a determination: its reasons were sent to the developer, whose days begin with that;
    something changed; a step was done; a later one takes its place; the office takes it back.
    """
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    told = work.Told(
        act=a_word("--kind", kind, KINDS),
        says=says,
        change=a_word("--change", change, CHANGES) if change else "",
        other=other,
        cites=tuple(cites or ()),
    )
    at = work.Place(folder, keys, number)
    raise typer.Exit(work.event(at, told, work.Actor((key, public), who, office, organisation), _now(), form))


@reconsider.command("ask", short_help="Ask for a reconsideration, as the developer.")
def ask_command(
    folder: Folder,
    *,
    kind: Annotated[str, typer.Option("--kind", metavar="|".join(REVIEWS), help="What is to be looked at again.")],
    says: Annotated[str, typer.Option("--says", metavar="TEXT", help="The grounds.")],
    key: Key,
    public: Public = None,
    keys: Believed,
    number: Number = "",
    who: Who,
    office: Office = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="TEXT", help="The developer, as the plan names it.")
    ],
    form: Form = OutputFormat.TABLE,
) -> None:
    """Ask that a determination is looked at again: its arithmetic, a fresh draw from the reserve, a scaffold of the
    developer, or another panel. It is possible for as many days as the plan says; meanwhile the conclusion is advisory.
    """
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    at = work.Place(folder, keys, number)
    actor = work.Actor((key, public), who, office, organisation)
    raise typer.Exit(work.ask_for(at, a_word("--kind", kind, REVIEWS), says, actor, _now(), form))


@reconsider.command("assign", short_help="Say which other officer takes it.")
def assign_command(
    folder: Folder,
    *,
    officer: Annotated[str, typer.Option("--officer", metavar="NAME", help="Who takes it.")],
    officer_office: Annotated[str, typer.Option("--officer-office", metavar="TEXT", help="The office of that one.")],
    officer_key: Annotated[
        Path, typer.Option("--officer-key", metavar="FILE", help="The public key with which that one will sign.")
    ],
    says: Says,
    key: Key,
    public: Public = None,
    keys: Believed,
    number: Number = "",
    who: Who = "",
    office: Office = "",
    organisation: Organisation = "",
    form: Form = OutputFormat.TABLE,
) -> None:
    """Give a reconsideration to an officer who had no part in the first determination."""
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    at = work.Place(folder, keys, number)
    actor = work.Actor((key, public), who, office, organisation)
    raise typer.Exit(work.assign_to(at, (officer, officer_office, officer_key), says, actor, _now(), form))


@reconsider.command("decide", short_help="Answer a reconsideration, as the officer who took it.")
def decide_command(
    folder: Folder,
    *,
    says: Annotated[str, typer.Option("--says", metavar="TEXT", help="What was found, in a sentence.")],
    key: Key,
    public: Public = None,
    keys: Believed,
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help="Of the first determination.")] = "",
    draft: DraftFile = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Sign a determination of its own that answers a reconsideration, and add the answer to the first one.

    It is made of a draft like any other, with the officer who took it, and rests on the assessment that is in FOLDER
    now: the same one for arithmetic or another panel, one of both draws for a fresh draw.
    """
    need("securesystemslib")
    from clearinghouse.cli.frontier import determine_work as work  # noqa: PLC0415

    raise typer.Exit(work.decide_on(work.Place(folder, keys, number), draft, says, (key, public), _now(), form))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _end_of(as_of: dt.datetime | None) -> dt.datetime:
    """The end of the day that counts as today; without one, now."""
    return _now() if as_of is None else as_of.replace(hour=23, minute=59, second=59, tzinfo=dt.UTC)
