"""The keys under which everything else is sealed, each wrapped by a master key that is not in the database."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

MASTER_LENGTH = 200


class Envelope(models.Model):
    """A key of its own for one report, case or reproducer.

    Attributes:
        wrapped: the key, wrapped; None once it was destroyed. master: id of the master key that wrapped it.
        destroyed_at: since when nobody can read what it sealed.
    """

    id = models.BigAutoField(primary_key=True)
    wrapped = models.BinaryField(null=True)
    master = models.CharField(max_length=MASTER_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="envelope_destroyed_without_key",
            ),
        )

    def __str__(self) -> str:
        return f"envelope {self.pk}"


class InstallationSecret(models.Model):
    """A secret of the installation, such as the one under which identity keys and search tokens are hashed.

    Attributes:
        name: what it is for. wrapped: the secret, wrapped. master: id of the master key that wrapped it.
    """

    name = models.CharField(max_length=40, unique=True)
    wrapped = models.BinaryField()
    master = models.CharField(max_length=MASTER_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name
