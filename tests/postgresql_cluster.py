"""A PostgreSQL of our own for the time of a test or a benchmark: temporary, on loopback, never the machine's."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

USER = "clearinghouse"
CARELESS = ("fsync=off", "full_page_writes=off")
"""Settings for tests: what was committed need not survive the machine, but the processes (so not
``synchronous_commit=off``, with which the last commits are lost when they are killed)."""
_LONGEST = 120.0


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """A PostgreSQL server on a port that was free. It does not run as root: there it runs as the user ``postgres``.

    Args:
        data: an empty folder for its files. options: settings such as ``fsync=off``.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """

    def __init__(self, data: Path, options: Sequence[str] = ()) -> None:
        programs = binaries()
        if programs is None:
            raise FileNotFoundError("no PostgreSQL server is installed; apt-get install postgresql")
        self.data = data
        self.port = free_port()
        self._programs = programs
        self._user: dict[str, object] = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)
            self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        settings = ["listen_addresses=127.0.0.1", f"port={self.port}", f"unix_socket_directories={self.data}", *options]
        self._options = " ".join(f"-c {each}" for each in settings)
        self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync", "-D", str(self.data))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        subprocess.run(command, check=True, cwd=self.data, timeout=_LONGEST, **quiet, **self._user)

    def _control(self, act: str, mode: str) -> None:
        log = str(self.data / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "-l", log, "-o", self._options, act)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._control("start", "fast")

    def stop(self, *, kill: bool = False) -> None:
        """Stop it; ``kill`` is as if the power failed."""
        self._control("stop", "immediate" if kill else "fast")

    def create(self, database: str) -> str:
        """Make a database, and return its address."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        self._run("createdb", *where, database)
        return self.address(database)

    def address(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}"


@contextmanager
def cluster(options: Sequence[str] = ()) -> Iterator[Cluster]:
    """Start a server in a temporary folder; stop it and remove everything afterwards.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="clearinghouse-pg-") as name:
        made = Cluster(Path(name), options)
        made.start()
        try:
            yield made
        finally:
            made.stop(kill=True)
