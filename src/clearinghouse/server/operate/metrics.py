"""The folder by which the processes of one server share their counters (Prometheus client's multiprocess mode).

Nothing of Django is imported here, and nothing of the Prometheus client: it decides when it is imported whether it
shares, by an environment variable that has to be set before.
"""

import atexit
import hashlib
import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there is for its owner only
_OWNER_ONLY = 0o700


def share(home: Path) -> None:
    """Have the processes that this one forks share their counters, which begin at nothing.

    Each server has a folder of its own, named by its process; those of servers that are gone are removed.
    """
    folders = _folders(home)
    for former in list(folders.iterdir()) if folders.is_dir() else []:
        if not _is_alive(former.name):
            shutil.rmtree(former, ignore_errors=True)
    place = folders / str(os.getpid())
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[_VARIABLE] = str(place)
    atexit.register(_leave, place, os.getpid())


def _leave(place: Path, process: int) -> None:
    """Remove the folder of a server that ends; processes that it forked share it and leave it there."""
    if os.getpid() == process:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):  # another server's is there
            place.parent.rmdir()


def _folders(home: Path) -> Path:
    """Return where the folders of an installation's servers are: in memory, if there is such a place.

    The files are mapped into memory and grow by being touched. On a disk that is full that ends the process (SIGBUS).
    """
    if not _MEMORY.is_dir():
        return home / "run" / "metrics"
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    folder = _MEMORY / f"clearinghouse-{os.getuid()}-{name}"
    try:
        folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return home / "run" / "metrics"
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == _OWNER_ONLY
    return folder if ours else home / "run" / "metrics"  # anybody may make a folder there


def _is_alive(process: str) -> bool:
    if not process.isdecimal() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ended(process: int) -> None:
    """Forget what only held as long as a process was there."""
    if os.environ.get(_VARIABLE) and "prometheus_client" in sys.modules:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(process)  # type: ignore[no-untyped-call]
