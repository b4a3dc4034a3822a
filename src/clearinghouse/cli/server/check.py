"""``clearinghouse check``: whether everything of an installation is as it should be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn

from clearinghouse.cli.layout import say, stderr
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.cli.server.loading import Form, Home, opened
from clearinghouse.formats.text import plural


def command(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what needs no person: remove what belongs to nothing, queue again.")
    ] = False,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Look whether everything is as it should be, while the server runs: files, database, log, sealed content, work.

    Every sealed file is read. Nothing is changed without --repair.

    Exit codes: 0 all is well, or mended; 1 something needs a person; 2 it cannot be looked at.
    """
    with opened(home, form, findings=[]) as configuration:
        found = list(_findings(configuration, repair=repair))
    counts = any(each.counts for each in found)
    if form is OutputFormat.JSON:
        write_json({"well": not counts, "findings": found, "problems": []})
    else:
        _show(found)
    raise typer.Exit(ATTENTION if counts else OK)


def show(configuration: Any, unpacked: Any) -> bool:
    """Check an installation that was just restored, print what is found, and return whether all is well."""
    known = (
        {unpacked.manifest.log_size: bytes.fromhex(unpacked.manifest.log_root)} if unpacked.manifest.log_size else {}
    )
    found = list(_findings(configuration, known=known))
    _show(found)
    return not any(each.counts for each in found)


def _findings(configuration: Any, **options: Any) -> Iterator[Any]:
    from clearinghouse.server.operate.check.all_parts import findings

    with _progress() as shown:
        yield from findings(configuration, progress=shown, **options)


def _show(found: list[Any]) -> None:
    for each in found:
        word = "mended" if each.mended else "notice" if each.notice else "wrong"
        say(f"{word:<8}{each.part}: {each.what}")
        if not each.mended:
            say(f"        {each.remedy}")
    counting = sum(each.counts for each in found)
    say(f"{plural(counting, 'thing needs', 'things need')} a person." if counting else "All is well.")


@contextmanager
def _progress() -> Iterator[Any]:
    target = stderr()
    if not target.is_terminal:
        yield lambda part, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, console=target, transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda part, done, total: shown.update(task, description=part, completed=done, total=total)
