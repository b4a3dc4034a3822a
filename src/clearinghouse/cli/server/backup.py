"""``clearinghouse backup``: an encrypted backup, made while server and workers run."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn

from clearinghouse.cli.layout import say, stderr
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OutputFormat, write_json
from clearinghouse.cli.server.loading import Form, Home, importing, opened
from clearinghouse.formats.text import plural


def command(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="Where to write it; a file that is not there. - is standard output."),
    ] = None,
    *,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="AGE1...", help="Who can open it; else those configured. May be repeated."),
    ] = None,
    purged_list: Annotated[
        bool,
        typer.Option("--purged-list", help="Instead, write what was ended for good, for `restore --purged`."),
    ] = False,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Make a backup of everything but the keys, encrypted with age, while server and workers run.

    The master key is not in it: keep copies of the files in the folder of keys elsewhere.

    Exit codes: 0 done; 1 done, and sealed bytes were missing or damaged; 2 it cannot be made.
    """
    if purged_list:
        _write_list(file, home)
        return
    if file is None:
        raise OptionError("FILE", "is not given", "clearinghouse backup FILE, such as clearinghouse-2026-11-22.age")
    with opened(home, form) as configuration:
        with importing():
            from clearinghouse.server.operate.backup import making

        with _progress() as shown:
            made = making.make(file, configuration, recipient or (), shown)
    _tell(file, made, form)
    raise typer.Exit(ATTENTION if made.manifest.missing or made.manifest.damaged else 0)


def _tell(file: str, made: Any, form: OutputFormat) -> None:
    found = made.manifest
    if file == "-":
        return
    if form is OutputFormat.JSON:
        write_json({"file": file, "bytes": made.size, "about": made.about, "manifest": found})
        return
    say(f"Backup of {made.about.made_at:%Y-%m-%d %H:%M} UTC in {file}, {made.size:,} bytes:")
    say(f"    the database ({made.about.engine}, {found.database_bytes:,} bytes), {plural(found.blobs, 'sealed file')}")
    if found.purged:
        say(f"    {plural(found.purged, 'sealed file')} less than the database names: purged meanwhile")
    for word, names in (("missing", found.missing), ("damaged", found.damaged)):
        if names:
            say(f"    {plural(len(names), 'sealed file')} {word}, such as {names[0]}: clearinghouse check says more")
    say("The backup identity opens it, and the master key of today reads what is in it: keep both elsewhere.")


def _write_list(file: str | None, home: Path | None) -> None:
    with opened(home):
        import msgspec

        from clearinghouse.server.operate.backup import ended

        data = msgspec.json.encode(ended.taken()) + b"\n"
    if file in {None, "-"}:
        sys.stdout.buffer.write(data)
        return
    Path(str(file)).write_bytes(data)
    say(f"What was purged and who was shut out up to now is in {file}.")


class _progress:  # noqa: N801 - used as a function is
    """Shows at a terminal how far the sealed files are."""

    def __enter__(self) -> Any:
        target = stderr()
        if not target.is_terminal:
            return lambda done, total: None
        columns = (TextColumn("sealed files"), BarColumn(bar_width=30), TextColumn("{task.completed}/{task.total}"))
        self._shown: Progress | None = Progress(*columns, console=target, transient=True)
        self._shown.start()
        task = self._shown.add_task("", total=None)
        shown = self._shown
        return lambda done, total: shown.update(task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        shown = getattr(self, "_shown", None)
        if shown is not None:
            shown.stop()
