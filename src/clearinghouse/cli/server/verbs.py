"""Joins the server's verbs to the command line."""

import typer

from clearinghouse.cli.server import backup, check, init, keys, people, restore, serve, worker


def register(app: typer.Typer) -> None:
    """Add the server's verbs."""
    app.command("init", short_help="Set up a server: folder, keys, database, first person.")(init.command)
    app.command("serve", short_help="Run the web server.")(serve.command)
    app.command("worker", short_help="Run what is done in the background.")(worker.command)
    app.add_typer(people.users, name="user", short_help="The people of a server: add, list, deactivate, link.")
    app.add_typer(people.participants, name="participant", short_help="The organisations of a server.")
    app.add_typer(keys.app, name="key", short_help="Keys of programs, and the master key of a server.")
    app.command("backup", short_help="Make an encrypted backup while the server runs.")(backup.command)
    app.command("restore", short_help="Bring a backup back, into an empty place.")(restore.command)
    app.command("check", short_help="Look whether everything of a server is as it should be.")(check.command)
