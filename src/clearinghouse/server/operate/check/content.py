"""Sealed bytes and the work on them: what is named is there and whole, what is there is named, nothing is stuck."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from clearinghouse.server.evidence import blobs
from clearinghouse.server.intake.jobs import process
from clearinghouse.server.intake.models import Report, State
from clearinghouse.server.intake.purging import sweep as sweep_purged
from clearinghouse.server.jobs.models import LIVE, Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.operate import stored
from clearinghouse.server.operate.check.finding import Finding

Progress = Callable[[str, int, int], None]
_RESTORE = "bring it back from a backup: restore one elsewhere, and copy the file out of its folder blobs"
_STUCK = dt.timedelta(minutes=10)
_MOST = 100
"""Findings of one sort that are told one by one."""


def sealed(progress: Progress) -> Iterator[Finding]:
    """Yield sealed bytes that are missing or are not what their names say. All of them are read; this needs no key."""
    for source in stored.SOURCES:
        rows = source.rows.filter(source.live).order_by("pk").values_list("pk", "blob")
        total = rows.count()
        found = 0
        for number, (pk, name) in enumerate(rows.iterator(chunk_size=1_000)):
            progress(source.model, number, total)
            if blobs.verify(name) or not stored.expected([name]):  # purged while we looked
                continue
            found += 1
            if found > _MOST:
                continue
            what = f"{source.model} {pk}: its sealed bytes {name} are {'damaged' if blobs.exists(name) else 'missing'}"
            code = "blob_damaged" if blobs.exists(name) else "blob_missing"
            yield Finding(part="content", code=code, what=what, remedy=_RESTORE)
        if found > _MOST:
            what = f"{source.model}: {found - _MOST:,} more are missing or damaged"
            yield Finding(part="content", code="blob_damaged", what=what, remedy=_RESTORE)


def left_behind(*, repair: bool) -> Iterator[Finding]:
    """Yield sealed bytes and keys that nobody names any more, older than a day; ``repair`` removes them."""
    before = stored.settled()
    orphans = list(stored.orphans(before))
    keys = stored.unused_envelopes(before).filter(wrapped__isnull=False).count()
    if repair and (orphans or keys):
        stored.sweep(before)
    remedy = "clearinghouse check --repair removes them; so does a worker, once a day"
    facts: dict[str, Any] = {"part": "content", "remedy": remedy, "mended": repair, "notice": True}
    if orphans:
        what = f"{len(orphans):,} sealed files belong to nothing: what they came with was not accepted in the end"
        yield Finding(code="blob_orphan", what=what, **facts)
    if keys:
        yield Finding(code="key_unused", what=f"{keys:,} keys belong to nothing", **facts)


def purged(*, repair: bool) -> Iterator[Finding]:
    """Yield purged content whose sealed bytes are still on the disk; nobody can read them, and they should be gone."""
    for source in stored.SOURCES:
        rows = source.rows.exclude(source.live).order_by("pk").values_list("pk", "blob")
        there = [(pk, name) for pk, name in rows.iterator(chunk_size=1_000) if blobs.exists(name)]
        there = [(pk, name) for pk, name in there if not stored.expected([name])]
        waiting = _arguments(sweep_purged.module_path)
        there = [(pk, name) for pk, name in there if pk not in waiting]
        if repair:
            for _, name in there:
                blobs.delete(name)
        if there:
            what = f"{source.model}: {len(there):,} purged ones still have sealed bytes, without a key to them"
            remedy = "clearinghouse check --repair removes them"
            yield Finding(part="content", code="purge_unfinished", what=what, remedy=remedy, mended=repair, notice=True)


def stuck(*, repair: bool) -> Iterator[Finding]:
    """Yield reports on which nobody works and nobody will; ``repair`` queues them again."""
    before = timezone.now() - _STUCK
    waiting = _arguments(process.module_path)
    rows = Report.objects.filter(state__in=(State.RECEIVED, State.READ), state_at__lt=before)
    found = [pk for pk in rows.order_by("pk").values_list("pk", flat=True) if pk not in waiting]
    dead = _dead(process.module_path)
    for pk in found[:_MOST]:
        if repair and pk not in dead:
            process.enqueue(pk)
        what = f"report {pk} waits, and no job is there to go on with it"
        remedy = "clearinghouse check --repair queues it again"
        if pk in dead:
            what, remedy = (
                f"the work on report {pk} failed again and again",
                "see Failed jobs, mend what is wrong, retry",
            )
        yield Finding(part="work", code="report_stuck", what=what, remedy=remedy, mended=repair and pk not in dead)
    others = Job.objects.filter(state=JobState.FAILED).exclude(task_path=process.module_path).count()
    if others:
        what = f"{others:,} jobs failed again and again"
        yield Finding(
            part="work", code="job_failed", what=what, remedy="see Failed jobs, mend what is wrong, retry them"
        )


def _arguments(task: str) -> set[int]:
    """The first arguments of the live jobs of a task."""
    rows = Job.objects.filter(task_path=task, state__in=LIVE).values_list("args", flat=True)
    return {args[0] for args in rows.iterator() if args}


def _dead(task: str) -> set[int]:
    rows = Job.objects.filter(task_path=task, state=JobState.FAILED).values_list("args", flat=True)
    return {args[0] for args in rows.iterator() if args}
