"""``clearinghouse sandbox``: what this machine can hold, measured; and the process that runs what is not trusted."""

import shlex
from typing import Annotated

import typer

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import BAD_INPUT, OK, OutputFormat, write_json
from clearinghouse.sandbox import Isolation, Tier, attended, launch
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.isolation import WORDS
from clearinghouse.sandbox.making import Setting

app = typer.Typer(
    help="The sandbox: its self-check, and the process that runs what is not trusted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Option("--provider", help="bubblewrap, oci (a runtime by itself), podman or docker.")]
Runtime = Annotated[
    str, typer.Option("--runtime", help="Of oci: crun, runc or runsc; of an engine, one that it knows.")
]
Image = Annotated[str, typer.Option("--image", help="The image of podman or docker, which has it already.")]
Root = Annotated[
    str, typer.Option("--rootfs", metavar="FOLDER", help="Of oci and podman: the unpacked root folder of an image.")
]
Machine = Annotated[bool, typer.Option("--machine", help="Each box has a virtual machine of its own (Kata).")]
Tools = Annotated[
    list[str] | None,
    typer.Option("--toolchain", metavar="FOLDER", help="A folder outside of /usr that boxes have, read-only."),
]


@app.command("check", short_help="Prove what the sandbox holds, on this machine.")
def check_command(
    *,
    provider: Name = "bubblewrap",
    runtime: Runtime = "",
    image: Image = "",
    rootfs: Root = "",
    machine: Machine = False,
    toolchains: Tools = None,
    runner: Annotated[
        str | None,
        typer.Option("--runner", metavar="COMMAND", help="The command that a runner elsewhere speaks through."),
    ] = None,
    declared: Annotated[Tier, typer.Option("--declared", help="What the machine of that runner is.")] = Tier.T1,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="table for people, json for programs.")
    ] = OutputFormat.TABLE,
) -> None:
    """Try what must not work inside a box, and say what held and what held it.

    Exit code 0: every point held. 2: one did not, so nothing will be run here.
    """
    setting = _setting(provider, runtime, image, rootfs, toolchains, machine=machine)
    with Client(shlex.split(runner) if runner else None, setting=setting, declared=declared) as client:
        isolation = client.isolation(again=True)
    if output is OutputFormat.JSON:
        write_json(isolation)
    else:
        _show(isolation)
    raise typer.Exit(BAD_INPUT if isolation.failed else OK)


@app.command("serve", short_help="Run what is sent over standard input; for runners on machines of their own.")
def serve_command(
    *,
    provider: Name = "bubblewrap",
    runtime: Runtime = "",
    image: Image = "",
    rootfs: Root = "",
    machine: Machine = False,
    toolchains: Tools = None,
) -> None:
    """Become a runner, which holds no key, no connection and no network, and takes its work over standard input.

    A dispatcher elsewhere starts it through a command of its choice, for example ``ssh runner clearinghouse sandbox
    serve``. It ends with the connection, and all that runs in its boxes with it.
    """
    argv = launch.command(_setting(provider, runtime, image, rootfs, toolchains, machine=machine).text())
    raise typer.Exit(abs(attended.attend(argv, launch.environment())))


def _setting(
    provider: str, runtime: str, image: str, rootfs: str, toolchains: list[str] | None, *, machine: bool
) -> Setting:
    tools = tuple(toolchains or ())
    return Setting(provider=provider, toolchains=tools, machine=machine, runtime=runtime, image=image, rootfs=rootfs)


def _show(isolation: Isolation) -> None:
    rows = [(each.name, "held" if each.holds else "FAILED", each.how) for each in isolation.held]
    show_table(f"{isolation.provider}, kernel {isolation.kernel}", ("what", "", "how"), rows)
    limits = ", ".join(f"{name} by {means}" for name, means in isolation.limits.items())
    say(f"Limits: {limits}.")
    if isolation.failed:
        say(f"{len(isolation.failed)} of {len(isolation.held)} did not hold. Nothing is run here until all do.")
        return
    say(f"Tier {isolation.tier}: {WORDS[isolation.tier]}. All {len(isolation.held)} points held.")
    if isolation.tier == Tier.T1:
        say("Who escapes from the kernel's isolation reaches this machine: for work that matters, use one of its own.")
