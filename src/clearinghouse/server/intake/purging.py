"""Destroying what was received: the key at once, what it sealed soon after. That it existed remains.

A tombstone stays: receipt, sender, time, size and why. The log stays valid, because its leaves hold no content. Backups
that were made before still hold the key, wrapped under the master key of their time; see ``docs/operate.md``.
"""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.intake.errors import NotForThemError, NotFoundError, PurposeError
from clearinghouse.server.intake.models import Attachment, RecentBody, Report, State, Violation
from clearinghouse.server.intake.signals import purged, swept
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.participants.models import Role
from clearinghouse.server.vulnerabilities.forgetting import forget

_LONGEST = 500


def purge(reader: Reader, receipt: str, reason: str) -> Report:
    """Destroy the content of a report and of its attachments; nothing brings it back.

    A coordinator's people may, and the stewards of who sent it. The keys are gone when this returns, in every process
    within a minute; a job then removes what they sealed.

    Raises:
        NotFoundError: there is no such report that they may see. NotForThemError: they may not.
        PurposeError: there is no reason.
    """
    why = clean_line(reason, _LONGEST)
    with transaction.atomic():
        report = visible(reader, Report.objects.select_for_update()).filter(receipt=receipt).first()
        if report is None:
            raise NotFoundError("there is no such report", "look at the receipt")
        if not may_purge(reader, report):
            raise NotForThemError("this person may not destroy it", "ask a steward of the sender, or the coordinator")
        if not why:
            raise PurposeError("there is no reason", "say why, in a sentence that somebody else understands later")
        if report.state == State.PURGED:
            return report
        for attachment in report.attachments.filter(purged_at__isnull=True):
            vault.destroy(attachment.envelope_id)
        report.attachments.update(purged_at=timezone.now(), meta=None)
        vault.destroy(report.envelope_id)
        RecentBody.objects.filter(report=report).delete()
        report.state, report.state_at, report.meta, report.purged_reason = State.PURGED, timezone.now(), None, why
        report.save(update_fields=["state", "state_at", "meta", "purged_reason"])
        purged.send(Report, report=report.pk)
        sweep.enqueue(report.pk)
        record(reader, "report.purged", "report", report.pk, receipt=report.receipt, reason=why)
    return report


def may_purge(reader: Reader, report: Report) -> bool:
    """Whether somebody may destroy the content of a report that they may see."""
    if reader.person is None:
        return False
    return Role.COORDINATOR in reader.roles or (reader.steward and report.submitter_id == reader.participant)


@task(takes_context=True)  # type: ignore[arg-type]  # our backend gives its own kind of context
def sweep(context: JobContext, report_id: int) -> None:
    """Remove what a purge made unreadable, and rank anew what it was part of."""
    report = Report.objects.get(pk=report_id)
    with transaction.atomic():
        Violation.objects.filter(report=report).delete()
        forget(report_id)
        context.require_lease()
    blobs.delete(report.blob)
    for attachment in Attachment.objects.filter(report=report):
        blobs.delete(attachment.blob)
    swept.send(Report, report=report_id)
