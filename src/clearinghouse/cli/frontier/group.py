"""The verbs below ``frontier``."""

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import typer
import typer.core

from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import BAD_INPUT, failure, problem_lists, write_json
from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.records import ClearinghouseError


class _Verbs(typer.core.TyperGroup):
    """Verbs of which every one writes a JSON document when it is asked for JSON, also where nothing could be done."""

    def invoke(self, ctx: Any) -> Any:
        arguments = [*ctx._protected_args, *ctx.args]
        try:
            return super().invoke(ctx)
        except OptionError:
            raise
        except (ClearinghouseError, OSError) as error:
            if not _asks_for_json(arguments):
                raise
            write_json(problem_lists([failure(error, [])]))
            raise typer.Exit(BAD_INPUT) from error


def _asks_for_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


app = typer.Typer(
    cls=_Verbs,
    help="Frontier models: assessed honestly, determined defensibly. All of it is voluntary.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _frontier() -> None:
    """Frontier models: assessed honestly, determined defensibly. All of it is voluntary."""


def need(*libraries: str) -> None:
    """See that libraries of the extra ``evaluation`` are installed, before what needs them is loaded.

    Raises:
        MissingExtraError: one is not.
    """
    for library in libraries:
        if find_spec(library) is None:
            raise MissingExtraError(library)
