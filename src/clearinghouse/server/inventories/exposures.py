"""Who is exposed to a vulnerability: found by keyed hashes of its identifiers, without opening what anybody has."""

from collections.abc import Iterable

import msgspec
from django.db.models import QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.inventories.models import ExposedIdentifier, Inventory
from clearinghouse.server.inventories.sealed import identifier_word, open_meta
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope

STEPS = (3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Numbers of participants that are told: what an exact one would say when it grows by one names who came."""
MOST = 200
_MOST_IDENTIFIERS = 200


class ExposedInventory(msgspec.Struct, frozen=True, kw_only=True):
    """An inventory with something that a vulnerability is in, or may be in.

    Attributes:
        owner, owner_name: reference and name of the participant. mine: whether the reader is of it.
        sure: whether it is surely there, and not only possibly.
    """

    reference: str
    site: str
    owner: str
    owner_name: str
    mine: bool
    sure: bool


class Exposures(msgspec.Struct, frozen=True, kw_only=True):
    """Who is exposed, as far as a reader may know.

    Attributes:
        inventories: those that they may see, at most :data:`MOST`. participants: how many have one of these.
        others: to a coordinator, at least how many more participants are exposed that share nothing of it, in steps
            (:data:`STEPS`); None where that is fewer than the first, nobody included, and for everyone else.
        counted: whether the reader is told of others at all.
    """

    inventories: tuple[ExposedInventory, ...] = ()
    participants: int = 0
    others: int | None = None
    counted: bool = False

    @property
    def others_told(self) -> str:
        """How many others there are, for people; empty for who is not told."""
        if not self.counted:
            return ""
        return f"fewer than {STEPS[0]}" if self.others is None else f"at least {self.others:,}"


def exposures(reader: Reader, identifiers: Iterable[str]) -> Exposures:
    """Return who has a component that an advisory with one of these identifiers meets.

    Args:
        identifiers: public ones of one vulnerability that this reader may see, which the caller sees to; at most 200.
    """
    words = sorted({identifier_word(each) for each in identifiers})[:_MOST_IDENTIFIERS]
    if not words or not reader.has_scope(Scope.INVENTORY_READ):
        return Exposures()
    met = ExposedIdentifier.objects.filter(word__in=words)
    rows = Inventory.objects.filter(pk__in=met.values("inventory"), removed_at__isnull=True)
    seen = visible(reader, rows)
    owners = set(seen.values_list("owner", flat=True))
    shown = list(seen.select_related("owner", "current").order_by("owner__name", "pk")[:MOST])
    sure = set(met.filter(sure=True, inventory__in=[row.pk for row in shown]).values_list("inventory", flat=True))
    counted = Role.COORDINATOR in reader.roles
    others = _others(met, owners) if counted else 0
    passed = [step for step in STEPS if step <= others]
    return Exposures(
        inventories=_views(reader, shown, sure),
        participants=len(owners),
        others=passed[-1] if passed else None,
        counted=counted,
    )


def _others(met: QuerySet[ExposedIdentifier], known: set[int]) -> int:
    """Count the owners that are not known to be exposed."""
    return met.exclude(inventory__owner__in=known).values("inventory__owner").distinct().count()


def _views(reader: Reader, rows: list[Inventory], sure: set[int]) -> tuple[ExposedInventory, ...]:
    sealers = vault.sealers(row.current.envelope_id for row in rows if row.current)
    return tuple(
        ExposedInventory(
            reference=row.reference,
            site=_site(row, sealers),
            owner=row.owner.reference,
            owner_name=row.owner.name,
            mine=row.owner_id == reader.participant,
            sure=row.pk in sure,
        )
        for row in rows
    )


def _site(row: Inventory, sealers: dict[int, Sealer]) -> str:
    sealer = sealers.get(row.current.envelope_id) if row.current else None
    return open_meta(row.current.meta, sealer).site if row.current and row.current.meta and sealer else ""
