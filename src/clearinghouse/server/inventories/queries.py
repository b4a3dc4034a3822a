"""What is asked about inventories and what follows from them, filtered by what the reader may see."""

from collections.abc import Collection, Iterable

import msgspec
from django.db.models import QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.inventories.errors import not_found
from clearinghouse.server.inventories.exposures import ExposedInventory, Exposures, exposures
from clearinghouse.server.inventories.models import (
    Acknowledgement,
    Audience,
    Holder,
    Inventory,
    State,
    Version,
    Violation,
    Worklist,
)
from clearinghouse.server.inventories.planning import Tally, outline_of, tally
from clearinghouse.server.inventories.sealed import open_meta, open_note, open_problem, open_result
from clearinghouse.server.inventories.views import (
    Acknowledged,
    InventoryDetail,
    InventoryView,
    WorklistRow,
    WorklistView,
)
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities.signals import as_of

__all__ = [
    "Acknowledged",
    "ExposedInventory",
    "Exposures",
    "InventoryDetail",
    "InventoryView",
    "WorklistRow",
    "WorklistView",
    "blobs_in_use",
    "exposures",
    "inventories",
    "inventory",
    "sent",
    "terms",
    "worklist",
    "worklists",
]

MOST = 200
"""How many inventories or violations one question gets."""


def inventories(
    reader: Reader, *, owner: str = "", removed: bool = False, before: str = "", limit: int = 50
) -> list[InventoryView]:
    """Return inventories that a reader may see, the newest first.

    Args:
        owner: only those of the participant with this reference. removed: also those of which only a mark is left.
        before: only those before the one with this reference; the last one of a page leads to the next page.
        limit: at most so many, at most :data:`MOST`.
    """
    rows = _visible(reader)
    if owner:
        rows = rows.filter(owner__reference=owner)
    if not removed:
        rows = rows.filter(removed_at__isnull=True)
    if before:
        rows = rows.filter(pk__lt=visible(reader, Inventory.objects.filter(reference=before)).values("pk")[:1])
    return _views(reader, rows.order_by("-pk")[: max(0, min(limit, MOST))])


def inventory(reader: Reader, reference: str, *, start: int = 0, limit: int = 100) -> InventoryDetail:
    """Return one inventory, and a page of what is wrong with it.

    Args:
        start: position of the first violation. limit: at most so many, at most :data:`MOST`.

    Raises:
        InventoryNotFoundError: there is none, or it is not for this reader.
    """
    found = _visible(reader).filter(reference=reference).first()
    if found is None or found.latest is None:
        raise not_found()
    view = _views(reader, [found])[0]
    rows = Violation.objects.filter(version=found.latest).order_by("number")
    page = list(rows[max(0, start) : max(0, start) + max(0, min(limit, MOST))])
    sealer = vault.sealers([found.latest.envelope_id]).get(found.latest.envelope_id)
    problems = tuple(open_problem(each.number, each.sealed, sealer) for each in page) if sealer else ()
    digest = open_meta(found.latest.meta, sealer).digest if sealer and found.latest.meta else ""
    return InventoryDetail(view=view, violations=problems, total=rows.count(), start=max(0, start), digest=digest)


def sent(reader: Reader, found: Inventory) -> InventoryView:
    """Return an inventory to who just sent it, also if their key is good for sending alone.

    Raises:
        InventoryNotFoundError: it is somebody else's.
    """
    rows = Inventory.objects.select_related("owner", "latest", "current")
    mine = (
        rows.filter(pk=found.pk, owner=reader.participant) if reader.has_scope(Scope.INVENTORY_WRITE) else rows.none()
    )
    views = _views(reader, mine)
    if not views:
        raise not_found()
    return views[0]


def worklist(reader: Reader, owner: str | None = None) -> WorklistView | None:
    """Return what a participant has to do; None while that is not worked out, or there is no inventory.

    Args:
        owner: reference of the participant; None is the reader's own. Of another one a coordinator sees what follows
            from its shared inventories alone.

    Raises:
        InventoryNotFoundError: there is no such participant, or nothing of it that this reader may see.
    """
    whose = _whose(reader, owner)
    mine = whose.pk == reader.participant
    audience = Audience.OWNER if mine else Audience.SHARED
    row = Worklist.objects.filter(owner=whose, audience=audience).first()
    if row is None:
        return None
    today = as_of()
    try:
        result = open_result(row.sealed, vault.sealer(row.envelope_id))
    except msgspec.DecodeError:  # another version of this program made it; the next look makes it anew
        return None
    said = _said(whose, mine)
    marks = {position: said[word] for position, word in enumerate(result.words) if word in said}
    rows = Inventory.objects.filter(owner=whose, removed_at__isnull=True, latest__state=State.RECEIVED)
    return WorklistView(
        owner=whose.reference,
        owner_name=whose.name,
        mine=mine,
        made_at=row.made_at,
        made_as_of=row.as_of,
        as_of=today,
        plan=result.plan,
        made_from=result.made_from,
        unknown=result.unknown,
        bound=result.bound,
        judged=result.judged,
        notices=result.notices,
        words=tuple(word.hex() for word in result.words),
        acknowledged=marks,
        taken_back=_taken_back(whose, result.words, said),
        tally=tally(outline_of(result), today, said),
        waiting=(rows if mine else rows.filter(shared=True)).count(),
    )


