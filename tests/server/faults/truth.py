"""What is in an installation, as JSON: asked of its database and folder, in a process of the code that it runs."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - Django has to be set up first
from django.utils import timezone  # noqa: E402

from clearinghouse.identity import Identifier  # noqa: E402
from clearinghouse.server.audit.models import Entry  # noqa: E402
from clearinghouse.server.audit.queries import verify  # noqa: E402
from clearinghouse.server.evidence import blobs, vault  # noqa: E402
from clearinghouse.server.intake.models import Report  # noqa: E402
from clearinghouse.server.jobs.models import LIVE, Job, State  # noqa: E402
from clearinghouse.server.operate import stored  # noqa: E402
from clearinghouse.server.vulnerabilities import invariants  # noqa: E402
from clearinghouse.server.vulnerabilities.models import Chunk, Finding  # noqa: E402
from clearinghouse.server.vulnerabilities.preparing import opened  # noqa: E402


def in_memory() -> list[list[int]]:
    """Groups of findings as identity in memory makes them, of the same reports in the same order."""
    identifier = Identifier()
    numbers: list[int] = []
    chunks = Chunk.objects.exclude(base=None).select_related("report").order_by("base")
    together: list[Any] = []
    before = None
    for chunk in chunks:
        if chunk.report_id != before and together:
            identifier.add(together)
            together = []
        before = chunk.report_id
        sealer = vault.sealer(chunk.report.envelope_id)
        together += opened(chunk.report_id, chunk.first, chunk.sealed, sealer)
        numbers += range(chunk.base, chunk.base + chunk.count)
    if together:
        identifier.add(together)
    return sorted(sorted(numbers[place] for place in group) for group in identifier.result().groups)


def groups() -> list[list[int]]:
    """Findings by vulnerability."""
    found: dict[int, list[int]] = {}
    for number, root in Finding.objects.order_by("pk").values_list("pk", "vulnerability_id"):
        found.setdefault(root, []).append(number)
    return sorted(found.values())


def counts() -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def main() -> None:
    """Say it; ``--counts`` asks for the tables alone, as whatever migration they are."""
    if "--counts" in sys.argv:
        json.dump({"counts": counts()}, sys.stdout)
        return
    if "--retry" in sys.argv:
        Job.objects.filter(state=State.FAILED).update(state=State.READY, finished_at=None, kills=0, attempts=0)
    later = timezone.now() + dt.timedelta(days=1)
    reports = Report.objects.order_by("pk")
    unfinished = blobs.blob_storage().path(".unfinished")  # type: ignore[attr-defined]
    said = {
        "reports": list(reports.values("receipt", "state", "findings", "linked", "size")),
        "findings": list(Finding.objects.order_by("pk").values_list("pk", "report__receipt", "number")),
        "groups": groups(),
        "in memory": in_memory() if "--identify" in sys.argv else None,
        "broken": [f"{each.rule}: {each.row}" for each in invariants.broken()],
        "log": [fault.message for fault in verify()],
        "read": Entry.objects.filter(act="report.read").count(),
        "received": Entry.objects.filter(act="report.received").count(),
        "live jobs": Job.objects.filter(state__in=LIVE, recurrence=None).count(),
        "jobs": list(
            Job.objects.filter(recurrence=None).values("task_path", "state", "attempts", "kills", "error_class")
        ),
        "orphans": list(stored.orphans(later)),
        "blobs": len(list(blobs.names())),
        "unfinished": len(list(Path(unfinished).glob("*"))),
        "unused keys": stored.unused_envelopes(later).filter(wrapped__isnull=False).count(),
    }
    json.dump(said, sys.stdout, default=str)


main()
