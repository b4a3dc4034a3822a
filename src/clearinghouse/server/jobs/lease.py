"""The right to work on a job: taken by a claim, renewed by a heartbeat, proved inside the job's own transactions."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from django_tasks.base import TaskContext

from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.errors import JobCancelledError, LeaseLostError
from clearinghouse.server.jobs.models import Job, State

LEASE = 60.0
"""Seconds after which a job whose worker says nothing is adopted."""
LOOK = 1.0
"""Seconds between two looks of :meth:`Lease.check` at the database."""


class Lease:
    """One attempt's hold on one job.

    Args:
        job: its primary key. fence: of this claim. seconds: how long the lease lasts. clock: see :mod:`.clock`.
    """

    def __init__(self, job: int, fence: int, seconds: float = LEASE, clock: Clock = DATABASE_CLOCK) -> None:
        self.job = job
        self.fence = fence
        self.seconds = seconds
        self._clock = clock
        self._lost = threading.Event()
        self._cancelled = threading.Event()
        self._looked = time.monotonic()

    def renew(self) -> bool:
        """Begin the lease anew, on the connection of the thread that calls; False if another worker has the job.

        The row is locked by this until the end of the transaction, if there is one: what is written in the same
        transaction is committed while this attempt holds the job, or not at all.
        """
        now = self._clock()
        held = Job.objects.filter(pk=self.job, fence=self.fence, state=State.RUNNING)
        if held.update(heartbeat_at=now, lease_until=now + timedelta(seconds=self.seconds)):
            return True
        self._lost.set()
        return False

    def look(self) -> None:
        """Ask the database whether the job is still held and wanted, without writing."""
        self._looked = time.monotonic()
        row = Job.objects.filter(pk=self.job).values_list("fence", "state", "cancel_requested").first()
        if row is None or row[:2] != (self.fence, State.RUNNING):
            self._lost.set()
        elif row[2]:
            self._cancelled.set()

    def require(self) -> None:
        """Prove, inside a transaction, that what it writes may be committed.

        Best as its last statement, so that the heartbeat waits least; as its first one where others lock the job and
        then what is written, and so would wait in a circle.

        Raises:
            LeaseLostError: it may not.
        """
        if self._lost.is_set() or not self.renew():
            raise LeaseLostError

    def check(self) -> None:
        """Notice that the job was lost or cancelled; looks at the database at most once a second, so call it often.

        Raises:
            LeaseLostError: another worker has it. JobCancelledError: a person cancelled it.
        """
        if time.monotonic() - self._looked >= LOOK:
            self.look()
        if self._lost.is_set():
            raise LeaseLostError
        if self._cancelled.is_set():
            raise JobCancelledError


@dataclass(frozen=True, kw_only=True)
class JobContext(TaskContext):
    """What a task with ``takes_context=True`` is given as its first argument ``context``.

    Attributes:
        lease: the hold on the job. attempt: which attempt this is, from 1.
    """

    lease: Lease

    @property
    def job(self) -> int:
        """The primary key of the job."""
        return self.lease.job

    def check(self) -> None:
        """See :meth:`Lease.check`."""
        self.lease.check()

    def require_lease(self) -> None:
        """See :meth:`Lease.require`."""
        self.lease.require()
