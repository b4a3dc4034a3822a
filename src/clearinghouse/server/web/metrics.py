"""Numbers for who operates the server, in the text format of Prometheus. They name no participant.

What happens in this process is counted; several processes share their counters where
``clearinghouse serve`` says so (``PROMETHEUS_MULTIPROC_DIR``). What are facts of the database is asked of it when
somebody wants to know.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Count, F, Max
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from clearinghouse import __version__
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.models import Report
from clearinghouse.server.jobs import queries as jobs
from clearinghouse.server.jobs.models import Worker
from clearinghouse.server.validations.models import Attestation, Validation

_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_own = CollectorRegistry()
REQUESTS = Counter(
    "clearinghouse_requests", "Requests that were answered.", ("method", "route", "status"), registry=_own
)
SECONDS = Histogram(
    "clearinghouse_request_seconds",
    "How long requests took.",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=_own,
)
RECEIVED = Counter("clearinghouse_received_bytes", "Bytes of bodies that were taken.", ("route",), registry=_own)


def count(method: str, route: str, status: int, seconds: float, received: int) -> None:
    """Count a request."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    if received:
        RECEIVED.labels(route).inc(received)


def text() -> bytes:
    """Return all numbers."""
    registry = CollectorRegistry()
    if os.environ.get(_SHARED):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Kept(_own))
    registry.register(_Facts())
    return generate_latest(registry)


class _Kept:
    """The counters of this process alone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Any]:
        return self._registry.collect()


class _Facts:
    """What the database, the vault and the disk say."""

    def collect(self) -> Iterator[Any]:
        yield _one("clearinghouse_vault_open", "Whether a master key is there that fits.", _vault())
        yield _one("clearinghouse_disk_free_bytes", "Room on the disk of the home folder.", free_bytes())
        build = GaugeMetricFamily("clearinghouse_build", "The version that answers.", labels=("version",))
        build.add_metric((__version__,), 1)
        yield build
        try:
            facts = list(_database())
        except (DatabaseError, InterfaceError):
            yield _one("clearinghouse_database_up", "Whether the database answers.", 0)
            return
        yield _one("clearinghouse_database_up", "Whether the database answers.", 1)
        yield from facts


def _database() -> Iterator[Any]:
    queue = GaugeMetricFamily("clearinghouse_jobs", "Jobs by queue and state.", labels=("queue", "state"))
    for (name, state), number in sorted(jobs.counts().items()):
        queue.add_metric((name, state), number)
    yield queue
    oldest = jobs.oldest_ready_age().total_seconds()
    yield _one("clearinghouse_jobs_oldest_seconds", "How long the job waits that waits longest.", oldest)
    yield _one("clearinghouse_workers", "Workers that were seen within a minute.", workers_seen())
    reports = GaugeMetricFamily("clearinghouse_reports", "Reports by state.", labels=("state",))
    for state, number in Report.objects.values_list("state").annotate(n=Count("pk")).order_by():
        reports.add_metric((state,), number)
    yield reports
    yield from _validations()
    backup = Entry.objects.filter(act="backup.made").aggregate(last=Max("at"))["last"]
    if backup is not None:
        age = max(0.0, (timezone.now() - backup).total_seconds())
        yield _one("clearinghouse_backup_age_seconds", "How long ago the last backup was made.", age)


def _validations() -> Iterator[Any]:
    runs = GaugeMetricFamily("clearinghouse_validations", "Validations by state.", labels=("state",))
    for state, number in Validation.objects.values_list("state").annotate(n=Count("pk")).order_by():
        runs.add_metric((state,), number)
    yield runs
    verdicts = GaugeMetricFamily(
        "clearinghouse_verdicts", "Signed verdicts, of this installation and of others.", labels=("verdict", "by")
    )
    for own, by in ((True, "installation"), (False, "participant")):
        rows = Attestation.objects.filter(participant__isnull=own)
        for verdict, number in rows.values_list("verdict").annotate(n=Count("pk")).order_by():
            verdicts.add_metric((verdict, by), number)
    yield verdicts


SEEN = 60
"""Seconds within which a worker that lives was seen."""


def workers_seen() -> int:
    """Return how many workers were seen within the last minute, by the database's clock."""
    import datetime as dt

    return int(Worker.objects.annotate(now=Now()).filter(seen_at__gt=F("now") - dt.timedelta(seconds=SEEN)).count())


def free_bytes() -> int:
    """Return how much room there is on the disk of the home folder, in bytes."""
    try:
        return shutil.disk_usage(settings.CONFIGURATION.home).free
    except OSError:
        return 0


def _vault() -> int:
    try:
        return int(vault.is_open())
    except (DatabaseError, InterfaceError, vault.SealBrokenError):
        return 0


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
