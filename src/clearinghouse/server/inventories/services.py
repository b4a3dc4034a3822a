"""Every change of what deployers have and of what they say they did, each one transaction and audited."""

from django.db import transaction
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.inventories.acknowledging import acknowledge, take_back
from clearinghouse.server.inventories.errors import TermsError
from clearinghouse.server.inventories.jobs import plan_for
from clearinghouse.server.inventories.models import Exposed, Holder, Inventory, State
from clearinghouse.server.inventories.owning import holder_of, locked, may_send, require_sender, share
from clearinghouse.server.inventories.receiving import Received, Sent, receive_inventory, replace
from clearinghouse.server.inventories.shredding import close_worklists, shred

__all__ = [
    "Received",
    "Sent",
    "acknowledge",
    "may_send",
    "receive_inventory",
    "remove",
    "replace",
    "set_shared",
    "set_terms",
    "take_back",
]


def remove(reader: Reader, reference: str) -> Inventory:
    """Destroy everything that is known of an inventory; that there was one remains.

    Raises:
        InventoryNotFoundError: there is none, or it is somebody else's. NotForThemError: they may not.
    """
    require_sender(reader)
    with transaction.atomic():
        found = locked(reader, reference)
        for version in found.versions.exclude(state=State.REMOVED):
            shred(version)
        found.removed_at, found.current = timezone.now(), None
        found.save(update_fields=["removed_at", "current"])
        close_worklists(found.owner_id, found)
        plan_for.enqueue(found.owner_id)
        record(reader, "inventory.removed", "inventory", found.reference)
    return found


def set_shared(reader: Reader, reference: str, shared: bool) -> Inventory:
    """Let the coordinator see an inventory and what follows from it, or no longer.

    Raises:
        InventoryNotFoundError: there is none, or it is somebody else's. NotForThemError: they may not.
    """
    require_sender(reader)
    with transaction.atomic():
        found = locked(reader, reference)
        if found.shared != shared:
            share(reader, found, shared)
    return found


def set_terms(reader: Reader, *, exposed: str | None = None, bound: bool | None = None) -> Holder:
    """Say what holds for all of a participant's inventories; None leaves it as it is.

    Args:
        exposed: whether assets are publicly exposed of which no inventory says so. bound: whether the directive binds.

    Raises:
        NotForThemError: they may not. TermsError: there is no such word.
    """
    require_sender(reader)
    if exposed is not None and exposed not in Exposed.values:
        raise TermsError("there is no such word for the exposure", f"say one of {', '.join(Exposed.values)}")
    with transaction.atomic():
        holder = holder_of(reader)
        holder.exposed = Exposed(exposed) if exposed is not None else holder.exposed
        holder.bound = holder.bound if bound is None else bound
        holder.save()
        plan_for.enqueue(holder.pk)
        record(reader, "inventory.terms", "participant", holder.pk, exposed=str(holder.exposed), bound=holder.bound)
    return holder
