"""Work that recurs: which, how often, and enqueued once a period by however many workers.

A room that has such work registers it in its app's ``ready``; here it is known by path only. A worker that finds a date
passed moves it on by a conditional update, and only who moved it enqueues, in the same transaction. Periods that were
missed are not made up for, and while the job of one period is live the next adds none.
"""

import logging
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, Q, Value

from clearinghouse.server.jobs.backend import insert, once, task_at
from clearinghouse.server.jobs.clock import DATABASE_CLOCK, Clock
from clearinghouse.server.jobs.models import Recurrence

LOG = logging.getLogger("clearinghouse.jobs")

DAY = 86_400


class Recurring(msgspec.Struct, frozen=True):
    """Something to be done again and again.

    Attributes:
        name: by which it is remembered. task: dotted path of a task without arguments. every: the period in seconds.
    """

    name: str
    task: str
    every: int


RECURRING: dict[str, Recurring] = {}
"""All that recurs, by name."""


def recurring(name: str, task: str, every: int) -> None:
    """Register something that recurs; once more under the same name replaces it."""
    RECURRING[name] = Recurring(name, task, every)


recurring("jobs.prune", "clearinghouse.server.jobs.tasks.prune", DAY)


def tick(clock: Clock = DATABASE_CLOCK) -> int:
    """Enqueue what is due; return how much that was. One query when nothing is."""
    now = clock()
    now = Value(now, DateTimeField()) if isinstance(now, datetime) else ExpressionWrapper(now, DateTimeField())
    rows = Recurrence.objects.filter(pk__in=RECURRING).annotate(now=now).values_list("pk", "next_at", "now")
    known = {name: (next_at, at) for name, next_at, at in rows}
    missing = [Recurrence(name=name) for name in RECURRING if name not in known]
    if missing:
        Recurrence.objects.bulk_create(missing, ignore_conflicts=True)
    return sum(_advance(RECURRING[name], *dates) for name, dates in known.items())


def _advance(item: Recurring, next_at: datetime, now: datetime) -> bool:
    period = timedelta(seconds=item.every)
    if now < next_at <= now + period:
        return False
    # The next date keeps its phase. A date that is further off than a period is from before the clock went back.
    following = now + period - (now - next_at) % period
    with transaction.atomic():
        # Not "as it was read": SQLite compares times as text, and its own has fewer digits than Python's.
        still = Q(next_at__lte=now) | Q(next_at__gt=now + period)
        if not Recurrence.objects.filter(still, pk=item.name).update(next_at=following):
            return False
        return next_at <= now and _enqueue(item)


def _enqueue(item: Recurring) -> bool:
    try:
        task = task_at(item.task)
    except ImportError:
        LOG.error("recurring work has no task name=%s task=%s", item.name, item.task)  # noqa: TRY400 - no traceback
        return False
    _, is_new = insert(once(task, f"recurring:{item.name}"), (), {}, recurrence=item.every)
    return is_new
