"""The verbs below ``frontier``."""

import typer

app = typer.Typer(
    help="Frontier models: assessed honestly, determined defensibly. All of it is voluntary.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _frontier() -> None:
    """Frontier models: assessed honestly, determined defensibly. All of it is voluntary."""
