"""The log: one row for each act, in one order, under a Merkle tree. The database itself refuses to change it.

The rules that keep it append-only are triggers, see :mod:`.guards`.
"""

from django.db import models
from django.db.models import Q

from clearinghouse.server.audit.acts import Act


class ActorKind(models.TextChoices):
    """Who acted, by how closely it is known."""

    PERSON = "person"
    SERVICE = "service"
    PARTICIPANT = "participant"
    SYSTEM = "system", "the installation itself"
    ERASED = "", "no longer known"


class Entry(models.Model):
    """One act.

    The columns repeat what stands in ``body``, so that it can be searched for; :func:`.queries.verify` compares them.
    Rows of other tables are named by numbers without a foreign key, because an entry outlives what it is about.

    Attributes:
        seq: its position, from 0 and without gaps. at: when it was recorded, to the microsecond.
        actor: what kind of actor. participant, person, service: primary keys of who acted.
        act: what was done, a word of :class:`~.acts.Act`.
        kind, object_id: with what, such as ``report`` and its primary key or reference.
        leaf: commitment to ``body`` under ``salt``, 32 bytes; what stands under the tree is :func:`.leaves.public`.
        body: the record as canonical JSON.
        erased_at, erased_by: when it was erased, and ``seq`` of the entry that says so. Then nothing remains but
            ``seq``, ``at``, ``act``, ``kind`` and ``leaf``, and the tree stays as it is.
    """

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=12, choices=ActorKind.choices, blank=True)
    participant = models.BigIntegerField(null=True)
    person = models.BigIntegerField(null=True)
    service = models.BigIntegerField(null=True)
    act = models.CharField(max_length=40)
    kind = models.CharField(max_length=24, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    leaf = models.BinaryField()
    salt = models.BinaryField(null=True)
    body = models.TextField(null=True)
    erased_at = models.DateTimeField(null=True)
    erased_by = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ("-seq",)
        indexes = (
            models.Index(fields=("kind", "object_id", "seq"), name="entry_of_object"),
            models.Index(fields=("act", "seq"), name="entry_of_act"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(salt__isnull=False, body__isnull=False, erased_at__isnull=True, erased_by__isnull=True)
                | Q(
                    actor="",
                    participant__isnull=True,
                    person__isnull=True,
                    service__isnull=True,
                    object_id="",
                    salt__isnull=True,
                    body__isnull=True,
                    erased_at__isnull=False,
                    erased_by__isnull=False,
                ),
                name="entry_whole_or_erased",
            ),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.act}"

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        return Act(self.act).sentence


class Head(models.Model):
    """The one row that says how far the log goes: every act locks it, adds, and moves it on.

    Attributes:
        size: how many entries there are. root: of the tree over them.
        frontier: :meth:`clearinghouse.trust.merkle.Frontier.to_bytes`.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    frontier = models.BinaryField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="head_only"),)

    def __str__(self) -> str:
        return f"{self.size} entries"


class TreeHead(models.Model):
    """What the log once was: to be published, and kept where nobody of this installation can change it.

    Attributes:
        size, root: of the tree. at: when the last entry under it was recorded.
    """

    EVERY = 1024
    """After how many entries one is kept in any case."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("-size",)

    def __str__(self) -> str:
        return f"{self.size} entries"
