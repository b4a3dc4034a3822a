"""``clearinghouse serve``: the web server of an installation."""

import sys
from typing import Annotated

import typer

from clearinghouse.cli.server.loading import Home, choose_home, importing, start


def command(
    *,
    bind: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; or unix:/path of a socket.")
    ] = "127.0.0.1:8470",
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many answer requests, with 8 threads each.")] = 2,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Run what is done in the background, too.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many workers beside it; implies --with-worker. [default: 1]")
    ] = None,
    migrate: Annotated[bool, typer.Option("--migrate", help="First bring the database's tables up to date.")] = False,
    home: Home = None,
) -> None:
    """Run the web server of an installation until it is told to leave (Ctrl-C, SIGTERM).

    Logs are JSON on standard error. A worker is needed beside it: `clearinghouse worker`, or --with-worker.

    Exit codes: 0 told to leave; 2 it cannot be started as things are; 70 a defect, which is in the log.
    """
    folder = choose_home(home)
    with importing():
        from clearinghouse.server.operate import home as homes

        homes.require_installed(folder)
        homes.require_private(folder)
        from clearinghouse.server.operate import metrics

        metrics.share(folder)
    configuration = start()
    with importing():
        from clearinghouse.server.operate import logging as logs
        from clearinghouse.server.operate import serving
    beside = workers or int(with_worker)
    how = serving.Serving(
        bind=serving.check_bind(bind),
        processes=processes,
        workers=beside,
        validators=configuration.validation.jobs if beside else 0,
    )
    serving.require_free(how.bind)
    logs.configure(configuration.log_level)
    serving.prepare(migrate=migrate)
    if sys.stderr.isatty():
        print(f"{configuration.name} at {configuration.origin}, listening on {how.bind}. Ctrl-C ends it.")
        sys.stdout.flush()
    raise typer.Exit(logs.guarded(lambda: serving.serve(how, _worker, _validator)))


def _worker() -> int:
    from clearinghouse.server.jobs import process

    process.run(["default"])
    return 0


def _validator() -> int:
    from clearinghouse.server.jobs import process

    process.run(["validations"])
    return 0
