"""What names sealed bytes and keys: which are to be there, which nobody names any more, and removing these."""

import datetime as dt
from collections.abc import Collection, Iterable

import msgspec
from django.apps import apps
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from clearinghouse.server.evidence import blobs
from clearinghouse.server.evidence.models import Envelope

SETTLED = dt.timedelta(days=1)
"""After how long nobody can be in the middle of naming something."""
_BATCH = 500
_BATCHES = 10_000


class Source(msgspec.Struct, frozen=True):
    """A table whose rows name sealed bytes in a column ``blob``.

    Attributes:
        model: its label. live: which of its rows have bytes that are to be there; of the others they are being removed.
    """

    model: str
    live: Q

    @property
    def rows(self) -> QuerySet[Model]:
        """Return all rows that name something."""
        found: QuerySet[Model] = apps.get_model(self.model)._default_manager.exclude(blob="")
        return found


SOURCES = (
    Source("intake.Report", ~Q(state="purged")),
    Source("intake.Attachment", Q(purged_at__isnull=True)),
    Source("validations.Recipe", Q(purged_at__isnull=True)),
    Source("validations.Validation", ~Q(state="purged")),
    Source("inventories.Version", ~Q(state="removed")),
)
"""Every table of the installation that names sealed bytes; a test sees that none is missing."""


class Swept(msgspec.Struct, frozen=True):
    """How much was removed: files that were being written, sealed bytes, keys."""

    unfinished: int
    blobs: int
    envelopes: int


def settled() -> dt.datetime:
    """Return before when something must have been made for it to count as left behind."""
    return timezone.now() - SETTLED


def named(names: Collection[str]) -> set[str]:
    """Return which of these names some row names, alive or not: for :func:`.blobs.orphans`."""
    found: set[str] = set()
    for source in SOURCES:
        found |= set(source.rows.filter(blob__in=names).values_list("blob", flat=True))
    return found


def expected(names: Collection[str]) -> set[str]:
    """Return which of these names a live row names: their bytes have to be there."""
    found: set[str] = set()
    for source in SOURCES:
        found |= set(source.rows.filter(source.live, blob__in=names).values_list("blob", flat=True))
    return found


def orphans(older_than: dt.datetime) -> Iterable[str]:
    """Return the names of sealed bytes that nobody names and that are older."""
    return blobs.orphans(named, older_than)


def unused_envelopes(older_than: dt.datetime) -> QuerySet[Envelope]:
    """Return the envelopes to which nothing refers: whoever made them ended before what they were made for."""
    rows = Envelope.objects.filter(created_at__lt=older_than)
    for relation in Envelope._meta.get_fields(include_hidden=True):
        if relation.is_relation and relation.auto_created and not relation.concrete:
            field = relation.field
            used = field.model._default_manager.filter(**{f"{field.name}__isnull": False}).values(field.attname)
            rows = rows.exclude(pk__in=used)
    return rows


def sweep(older_than: dt.datetime) -> Swept:
    """Remove what was left behind and is older; nothing that somebody names."""
    unfinished = blobs.sweep(older_than)
    removed = 0
    for name in list(orphans(older_than)):
        blobs.delete(name)
        removed += 1
    return Swept(unfinished, removed, _sweep_envelopes(older_than))


def _sweep_envelopes(older_than: dt.datetime) -> int:
    removed = 0
    for _ in range(_BATCHES):
        # Those that were destroyed stay: a restore is told by them what must not come back.
        keys = list(unused_envelopes(older_than).filter(wrapped__isnull=False).values_list("pk", flat=True)[:_BATCH])
        if not keys:
            break
        with transaction.atomic():
            removed += Envelope.objects.filter(pk__in=keys).delete()[0]
    return removed
