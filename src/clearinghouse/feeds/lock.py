"""One process at a time changes the store. The system frees the lock whatever becomes of the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearinghouse.feeds.clock import Clock, stamp
from clearinghouse.feeds.errors import StoreBusyError, unwritable
from clearinghouse.formats.text import clean_line

FILE = "lock"


@contextmanager
def locked(root: Path, clock: Clock) -> Iterator[None]:
    """Hold the store in ``root``.

    Raises:
        StoreBusyError: another process holds it. StoreError: the folder cannot be written.
    """
    path = root / FILE
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = clean_line(os.read(handle, 100).decode(errors="replace"))
            raise StoreBusyError(
                f"another process is changing the store{f' ({who})' if who else ''}",
                "wait until it is done, or name another store with --store",
                source=str(root),
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}, since {stamp(clock.now())}".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
