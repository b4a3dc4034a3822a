"""The verbs below ``validate``, of which ``run`` may be left out; and the options that they share."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import OutputFormat
from clearinghouse.sandbox import Tier
from clearinghouse.validation.errors import ValidationError

LARGEST = 16 << 20
"""Most bytes of a file that is given to validation, or kept by it."""
RUN = "run"
"""What is meant where no verb is named."""
Form = Annotated[str, typer.Option("--format", help="text for people, json for programs.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=64, help="Validations at one time.")]
Runs = Annotated[int, typer.Option("--runs", min=1, max=100, help="Runs of each arm.")]
Runner = Annotated[
    str | None,
    typer.Option(
        "--runner",
        metavar="COMMAND",
        envvar="CLEARINGHOUSE_RUNNER",
        help="The command that a runner elsewhere speaks through, such as `ssh HOST clearinghouse sandbox serve`.",
    ),
]
Declared = Annotated[
    Tier,
    typer.Option("--declared", envvar="CLEARINGHOUSE_RUNNER_TIER", help="What the machine of that runner is."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what was fetched before.")]


class Group(TyperGroup):
    """Verbs of which the first may be left out: ``validate RECIPE`` is ``validate run RECIPE``."""

    default = RUN

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb that is meant, its name, and what is left of the arguments."""
        if args and self.get_command(ctx, args[0]) is None:
            args = [self.default, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the verb that was left out before options that are its own."""
        known = {*self.commands, "-h", "--help"}
        if args and args[0] not in known:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Group,
    help="Run reproducers in a sandbox, before and after the fix, and say what they show.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


def form_of(text: str) -> OutputFormat:
    """Return the form that a word names.

    Raises:
        OptionError: it names none.
    """
    forms = {"text": OutputFormat.TABLE, "table": OutputFormat.TABLE, "json": OutputFormat.JSON}
    if text not in forms:
        raise OptionError("--format", f"is {text[:20]!r}", "text or json")
    return forms[text]


def words_of(runner: str | None) -> list[str] | None:
    """Return the words of a command, as a shell would divide them; no shell reads it.

    Raises:
        OptionError: a quotation mark in it is not closed.
    """
    try:
        return shlex.split(runner) if runner else None
    except ValueError as error:
        raise OptionError("--runner", f"cannot be divided into words: {error}", "close its quotation marks") from None


def content_of(path: Path) -> bytes:
    """Return the bytes of a file that somebody named.

    Raises:
        ValidationError: it cannot be read, or is larger than anything that is given to validation.
    """
    try:
        if path.exists() and not path.is_file():  # who opens a pipe waits for its other end
            raise ValidationError(f"{path} cannot be read: it is no file", "name a file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ValidationError(f"{path} cannot be read: {error.strerror}", "look at the path") from None
    if len(data) > LARGEST:
        raise ValidationError(f"{path} has more than {LARGEST >> 20} MiB", "give a smaller one")
    return data
