"""What deployers have, what follows from it for them, and what they did. What stands in it is sealed everywhere."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.participants.choices import TextChoices
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity, reference


class State(TextChoices):
    """How far the work on an inventory is."""

    RECEIVED = "received"
    """Stored; waits to be read."""
    READY = "ready"
    """Read; it counts for the worklist."""
    FAILED = "failed"
    """Nothing in it could be read; its bytes are kept, and what is wrong is listed."""
    REMOVED = "removed"
    """Its content was destroyed: it was removed, or a newer version took its place."""


LIVE = (State.RECEIVED, State.READY, State.FAILED)
"""The states of a version whose content is still there."""


class Exposed(TextChoices):
    """Whether assets are publicly exposed of which an inventory does not say so."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


class Holder(models.Model):
    """A participant that has inventories. Its row is locked by whoever changes which of them count.

    Attributes:
        exposed: what counts for assets of which the inventory does not say whether they are publicly exposed.
        bound: whether the directive binds it: dates are then owed, else adopted.
    """

    owner = models.OneToOneField(Participant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    exposed = models.CharField(max_length=8, choices=Exposed.choices, default=Exposed.UNKNOWN)
    bound = models.BooleanField(default=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(exposed__in=Exposed.values), name="holder_exposed"),)


class Inventory(models.Model):
    """What one participant has at one site, whichever version of it.

    Attributes:
        shared: whether the owner lets the coordinator see it. latest: the version that came last.
        current: the version that counts: the last that could be read; None before there is one.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    owner = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="inventories")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True)
    latest = models.OneToOneField("Version", on_delete=models.SET_NULL, null=True, related_name="+")
    current = models.OneToOneField("Version", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "inventories"
        indexes = (models.Index(fields=("owner", "-id"), name="inventory_of_owner"),)

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> str:
        """The state of what came last."""
        return State.REMOVED if self.removed_at or self.latest is None else self.latest.state

    @property
    def received_at(self) -> dt.datetime:
        """When what came last came."""
        return self.latest.received_at if self.latest else self.created_at


class Version(models.Model):
    """One inventory as it was sent.

    Attributes:
        number: which version of its inventory, from 1. size: bytes as sent.
        body_mac: keyed digest of owner, site and body, by which the same is recognised when it comes again.
        key_mac: the same of the ``Idempotency-Key``. envelope: the key under which its content is sealed.
        blob: name of the sealed bytes. meta: sealed record of the site's name, digest, media type and file name.
        seen: sealed record of the day on which each flaw was first found in it, or in a version before it.
        formats: names of the formats that were recognised.
        components, assets: how many it lists. unreadable: how many parts of it could not be read.
    """

    inventory = models.ForeignKey(Inventory, on_delete=models.CASCADE, related_name="versions")
    owner = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField(default=1)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    size = models.BigIntegerField()
    body_mac = models.BinaryField(max_length=32, null=True)
    key_mac = models.BinaryField(max_length=32, null=True)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    blob = models.CharField(max_length=80)
    meta = models.BinaryField(null=True)
    seen = models.BinaryField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    state_at = models.DateTimeField(default=timezone.now)
    formats = models.CharField(max_length=120, blank=True, default="")
    components = models.IntegerField(default=0)
    assets = models.IntegerField(default=0)
    unreadable = models.IntegerField(default=0)
    problems = models.IntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("owner", "received_at"), name="version_of_owner"),
            models.Index(fields=("blob",), name="version_blob"),
        )
        constraints = (
            models.UniqueConstraint(fields=("inventory", "number"), name="version_once"),
            models.UniqueConstraint(fields=("owner", "key_mac"), name="version_key_once"),
            models.UniqueConstraint(
                fields=("owner", "body_mac"), condition=Q(number=1, state__in=LIVE), name="version_body_once"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="version_state_known"),
        )


class Content(models.Model):
    """Items of one version that are sealed together, and what they belong to."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    first = models.IntegerField()
    count = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "first"), name="content_once"),)


class Violation(models.Model):
    """One thing that is wrong with a version; sealed under its key."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField()
    error = models.BooleanField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "number"), name="inventory_violation_once"),)


class Audience(TextChoices):
    """For whom a worklist was made."""

    OWNER = "owner"
    """Whoever has the inventories: of all of them."""
    SHARED = "shared"
    """The coordinator: of those alone that are shared."""


class Worklist(models.Model):
    """What one participant has to do by when, as it was last worked out.

    Attributes:
        as_of: the day that counted as today. advisories, signals: which versions of them it was made with.
        inputs: digest of everything that it was made of; while that is the same it need not be made anew.
        envelope: the key of what is sealed. sealed: the plan and what its page needs. outline: what it takes to count.
        actions, questions, deferrals: how many there are. overdue, due_soon: how many actions are, of those that are
            not marked as done or not applicable. next_due: the first day from ``as_of`` on by which one of them is due.
    """

    owner = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=8, choices=Audience.choices)
    made_at = models.DateTimeField(default=timezone.now)
    as_of = models.DateField()
    advisories = models.CharField(max_length=64)
    signals = models.CharField(max_length=64)
    inputs = models.BinaryField(max_length=32)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    outline = models.BinaryField()
    actions = models.IntegerField(default=0)
    overdue = models.IntegerField(default=0)
    due_soon = models.IntegerField(default=0)
    questions = models.IntegerField(default=0)
    deferrals = models.IntegerField(default=0)
    next_due = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "audience"), name="worklist_once"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="worklist_audience"),
        )


class ExposedIdentifier(models.Model):
    """An inventory has something that an advisory with this identifier meets, or may meet.

    Attributes:
        word: keyed hash of the identifier. sure: whether it is surely met.
    """

    word = models.BigIntegerField()
    inventory = models.ForeignKey(Inventory, on_delete=models.CASCADE, related_name="+")
    sure = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("word", "inventory"), name="exposed_once"),)


class Mark(TextChoices):
    """What somebody says of an action."""

    DONE = "done"
    NOT_APPLICABLE = "not_applicable", "not applicable"


class Acknowledgement(models.Model):
    """A person of a deployer says that an action is done, or does not apply.

    Attributes:
        word: keyed hash of owner, component and target, so that it holds for the same action of every later plan.
        envelope, note: what they wrote beside it, sealed; None where they wrote nothing.
        taken_back_at: since when it no longer holds. taken_back_by: who took it back; None is the installation, because
            a newer inventory still lists the component.
    """

    owner = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    word = models.BinaryField(max_length=32)
    mark = models.CharField(max_length=16, choices=Mark.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.BinaryField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "word"), condition=Q(taken_back_at__isnull=True), name="acknowledged_once"
            ),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="acknowledgement_mark"),
        )
