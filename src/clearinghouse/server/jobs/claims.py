"""How jobs change hands: claimed, settled, adopted. Each is one short transaction; a fence tells attempts apart."""

import random
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import F, Func, QuerySet
from django.db.models.functions import Least

from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.lease import LEASE, Lease
from clearinghouse.server.jobs.models import Job, State, Worker, within

MOST_KILLS = 3
"""A job that so many workers did not survive is a dead letter, whatever attempts it has left."""
WORKER_LOST = "WorkerLost"
"""What stands in ``error_class`` when no exception ended the last attempt."""
_BATCH = 100
_RACES = 100


class How(Enum):
    """How an attempt ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LATER = "later"
    """It is to be run again and this attempt does not count: it asked for it, or its worker leaves."""
    LOST = "lost"
    """Another worker has it; there is nothing to write."""


class Outcome(msgspec.Struct, frozen=True):
    """How an attempt ended.

    Attributes:
        hopeless: trying again would not help. delay: seconds until it may run again; None is the usual back-off.
        error_class, error_where: as on :class:`.models.Job`.
    """

    how: How
    hopeless: bool = False
    delay: float | None = None
    error_class: str = ""
    error_where: tuple[str, ...] = ()


class Backoff(msgspec.Struct, frozen=True):
    """How long a failed job waits, in seconds: ``first``, doubled with every attempt up to ``longest``, give or take a
    quarter so that what failed together does not come back together.
    """

    first: float = 5.0
    longest: float = 3600.0

    def after(self, attempts: int) -> float:
        """Return the wait after so many failed attempts."""
        wait = min(self.longest, self.first * 2 ** min(max(attempts - 1, 0), 30))
        return wait * random.uniform(0.75, 1.25)  # noqa: S311 - nothing secret


class _Unskipped(Func):
    """A column as it is, of which SQLite makes no skip-scan, for which it would leave the index by queue aside."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


def ready(queues: Sequence[str] = (), clock: Clock = DATABASE_CLOCK) -> QuerySet[Job]:
    """Return the jobs that are due, of some queues or of all."""
    due = Job.objects.alias(due=_Unskipped("run_after")).filter(within(State.READY), due__lte=clock())
    return due.filter(queue__in=queues) if queues else due


def first(queue: str | None, clock: Clock = DATABASE_CLOCK) -> QuerySet[Job]:
    """Return the query for the job that is next, of one queue or of all; one index lookup."""
    due = ready((), clock)
    order = ("-priority", "run_after", "pk")
    if queue is None:
        return due.order_by(*order)[:1]
    return due.filter(queue=queue).order_by("queue", *order)[:1]


def claim(
    worker: str, queues: Sequence[str] = (), seconds: float = LEASE, clock: Clock = DATABASE_CLOCK
) -> tuple[Job, Lease] | None:
    """Take the job that is next under a lease, or None if nothing is due.

    Args:
        worker: who takes it. queues: from which, in the order of preference; none is all. seconds: how long the lease
            lasts. clock: see :mod:`.clock`.
    """
    for queue in queues or (None,):
        next_ones = first(queue, clock)
        if connection.features.has_select_for_update_skip_locked:
            with transaction.atomic():
                job = next_ones.select_for_update(skip_locked=True).first()
                lease = job and _take(job, worker, seconds, clock)
        else:
            job, lease = _race(next_ones, worker, seconds, clock)
        if job and lease:
            return job, lease
    return None


def _race(next_ones: QuerySet[Job], worker: str, seconds: float, clock: Clock) -> tuple[Job, Lease] | tuple[None, None]:
    """Look without the lock for writing, and take with one statement what nobody else took in between."""
    for _ in range(_RACES):
        job = next_ones.all().first()
        if job is None:
            break
        if lease := _take(job, worker, seconds, clock):
            return job, lease
    return None, None


def _take(job: Job, worker: str, seconds: float, clock: Clock) -> Lease | None:
    now = clock()
    still = Job.objects.filter(pk=job.pk, fence=job.fence, state=State.READY)
    job.state, job.worker = State.RUNNING, worker
    job.attempts += 1
    job.fence += 1
    taken = still.update(
        state=State.RUNNING,
        worker=worker,
        attempts=job.attempts,
        fence=job.fence,
        started_at=now,
        heartbeat_at=now,
        lease_until=now + timedelta(seconds=seconds),
    )
    return Lease(job.pk, job.fence, seconds, clock) if taken else None


