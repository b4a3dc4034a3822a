"""Inventories come in: stored sealed before anybody looks into them, once, and newer versions in their place."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.blobs import Blob
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.intake.errors import EmptyBodyError, KeyReusedError, QuotaError
from clearinghouse.server.inventories.jobs import read_inventory
from clearinghouse.server.inventories.models import Inventory, State, Version
from clearinghouse.server.inventories.owning import holder_of, locked, own, require_sender, share
from clearinghouse.server.inventories.sealed import Meta, body_context, open_meta, seal_meta
from clearinghouse.server.inventories.shredding import shred

MOST = 1_000
"""Inventories that one participant may have at a time."""
_LONGEST = 255
_LONGEST_SITE = 120
_UNNAMED = "inventory"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender says about an inventory beside its body.

    Attributes:
        site: what it is an inventory of, as they call it. media_type, filename: as they were sent. All are sealed.
        idempotency_key: names this act of sending, if the sender chose to.
        shared: whether the coordinator may see it; of a newer version, None leaves that as it was.
    """

    site: str = ""
    media_type: str = ""
    filename: str = ""
    idempotency_key: str = ""
    shared: bool | None = None


class Received(msgspec.Struct, frozen=True):
    """What became of what was sent: the inventory, and whether anything came of it that was not there before."""

    inventory: Inventory
    new: bool

    def __iter__(self) -> "Any":
        return iter((self.inventory, self.new))


def receive_inventory(reader: Reader, body: Iterable[bytes], sent: Sent) -> Received:
    """Store an inventory and queue the work on it; sending the same for the same site again changes nothing.

    The body goes sealed to the disk first, then one transaction makes the inventory, its job and its entry in the log.

    Args:
        reader: who sends it. body: its bytes as they come. sent: what is said about it.

    Raises:
        NotForThemError: this reader sends no inventories. QuotaError: too much for now. EmptyBodyError: no body.
        KeyReusedError: the key was used for something else. TooLargeError, NoRoomError: see :func:`.blobs.write`.
        VaultClosedError: without its master key the server takes nothing in.
    """
    require_sender(reader)
    _require_room(reader, more=1)
    return _take(reader, body, sent, None)


def replace(reader: Reader, reference: str, body: Iterable[bytes], sent: Sent = Sent()) -> Received:  # noqa: B008 - frozen
    """Store a newer version of an inventory. The one before counts until this one is read, and is destroyed then.

    Args:
        reference: of the inventory; it stays. sent: without a site or file name those of before are kept.

    Raises:
        InventoryNotFoundError: there is none, or it is somebody else's. The others are those of above.
    """
    require_sender(reader)
    own(reader, reference)
    _require_room(reader, more=0)
    return _take(reader, body, sent, reference)


def _take(reader: Reader, body: Iterable[bytes], sent: Sent, reference: str | None) -> Received:
    vault.require_open()
    with transaction.atomic():
        envelope, sealer = vault.new_envelope()
    try:
        blob = blobs.write(body, sealer, body_context(envelope.pk), settings.CONFIGURATION.limits.inventory)
    except BaseException:
        _leave(envelope)
        raise
    try:
        _require_bytes(blob)
        found = _store(_Arrival(reader, sent, envelope, sealer, blob), reference)
    except BaseException:
        _leave(envelope, blob)
        raise
    if not found.new:
        _leave(envelope, blob)
    return found


def _require_bytes(blob: Blob) -> None:
    if not blob.size:
        raise EmptyBodyError("the body is empty", "send the inventory as the body of the request")


class _Arrival(msgspec.Struct, frozen=True):
    """What came: who sent it, what they say of it, and where it lies sealed."""

    reader: Reader
    sent: Sent
    envelope: Envelope
    sealer: Sealer
    blob: Blob

    def mac(self, what: str) -> bytes:
        """What makes two bodies the same: owner, bytes, and the site, or the inventory of which it is a version."""
        owner, digest = str(self.reader.participant).encode(), bytes.fromhex(self.blob.digest)
        return vault.keyed("inventory body", owner, digest, what.encode())

    @property
    def key_mac(self) -> bytes | None:
        """Keyed digest of what names this act of sending."""
        key = self.sent.idempotency_key
        return vault.keyed("inventory key", str(self.reader.participant).encode(), key.encode()) if key else None


