"""Organisations that joined, the people in them, and the programs that act for them."""

import datetime as dt
import secrets
import string
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from clearinghouse.server.participants.choices import Kind, TextChoices

_ALPHABET = string.ascii_lowercase + string.digits
_REFERENCE = 12


def reference() -> str:
    """Return a new random reference: how addresses and documents name a row, which tells nothing about how many."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE))


def today() -> dt.date:
    """Return the day that it is, in UTC."""
    return timezone.now().date()


class Role(TextChoices):
    """What a participant is here for; one may have several."""

    FINDER = "finder"
    VENDOR = "vendor"
    DEPLOYER = "deployer"
    COORDINATOR = "coordinator"
    DEVELOPER = "developer"
    RESEARCHER = "researcher"
    AGENCY = "agency"
    OBSERVER = "observer"


class Participant(models.Model):
    """An organisation that joined.

    Attributes:
        reference: how others name it. kind: what it says it is. jurisdiction: ISO 3166-1 alpha-2 code of the country
            whose law it falls under. closed_at: since when nobody of it may do anything any more.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    jurisdiction = models.CharField(max_length=2)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="participant_kind"),
            models.CheckConstraint(condition=Q(jurisdiction__regex=r"^[A-Z]{2}$"), name="participant_jurisdiction"),
        )

    def __str__(self) -> str:
        return self.name


class ParticipantRole(models.Model):
    """One role of one participant."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("participant", "role"), name="participant_role_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="participant_role"),
        )

    def __str__(self) -> str:
        return self.role


class PersonManager(BaseUserManager["Person"]):
    """What Django and allauth call to make people."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Make a person; without a password, one that has to be set before they can sign in."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody of a participant.

    Attributes:
        steward: may invite people of the same participant and make and revoke its keys.
        administrator: runs this installation: participants, people, failed jobs, backups. This shows them no report.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="people")
    steward = models.BooleanField(default=False)
    administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ServiceIdentity(models.Model):
    """A program that acts for a participant, known by a key.

    Attributes:
        key_id: the part of the key by which it is found. secret_hash: SHA-256 of its secret part, which has 256 random
            bits, so that nothing slower is needed. scopes: what it may do, from :class:`.scopes.Scope`.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=80)
    key_id = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.name


class SignIn(models.Model):
    """A person is signed in with one browser. Without its row a session is nobody's.

    Attributes:
        reference: what the session knows it by. It is not what the browser's cookie holds, so that whoever reads the
            table can take over no session. agent: browser and system, such as "Firefox on Linux".
        created_at: when they signed in. seen_on: last day on which it was used.
    """

    reference = models.CharField(max_length=16, unique=True, default=reference, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    agent = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_on = models.DateField(default=today)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.agent
