"""``clearinghouse worker``: runs what is done in the background."""

from typing import Annotated

import typer

from clearinghouse.cli.server.loading import Home, importing, opened


def command(
    *,
    queues: Annotated[
        list[str] | None, typer.Option("--queues", metavar="NAME", help="Only these, the first first; may be repeated.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Leave when nothing is left to do.")] = False,
    home: Home = None,
) -> None:
    """Run jobs until it is told to leave (Ctrl-C, SIGTERM): reports are read, identified and ranked.

    As many workers as one likes may run, on as many machines as reach the database and the blobs. One that is killed
    loses nothing: another one takes its job over within a minute.

    Exit codes: 0 told to leave; 2 it cannot be started as things are; 70 a defect, which is in the log.
    """
    with opened(home) as configuration:
        with importing():
            from clearinghouse.server.jobs import process
            from clearinghouse.server.operate import database
            from clearinghouse.server.operate import logging as logs
            from clearinghouse.server.operate.home import require_private_keys
        names = [name for each in queues or () for name in each.replace(",", " ").split()]
        process.require_queues(names)
        require_private_keys(configuration)
        database.require_migrated()
    logs.configure(configuration.log_level)
    raise typer.Exit(logs.guarded(lambda: 0 * process.run(names, once=once)))
