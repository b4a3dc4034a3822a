"""The jobs of this room itself."""

from datetime import timedelta

from django_tasks import task

from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.models import Job, State, Worker

KEPT = 14
"""Days for which jobs that are done or cancelled are kept. Dead letters stay until a person has dealt with them."""
_BATCH = 1000
_BATCHES = 10_000


@task(priority=-50)
def prune() -> None:
    """Delete jobs that ended long ago, and workers that were not seen for a day."""
    prune_jobs()


def prune_jobs(days: int = KEPT, clock: Clock = DATABASE_CLOCK) -> int:
    """Delete jobs that were done or cancelled so many days ago, in small transactions; return how many."""
    Worker.objects.filter(seen_at__lt=clock() - timedelta(days=1)).delete()
    old = Job.objects.filter(state__in=(State.DONE, State.CANCELLED), finished_at__lt=clock() - timedelta(days=days))
    deleted = 0
    for _ in range(_BATCHES):
        keys = list(old.values_list("pk", flat=True)[:_BATCH])
        if not keys:
            break
        deleted += Job.objects.filter(pk__in=keys).delete()[0]
    return deleted
