"""The verbs: where each stands, and what is said of it in a list.

A verb is loaded when it is used. One that only asks the server something has no need of thirty readers of formats, and
each loads what the others do not have; all together take a second.
"""

from importlib import import_module
from typing import NamedTuple

import typer


class Verb(NamedTuple):
    """One verb: the module that it stands in, its function or group of verbs there, and what is said of it."""

    module: str
    says: str
    name: str = "command"


VERBS = {
    "triage": Verb("triage", "Each flaw once, ranked, with its deadline and the reasons."),
    "identify": Verb("identify", "Which findings are the same flaw, and why."),
    "crash": Verb("crash", "What crash logs show, and which are the same crash."),
    "deadline": Verb("deadline", "By when to fix one flaw on one asset, and why."),
    "match": Verb("match", "Which advisories meet what an inventory lists."),
    "plan": Verb("plan", "What to do by when about what inventories list."),
    "feeds": Verb("feeds", "The outside feeds: fetched, verified, kept.", "app"),
    "validate": Verb("validate", "Run reproducers in a sandbox, before and after the fix.", "app"),
    "sandbox": Verb("sandbox", "What the sandbox holds on this machine, measured.", "app"),
    "frontier": Verb("frontier", "Frontier models: assessed honestly, determined defensibly.", "app"),
    "version": Verb("version", "Which version is newer; does an advisory affect it?", "app"),
    "init": Verb("server.init", "Set up a server: folder, keys, database, first person."),
    "serve": Verb("server.serve", "Run the web server."),
    "worker": Verb("server.worker", "Run what is done in the background."),
    "user": Verb("server.people", "The people of a server: add, list, deactivate, link.", "users"),
    "participant": Verb("server.people", "The organisations of a server.", "participants"),
    "key": Verb("server.keys", "Keys of programs, and the master key of a server.", "app"),
    "backup": Verb("server.backup", "Make an encrypted backup while the server runs."),
    "restore": Verb("server.restore", "Bring a backup back, into an empty place."),
    "check": Verb("server.check", "Look whether everything of a server is as it should be."),
    "demo": Verb("demo", "Make a flood of invented findings and rank it."),
}
"""By name, in the order in which they are listed."""


def add(app: typer.Typer, name: str) -> None:
    """Load a verb and add it to a command line."""
    verb = VERBS[name]
    found = getattr(import_module(f"clearinghouse.cli.{verb.module}"), verb.name)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name, short_help=verb.says)
    else:
        app.command(name, short_help=verb.says)(found)
