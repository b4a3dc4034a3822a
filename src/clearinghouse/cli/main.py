"""The entry point: joins the verbs and turns every expected failure into one clear line."""

import sys

import typer

from clearinghouse.cli import crash, deadline, demo, identify, triage
from clearinghouse.cli.output import BAD_INPUT, show_error
from clearinghouse.records import ClearinghouseError

app = typer.Typer(
    name="clearinghouse",
    help="From a flood of findings to each flaw once, ranked, with the date by which it matters.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("triage")(triage.command)
app.command("identify")(identify.command)
app.command("crash")(crash.command)
app.command("deadline")(deadline.command)
app.command("demo")(demo.command)


def run() -> None:
    """Run the command line; an expected error is one line and exit code 2, never a traceback."""
    try:
        app()
    except ClearinghouseError as error:
        show_error(error)
        sys.exit(BAD_INPUT)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)
