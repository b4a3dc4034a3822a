"""``clearinghouse frontier plan``: what is settled and signed before anything is run."""

from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.output import OutputFormat

app = typer.Typer(
    help="The plan: what is settled and signed before anything is run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
thresholds = typer.Typer(
    help="Thresholds whose values are not public.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
app.add_typer(thresholds, name="threshold", short_help="Commit to a threshold without telling it; open it again.")

PlanPath = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.toml, or the folder that it stands in.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]
Key = Annotated[str, typer.Option("--key", metavar="KEY", help="The private key, or the URI of a key service.")]
Public = Annotated[Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who does this, for the log.")]
_HOLDER = "NAME=FILE"
Ring = Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")]


@app.command("new", short_help="Write a plan to begin with, with comments.")
def new_command(
    *,
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="The folder of the assessment.")],
    pools: Annotated[
        list[Path] | None, typer.Option("--pool", metavar="FOLDER", help="A pool that it is for; one for each domain.")
    ] = None,
    assessor: Annotated[
        list[str] | None, typer.Option("--assessor", metavar=_HOLDER, help="Who assesses, and the public key.")
    ] = None,
    developer: Annotated[
        list[str] | None, typer.Option("--developer", metavar=_HOLDER, help="Who acts for the developer.")
    ] = None,
    operators: Annotated[
        list[str] | None, typer.Option("--operator", metavar=_HOLDER, help="Who runs it; may be repeated.")
    ] = None,
    officers: Annotated[
        list[str] | None,
        typer.Option("--officer", metavar=_HOLDER, help="Who decides, and who reconsiders; repeat it."),
    ] = None,
    references: Annotated[
        list[str] | None,
        typer.Option(
            "--reference",
            metavar="MODEL=IDENTITY",
            help="Another model, which the pattern of outcomes is held against; repeat it.",
        ),
    ] = None,
) -> None:
    """Write a plan.toml with every field and what it is for. Nothing is overwritten.

    Keys are named by who holds them and the file of the public key. What is not named can be written in later.
    """
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415 - the rule takes a while to load

    holders = plan_work.Holders(assessor or [], developer or [], operators or [], officers or [])
    plan_work.new(into, pools or [], holders, references or [])


@app.command("check", short_help="Say everything that is wrong with a plan.")
def check_command(path: PlanPath, *, form: Form = OutputFormat.TABLE) -> None:
    """Read a plan and say everything that is wrong with it, each with its place.

    Exit code 0: nothing is. 1: it is a plan, and the code here is not the one that it names. 2: something is wrong.
    """
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    raise typer.Exit(plan_work.check(path, form))


@app.command("commit", short_help="Sign a plan; a changed one needs another version and a reason.")
def commit_command(
    path: PlanPath, *, key: Key, who: Who, public: Public = None, form: Form = OutputFormat.TABLE
) -> None:
    """Sign the plan of a folder, keep it in plans/, and write that into the log. What was signed before is kept."""
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.commit(path, key, public, who, form)


@app.command("verify", short_help="Check who signed a plan, its versions, and the log.")
def verify_command(path: PlanPath, *, keys: Ring, form: Form = OutputFormat.TABLE) -> None:
    """Check a plan and all versions before it: signatures, how they follow on each other, and the log.

    Exit code 0: all holds. 1: it does, and the code here is not the one that the plan names. 2: it does not, and why.
    """
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    raise typer.Exit(plan_work.verify(path, keys, form))


@app.command("analysis", short_help="Which code would compute here.")
def analysis_command(*, form: Form = OutputFormat.TABLE) -> None:
    """Print the digest over the code that is here, and the versions of what it rests on."""
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.analysis_here(form)


@app.command("characteristics", short_help="How often the rule comes to which verdict, by simulation.")
def characteristics_command(
    path: PlanPath,
    *,
    openings: Annotated[
        list[Path] | None, typer.Option("--opening", metavar="FILE", help="What opens a threshold; may be repeated.")
    ] = None,
    truths: Annotated[
        list[float] | None,
        typer.Option("--truth", min=0.0, max=1.0, help="A true success rate; without any, the guard band."),
    ] = None,
    repetitions: Annotated[int, typer.Option("--repetitions", min=100, max=100_000, help="Of each truth.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the generator, PCG64.")] = 0,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Simulate the rule under a plan: how often it says COVERED, NOT COVERED and INDETERMINATE if the truth is this."""
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.characteristics(path, openings or [], truths or [], repetitions, seed, form)


@app.command("log", short_help="What was done in an assessment; and a signed head of that, to give away.")
def log_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of an assessment, or of a pool.")],
    *,
    sign: Annotated[str, typer.Option("--sign", metavar="KEY", help="Sign the head with this private key.")] = "",
    public: Public = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="FILE", help="Where the signed head goes.")] = None,
    head: Annotated[
        Path | None, typer.Option("--head", metavar="FILE", help="A signed head of before, to compare the log with.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed, for --head.")
    ] = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Read the log, check it from beginning to end, and show it.

    Whoever was given a signed head can show later that nothing before it was changed or taken away.
    """
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.show_log(folder, (sign, public, into), (head, keys), form)


@thresholds.command("commit", short_help="Commit to the values of a threshold without telling them.")
def threshold_commit_command(
    *,
    identifier: Annotated[str, typer.Option("--identifier", metavar="TEXT", help="By which it is cited.")],
    covered: Annotated[float, typer.Option("--covered", metavar="RATE", help="Above it a domain is covered.")],
    watch: Annotated[
        float | None, typer.Option("--watch", metavar="RATE", help="Above it a model is tested again earlier.")
    ] = None,
    into: Annotated[
        Path, typer.Option("--into", metavar="FILE", help="Where the opening goes; give it to who may know.")
    ],
    form: Form = OutputFormat.TABLE,
) -> None:
    """Write what opens a commitment into a file that only its owner reads, and print the commitment for the plan."""
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.commit_threshold(identifier, covered, watch, into, form)


@thresholds.command("open", short_help="Show the values of a plan's thresholds to who has their openings.")
def threshold_open_command(
    path: PlanPath,
    *,
    openings: Annotated[
        list[Path], typer.Option("--opening", metavar="FILE", help="What opens a threshold; may be repeated.")
    ],
    form: Form = OutputFormat.TABLE,
) -> None:
    """Check that openings fit the commitments of a plan, and print the values."""
    from clearinghouse.cli.frontier import plan_work  # noqa: PLC0415

    plan_work.open_thresholds(path, openings, form)
