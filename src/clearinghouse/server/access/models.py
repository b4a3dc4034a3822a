"""Who was let in to what beyond what follows from their role, by whom and until when."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.participants.choices import TextChoices
from clearinghouse.server.participants.models import Participant, Person


class ObjectKind(TextChoices):
    """Of what sort an object is that somebody may be let in to."""

    REPORT = "report"
    VULNERABILITY = "vulnerability"


class Grant(models.Model):
    """One participant, or one person of it, is let in to one object.

    Attributes:
        person: if set, nobody else of the participant is let in (TLP:RED).
        evidence: files too that came with reports of nothing else.
        granted_by: who shared it. reason: why. expires_at, revoked_at: when it ends or ended.
    """

    kind = models.CharField(max_length=16, choices=ObjectKind.choices)
    object_id = models.BigIntegerField()
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="grants")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="grants")
    evidence = models.BooleanField(default=False)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("participant", "kind", "object_id"), name="grant_lookup"),)
        constraints = (models.CheckConstraint(condition=Q(kind__in=ObjectKind.values), name="grant_kind"),)


class BreakGlass(models.Model):
    """An administrator is let in to one object for a while, because a second person agreed.

    Attributes:
        reference: how the object was named: a receipt, or a reference of a vulnerability. object_id: its primary key,
            looked up when a second person agrees; until then nobody is told whether there is such an object.
        requested_by: who wants to look. reason: why. hours: for how long.
        approved_by: the other person; None while nobody has agreed. ends_at: when it ends by itself, or ended.
        ended_by: who ended it before its time, or said no.
    """

    LONGEST = 24
    """Hours for which the glass is broken at most."""

    kind = models.CharField(max_length=16, choices=ObjectKind.choices)
    reference = models.CharField(max_length=32)
    object_id = models.BigIntegerField(null=True)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    hours = models.PositiveSmallIntegerField()
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes = (models.Index(fields=("kind", "object_id"), name="break_glass_object"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("requested_by")),
                name="break_glass_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, object_id__isnull=True)
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    object_id__isnull=False,
                    ends_at__isnull=False,
                ),
                name="break_glass_whole",
            ),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24), name="break_glass_hours"),
            models.CheckConstraint(condition=Q(kind__in=ObjectKind.values), name="break_glass_kind"),
        )
