"""What was received, and how far the work on it is. What a report says stands only in sealed columns and blobs."""

import re
import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.access.marking import UNMARKED, Label
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.participants.choices import TextChoices
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity, reference

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT = 26
RECEIPT = re.compile(rf"RCP-[{_CROCKFORD}]{{{_RECEIPT}}}")
"""How a receipt looks."""


def receipt() -> str:
    """Return a new receipt: 130 random bits, so that nobody guesses one and none tells how many there are."""
    return "RCP-" + "".join(secrets.choice(_CROCKFORD) for _ in range(_RECEIPT))


class State(TextChoices):
    """How far the work on a report is."""

    RECEIVED = "received"
    """Stored; waits to be read."""
    READ = "read"
    """Its findings are kept; they wait to be identified."""
    DONE = "done"
    """Everything in it that could be read is identified and ranked."""
    FAILED = "failed"
    """The work on it failed again and again; its bytes are kept, and a person sees it."""
    PURGED = "purged"
    """Its content was destroyed on purpose; that it existed remains."""


class Report(models.Model):
    """The bytes received: who sent them and when, and their receipt.

    Attributes:
        size: bytes as sent. body_mac: keyed digest of submitter and body, by which the same report is recognised
            without anything being told of other submitters' reports. key_mac: the same of the ``Idempotency-Key``.
        envelope: the key under which its content is sealed. blob: name of the sealed bytes. meta: sealed record of
            digest, media type, file name and note.
        tlp, embargo_until: its marking. format: name of the format that was recognised, once it was read.
        findings, problems: how many were read. linked: how many of its findings are identified.
        purged_reason: why its content was destroyed, in the words of who did it.
    """

    receipt = models.CharField(max_length=32, unique=True, default=receipt, editable=False)
    submitter = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="reports")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    size = models.BigIntegerField()
    body_mac = models.BinaryField(max_length=32)
    key_mac = models.BinaryField(max_length=32, null=True)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    blob = models.CharField(max_length=80)
    meta = models.BinaryField(null=True)
    tlp = models.SmallIntegerField(choices=Label.choices, default=UNMARKED)
    embargo_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    state_at = models.DateTimeField(default=timezone.now)
    format = models.CharField(max_length=40, blank=True, default="")
    findings = models.IntegerField(default=0)
    problems = models.IntegerField(default=0)
    linked = models.IntegerField(default=0)
    purged_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=("submitter", "-id"), name="report_of_submitter"),
            models.Index(fields=("state", "id"), name="report_state"),
        )
        constraints = (
            models.UniqueConstraint(fields=("submitter", "key_mac"), name="report_key_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="report_state_known"),
            models.CheckConstraint(condition=Q(tlp__in=Label.values), name="report_tlp_known"),
            models.CheckConstraint(condition=Q(linked__lte=models.F("findings")), name="report_linked"),
        )

    def __str__(self) -> str:
        return self.receipt


class RecentBody(models.Model):
    """The report that a submitter's body made, for as long as sending it again counts as the same (24 hours)."""

    submitter = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    body_mac = models.BinaryField(max_length=32)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("submitter", "body_mac"), name="recent_body_once"),)


class Violation(models.Model):
    """One thing that is wrong with a report; sealed under the report's key."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="violations")
    number = models.IntegerField()
    error = models.BooleanField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("report", "number"), name="violation_once"),)


class AttachmentKind(TextChoices):
    """What an attachment is for."""

    REPRODUCER = "reproducer"
    PATCH = "patch"
    OTHER = "other"


class Attachment(models.Model):
    """A file that belongs to a report, sealed under a key of its own; each download is an act with a purpose."""

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=12, choices=AttachmentKind.choices)
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    size = models.BigIntegerField()
    body_mac = models.BinaryField(max_length=32)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    blob = models.CharField(max_length=80)
    meta = models.BinaryField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("report", "kind", "body_mac"), name="attachment_once"),
            models.CheckConstraint(condition=Q(kind__in=AttachmentKind.values), name="attachment_kind"),
        )


class Usage(models.Model):
    """What a participant sent on one day (UTC)."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    reports = models.IntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("participant", "day"), name="usage_once"),)