def worklists(reader: Reader, *, limit: int = 100) -> list[WorklistRow]:
    """Return the worklists of other participants that share inventories with a coordinator, the most urgent first.

    They are counted on the day on which they were made; nothing is opened.
    """
    shared = _visible(reader).filter(shared=True, removed_at__isnull=True, current__isnull=False)
    rows = Worklist.objects.select_related("owner").filter(audience=Audience.SHARED, owner__in=shared.values("owner"))
    rows = rows.exclude(owner=reader.participant).order_by("-overdue", "next_due", "owner__name")
    return [
        WorklistRow(
            owner=row.owner.reference,
            owner_name=row.owner.name,
            made_at=row.made_at,
            as_of=row.as_of,
            tally=Tally(**{name: getattr(row, name) for name in Tally.__struct_fields__}),
        )
        for row in rows[: max(0, min(limit, MOST))]
    ]


def terms(reader: Reader) -> Holder | None:
    """Return what holds for all inventories of the reader's participant; None while it never had one."""
    return Holder.objects.filter(pk=reader.participant).first() if _may_read(reader) else None


def blobs_in_use(names: Collection[str]) -> set[str]:
    """Return which of these sealed bytes are those of an inventory, for the look after what nobody names."""
    return set(Version.objects.filter(blob__in=names).values_list("blob", flat=True))


def _may_read(reader: Reader) -> bool:
    return reader.has_scope(Scope.INVENTORY_READ)


def _visible(reader: Reader) -> QuerySet[Inventory]:
    rows = Inventory.objects.select_related("owner", "latest", "current")
    return visible(reader, rows) if _may_read(reader) else rows.none()


def _views(reader: Reader, rows: Iterable[Inventory]) -> list[InventoryView]:
    found = [row for row in rows if row.latest is not None]
    sealers = vault.sealers(row.latest.envelope_id for row in found if row.latest)
    return [_view(reader, row, row.latest, sealers.get(row.latest.envelope_id)) for row in found if row.latest]


def _view(reader: Reader, row: Inventory, latest: Version, sealer: Sealer | None) -> InventoryView:
    meta = open_meta(latest.meta, sealer) if sealer is not None and latest.meta is not None else None
    return InventoryView(
        reference=row.reference,
        owner=row.owner.reference,
        owner_name=row.owner.name,
        mine=row.owner_id == reader.participant,
        shared=row.shared,
        site=meta.site if meta else "",
        filename=meta.filename if meta else "",
        state=row.state,
        received_at=latest.received_at,
        removed_at=row.removed_at,
        version=latest.number,
        size=latest.size,
        formats=latest.formats,
        components=latest.components,
        assets=latest.assets,
        unreadable=latest.unreadable,
        problems=latest.problems,
        counts=row.current is not None,
        counting=row.current.number if row.current else None,
    )


def _whose(reader: Reader, owner: str | None) -> Participant:
    """Return the participant that is meant, if this reader may see anything that it has."""
    if not _may_read(reader):
        raise not_found()
    if owner is None:
        return Participant.objects.get(pk=reader.participant)
    found = Participant.objects.filter(reference=owner).first()
    if found is not None and found.pk == reader.participant:
        return found
    shared = Inventory.objects.filter(owner__reference=owner, shared=True, removed_at__isnull=True)
    if found is None or not visible(reader, shared).exists():
        raise not_found()
    return found


def _said(owner: Participant, mine: bool) -> dict[bytes, Acknowledged]:
    """Return what holds of what was said of actions, by their words."""
    rows = list(Acknowledgement.objects.select_related("person").filter(owner=owner, taken_back_at__isnull=True))
    if not mine:
        return {bytes(row.word): Acknowledged(mark=row.mark, at=row.at) for row in rows}
    sealers = vault.sealers(row.envelope_id for row in rows if row.envelope_id is not None and row.note is not None)
    return {
        bytes(row.word): Acknowledged(
            mark=row.mark,
            at=row.at,
            by=row.person.name,
            note=open_note(row.note, sealers[row.envelope_id])
            if row.note is not None and row.envelope_id in sealers
            else "",
        )
        for row in rows
    }


def _taken_back(owner: Participant, words: Collection[bytes], said: Collection[bytes]) -> int:
    """Count the actions of a plan that were marked as done and are listed again, with no word since."""
    rows = Acknowledgement.objects.filter(owner=owner, taken_back_at__isnull=False, taken_back_by__isnull=True)
    known = {bytes(word) for word in rows.values_list("word", flat=True)}
    return len(known & set(words) - set(said))
