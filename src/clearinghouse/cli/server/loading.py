"""What every verb of the server does first: finds the installation and loads the server.

Everything of ``clearinghouse.server`` is imported inside the verbs, because an installation of the library and the
command line alone has no Django.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.options import path_option
from clearinghouse.cli.output import BAD_INPUT, OutputFormat, failure, problem_lists, write_json
from clearinghouse.records import ClearinghouseError
from clearinghouse.records.errors import install

HOME = "CLEARINGHOUSE_HOME"
_SETTINGS = "DJANGO_SETTINGS_MODULE"
_OWNER_ONLY = 0o077
_EXTRA = frozenset({"django", "allauth", "ninja", "django_tasks", "dj_database_url", "cryptography", "pyrage"})
_MORE = frozenset({"gunicorn", "whitenoise", "prometheus_client", "psycopg", "qrcode", "fido2"})

Home = Annotated[
    Path | None,
    path_option("--home", "FOLDER", "The installation's folder; else CLEARINGHOUSE_HOME, else XDG_DATA_HOME."),
]
Only = Annotated[
    str | None,
    typer.Option("--participant", metavar="NAME", help="Only those of this organisation: name or reference."),
]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]


class ServerMissingError(ClearinghouseError):
    """The software was installed without what the server needs."""


@contextmanager
def importing() -> Iterator[None]:
    """Say of a missing library what to install.

    Raises:
        ServerMissingError: it belongs to the server, and is not there.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA | _MORE:
            raise
        what = f"this installation has no server ({error.name} is not installed)"
        raise ServerMissingError(what, install("server")) from error


def choose_home(home: Path | None) -> Path:
    """Have this process work on an installation, and return its folder."""
    if home is not None:
        os.environ[HOME] = str(home.expanduser().absolute())
    with importing():
        from clearinghouse.server.configuration import home_of
    found: Path = home_of(os.environ)
    os.umask(_OWNER_ONLY)
    return found


def load(home: Path | None) -> Any:
    """Load the server of an installation, and return its configuration.

    Raises:
        ServerMissingError: the server is not installed. NoInstallationError: there is none in the folder.
        HomeError: the folder is not for its owner only. ConfigurationError: the settings are wrong.
        DatabaseError: its database is a file, and is not there.
    """
    folder = choose_home(home)
    with importing():
        from clearinghouse.server.operate.home import require_installed, require_private

        require_installed(folder)
        require_private(folder)
    configuration = start()
    from clearinghouse.server.operate.database import require_file

    require_file()
    return configuration


def start() -> Any:
    """Start Django on the folder that was chosen, and return the configuration.

    Raises:
        ServerMissingError, ConfigurationError: as for :func:`load`.
    """
    os.environ.setdefault(_SETTINGS, "clearinghouse.server.settings")
    with importing():
        import django
        from django.conf import settings

        django.setup()
        from clearinghouse.server.operate.environment import forget_secrets

        forget_secrets()
        return settings.CONFIGURATION


@contextmanager
def opened(home: Path | None, form: OutputFormat = OutputFormat.TABLE, **empty: list[Any]) -> Iterator[Any]:
    """Load the server of an installation and yield its configuration; the frame of nearly every verb.

    A program that asked for JSON gets a document, whatever happens: ``empty``, and the problem.
    """
    with told(form, **empty):
        configuration = load(home)
        from clearinghouse.server.operate.database import reaching

        with reaching():
            yield configuration


@contextmanager
def told(form: OutputFormat, **empty: list[Any]) -> Iterator[None]:
    """Tell an expected failure in the form that was asked for."""
    try:
        yield
    except ClearinghouseError as error:
        if form is not OutputFormat.JSON:
            raise
        write_json({**empty, **problem_lists([failure(error, [])])})
        raise typer.Exit(BAD_INPUT) from error
