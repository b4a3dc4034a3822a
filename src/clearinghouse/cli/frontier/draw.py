"""``clearinghouse frontier pool draw``: families are drawn so that neither side can steer, and all can repeat it."""

from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.output import OutputFormat

app = typer.Typer(
    help="Draw families so that neither side can steer, and anybody can repeat it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

PoolPath = Annotated[Path, typer.Option("--pool", metavar="FOLDER", help="The folder of the pool.")]
Into = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="The folder of the assessment.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the assessment.")]
Stage = Annotated[int, typer.Option("--stage", min=1, max=100, help="1, or 2 and up for a fresh draw.")]
Drawn = Annotated[
    int, typer.Option("--drawn", min=0, help="At a fresh draw: how many families of the one before were used.")
]
Domain = Annotated[str, typer.Option("--domain", help="Of the pool; it tells the files of several draws apart.")]
Key = Annotated[str, typer.Option("--key", metavar="KEY", help="The private key, or the URI of a key service.")]
Public = Annotated[Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who does this, for the log.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]


@app.command("nonce", short_help="Make the developer's nonce, and print what is named of it beforehand.")
def nonce_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes, for its owner alone.")],
    *,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Make a random nonce. The developer keeps it until the beacon has spoken; its digest goes to the assessor."""
    from clearinghouse.cli.frontier import draw_work as work  # noqa: PLC0415

    work.make_nonce(path, form)


@app.command("agree", short_help="Write the terms of a draw, and sign them for the assessor.")
def agree_command(
    *,
    pool: PoolPath,
    plan: Annotated[Path, typer.Option("--plan", metavar="PLAN", help="The plan under which it is drawn.")],
    nonce: Annotated[str, typer.Option("--nonce", metavar="HEX", help="What the developer named of its nonce.")],
    minutes: Annotated[
        int, typer.Option("--in", min=1, max=525_600, metavar="MINUTES", help="After which the beacon's round comes.")
    ] = 60,
    round_number: Annotated[int, typer.Option("--round", min=0, help="Or this very round.")] = 0,
    stage: Stage = 1,
    drawn: Drawn = 0,
    key: Key,
    public: Public = None,
    into: Into,
    who: Who,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Settle plan, pool, the digest of the nonce and a round of the beacon that is still to come.

    The developer signs the same file with ``draw sign``. Which beacon, and how long the nonce may take, the plan says.
    """
    from clearinghouse.cli.frontier import draw_work as work  # noqa: PLC0415

    when = work.Round(minutes, round_number)
    work.agree_terms(pool, plan, nonce, when, (stage, drawn), (key, public), into, who, form)


@app.command("sign", short_help="Sign the terms of a draw, for the developer.")
def sign_command(
    folder: Folder,
    *,
    domain: Domain,
    stage: Stage = 1,
    key: Key,
    public: Public = None,
    nonce: Annotated[
        Path | None, typer.Option("--nonce", metavar="FILE", help="Yours; it is checked that the terms name it.")
    ] = None,
) -> None:
    """Add a signature to the terms of a draw. It is refused when the round of the beacon is out by your clock."""
    from clearinghouse.cli.frontier import draw_work as work  # noqa: PLC0415

    work.sign_terms(folder, domain, stage, (key, public), nonce)


@app.command("make", short_help="Draw, when the beacon has spoken.")
def make_command(
    folder: Folder,
    *,
    pool: PoolPath,
    domain: Domain,
    round_file: Annotated[
        Path | None, typer.Option("--round-file", metavar="FILE", help="The round, as a node of drand gives it.")
    ] = None,
    signature: Annotated[str, typer.Option("--signature", metavar="HEX", help="Or the signature of the round.")] = "",
    previous: Annotated[
        str,
        typer.Option("--previous", metavar="HEX", help="And that of the round before, where the plan says default."),
    ] = "",
    value: Annotated[
        str, typer.Option("--beacon", metavar="HEX", help="A bare value, for a rehearsal only: nobody can verify it.")
    ] = "",
    nonce: Annotated[
        Path | None, typer.Option("--nonce", metavar="FILE", help="The developer's; without it, it was withheld.")
    ] = None,
    stage: Stage = 1,
    key: Key,
    public: Public = None,
    who: Who,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Make the draw that follows from the terms, the beacon and the nonce, and sign it.

    What the beacon said follows from the signature of its round, which is verified under the key of the network. Save
    what https://api.drand.sh/HASH/public/ROUND gives, or take it from any other node.
    """
    from clearinghouse.cli.frontier import draw_work as work  # noqa: PLC0415

    spoken = work.Given(round_file, signature, previous, value, nonce)
    work.make_draw(folder, pool, domain, stage, spoken, (key, public), who, form)


@app.command("verify", short_help="Repeat a draw from what is public.")
def verify_command(
    folder: Folder,
    *,
    pool: PoolPath,
    domain: Domain,
    stage: Stage = 1,
    keys: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    form: Form = OutputFormat.TABLE,
) -> None:
    """Check that both sides signed the terms in time, that the network signed the round, that the draw follows
    from them and from the nonce, and that plan and log have it.

    Exit code 0: it holds. 1: it does not hold, the nonce was withheld, or nobody can verify the beacon. 2: there is no
    draw, pool or key to look at.
    """
    from clearinghouse.cli.frontier import draw_work as work  # noqa: PLC0415

    raise typer.Exit(work.verify_draw(folder, pool, domain, stage, keys, form))