def _store(came: _Arrival, reference: str | None) -> Received:
    for attempt in range(3):
        try:
            with transaction.atomic():
                return _first(came) if reference is None else _next(came, reference)
        except IntegrityError:  # the same was sent twice at one moment, and the other one was first
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _first(came: _Arrival) -> Received:
    holder = holder_of(came.reader)
    site = clean_line(came.sent.site, _LONGEST_SITE) or clean_line(came.sent.filename, _LONGEST_SITE) or _UNNAMED
    mac = came.mac(f"site {site}")
    known = _named(came, mac)
    if known is None:
        live = Version.objects.select_related("inventory").exclude(state=State.REMOVED)
        known = live.filter(owner=holder.pk, body_mac=mac, number=1).first()
    if known is not None:
        return Received(known.inventory, new=False)
    inventory = Inventory.objects.create(owner_id=holder.pk, shared=bool(came.sent.shared))
    _version(came, inventory, mac, Meta(digest="", site=site, source="", filename=came.sent.filename))
    record(came.reader, "inventory.received", "inventory", inventory.reference)
    return Received(inventory, new=True)


def _next(came: _Arrival, reference: str) -> Received:
    inventory = locked(came.reader, reference)
    latest = Version.objects.get(pk=inventory.latest_id)
    mac = came.mac(f"version {reference}")
    known = _named(came, mac)
    if known is not None:
        return Received(known.inventory, new=False)
    before = open_meta(latest.meta or b"", vault.sealer(latest.envelope_id))
    site = clean_line(came.sent.site, _LONGEST_SITE) or before.site
    same = site == before.site and before.digest == came.blob.digest and latest.state != State.FAILED
    if same:
        return Received(inventory, new=False)
    if latest.pk != inventory.current_id:
        shred(latest)  # it was never read, or could not be
    meta = Meta(digest="", site=site, source="", filename=came.sent.filename or before.filename)
    _version(came, inventory, mac, meta, latest.number + 1)
    if came.sent.shared is not None and came.sent.shared != inventory.shared:
        share(came.reader, inventory, came.sent.shared)
    record(came.reader, "inventory.replaced", "inventory", inventory.reference, version=latest.number + 1)
    return Received(inventory, new=True)


def _named(came: _Arrival, mac: bytes) -> Version | None:
    """Return what was sent under the same key.

    Raises:
        KeyReusedError: that was something else.
    """
    if came.key_mac is None:
        return None
    mine = Version.objects.select_related("inventory").filter(owner=came.reader.participant)
    known = mine.filter(key_mac=came.key_mac).first()
    if known is not None and bytes(known.body_mac or b"") != mac:
        raise KeyReusedError("this Idempotency-Key was used for something else", "send what is new under a new key")
    return known


def _version(came: _Arrival, inventory: Inventory, mac: bytes, said: Meta, number: int = 1) -> None:
    filename = clean_line(said.filename.replace("\\", "/").rpartition("/")[2], _LONGEST)
    meta = Meta(
        digest=came.blob.digest,
        site=said.site,
        source="/".join((inventory.reference, said.site.replace("/", " "), filename or said.site.replace("/", " "))),
        media_type=clean_line(came.sent.media_type, _LONGEST),
        filename=filename,
    )
    version = Version.objects.create(
        inventory=inventory,
        owner_id=inventory.owner_id,
        number=number,
        person_id=came.reader.person,
        service_id=came.reader.service,
        size=came.blob.size,
        body_mac=mac,
        key_mac=came.key_mac,
        envelope=came.envelope,
        blob=came.blob.name,
        meta=seal_meta(meta, came.sealer),
    )
    inventory.latest = version
    inventory.save(update_fields=["latest"])
    read_inventory.enqueue(version.pk)


def _leave(envelope: Envelope, blob: Blob | None = None) -> None:
    """Remove what an inventory that was not made left behind."""
    if blob is not None:
        blobs.delete(blob.name)
    with transaction.atomic():
        vault.destroy(envelope.pk)
        Envelope.objects.filter(pk=envelope.pk).delete()


def _require_room(reader: Reader, more: int) -> None:
    """See that a participant has not sent as much as it may.

    Raises:
        QuotaError: it has.
    """
    limits = settings.CONFIGURATION.limits
    mine = Version.objects.filter(owner=reader.participant)
    waiting = mine.filter(state=State.RECEIVED).count()
    if waiting >= limits.waiting:
        raise QuotaError(f"{waiting:,} inventories of this sender wait to be read", "wait until they are done", 60)
    kept = Inventory.objects.filter(owner=reader.participant, removed_at__isnull=True).count()
    if kept + more > MOST:
        raise QuotaError(f"this sender has {kept:,} inventories", "remove or replace one", 3600)
    today = mine.filter(received_at__gte=timezone.now() - dt.timedelta(days=1))
    sent = today.aggregate(bytes=Sum("size"))["bytes"] or 0
    if sent >= limits.bytes_a_day:
        raise QuotaError(f"this sender has sent {sent:,} bytes of inventories in a day", "send the rest tomorrow", 3600)
