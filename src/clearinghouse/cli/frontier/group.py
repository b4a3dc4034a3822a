"""The verbs below ``frontier``."""

from importlib.util import find_spec

import typer

from clearinghouse.evaluation.errors import MissingExtraError

app = typer.Typer(
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
