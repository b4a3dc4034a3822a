"""The web server: gunicorn in this process, with limits, after everything was looked at that must be right."""

import logging
import os
import re
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from clearinghouse import __version__
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import VaultClosedError
from clearinghouse.server.operate import database, metrics
from clearinghouse.server.operate.errors import ServingError
from clearinghouse.server.operate.home import require_private_keys
from clearinghouse.server.operate.supervising import Role, Supervisor

LOG = logging.getLogger("clearinghouse.serve")
DEFAULT_BIND = "127.0.0.1:8470"
THREADS = 8
"""Requests that one process answers at a time. Most of the time they wait for the disk or the database."""
SILENCE = 30
"""Seconds after which a client that owes a part of its request, and sends nothing, is let go (Linux, socket(7))."""
_BIND = re.compile(r"unix:/[^\s]+|(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]*):[0-9]{1,5}")


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve.

    Attributes:
        bind: ``host:port`` or ``unix:/path``. processes: that answer requests, each with :data:`THREADS` threads.
        workers: processes beside them that run jobs; they are begun again when they die.
        validators: the same for the queue of validations, so that what takes minutes keeps no report waiting.
    """

    bind: str = DEFAULT_BIND
    processes: int = 2
    workers: int = 0
    validators: int = 0


def check_bind(text: str) -> str:
    """Return where to listen.

    Raises:
        ServingError: it is neither ``host:port`` nor ``unix:/path``.
    """
    port = text.rpartition(":")[2]
    if not _BIND.fullmatch(text) or (port.isdigit() and not 0 < int(port) < 65_536):
        raise ServingError(
            f"--bind {text!r} is no place to listen", f"write it like {DEFAULT_BIND}, or unix:/run/x.sock"
        )
    return text


def require_free(bind: str) -> None:
    """See that nobody else listens where the server is to.

    Raises:
        ServingError: somebody does, or this machine has no such address, or its user may not.
    """
    host, _, port = bind.rpartition(":")
    if bind.startswith("unix:"):
        _require_folder(Path(bind.removeprefix("unix:")).parent, bind)
        return
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except OSError as error:
        what = f"the server cannot listen on {bind}: {error.strerror or error}"
        raise ServingError(what, "choose another place with --bind, or end what listens there") from error


def _require_folder(folder: Path, bind: str) -> None:
    if not folder.is_dir():
        raise ServingError(f"the server cannot listen on {bind}: there is no folder {folder}", f"make {folder} first")
    if not os.access(folder, os.W_OK | os.X_OK):
        what = f"the server cannot listen on {bind}: its user may not write to {folder}"
        raise ServingError(what, "choose a folder that it may write to")


def prepare(*, migrate: bool = False) -> None:
    """See that the installation can be served, and put the files of its pages in their place.

    Raises:
        HomeError: others can read a key. MigrationsError: the tables are not those of this version.
        DatabaseError: the database cannot be reached.
    """
    require_private_keys(settings.CONFIGURATION)
    with database.reaching():
        database.require_file()
        if migrate:
            database.require_not_lost()
            for name in database.migrate():
                LOG.info("migrated", extra={"fields": {"migration": name}})
        database.require_migrated()
        _tell_vault()
    collect_static()
    database.disconnect()


def _tell_vault() -> None:
    """A server without its master key serves, takes nothing in, and says so."""
    try:
        vault.require_open()
    except VaultClosedError as error:
        LOG.error("%s; %s. Nothing is taken in until then.", error.what, error.remedy)  # noqa: TRY400


def collect_static() -> None:
    """Put style and script of the pages into the home folder, each under a name with its digest.

    Raises:
        ServingError: they cannot be written.
    """
    from django.core.management import call_command

    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        what = f"the files of the pages cannot be put into {settings.STATIC_ROOT}: {error.strerror or error}"
        raise ServingError(what, "make room there, or see that the folder can be written") from error


def serve(how: Serving, job_worker: Callable[[], int], validator: Callable[[], int]) -> int:
    """Serve until a signal to leave; return the exit code.

    SIGTERM: no further request is taken, those at hand are finished within 30 seconds, and jobs likewise.

    Args:
        job_worker: runs jobs until a signal, in a process of its own for each of ``how.workers``.
        validator: the same for each of ``how.validators``.
    """
    fields = {"bind": how.bind, "processes": how.processes, "workers": how.workers, "version": __version__}
    LOG.info("serving", extra={"fields": fields})
    if not how.workers:
        return _gunicorn(how)
    roles = [Role("web", lambda: _gunicorn(how), vital=True)]
    roles += [Role(f"worker {number + 1}", job_worker) for number in range(how.workers)]
    roles += [Role(f"validator {number + 1}", validator) for number in range(how.validators)]
    return Supervisor(roles).run()


def _gunicorn(how: Serving) -> int:
    try:
        _Application(how).run()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 0


class _Log(Logger):
    """Gunicorn's own log, as part of ours; requests are logged by our middleware, which knows what may be said."""

    def setup(self, cfg: Any) -> None:
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self._access_log_enabled = False

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Log nothing."""

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        """Log a defect; a client that said nothing for :data:`SILENCE` is none."""
        if isinstance(sys.exc_info()[1], BlockingIOError):
            LOG.info("a silent client was let go")
        else:
            super().exception(msg, *args, **kwargs)

    def reopen_files(self) -> None:
        """There are none."""

    def close_on_exec(self) -> None:
        """There are none."""


class _Application(BaseApplication):
    def __init__(self, how: Serving) -> None:
        self._how = how
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self._how, settings.CONFIGURATION).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from django.core.wsgi import get_wsgi_application
        from django.urls import get_resolver

        application = get_wsgi_application()
        get_resolver().reverse_dict  # noqa: B018 - every page is loaded now, before processes are forked
        return application


def options(how: Serving, configuration: Configuration) -> dict[str, Any]:
    """Return gunicorn's settings."""
    known = {
        "bind": how.bind,
        "workers": how.processes,
        "threads": THREADS,
        "worker_class": "clearinghouse.server.operate.connections.Worker",
        "preload_app": True,  # one copy in memory; the processes are forked from it
        "timeout": 60,  # of a process that does not answer its parent; a long upload is none
        "graceful_timeout": 30,
        "keepalive": 5,
        "max_requests": 20_000,  # then a process is replaced, so that memory that a library leaks is given back
        "max_requests_jitter": 2_000,
        "limit_request_line": 4_094,
        "limit_request_fields": 64,
        "limit_request_field_size": 8_190,
        "forwarded_allow_ips": "",  # what proxies say is judged by us, see trusted_proxies
        "proc_name": "clearinghouse",
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - a file without a name
        "logger_class": _Log,
        "loglevel": configuration.log_level.lower(),
        "control_socket_disable": True,
        "child_exit": _child_exit,
        "when_ready": _limit_silence,
        "umask": 0o077,
    }
    return {name: value for name, value in known.items() if name in _known_settings()}


def _known_settings() -> set[str]:
    from gunicorn.config import KNOWN_SETTINGS

    return {each.name for each in KNOWN_SETTINGS}


def _limit_silence(server: Any) -> None:
    """Have the system end waiting for a client; connections have the limit of the socket that they come in by.

    Otherwise as many silent clients as there are threads would hold the whole server, for as long as they like.
    """
    for each in server.LISTENERS:
        each.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0))


def _child_exit(_server: Any, worker: Any) -> None:
    metrics.ended(worker.pid)
