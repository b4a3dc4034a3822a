"""``clearinghouse key``: keys by which programs prove who they are, and the master key of the installation."""

from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import ATTENTION, OutputFormat, write_json
from clearinghouse.cli.server.loading import Form, Home, Only, opened
from clearinghouse.formats.text import plural

app = typer.Typer(
    help="Keys of programs (service), and the master key under which everything is sealed (master).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
service = typer.Typer(
    help="Keys by which programs use the API for a participant.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
master = typer.Typer(
    help="The master key: without it nobody reads what is stored.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(service, name="service", short_help="Keys of programs: new, list, revoke.")
app.add_typer(master, name="master", short_help="The master key: new, rotate, list.")


@service.command("new", short_help="Make a key for a program; it is shown once.")
def new_service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is called, such as the program.")],
    *,
    participant: Annotated[
        str, typer.Option(metavar="NAME", help="For whom the program acts: name or reference of an organisation.")
    ],
    scope: Annotated[
        list[str],
        typer.Option("--scope", metavar="SCOPE", help="What it is good for, such as report:submit; may be repeated."),
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="After how many days it ends.")] = 90,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Make a key for a program and print it. It cannot be shown again.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home, form):
        from clearinghouse.server.membership.keys import create_key
        from clearinghouse.server.operate import people

        of = people.participant_named(participant)
        made, key = create_key(None, of, name, scope, people.end_after(days))
    if form is OutputFormat.JSON:
        write_json({"key_id": made.key_id, "key": key, "scopes": made.scopes, "expires_at": made.expires_at})
        return
    say(f"The key {made.key_id} of {of.name}, good for {', '.join(made.scopes)}, until {made.expires_at:%Y-%m-%d}.")
    say("Here it is, this once; a program sends it as Authorization: Bearer KEY.")
    print(f"    {key}")  # in one piece, however long


@service.command("list", short_help="Which keys there are.")
def list_services(
    *,
    participant: Only = None,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """List the keys of programs, the newest first; what is secret in them is not kept.

    Exit codes: 0 done; 2 bad usage.
    """
    with opened(home, form, keys=[]):
        from clearinghouse.server.operate import people

        of = people.participant_named(participant) if participant else None
        rows = [_key(each, people.key_standing(each)) for each in people.keys(of)]
    if form is OutputFormat.JSON:
        write_json({"keys": rows, "problems": []})
        return
    columns = ("key", "called", "organisation", "good for", "until", "last used", "is")
    shown = [
        (
            r["key_id"],
            r["name"],
            r["participant"],
            ", ".join(r["scopes"]),
            f"{r['expires_at']:%Y-%m-%d}",
            str(r["last_used_on"] or "never"),
            r["state"],
        )
        for r in rows
    ]
    show_table("Keys of programs", columns, shown)


def _key(key: Any, state: str) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "participant": key.participant.name,
        "scopes": key.scopes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_on": key.last_used_on,
        "state": state,
    }


@service.command("revoke", short_help="End a key at once.")
def revoke_service(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The id of the key, as it is listed, or the whole key.")],
    *,
    home: Home = None,
) -> None:
    """End a key of a program at once.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home):
        from clearinghouse.server.membership.keys import revoke_key
        from clearinghouse.server.operate import people

        found = people.key_named(key)
        revoke_key(None, found)
        say(f"The key {found.key_id} ({found.name}) of {found.participant.name} is good for nothing any more.")


@master.command("new", short_help="Make a master key where there is none.")
def new_master(*, home: Home = None) -> None:
    """Make a master key in a file, where none is yet. `init` has done so already, unless it was told of another place.

    Exit codes: 0 done; 2 there is one, or it cannot be made.
    """
    with opened(home) as configuration:
        from clearinghouse.server.operate import master_keys

        path, name = master_keys.make(configuration)
        say(f"Master key {name} in {path}. Keep a copy elsewhere: without it nobody reads what is stored.")


@master.command("rotate", short_help="A new master key; everything is wrapped anew under it.")
def rotate_master(*, home: Home = None) -> None:
    """Make a new master key and wrap every other key anew under it, while the server runs.

    It may be stopped at any moment and run again. Nothing that is stored is encrypted anew, only the keys to it.

    Exit codes: 0 done; 1 a former master key is still needed; 2 it cannot be done so.
    """
    with opened(home) as configuration:
        from clearinghouse.server.operate import master_keys

        result = master_keys.rotate(configuration)
    if result.old != result.new:
        say(f"Master key {result.new} is in the place of {result.old}.")
    say(f"{plural(result.wrapped, 'key')} wrapped anew under master key {result.new}.")
    for path in result.removable:
        say(f"No key is under {path} any more. Backups made before today still need it:")
        say("keep a copy with them, elsewhere, then remove it here.")
    for name, count in result.needed.items():
        say(f"Master key {name} still wraps {plural(count, 'key')}; run this again.")
    say("Keep a copy of the new master key elsewhere, apart from backups.")
    raise typer.Exit(ATTENTION if result.needed else 0)


@master.command("list", short_help="Which master keys are in use.")
def list_masters(*, home: Home = None, form: Form = OutputFormat.TABLE) -> None:
    """List the master keys by their ids: how many keys each wraps, and whether it is here.

    Exit codes: 0 done; 1 one that is needed is not here; 2 bad usage.
    """
    with opened(home, form, masters=[]) as configuration:
        from clearinghouse.server.operate import master_keys

        rows = master_keys.masters(configuration)
    if form is OutputFormat.JSON:
        write_json({"masters": rows, "problems": []})
    else:
        shown = [(r.id, f"{r.keys:,}", "yes" if r.wraps else "-", r.place or "not here") for r in rows]
        show_table("Master keys", ("master key", "keys under it", "wraps new ones", "where"), shown)
    raise typer.Exit(ATTENTION if any(r.keys and not r.place for r in rows) else 0)
