"""A thread that says that the worker lives: it renews the lease of the job at hand, on a connection of its own.

On SQLite one transaction writes at a time. While the job's own thread holds that lock for long the heartbeat cannot
renew, but no other worker can adopt either, as adoption has to write. So the thread waits a moment for the lock, tries
again until it gets through, and a job proves its lease as the last statement of a long transaction, which renews it
(:meth:`.lease.Lease.require`). On PostgreSQL the same statement locks the row: the heartbeat waits for it, and adoption
passes the row over.
"""

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection

from clearinghouse import __version__
from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.lease import Lease
from clearinghouse.server.jobs.models import Worker

LOG = logging.getLogger("clearinghouse.jobs")

_AGAIN = 0.5
_BUSY = "PRAGMA busy_timeout = 2000"
"""How long one attempt waits for SQLite's lock, in milliseconds: short, so that the thread can be stopped."""


class Heartbeat(threading.Thread):
    """Renews a lease and the worker's own row.

    Args:
        worker: its name. every: seconds between two beats. clock: see :mod:`.clock`.
    """

    def __init__(self, worker: str, every: float, clock: Clock = DATABASE_CLOCK) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._worker = worker
        self._every = every
        self._clock = clock
        self._stopping = threading.Event()
        self._lease: Lease | None = None

    def hold(self, lease: Lease | None) -> None:
        """Renew this lease from now on, or none."""
        self._lease = lease

    def stop(self, wait: float = 5.0) -> None:
        """End the thread, or leave it behind if it is still waiting for the database after ``wait`` seconds."""
        self._stopping.set()
        self.join(wait)

    def run(self) -> None:
        """Beat until it is stopped, whatever the database says."""
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                self._beat()
                pause = self._every
            except (DatabaseError, InterfaceError) as error:
                LOG.warning("heartbeat failed, tried again worker=%s error=%s", self._worker, type(error).__name__)
                pause = _AGAIN
                connection.close_if_unusable_or_obsolete()
        connection.close()

    def _beat(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(_BUSY)
        lease = self._lease
        if lease is not None and lease.renew():
            lease.look()
        if not Worker.objects.filter(pk=self._worker).update(seen_at=self._clock()):
            Worker.objects.create(name=self._worker, version=__version__)
