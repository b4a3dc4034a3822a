"""The work on a report, as a durable job: read, then identified, each step idempotent and proved by the lease."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.records import Level
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.vault import DestroyedError, Sealer
from clearinghouse.server.intake.models import Report, State, Violation
from clearinghouse.server.intake.reading import Read, read
from clearinghouse.server.intake.sealed import body_context, violation_context
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.queries import abandoned
from clearinghouse.server.vulnerabilities import services as vulnerabilities
from clearinghouse.server.vulnerabilities.preparing import Prepared
from clearinghouse.server.vulnerabilities.turns import turn
from clearinghouse.server.vulnerabilities.writing import Origin

READINGS = 3
"""How often a reading that was ended is begun anew: it may be the document's fault, or that of who stops a service."""
_LONGEST_FORMATS = 40
_WAITING = (State.RECEIVED, State.READ, State.FAILED)


class _PurgedError(Exception):
    """The report's content was destroyed while it was worked on."""


@task(takes_context=True)  # type: ignore[arg-type]  # our backend gives its own kind of context
def process(context: JobContext, report_id: int) -> None:
    """Read a report and identify what is in it. Run again at any point, it goes on where it was."""
    report = Report.objects.get(pk=report_id)
    if report.state in {State.DONE, State.PURGED}:
        return
    with _uncollected():
        _process(context, report)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for garbage only when a batch is done: hundreds of thousands of small records live on, without cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _process(context: JobContext, report: Report) -> None:
    try:
        sealer = vault.sealer(report.envelope_id)
        prepared: list[Prepared] | None = None
        if report.state != State.READ and not vulnerabilities.is_begun(report.pk):
            prepared = _read(context, report, sealer)
        _identify(context, report, sealer, prepared)
    except (_PurgedError, DestroyedError):
        return


def _read(context: JobContext, report: Report, sealer: Sealer) -> list[Prepared]:
    body = blobs.open(report.blob, sealer, body_context(report.envelope_id))
    found = read(report.pk, report.receipt, body, sealer, context.check)
    if found.stopped is not None and context.attempt < READINGS:
        raise ReadingStoppedError(found.stopped.what, found.stopped.remedy)
    prepared = found.preparing.finish()
    with turn(), transaction.atomic():
        vulnerabilities.keep(report.pk, found.preparing.chunks)
        _keep_problems(report, found, sealer)
        _advance(
            report.pk,
            state=State.READ,
            format=", ".join(sorted(set(found.formats)))[:_LONGEST_FORMATS],
            findings=len(prepared),
            problems=len(found.problems) + found.untold,
        )
        context.require_lease()
    return prepared


def _advance(report: int, **changes: object) -> None:
    """Write how far the work on a report is, unless it was purged meanwhile.

    Raises:
        _PurgedError: it was.
    """
    rows = Report.objects.filter(pk=report, state__in=_WAITING)
    if not rows.update(state_at=timezone.now(), **changes):
        raise _PurgedError


def _keep_problems(report: Report, found: Read, sealer: Sealer) -> None:
    Violation.objects.filter(report=report).delete()
    Violation.objects.bulk_create(
        [
            Violation(
                report=report,
                number=number,
                error=problem.level is Level.ERROR,
                sealed=sealer.seal(msgspec.json.encode(problem), violation_context(number)),
            )
            for number, problem in enumerate(found.problems)
        ],
        batch_size=1_000,
    )


def _identify(context: JobContext, report: Report, sealer: Sealer, prepared: list[Prepared] | None) -> None:
    origin = Origin(report.pk, report.submitter_id, report.received_at, report.tlp, report.embargo_until, sealer)

    def step(count: int) -> None:
        gc.collect(0)  # what the database's layer left of this batch
        _advance(report.pk, state=State.READ, linked=F("linked") + count)
        context.require_lease()

    vulnerabilities.identify(origin, step, prepared)
    with transaction.atomic():
        _advance(report.pk, state=State.DONE)
        context.require_lease()
        findings = Report.objects.values_list("findings", flat=True).get(pk=report.pk)
        record(None, "report.read", "report", report.pk, findings=findings)


def note_failed() -> int:
    """Say of reports on which all work has ended badly that they failed, and return of how many.

    A job that a worker gave up says so by its signal; one whose worker died again and again, or that a person
    cancelled, is found here.
    """
    rows = Report.objects.filter(pk__in=abandoned(process.module_path), state__in=(State.RECEIVED, State.READ))
    return sum(_fail(report) for report in rows.values_list("pk", flat=True))


def _fail(report: int) -> int:
    with transaction.atomic():
        rows = Report.objects.filter(pk=report, state__in=(State.RECEIVED, State.READ))
        if not rows.update(state=State.FAILED, state_at=timezone.now()):
            return 0
        record(None, "report.failed", "report", report)
    return 1


@task(priority=-50)
def tend() -> None:
    """Look for reports on which nobody works any more."""
    note_failed()
