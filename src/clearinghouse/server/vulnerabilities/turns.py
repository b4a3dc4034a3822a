"""Whose turn it is to write much."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn, before transactions that write many rows are begun.

    It protects nothing: the row of :class:`~.models.Head` does. But SQLite looks again for a lock after up to a tenth
    of a second, and whoever comes meanwhile goes first; and on either database who waits transaction by transaction
    keeps step with the others, so that processors stand still while all wait. So processes on one machine wait for a
    lock of the system. Where the folder cannot be written to they do without.
    """
    place = settings.CONFIGURATION.home / "run"
    held = -1
    with suppress(OSError):
        place.mkdir(mode=0o700, exist_ok=True)
        held = os.open(place / "identify.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if held >= 0:
            os.close(held)
