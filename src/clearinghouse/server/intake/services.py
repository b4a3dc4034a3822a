"""Every change of what was received. A report is stored before anybody looks into it, and its receipt names it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.marking import UNMARKED, Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.blobs import Blob
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.intake.errors import EmptyBodyError, KeyReusedError, NotForThemError, QuotaError
from clearinghouse.server.intake.jobs import process
from clearinghouse.server.intake.models import RecentBody, Report, State, Usage
from clearinghouse.server.intake.sealed import Meta, body_context, seal_meta
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities.tallies import add_day

SENDERS = frozenset({Role.FINDER, Role.RESEARCHER, Role.VENDOR, Role.COORDINATOR, Role.DEVELOPER, Role.AGENCY})
"""Who may send reports: everyone but who only watches or only keeps systems."""
SAME_BODY = dt.timedelta(hours=24)
"""How long a body that comes again without a key is the report that it was."""
_LONGEST_NAME = 255
_LONGEST_NOTE = 2_000


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender says about a report beside its body.

    Attributes:
        media_type, filename, note: as they were sent; sealed with the report.
        idempotency_key: names this act of sending, if the sender chose to.
        tlp, embargo_until: how far it may travel, and until when it is nobody else's.
    """

    media_type: str = ""
    filename: str = ""
    note: str = ""
    idempotency_key: str = ""
    tlp: Label = UNMARKED
    embargo_until: dt.datetime | None = None


class Received(msgspec.Struct, frozen=True):
    """What became of what was sent: the report, and whether it is a new one."""

    report: Report
    new: bool


def may_send(reader: Reader) -> bool:
    """Whether somebody may send reports at all."""
    return reader.has_scope(Scope.REPORT_SUBMIT) and not SENDERS.isdisjoint(reader.roles)


def receive(reader: Reader, body: Iterable[bytes], sent: Sent) -> Received:
    """Store a report and queue the work on it; sending it again changes nothing.

    The body goes sealed to the disk first, then one transaction makes the report, its job and its entry in the log.
    What does not get that far leaves nothing but sealed bytes that ``clearinghouse check`` finds and removes.

    Args:
        reader: who sends it. body: its bytes as they come. sent: what is said about it.

    Raises:
        NotForThemError: this reader sends no reports. QuotaError: too much for now. EmptyBodyError: there is no body.
        KeyReusedError: the key was used for another body. TooLargeError, NoRoomError: see :func:`.blobs.write`.
        VaultClosedError: without its master key the server takes nothing in.
    """
    if not may_send(reader):
        raise NotForThemError("this sender may not send reports", "ask for the role of a finder, or another key")
    vault.require_open()
    _require_few_waiting(reader)
    require_room(reader)
    with sealed_body(body, settings.CONFIGURATION.limits.report) as written:
        require_bytes(written.blob)
        found = _store(reader, sent, written)
        written.kept = found.new
    return found


class Written:
    """A body that was written under a key of its own; where nothing comes of it, it is removed again.

    Attributes:
        envelope, sealer: its key. blob: the sealed bytes. kept: whether something names it now.
    """

    def __init__(self, envelope: Envelope, sealer: Sealer) -> None:
        self.envelope = envelope
        self.sealer = sealer
        self.blob = Blob(name="", size=0, stored=0, digest="")
        self.kept = False


@contextmanager
def sealed_body(body: Iterable[bytes], limit: int) -> Iterator[Written]:
    """Write a body under a key of its own, and remove both again unless it is ``kept``.

    Raises:
        TooLargeError, NoRoomError: see :func:`.blobs.write`. And whatever ``body`` raises.
    """
    with transaction.atomic():
        written = Written(*vault.new_envelope())
    try:
        written.blob = blobs.write(body, written.sealer, body_context(written.envelope.pk), limit)
        yield written
    finally:
        if not written.kept:
            _leave(written)


def require_bytes(blob: Blob) -> None:
    """See that there is something.

    Raises:
        EmptyBodyError: there is not.
    """
    if not blob.size:
        raise EmptyBodyError("the body is empty", "send the report as the body of the request")


def _store(reader: Reader, sent: Sent, written: Written) -> Received:
    for attempt in range(3):
        try:
            with transaction.atomic():
                return _same(reader, sent, written.blob) or _new(reader, sent, written)
        except IntegrityError:  # the same was sent twice at one moment, and the other one was first
            if attempt:
                raise
    raise AssertionError("unreachable")


