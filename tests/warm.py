"""Processes of Python that begin where the libraries are loaded already.

A process of the server takes a second of a processor to load what it is made of, and the tests start hundreds of them.
So one process of its own, beside each process of pytest, loads libraries, and those rooms of the program that read
neither environment nor settings. Whatever is started here is forked from it and goes on as a new interpreter would:
with arguments, environment, streams and an end of its own. The command line and the server are loaded anew each time.
That a cold start works too is seen wherever a test, or a user, runs the program otherwise.

``python warm.py NUMBER`` is that process; the number is that of its socket.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

LOADED = (
    "clearinghouse.formats.registry",
    "clearinghouse.sandbox.client",
    "clearinghouse.triage.deployer",
    "clearinghouse.triage.validating",
    "clearinghouse.validation.apart",
    "cryptography.hazmat.primitives.serialization",
    "cryptography.x509",
    "django.contrib.staticfiles.storage",
    "django.core.cache.backends.locmem",
    "django.core.management.commands.migrate",
    "django.core.wsgi",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.http",
    "django.shortcuts",
    "django.template.loader",
    "django.views.decorators.http",
    "fido2.server",
    "gunicorn.app.base",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "http.server",
    "jwt",
    "psycopg",
    "pydantic.json_schema",
    "pyrage",
    "qrcode",
    "requests",
    "securesystemslib.signer",
    "typer",
    "typer._adapters",
    "whitenoise.middleware",
)
_ORDER = 1 << 20
_NUMBER = struct.Struct("q")


class Process:
    """A process that was started here, to be used like a :class:`subprocess.Popen`.

    Attributes:
        args: its command. pid: its number. returncode: how it ended, negative by a signal; None as long as it runs.
    """

    def __init__(self, args: Sequence[str], link: socket.socket) -> None:
        self.args = list(args)
        self._link = link
        self.returncode: int | None = None
        self.pid = self._number()

    def _number(self) -> int:
        data = self._link.recv(_NUMBER.size)
        assert len(data) == _NUMBER.size, f"{self.args} was not started, or nobody saw how it ended"
        found: int = _NUMBER.unpack(data)[0]
        return found

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return how.

        Raises:
            subprocess.TimeoutExpired: it has not, within so many seconds.
        """
        if self.returncode is None:
            if not select.select([self._link], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = self._number()
            self._link.close()
        return self.returncode

    def __del__(self) -> None:
        self._link.close()

    def poll(self) -> int | None:
        """Return how it ended; None if it has not."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to leave."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def start(arguments: Sequence[str], environment: Mapping[str, str], stdout: Any, stderr: Any) -> Process:
    """Start Python, with nothing on its standard input.

    Args:
        arguments: what stands after the interpreter: ``-m`` with a module, or a script; and their arguments.
        environment: the whole of it; ``PYTHONPATH`` and ``PYTHONWARNINGS`` are those of the first one that was started.
        stdout, stderr: files.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, open(os.devnull, "rb") as nothing:
        order = json.dumps([list(arguments), dict(environment), os.getcwd()]).encode()
        files = [theirs.fileno(), nothing.fileno(), stdout.fileno(), stderr.fileno()]
        socket.send_fds(_forks(environment["PYTHONPATH"], environment["PYTHONWARNINGS"]), [order], files)
    return Process([sys.executable, *arguments], ours)


@cache
def _forks(path: str, warnings: str) -> socket.socket:
    """The way to the process that forks; it ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno())],
            env=kept | {"PYTHONPATH": path, "PYTHONWARNINGS": warnings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(_end, process, ours)
    assert ours.recv(1), "the process that others are forked from could not start"
    return ours


def _end(process: subprocess.Popen[bytes], link: socket.socket) -> None:
    link.close()
    process.wait()


# --- The process that forks -----------------------------------------------------------------------------------------


def _fork_for(link: socket.socket) -> list[str]:
    """Fork whenever that is asked for; return, in each process that was forked, with its arguments."""
    for name in LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    link.send(b"\n")
    while True:
        order, files, *_ = socket.recv_fds(link, _ORDER, 4)
        if not order:
            os._exit(0)
        if os.fork() == 0:
            link.close()
            return _as_ordered(order, files)
        for each in files:
            os.close(each)
        _forget_ended()


def _forget_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _as_ordered(order: bytes, files: list[int]) -> list[str]:
    """Fork once more: one process tells how the other one ends."""
    reply, *streams = files
    child = os.fork()
    if child:
        for each in streams:
            os.close(each)
        os.write(reply, _NUMBER.pack(child))
        os.write(reply, _NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
        os._exit(0)
    os.close(reply)
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    arguments: list[str]
    arguments, environment, folder = json.loads(order)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    return arguments


def _run(arguments: list[str]) -> None:
    """Run a module or a script, as ``python`` does with these arguments."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = arguments
    sys.path.insert(0, str(Path(arguments[0]).parent))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    _run(_fork_for(socket.socket(fileno=int(sys.argv[1]))))
