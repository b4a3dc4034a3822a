"""Recipes that were given in, validations of them, and what was signed about them.

What they say stands only in sealed columns and blobs, all under the key of the recipe: whoever destroys that key
destroys everything that was derived from it. Two facts stand in clear, as a rank does: the verdict, and the tier of
isolation. The verdict's column is a copy to count by; what is shown is read from what was signed, each time.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake.models import Report
from clearinghouse.server.participants.choices import TextChoices
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity, reference
from clearinghouse.server.vulnerabilities.models import Finding

VERDICT = 20


class State(TextChoices):
    """Where a validation stands."""

    QUEUED = "queued"
    """Waits for a dispatcher."""
    RUNNING = "running"
    DONE = "done"
    """There is a signed verdict."""
    REFUSED = "refused"
    """It needs better isolation than this installation has; nothing of it was run."""
    FAILED = "failed"
    """It was begun again and again and never came to its end; that says nothing of the flaw."""
    CANCELLED = "cancelled"
    PURGED = "purged"
    """Its content was destroyed on purpose; that it existed remains."""


LIVE = (State.QUEUED, State.RUNNING)
"""The states in which something may still come of it."""


class SigningKey(models.Model):
    """A public key whose signatures count: of a participant, or of this installation.

    The key itself is sealed, so that nobody who can only write to the database can put one of theirs in its place.

    Attributes:
        participant: whose; None is the installation. name: what people call it. keyid: what signatures call it.
        fingerprint: SHA-256 of the key. envelope: the key under which it is sealed. sealed: the key as PEM.
        challenge: the nonce of the challenge by which its participant proved to have its private half; None where that
            was not asked for, as of the installation's own. proof: the answer, sealed.
        revoked_at: since when nothing that it signed counts any more.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="signing_keys")
    name = models.CharField(max_length=80)
    keyid = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    challenge = models.CharField(max_length=64, null=True, unique=True)
    proof = models.BinaryField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("participant", "fingerprint"), name="signing_key_once"),
            models.UniqueConstraint(
                fields=("fingerprint",), condition=Q(participant__isnull=True), name="signing_key_own_once"
            ),
            models.UniqueConstraint(
                fields=("fingerprint",), condition=Q(challenge__isnull=False), name="signing_key_proved_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Recipe(models.Model):
    """What to run, on what, and what shows the flaw, with its files.

    Attributes:
        report: the report that it belongs to: its marking holds, and its purge is this one's.
        finding: of that report, where it is known; else it belongs to the whole report.
        participant, person, service: who gave it in. size: of all files together.
        mac: keyed digest of the content, of who gave it in and for what, by which the same recipe is recognised.
        envelope: the key under which everything is sealed that has to do with it. blob: the sealed files.
        meta: sealed, what it says of itself. problem: sealed, why it cannot be used; then it has no files.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="recipes")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    size = models.BigIntegerField(default=0)
    mac = models.BinaryField(max_length=32)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    blob = models.CharField(max_length=80, blank=True, default="")
    meta = models.BinaryField(null=True)
    problem = models.BinaryField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("report", "mac"), name="recipe_once"),)

    def __str__(self) -> str:
        return self.reference


class Remedy(models.Model):
    """What stops the reproducer of a recipe, once a verdict said that it does; it goes when the recipe is purged.

    Attributes:
        mac: keyed digest of the remedy, the same for the same remedy whoever gave it in: recipes are compared by it
            without being opened. sealed: what it is, see :class:`clearinghouse.validation.remedy.Remedy`.
        job: the primary key of the work that takes it apart. parts: sealed, what its hunks do, see
            :class:`clearinghouse.validation.parts.Parts`.
    """

    recipe = models.OneToOneField(Recipe, on_delete=models.CASCADE, related_name="remedy")
    mac = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    job = models.BigIntegerField(null=True)
    parts = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("mac",), name="remedy_mac"),)

    def __str__(self) -> str:
        return str(self.pk)


class Validation(models.Model):
    """One execution of a recipe, from the request to the verdict.

    Attributes:
        participant, person, service: who asked for it; nobody is the installation itself.
        job: the primary key of the work on it. least: the tier that it needs. tier: the one of the runner that ran it
            last; empty where nothing of it was run.
        progress: sealed, what is done now; progress_at: when that was said.
        meta: sealed: why it needs that tier, and the list of evidence. blob: the sealed evidence; size: of it.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="validations")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    state_at = models.DateTimeField(default=timezone.now)
    job = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    least = models.CharField(max_length=2)
    tier = models.CharField(max_length=2, blank=True, default="")
    progress = models.BinaryField(null=True)
    progress_at = models.DateTimeField(null=True)
    meta = models.BinaryField(null=True)
    blob = models.CharField(max_length=80, blank=True, default="")
    size = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "id"), name="validation_state"),
            models.Index(fields=("participant", "state"), name="validation_of_participant"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="validation_state_known"),
            models.UniqueConstraint(fields=("recipe",), condition=Q(state__in=LIVE), name="validation_live_once"),
        )

    def __str__(self) -> str:
        return self.reference


class Attestation(models.Model):
    """A signed verdict about a recipe: of this installation, or of another participant that ran it too.

    Attributes:
        validation: the execution that it is about; None where it was elsewhere. participant: who says so; None is this
            installation. key: by which it was signed. mac: keyed digest of the bytes. sealed: the envelope as it was
            signed. verdict: a copy of what it says, to count by.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="attestations")
    validation = models.OneToOneField(Validation, on_delete=models.PROTECT, null=True, related_name="attestation")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    verdict = models.CharField(max_length=VERDICT)
    mac = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("recipe", "mac"), name="attestation_once"),
            models.CheckConstraint(
                condition=Q(participant__isnull=True) | Q(validation__isnull=True), name="attestation_of_one"
            ),
        )

    def __str__(self) -> str:
        return self.reference
