"""``clearinghouse restore``: a backup brought back into an empty place."""

from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import path_option
from clearinghouse.cli.output import ATTENTION
from clearinghouse.cli.server import check
from clearinghouse.cli.server.loading import choose_home, importing, start
from clearinghouse.formats.inputs import path_of
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError


def command(
    file: Annotated[Path, typer.Argument(parser=path_of, metavar="FILE", help="The backup.")],
    *,
    into: Annotated[Path, path_option("--into", "HOME", "An empty folder; it may hold keys/ and config.toml.")],
    identity: Annotated[
        Path | None, path_option("--identity", "FILE", "What opens it; else keys/backup.identity in HOME.")
    ] = None,
    purged: Annotated[
        Path | None,
        path_option("--purged", "FILE", "What was purged since, as `backup --purged-list` wrote it."),
    ] = None,
    database_url: Annotated[
        str, typer.Option(metavar="URL", help="For a backup of PostgreSQL: an empty database.")
    ] = "",
) -> None:
    """Bring a backup back, into an empty folder and an empty database only, then check everything.

    What was purged after the backup was made would be back. So the list of it is asked of the installation that this
    machine is set up for, if it is there; otherwise give it with --purged.

    Exit codes: 0 done; 1 done, and something needs attention; 2 it cannot be restored, and nothing was changed.
    """
    with importing():
        from clearinghouse.server.operate.backup import restoring
    target = into.expanduser().absolute()
    listed, asked = _list(purged), ""
    with restoring.place(target) as place:
        unpacked = place.unpack(file, identity)
        if listed is None:
            listed, asked = restoring.ask_running(target)
        _point_to(target, database_url)
        place.write_config(unpacked, database_url)
        configuration = start()
        from clearinghouse.server.operate.database import reaching

        with reaching():
            restored = restoring.finish(place, unpacked, listed, asked)
    _tell(configuration, unpacked, restored, asked)
    fine = check.show(configuration, unpacked)
    raise typer.Exit(0 if fine and restored.knew else ATTENTION)


def _list(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise ClearinghouseError(f"{path} cannot be read: {error.strerror or error}", "look at its path") from error


def _point_to(target: Path, database_url: str) -> None:
    import os

    choose_home(target)
    if database_url:
        os.environ["DATABASE_URL"] = database_url


def _tell(configuration: Any, unpacked: Any, restored: Any, asked: str) -> None:
    say(f"The backup of {unpacked.about.made_at:%Y-%m-%d %H:%M} UTC is restored into {configuration.home}:")
    say(f"    the database ({unpacked.about.engine}), {plural(unpacked.manifest.blobs, 'sealed file')}")
    if restored.migrated:
        say(f"    {plural(len(restored.migrated), 'migration')} applied, as the backup was made by an older version")
    if restored.knew:
        said = f", as {asked} says" if asked else ""
        say(f"    {plural(restored.purged, 'content')} destroyed again that had been purged since{said}")
        who = plural(restored.shut_out, "key, person or participant", "keys, people and participants")
        say(f"    {who} shut out again")
    else:
        say("Nothing is known of what was purged, revoked or closed after the backup was made: all of that is back.")
        say("Where a list of it is, run this again into another empty place with --purged FILE.")
    say("Everybody has to sign in again. Reports that came after the backup was made are not in it.")
