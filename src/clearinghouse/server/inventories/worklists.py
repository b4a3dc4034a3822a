"""Worklists as they are kept: what each is made of, when it is to be made anew, and how it is put into its place."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from django.utils import timezone

from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.inventories.known import Known, Versions
from clearinghouse.server.inventories.models import (
    Acknowledgement,
    Audience,
    Content,
    ExposedIdentifier,
    Holder,
    Inventory,
    Mark,
    Version,
    Worklist,
)
from clearinghouse.server.inventories.planning import Planned, Record, Site, outline_of, plan_of, tally
from clearinghouse.server.inventories.sealed import (
    identifier_word,
    open_meta,
    open_seen,
    opened,
    seal_outline,
    seal_result,
    seal_seen,
)
from clearinghouse.server.inventories.shredding import close_worklists
from clearinghouse.triage.worklist import Terms

RULES = 1
"""Changes when the same inputs give another worklist, so that all are made anew."""


class Inputs(msgspec.Struct, frozen=True):
    """What a worklist is made of.

    Attributes:
        sites: primary key of each version that counts, and whether it is shared. digest: over everything.
    """

    sites: tuple[tuple[int, bool], ...]
    exposed: str
    bound: bool
    as_of: dt.date
    versions: Versions
    digest: bytes

    @property
    def audiences(self) -> dict[str, frozenset[int]]:
        """For whom there is a worklist, and of which versions."""
        every = frozenset(key for key, _ in self.sites)
        shared = frozenset(key for key, shared in self.sites if shared)
        return {who: keys for who, keys in ((Audience.OWNER, every), (Audience.SHARED, shared)) if keys}


class Made(msgspec.Struct, frozen=True):
    """Worklists that were worked out and are not kept yet, by audience."""

    versions: Versions
    planned: dict[str, Planned]


def inputs_of(owner: int, versions: Versions, as_of: dt.date, *, lock: bool = False) -> Inputs:
    """Return what an owner's worklists are to be made of now.

    Args:
        lock: whether nobody else may change that until the caller's transaction ends.
    """
    holders = Holder.objects.select_for_update() if lock else Holder.objects
    holder = holders.get(pk=owner)
    rows = Inventory.objects.filter(owner=owner, removed_at__isnull=True, current__isnull=False).order_by("pk")
    sites = tuple(rows.values_list("current", "shared"))
    parts = msgspec.json.encode((RULES, sites, holder.exposed, holder.bound, as_of, versions))
    digest = vault.keyed("worklist inputs", str(owner).encode(), parts)
    return Inputs(sites, holder.exposed, holder.bound, as_of, versions, digest)


def is_made(owner: int, inputs: Inputs) -> bool:
    """Whether the worklists that there are were made of just this."""
    rows = dict(Worklist.objects.filter(owner=owner).values_list("audience", "inputs"))
    return rows.keys() == inputs.audiences.keys() and all(bytes(each) == inputs.digest for each in rows.values())


def outdated(versions: Versions, as_of: dt.date) -> list[int]:
    """Return the owners whose worklists rest on other advisories, other signals or another day than now."""
    current = Worklist.objects.filter(
        as_of=as_of, advisories=versions.advisories, signals=versions.signals, audience=Audience.OWNER
    )
    rows = Inventory.objects.filter(removed_at__isnull=True, current__isnull=False)
    return list(rows.exclude(owner__in=current.values("owner")).values_list("owner", flat=True).distinct())


def make(owner: int, inputs: Inputs, known: Known, check: Callable[[], None]) -> Made:
    """Work out an owner's worklists; nothing is written.

    Args:
        check: called between inventories; what it raises ends the work.

    Raises:
        DestroyedError: an inventory was removed meanwhile.
    """
    terms = Terms(as_of=inputs.as_of, exposed=inputs.exposed, bound=inputs.bound)
    made: dict[str, Planned] = {}
    for audience, keys in inputs.audiences.items():
        same = next((made[other] for other in made if inputs.audiences[other] == keys), None)
        made[audience] = same or plan_of(owner, _sites(sorted(keys), check), known, terms)
    return Made(known.versions, made)


def _sites(keys: Sequence[int], check: Callable[[], None]) -> Iterator[Site]:
    versions = Version.objects.in_bulk(keys)
    for key in keys:
        check()
        version = versions[key]
        sealer = vault.sealer(version.envelope_id)
        yield Site(
            key=key,
            received=version.received_at,
            source=open_meta(version.meta or b"", sealer).source,
            records=_records(key, sealer),
            seen=open_seen(version.seen, sealer),
        )


def _records(key: int, sealer: Sealer) -> Iterator[Record]:
    rows = Content.objects.filter(version=key).order_by("first").values_list("first", "count", "sealed")
    return opened(rows.iterator(chunk_size=8), sealer)


def keep(owner: int, inputs: Inputs, made: Made) -> None:
    """Put worklists into their place, in the caller's transaction, which holds the owner's lock."""
    missing = {Audience.OWNER, Audience.SHARED} - made.planned.keys()
    if missing == {Audience.OWNER, Audience.SHARED}:
        close_worklists(owner)
    elif missing:
        close_worklists(owner, only_shared=True)
    whole = made.planned.get(Audience.OWNER)
    contradicted = _take_back(owner, whole.relisted) if whole is not None else 0
    if whole is not None:
        _keep_seen(inputs, whole)
    _keep_exposed(owner, inputs, made.planned)
    settled = settled_words(owner)
    for audience, planned in made.planned.items():
        _keep_one(owner, audience, inputs, planned, settled)
    if contradicted:
        why = "a newer inventory still lists the component"
        record(None, "acknowledgement.taken_back", "participant", owner, actions=contradicted, why=why)


def settled_words(owner: int) -> frozenset[bytes]:
    """Return the words of the actions that an owner marked as done or not applicable."""
    rows = Acknowledgement.objects.filter(owner=owner, taken_back_at__isnull=True)
    return frozenset(bytes(word) for word in rows.values_list("word", flat=True))


def _keep_one(owner: int, audience: str, inputs: Inputs, planned: Planned, settled: frozenset[bytes]) -> None:
    held = Worklist.objects.filter(owner=owner, audience=audience).values_list("envelope", flat=True).first()
    envelope, sealer = (held, vault.sealer(held)) if held is not None else _new_key()
    outline = outline_of(planned.result)
    Worklist.objects.update_or_create(
        owner_id=owner,
        audience=audience,
        defaults={
            "made_at": timezone.now(),
            "as_of": inputs.as_of,
            "advisories": inputs.versions.advisories,
            "signals": inputs.versions.signals,
            "inputs": inputs.digest,
            "envelope_id": envelope,
            "sealed": seal_result(planned.result, sealer),
            "outline": seal_outline(outline, sealer),
            **msgspec.structs.asdict(tally(outline, inputs.as_of, settled)),
        },
    )


def _new_key() -> tuple[int, Sealer]:
    envelope, sealer = vault.new_envelope()
    return envelope.pk, sealer


def _keep_seen(inputs: Inputs, planned: Planned) -> None:
    """Remember since when each flaw is known at each site."""
    for version in Version.objects.filter(pk__in=[key for key, _ in inputs.sites]):
        sealer = vault.sealer(version.envelope_id)
        seen = planned.seen[version.pk]
        if seen != open_seen(version.seen, sealer):
            Version.objects.filter(pk=version.pk).update(seen=seal_seen(seen, sealer))


def _keep_exposed(owner: int, inputs: Inputs, planned: Mapping[str, Planned]) -> None:
    """Keep by which identifiers each inventory is met.

    Of one that is shared, what is known of those that are shared; so that none tells of another that is not.
    """
    shared = dict(inputs.sites)
    inventories = dict(Version.objects.filter(pk__in=shared).values_list("pk", "inventory"))
    wanted: dict[tuple[int, int], bool] = {}
    for key, inventory in inventories.items():
        found = planned[Audience.SHARED if shared[key] else Audience.OWNER].exposed[key]
        for name, sure in found.items():
            place = identifier_word(name), inventory
            wanted[place] = wanted.get(place, False) or sure
    rows = ExposedIdentifier.objects.filter(inventory__owner=owner)
    held = {(word, inventory): sure for word, inventory, sure in rows.values_list("word", "inventory", "sure")}
    if held == wanted:
        return
    rows.delete()
    ExposedIdentifier.objects.bulk_create(
        [ExposedIdentifier(word=word, inventory_id=place, sure=sure) for (word, place), sure in wanted.items()],
        batch_size=2_000,
    )


def _take_back(owner: int, relisted: Mapping[bytes, dt.datetime]) -> int:
    """Take back that upgrades were done whose component a newer inventory still lists as it was; return how many."""
    live = Acknowledgement.objects.filter(owner=owner, mark=Mark.DONE, taken_back_at__isnull=True)
    wrong = [mark.pk for mark in live if (came := relisted.get(bytes(mark.word))) is not None and came > mark.at]
    return Acknowledgement.objects.filter(pk__in=wrong).update(taken_back_at=timezone.now()) if wrong else 0
