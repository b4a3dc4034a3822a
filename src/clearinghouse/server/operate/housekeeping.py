"""What is to be done again and again so that an installation neither grows for ever nor forgets to look after itself.

Each is a recurring job (:mod:`~clearinghouse.server.jobs.schedule`), done in small transactions, harmless when it is
done twice.
"""

import datetime as dt
import logging

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django_tasks import task

from clearinghouse.server.audit.services import publish_head
from clearinghouse.server.intake.models import RecentBody, Usage
from clearinghouse.server.intake.services import SAME_BODY
from clearinghouse.server.operate import stored
from clearinghouse.server.participants.models import SignIn

LOG = logging.getLogger("clearinghouse.housekeeping")

USAGE_KEPT = dt.timedelta(days=92)
"""How long it is kept how much a participant sent on a day."""
_BATCH = 1_000
_BATCHES = 10_000


@task(priority=-50)
def expire() -> None:
    """Delete sessions that ended, bodies that no longer count as sent just now, and old numbers of use."""
    now = timezone.now()
    deleted = {
        "sessions": _delete(Session.objects.filter(expire_date__lt=now)),
        "sign_ins": _delete(SignIn.objects.filter(created_at__lt=now - _longest_session())),
        "recent_bodies": _delete(RecentBody.objects.filter(at__lt=now - SAME_BODY)),
        "usage": _delete(Usage.objects.filter(day__lt=(now - USAGE_KEPT).date())),
    }
    LOG.info("expired", extra={"fields": deleted})


@task(priority=-50)
def sweep() -> None:
    """Remove sealed bytes and keys that a process left behind that ended in the middle of taking something in."""
    swept = stored.sweep(stored.settled())
    LOG.info("swept", extra={"fields": {"unfinished": swept.unfinished, "blobs": swept.blobs, "keys": swept.envelopes}})


@task(priority=-50)
def head() -> None:
    """Keep how far the log of acts goes, and say it in the logs, which are best kept on another machine."""
    found = publish_head()
    if found is not None:
        LOG.info("audit head", extra={"fields": {"size": found.size, "root": bytes(found.root).hex()}})


def _longest_session() -> dt.timedelta:
    from django.conf import settings

    return dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _delete(rows: QuerySet[Model]) -> int:
    """Delete rows in small transactions, and return how many there were."""
    deleted = 0
    for _ in range(_BATCHES):
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])
        if not keys:
            break
        with transaction.atomic():
            deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted
