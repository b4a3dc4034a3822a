"""``clearinghouse frontier pool``: sealed pools of tasks, and what is drawn from them."""

from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.frontier.draw import app as draws
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import OutputFormat

app = typer.Typer(
    help="Sealed pools of tasks: made, opened by several together, drawn from, worn out, rotated.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(draws, name="draw", short_help="Draw families so that neither side can steer.")

PoolPath = Annotated[Path, typer.Argument(metavar="POOL", help="The folder of a pool.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who does this, for the log.")]
Into = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="A folder that is not there yet.")]
Custodians = Annotated[
    list[str],
    typer.Option("--custodian", metavar="NAME=KEY", help="Who holds a share: a public age key, or the file of one."),
]
Threshold = Annotated[int, typer.Option("--threshold", min=2, max=16, help="How many custodians must agree.")]
Shares = Annotated[
    list[Path], typer.Option("--share", metavar="FILE", help="A share, as it is encrypted; one for each custodian.")
]
Identities = Annotated[
    list[Path], typer.Option("--identity", metavar="FILE", help="An age identity that shares are encrypted to.")
]
Plan = Annotated[
    Path | None, typer.Option("--plan", metavar="PLAN", help="The plan under which it is opened, for the log.")
]
Assessments = Annotated[
    list[Path] | None,
    typer.Option("--assessment", metavar="FOLDER", help="One that ran tasks of the pool: what it showed counts, too."),
]
RetireAfter = Annotated[
    int, typer.Option("--retire-after", min=0, help="Models after which a task is worn out; 0 is without a limit.")
]
Development = Annotated[
    int, typer.Option("--development", min=0, max=90, metavar="PERCENT", help="Of families that are for development.")
]


@app.command("identity", short_help="Make an age identity, for a custodian or for who opens pools.")
def identity_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes, for its owner alone.")],
) -> None:
    """Make an age identity as `age-keygen` does, and print its public key, which others encrypt to."""
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415

    work.make_identity(path)


