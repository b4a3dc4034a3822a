"""A worker: claims jobs one after the other and runs them, looks after dead workers' jobs and what recurs."""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

from clearinghouse.server.jobs import claims, models, schedule
from clearinghouse.server.jobs.claims import Backoff, How, Outcome
from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.errors import LeaveError
from clearinghouse.server.jobs.heartbeat import Heartbeat
from clearinghouse.server.jobs.lease import LEASE, Lease
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.running import LOG, attempt, mend_connection, note, tell

_T = TypeVar("_T")
_BROKEN = (OperationalError, InterfaceError)


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast things go, in seconds.

    Attributes:
        lease: after which a silent worker's job is adopted. beat: between two renewals.
        idle, idlest: the first and the longest wait when there is nothing to do, doubled in between.
        tend: between two looks for ended leases and recurring work.
        backoff: of failed jobs. reconnect: longest wait between two attempts to reach the database.
    """

    lease: float = LEASE
    beat: float = 15.0
    idle: float = 0.05
    idlest: float = 1.0
    tend: float = 5.0
    backoff: Backoff = Backoff()
    reconnect: float = 5.0


def worker_name() -> str:
    """Return a name that no other worker has: host, process and a random part."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"


class Worker:
    """Runs jobs.

    Args:
        queues: whose, in the order of preference; none is all. name: unique; made up if not given.
        once: leave when nothing is due. most: leave after so many jobs. pace: how fast. clock: see :mod:`.clock`.
        beats: whether it is a worker among others: a thread renews its lease, and it looks after what others left
            behind and what recurs. Without, it only runs jobs, as a test wants it.
    """

    def __init__(
        self,
        queues: Sequence[str] = (),
        name: str = "",
        *,
        once: bool = False,
        most: int | None = None,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        clock: Clock = DATABASE_CLOCK,
        beats: bool = True,
    ) -> None:
        self.queues = tuple(queues)
        self.name = name or worker_name()
        self.leaving = False
        """Set to make it leave after the job at hand."""
        self.interruptible = False
        """Whether a job's code runs at this moment, into which :class:`LeaveError` may be raised."""
        self._once = once
        self._most = most
        self._pace = pace
        self._clock = clock
        self._heartbeat = Heartbeat(self.name, pace.beat, clock) if beats else None
        self._tended = float("-inf")

    def run(self) -> int:
        """Run jobs until it is told to leave, or as ``once`` and ``most`` say; return how many attempts it made."""
        made, wait, broken = 0, 0.0, 0.0
        with self._alive():
            while not self.leaving and (self._most is None or made < self._most):
                try:
                    did = self._step(looking=wait > 0)
                    broken = 0.0
                except _BROKEN as error:
                    broken = self._lost(error, broken)
                    continue
                if did:
                    made, wait = made + 1, 0.0
                elif self._once:
                    break
                else:
                    wait = min(self._pace.idlest, wait * 2 or self._pace.idle)
                    time.sleep(wait)
        return made

    def _step(self, *, looking: bool) -> bool:
        """Do one job; False if nothing is due. With ``looking``, look before locking anything."""
        if self._heartbeat and time.monotonic() - self._tended >= self._pace.tend:
            self._tend()
        if looking and not claims.ready(self.queues, self._clock).exists():
            return False
        claimed = claims.claim(self.name, self.queues, self._pace.lease, self._clock)
        if claimed is None:
            return False
        self._work(*claimed)
        return True

    def _tend(self) -> None:
        for job, state in claims.adopt(self._clock).items():
            LOG.warning("job event=adopted job=%s state=%s worker=%s", job, state.value, self.name)
        schedule.tick(self._clock)
        self._tended = time.monotonic()

    def _work(self, job: Job, lease: Lease) -> None:
        since = time.monotonic()
        note(logging.INFO, "started", job)
        if self._heartbeat:
            self._heartbeat.hold(lease)
        try:
            outcome = self._attempt(job, lease)
            state = self._insist(lambda: claims.settle(job, lease, outcome, self._pace.backoff, self._clock))
        finally:
            if self._heartbeat:
                self._heartbeat.hold(None)
        tell(job, state, outcome, since)

    def _attempt(self, job: Job, lease: Lease) -> Outcome:
        try:
            self.interruptible = True
            outcome = attempt(job, lease)
            self.interruptible = False
        except LeaveError:
            outcome = Outcome(How.LATER)
            _new_connection()
        finally:
            self.interruptible = False
        return outcome

    def _insist(self, write: Callable[[], State | None]) -> State | None:
        """Write how a job ended, and try again while the database is away, as long as the lease may last."""
        end = time.monotonic() + self._pace.lease
        broken = 0.0
        while True:
            try:
                return write()
            except _BROKEN as error:
                if time.monotonic() > end:
                    return None
                broken = self._lost(error, broken)

    def _lost(self, error: Exception, before: float) -> float:
        """Wait for the database, longer every time; return how long. Without a heartbeat, raise the error at once."""
        if self._heartbeat is None:
            raise error
        wait = min(self._pace.reconnect, before * 2 or 0.1)
        LOG.warning("database is away, tried again worker=%s error=%s", self.name, type(error).__name__)
        mend_connection()
        time.sleep(wait)
        return wait

    @contextmanager
    def _alive(self) -> Iterator[None]:
        if self._heartbeat is None:
            yield
            return
        self._heartbeat.start()
        LOG.info("worker event=arrived worker=%s queues=%s", self.name, ",".join(self.queues) or "all")
        try:
            yield
        finally:
            self._heartbeat.stop()
            LOG.info("worker event=left worker=%s", self.name)
            try:
                models.Worker.objects.filter(pk=self.name).delete()
            except (DatabaseError, InterfaceError):
                LOG.warning("worker event=unregistered worker=%s", self.name)


def _new_connection() -> None:
    """Drop the connection of this thread: an exception may have come between any two of its steps."""
    raw = connections[DEFAULT_DB_ALIAS].connection
    if raw is not None:
        raw.close()
    del connections[DEFAULT_DB_ALIAS]
