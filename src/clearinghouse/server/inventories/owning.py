"""Whose an inventory is: who may change it, found and locked by its reference."""

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.intake.errors import NotForThemError
from clearinghouse.server.inventories.errors import not_found
from clearinghouse.server.inventories.jobs import plan_for
from clearinghouse.server.inventories.models import ExposedIdentifier, Holder, Inventory
from clearinghouse.server.inventories.shredding import close_worklists
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope


def may_send(reader: Reader) -> bool:
    """Whether somebody may send inventories at all."""
    return reader.has_scope(Scope.INVENTORY_WRITE) and Role.DEPLOYER in reader.roles


def require_sender(reader: Reader) -> None:
    """See that somebody may send and change inventories.

    Raises:
        NotForThemError: they may not.
    """
    if not may_send(reader):
        raise NotForThemError("this sender keeps no inventories here", "ask for the role of a deployer, or another key")


def holder_of(reader: Reader) -> Holder:
    """Return the participant's row, made if need be and locked until the transaction ends."""
    Holder.objects.bulk_create([Holder(owner_id=reader.participant)], ignore_conflicts=True)
    return Holder.objects.select_for_update().get(pk=reader.participant)


def own(reader: Reader, reference: str) -> Inventory:
    """Return an inventory of the reader's own.

    Raises:
        InventoryNotFoundError: there is none.
    """
    found = Inventory.objects.filter(owner=reader.participant, reference=reference, removed_at__isnull=True).first()
    if found is None:
        raise not_found()
    return found


def locked(reader: Reader, reference: str) -> Inventory:
    """Return an inventory of the reader's own, which nobody else changes until the transaction ends.

    Raises:
        InventoryNotFoundError: there is none.
    """
    holder_of(reader)
    return own(reader, reference)


def share(reader: Reader, inventory: Inventory, shared: bool) -> None:
    """Open an inventory to the coordinator or close it, in the caller's transaction."""
    inventory.shared = shared
    inventory.save(update_fields=["shared"])
    close_worklists(inventory.owner_id, only_shared=True)
    ExposedIdentifier.objects.filter(inventory=inventory).delete()  # it may tell of others that are not shared
    plan_for.enqueue(inventory.owner_id)
    record(reader, "inventory.shared", "inventory", inventory.reference, shared=shared)