@app.command("make", short_help="Seal tasks into a pool.")
def make_command(
    tasks: Annotated[list[Path], typer.Argument(metavar="TASK", help="Folders of tasks, or a folder of such.")],
    *,
    name: Annotated[str, typer.Option("--name", help="Of the pool: small letters, digits, - and _.")],
    domain: Annotated[str, typer.Option("--domain", help="Of its tasks; others are left out.")],
    custodians: Custodians,
    threshold: Threshold = 2,
    into: Into,
    who: Who,
    retire_after: RetireAfter = 5,
    development: Development = 20,
    is_open: Annotated[bool, typer.Option("--open", help="Its tasks are public: for development only.")] = False,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Mark tasks with canaries, commit to each, encrypt them, and share out the key.

    The manifest (pool.json) is public, and so is pool.age; shares go to their custodians. No key is written in clear.
    """
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415 - age is loaded when it is needed

    settled = work.Settled(name, domain, tuple(custodians), threshold, retire_after, development, is_open)
    work.make_pool(tasks, settled, into, who, form)


@app.command("share", short_help="Pass one's share on to who opens the pool, encrypted to them.")
def share_command(
    pool: PoolPath,
    *,
    share: Annotated[Path, typer.Option("--share", metavar="FILE", help="The share, as it is encrypted to you.")],
    identity: Annotated[Path, typer.Option("--identity", metavar="FILE", help="Your age identity.")],
    to: Annotated[str, typer.Option("--to", metavar="KEY", help="The public age key of who opens it, or its file.")],
    into: Annotated[Path, typer.Option("--into", metavar="FILE", help="Where the share for them goes.")],
) -> None:
    """Agree that a pool is opened: the share is decrypted in memory and encrypted to who opens it."""
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415

    work.pass_share(pool, share, identity, to, into)


@app.command("open", short_help="Open a pool with enough shares, and write some of its tasks into a folder.")
def open_command(
    pool: PoolPath,
    *,
    shares: Shares,
    identities: Identities,
    into: Into,
    who: Who,
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="What it is opened for, for the log.")],
    plan: Plan = None,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="FILE", help="Write only the families that this draw has.")
    ] = None,
    first: Annotated[int, typer.Option("--first", min=0, help="How many of them; 0 takes all.")] = 0,
    development: Annotated[bool, typer.Option("--development", help="Write the families for development.")] = False,
    assessment: Annotated[
        Path | None,
        typer.Option(
            "--assessment",
            metavar="FOLDER",
            help="Under its plan, with its draw or the families for development; what was opened is shown there.",
        ),
    ] = None,
    stage: Annotated[int, typer.Option("--stage", min=1, help="Of the draw of that assessment.")] = 1,
    keys: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys of both sides of that draw."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Write all tasks, those in reserve as well.")] = False,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Open a pool. Who opened it, when, for what and under which plan is written down before anything is decrypted.

    The folder is for its owner alone. Beside the tasks it has revealed.json: what shows others that they are in the
    pool.
    """
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415

    if assessment is not None:
        plan = plan or assessment / "plan.toml"
        draw = work.draw_of(assessment, pool, None if development else stage, keys)
    if sum((draw is not None, development, everything)) != 1:
        raise OptionError("--draw, --development or --all", "is needed", "say which tasks are to be written, by one")
    chosen = work.Chosen(draw, first, development, assessment, 0 if development else stage)
    work.open_pool(pool, shares, identities, into, work.Reason(who, purpose, plan), chosen, form)


@app.command("verify", short_help="Check that a pool is as it was made; nothing is opened.")
def verify_command(
    pool: PoolPath,
    *,
    root: Annotated[str, typer.Option("--root", metavar="HEX", help="The root that it must have.")] = "",
    plan: Annotated[Path | None, typer.Option("--plan", metavar="PLAN", help="The plan that names its root.")] = None,
    revealed: Annotated[
        Path | None, typer.Option("--revealed", metavar="FILE", help="Tasks that must be in it (revealed.json).")
    ] = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Check the manifest, what is sealed, the shares and the logs of a pool.

    Exit code 0: all holds. 1: something does not. 2: there is no pool to look at.
    """
    from clearinghouse.cli.frontier import pool_look as work  # noqa: PLC0415

    raise typer.Exit(work.verify_pool(pool, root, plan, revealed, form))


@app.command("status", short_help="How large a pool is, who opened it, and how worn its tasks are.")
def status_command(pool: PoolPath, *, assessments: Assessments = None, form: Form = OutputFormat.TABLE) -> None:
    """Show what is public of a pool: its size, custodians, openings, exposures and retirements.

    Exit code 0: fine. 1: tasks are worn out.
    """
    from clearinghouse.cli.frontier import pool_look as work  # noqa: PLC0415

    raise typer.Exit(work.show_status(pool, assessments or [], form))


@app.command("retire", short_help="Take a task out of use, for a reason.")
def retire_command(
    pool: PoolPath,
    leaf: Annotated[str, typer.Argument(metavar="COMMITMENT", help="The task, as the manifest lists it.")],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    who: Who,
) -> None:
    """Take a task out of use. The next version of the pool leaves it out."""
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415

    work.retire_task(pool, leaf, reason, who)


@app.command("rotate", short_help="Make the next version: without worn tasks, with new ones, under a new key.")
def rotate_command(
    pool: PoolPath,
    tasks: Annotated[list[Path] | None, typer.Argument(metavar="[TASK]...", help="Folders of new tasks.")] = None,
    *,
    shares: Shares,
    identities: Identities,
    custodians: Custodians,
    threshold: Threshold = 2,
    assessments: Assessments = None,
    into: Into,
    who: Who,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Open a pool and make its next version. Tasks that stay get new canaries and link both versions."""
    from clearinghouse.cli.frontier import pool_work as work  # noqa: PLC0415

    holders = (tuple(custodians), threshold)
    work.rotate_pool(pool, tasks or [], shares, identities, holders, assessments or [], into, who, form)


@app.command("canary", short_help="Look for canaries of a pool in texts, logs and archives.")
def canary_command(
    pool: PoolPath,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, or folders of such.")],
    *,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Look for the canaries of a pool. Its manifest is enough; it is not opened.

    Exit code 0: none was found. 1: some were, or something could not be searched.
    """
    from clearinghouse.cli.frontier import pool_look as work  # noqa: PLC0415

    raise typer.Exit(work.find_canaries(pool, paths, form))
