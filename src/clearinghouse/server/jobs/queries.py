"""What people and metrics see of background work."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.jobs import claims
from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.models import Job, State, Worker, within


def dead_letters(reader: Reader) -> QuerySet[Job]:
    """Return the failed jobs that a reader may see, the latest first."""
    failed = Job.objects.filter(state=State.FAILED, finished_at__isnull=False)
    return visible(reader, failed.order_by("-finished_at", "-pk"))


def jobs(reader: Reader) -> QuerySet[Job]:
    """Return the jobs that a reader may see, the latest first."""
    return visible(reader, Job.objects.order_by("-pk"))


def workers(reader: Reader) -> QuerySet[Worker]:
    """Return the workers that a reader may see, the one that was seen last first."""
    return visible(reader, Worker.objects.order_by("-seen_at"))


def counts() -> dict[tuple[str, str], int]:
    """Return how many jobs there are, by queue and state. Numbers only, for metrics and for who operates the server."""
    parts = (within(State.READY), within(State.RUNNING), Q(finished_at__isnull=False))  # for each there is an index
    grouped = [
        Job.objects.filter(part).order_by().values_list("queue", "state").annotate(Count("pk")) for part in parts
    ]
    return {(queue, state): number for rows in grouped for queue, state, number in rows}


def abandoned(task: str) -> set[Any]:
    """Return the first arguments of a task's jobs that ended badly, or were cancelled, and that no job will work on.

    Args:
        task: its dotted path.
    """
    mine = Job.objects.filter(task_path=task)
    found = _subjects(mine.filter(within(State.FAILED, State.CANCELLED), finished_at__isnull=False))
    for live in (within(State.READY), within(State.RUNNING)):  # for each there is an index
        if found:
            found -= _subjects(mine.filter(live))
    return found


def _subjects(rows: QuerySet[Job]) -> set[Any]:
    return {args[0] for args in rows.values_list("args", flat=True).iterator() if args}


def oldest_ready_age(clock: Clock = DATABASE_CLOCK) -> timedelta:
    """Return for how long the job that waits longest could have been begun; zero if none is due."""
    age = ExpressionWrapper(clock() - F("run_after"), DurationField())
    oldest = claims.ready((), clock).annotate(age=age).order_by("run_after").values_list("age", flat=True).first()
    return max(oldest or timedelta(), timedelta())
