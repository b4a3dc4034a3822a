"""What can be wrong with what is asked of inventories; what can be wrong with sending one is among intake's errors."""

from clearinghouse.records import ClearinghouseError


class InventoryError(ClearinghouseError):
    """The base of this room's errors."""


class InventoryNotFoundError(InventoryError):
    """There is no such inventory, worklist or action, or none for this reader; which of these is not told."""


class AcknowledgementError(InventoryError):
    """An action cannot be marked so."""


class TermsError(InventoryError):
    """What was said of all inventories is no such thing."""


def not_found() -> InventoryNotFoundError:
    """Return the one answer to every reference that leads nowhere, for whatever reason."""
    return InventoryNotFoundError("there is nothing here for you by this name", "see the list of your inventories")
