"""The entry point: joins the verbs and turns every failure into an exit code and at most two lines.

Exit codes: 0 done; 1 done, and problems were reported or something needs attention; 2 bad input or usage; 70 a
defect of this program (``EX_SOFTWARE`` of sysexits.h); 130 interrupted; 141 the reader of the output went away; 143
asked to end (SIGTERM).
"""

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer

from clearinghouse import __version__
from clearinghouse.cli import stopped
from clearinghouse.cli.layout import ASCII_FORMS
from clearinghouse.cli.output import BAD_INPUT, DEBUG, OK, explained, show_error
from clearinghouse.cli.verbs import VERBS, add
from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError

DEFECT = 70
_UsageError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""The base of what is said of wrong options; it has no public name in Typer, which carries its own copy of Click."""

_EPILOG = """\
Without files of your own, begin with: clearinghouse demo

\b
Exit codes of all commands:
    0  done
    1  done, but something could not be read or needs attention
    2  a path or an option is wrong, or nothing could be read
   70  a defect of this program; please report it
  130  interrupted
  143  asked to end
"""


def command_line(verb: str | None = None) -> typer.Typer:
    """Return the command line with one verb, or with all."""
    app = typer.Typer(
        name="clearinghouse",
        epilog=_EPILOG,
        help="From a flood of findings to each flaw once, ranked, with the date by which it matters.",
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in [verb] if verb else VERBS:
        add(app, name)
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"clearinghouse {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """From a flood of findings to each flaw once, ranked, with the date by which it matters."""


def run() -> None:
    """Run the command line and leave the process."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller (`>&-`): then nothing is shown, and nothing fails
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ASCII_FORMS)  # what a terminal cannot show gets its nearest ASCII form
    sys.exit(invoke())


def invoke(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code.

    Args:
        arguments: those of the command line, without the program's name; None is the process's own.
    """
    try:
        code = _dispatch(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except ClearinghouseError as error:
        show_error(explained(error))
        return BAD_INPUT
    except MemoryError as error:
        error.__context__ = error.__traceback__ = None  # with them goes what was read, and so there is room to say it
        show_error(explained(error))
        return BAD_INPUT
    except KeyboardInterrupt as signalled:
        return stopped(signalled)
    except OSError as error:
        return _output_failed(error)
    except Exception as error:
        return _defect(error)
    return code


def _dispatch(arguments: list[str]) -> int:
    asked = next((each for each in arguments if not each.startswith("-")), None)
    command = typer.main.get_command(command_line(asked if asked in VERBS else None))
    try:
        with command.make_context("clearinghouse", arguments) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except _UsageError as error:
        return _misused(error, _spoken_to(command, arguments))
    return OK


def _spoken_to(command: object, arguments: Sequence[str]) -> str:
    """Return the verbs at the beginning of a command line, after the program's name; some errors do not know them."""
    path = ["clearinghouse"]
    for argument in arguments:
        command = getattr(command, "commands", {}).get(argument)
        if command is None:
            break
        path.append(argument)
    return " ".join(path)


def _misused(error: Exception, verbs: str) -> int:
    """Say what is wrong with the options, in the same two lines as everything else."""
    context = getattr(error, "ctx", None)
    message: str = error.format_message().replace("Value error, ", "")  # type: ignore[attr-defined]
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message, file=sys.stderr)
        return BAD_INPUT
    path = context.command_path if context else verbs
    show_error(ClearinghouseError(clean_line(message[:1].lower() + message[1:]).rstrip("."), f"{path} --help"))
    return BAD_INPUT


CLOSED_PIPE = 128 + 13
"""What a shell sees of a program that SIGPIPE ended."""


def _output_failed(error: OSError) -> int:
    """A reader of our output that went away, as ``| head`` does, is told by the exit code alone: what was affected did
    not reach anybody, so it is not 0. A full disk is told in words.
    """
    target = error.filename is None and error.errno in _WHILE_WRITING and _is_stuck(sys.stdout)
    _silence(sys.stdout)
    if target:
        why = error.strerror or os.strerror(error.errno or 0)
        what = f"standard output cannot be written to: {why}"
        show_error(ClearinghouseError(what, "make room where it goes, or send it somewhere else"))
        return BAD_INPUT
    if error.errno == errno.EPIPE:
        _silence(sys.stderr)
        return CLOSED_PIPE
    show_error(explained(error))
    return BAD_INPUT


_WHILE_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _is_stuck(stream: TextIO) -> bool:
    """Whether nothing more can be written to a stream. White space harms no output that has failed already."""
    try:
        stream.write("\n")
        stream.flush()
    except OSError:
        return True
    return False


def _silence(stream: object) -> None:
    """Let what is still buffered go nowhere, so that nothing fails again when the process ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[attr-defined]
        os.close(nowhere)
    except (OSError, AttributeError, ValueError):
        pass  # it has no file beneath it, and so nothing to fail


def _defect(error: Exception) -> int:
    """A defect of ours: one line without a traceback, unless one is asked for."""
    if os.environ.get(DEBUG):
        traceback.print_exc()
        return DEFECT
    show_error(explained(error))
    return DEFECT