def settle(job: Job, lease: Lease, outcome: Outcome, backoff: Backoff, clock: Clock = DATABASE_CLOCK) -> State | None:
    """Write how an attempt ended; return the state of the job now, or None if it was no longer this attempt's.

    What a person cancelled while it ran is not begun again, however this attempt ended.
    """
    if outcome.how is How.LOST:
        return None
    now = clock()
    changes = _changes(job, outcome, backoff, now)
    held = Job.objects.filter(pk=lease.job, fence=lease.fence, state=State.RUNNING)
    if changes["state"] != State.READY:
        return changes["state"] if held.update(lease_until=None, **changes) else None
    if held.filter(cancel_requested=False).update(lease_until=None, **changes):
        return changes["state"]
    cancelled = _changes(job, Outcome(How.CANCELLED), backoff, now)
    return cancelled["state"] if held.update(lease_until=None, **cancelled) else None


def _changes(job: Job, outcome: Outcome, backoff: Backoff, now: Any) -> dict[str, Any]:
    error = {"error_class": outcome.error_class, "error_where": list(outcome.error_where)}
    if outcome.how is How.DONE:
        return {"state": State.DONE, "finished_at": now, **error}
    if outcome.how is How.CANCELLED:
        return {"state": State.CANCELLED, "finished_at": now}
    if outcome.how is How.LATER:
        # A sum has more digits than SQLite's own time, and so is later than it within one millisecond.
        after = now + timedelta(seconds=outcome.delay) if outcome.delay else now
        return {"state": State.READY, "run_after": after, "attempts": job.attempts - 1}
    if outcome.hopeless or job.attempts >= job.most_attempts:
        return {"state": State.FAILED, "finished_at": now, **error}
    delay = backoff.after(job.attempts) if outcome.delay is None else outcome.delay
    return {"state": State.READY, "run_after": now + timedelta(seconds=delay), **error}


def adopt(clock: Clock = DATABASE_CLOCK) -> dict[int, State]:
    """Free the jobs whose lease has ended, and return the state that each has now.

    A job comes back to the queue with its attempt counted; one that has no attempts left, or did not let several
    workers survive, is a dead letter; one that was to be cancelled is. Jobs that some transaction holds at this moment
    are left for the next time: who proves its lease in a transaction is alive.
    """
    _mend_leases(clock)
    ended = Job.objects.filter(within(State.RUNNING), lease_until__lte=clock())
    if not ended.exists():  # without a lock for writing
        return {}
    with transaction.atomic():
        jobs = list(ended.order_by("lease_until").select_for_update(skip_locked=True)[:_BATCH])
        return {job.pk: _free(job, clock) for job in jobs}


def _free(job: Job, clock: Clock) -> State:
    now = clock()
    changes: dict[str, Any] = {"lease_until": None, "kills": job.kills + 1, "error_class": WORKER_LOST}
    changes["error_where"] = []
    if job.cancel_requested:
        changes |= {"state": State.CANCELLED, "finished_at": now}
    elif job.kills + 1 >= MOST_KILLS or job.attempts >= job.most_attempts:
        changes |= {"state": State.FAILED, "finished_at": now}
    else:
        # It was due when it was taken; if the clock went back since, it is so still.
        changes |= {"state": State.READY, "run_after": Least("run_after", now)}
    Job.objects.filter(pk=job.pk).update(**changes)
    return changes["state"]


def disown(clock: Clock = DATABASE_CLOCK) -> int:
    """Free every job that is held, and return how many: in a copy of a database, whose workers work on the original.

    What was begun there counts as no attempt here.
    """
    now = clock()
    held = Job.objects.filter(within(State.RUNNING))
    with transaction.atomic():
        ended = held.filter(cancel_requested=True).update(state=State.CANCELLED, finished_at=now, lease_until=None)
        freed = held.update(
            state=State.READY, lease_until=None, run_after=Least("run_after", now), attempts=F("attempts") - 1
        )
        Worker.objects.all().delete()
    return ended + freed


def _mend_leases(clock: Clock) -> None:
    """Move leases that begin in the future, because the clock went back, to now; whoever lives renews theirs."""
    ahead = Job.objects.filter(within(State.RUNNING), heartbeat_at__gt=clock() + timedelta(seconds=1))
    for pk, fence, beat, until in ahead.values_list("pk", "fence", "heartbeat_at", "lease_until")[:_BATCH]:
        now = clock()
        ahead.filter(pk=pk, fence=fence).update(heartbeat_at=now, lease_until=now + (until - beat))
