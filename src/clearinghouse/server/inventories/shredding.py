"""What is destroyed when something no longer counts: keys, sealed rows, and bytes on the disk."""

from django.db import transaction
from django.utils import timezone

from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.inventories.models import (
    Acknowledgement,
    Audience,
    Content,
    ExposedIdentifier,
    Inventory,
    State,
    Version,
    Violation,
    Worklist,
)


def shred(version: Version) -> None:
    """Destroy the content of a version, in the caller's transaction; a row that says nothing of it remains."""
    name = version.blob
    vault.destroy(version.envelope_id)
    Content.objects.filter(version=version).delete()
    Violation.objects.filter(version=version).delete()
    Version.objects.filter(pk=version.pk).update(
        state=State.REMOVED,
        state_at=timezone.now(),
        size=0,
        blob="",
        meta=None,
        seen=None,
        formats="",
        components=0,
        assets=0,
        unreadable=0,
        problems=0,
    )
    if name:
        transaction.on_commit(lambda: blobs.delete(name))


def close_worklists(owner: int, removed: Inventory | None = None, *, only_shared: bool = False) -> None:
    """Destroy what was worked out for an owner, in the caller's transaction; it is to be worked out anew.

    Args:
        removed: an inventory that is no longer there: what is known of its exposure goes, and with the last one also
            what was written beside actions. only_shared: what the coordinator sees, and nothing else.
    """
    rows = Worklist.objects.filter(owner=owner)
    if only_shared:
        rows = rows.filter(audience=Audience.SHARED)
    _destroy(list(rows.values_list("envelope", flat=True)))
    rows.delete()
    if removed is None:
        return
    ExposedIdentifier.objects.filter(inventory=removed).delete()
    if not Inventory.objects.filter(owner=owner, removed_at__isnull=True).exclude(pk=removed.pk).exists():
        noted = Acknowledgement.objects.filter(owner=owner, envelope__isnull=False)
        _destroy([each for each in noted.values_list("envelope", flat=True) if each is not None])
        noted.update(note=None)


def _destroy(envelopes: list[int]) -> None:
    for each in envelopes:
        vault.destroy(each)