def _same(reader: Reader, sent: Sent, blob: Blob) -> Received | None:
    """Return the report that this is, if it was sent before."""
    mac = _body_mac(reader, sent, blob)
    if sent.idempotency_key:
        known = Report.objects.filter(submitter=reader.participant, key_mac=_key_mac(reader, sent)).first()
        if known is None:
            return None
        if bytes(known.body_mac) != mac:
            remedy = "send what is new under a new key"
            raise KeyReusedError("this Idempotency-Key was used for another report", remedy)
        return Received(known, new=False)
    recent = RecentBody.objects.select_related("report").filter(submitter=reader.participant, body_mac=mac).first()
    if recent is None:
        return None
    if recent.at > timezone.now() - SAME_BODY and recent.report.state != State.PURGED:
        return Received(recent.report, new=False)
    recent.delete()
    return None


def _new(reader: Reader, sent: Sent, written: Written) -> Received:
    blob = written.blob
    mac = _body_mac(reader, sent, blob)
    meta = Meta(
        digest=blob.digest,
        media_type=clean_line(sent.media_type, _LONGEST_NAME),
        filename=clean_line(sent.filename, _LONGEST_NAME),
        note=sent.note[:_LONGEST_NOTE],
    )
    report = Report.objects.create(
        submitter_id=reader.participant,
        person_id=reader.person,
        service_id=reader.service,
        size=blob.size,
        body_mac=mac,
        key_mac=_key_mac(reader, sent) if sent.idempotency_key else None,
        envelope=written.envelope,
        blob=blob.name,
        meta=seal_meta(meta, written.sealer),
        tlp=sent.tlp,
        embargo_until=sent.embargo_until,
    )
    if not sent.idempotency_key:
        RecentBody.objects.create(submitter_id=reader.participant, body_mac=mac, report=report)
    day = report.received_at.date()
    note_usage(reader, day, reports=1, size=blob.size)
    assert reader.participant is not None  # noqa: S101 - nobody was refused above
    add_day(reader.participant, day, reports=1)
    process.enqueue(report.pk)
    record(reader, "report.received", "report", report.pk, receipt=report.receipt, size=blob.size)
    return Received(report, new=True)


def note_usage(reader: Reader, day: dt.date, *, reports: int = 0, size: int = 0) -> None:
    """Count what a participant sent, in the caller's transaction."""
    usage, _ = Usage.objects.get_or_create(participant_id=reader.participant, day=day)
    Usage.objects.filter(pk=usage.pk).update(reports=F("reports") + reports, bytes=F("bytes") + size)


def _leave(written: Written) -> None:
    """Remove what nothing came of: the key first, which does not go while something names it."""
    try:
        with transaction.atomic():
            vault.destroy(written.envelope.pk)
            Envelope.objects.filter(pk=written.envelope.pk).delete()
    except ProtectedError:
        return  # it was committed, and what came after that failed
    if written.blob.name:
        blobs.delete(written.blob.name)


def _body_mac(reader: Reader, sent: Sent, blob: Blob) -> bytes:
    """What makes two bodies the same report: sender, bytes, and how far these may travel."""
    until = sent.embargo_until.astimezone(dt.UTC).isoformat() if sent.embargo_until else ""
    marking = f"{int(sent.tlp)} {until}".encode()
    return vault.keyed("report body", str(reader.participant).encode(), bytes.fromhex(blob.digest), marking)


def _key_mac(reader: Reader, sent: Sent) -> bytes:
    return vault.keyed("idempotency key", str(reader.participant).encode(), sent.idempotency_key.encode())


def require_room(reader: Reader) -> None:
    """See that a participant has not sent as much as it may.

    Raises:
        QuotaError: it has.
    """
    limits = settings.CONFIGURATION.limits
    usage = Usage.objects.filter(participant=reader.participant, day=timezone.now().date()).first()
    if usage and (usage.reports >= limits.reports_a_day or usage.bytes >= limits.bytes_a_day):
        what = f"this sender has sent {usage.reports:,} reports and {usage.bytes:,} bytes today"
        raise QuotaError(what, "send the rest tomorrow (days are in UTC), or ask the coordinator for more", 3600)


def _require_few_waiting(reader: Reader) -> None:
    most = settings.CONFIGURATION.limits.waiting
    waiting = Report.objects.filter(submitter=reader.participant, state__in=(State.RECEIVED, State.READ)).count()
    if waiting >= most:
        raise QuotaError(f"{waiting:,} reports of this sender wait to be read", "wait until they are done", 60)
