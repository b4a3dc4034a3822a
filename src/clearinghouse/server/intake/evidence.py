"""Attachments of reports, and downloads: each is an act with a stated purpose, recorded before the first byte."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.intake.errors import (
    NotForThemError,
    NotFoundError,
    PurgedError,
    PurposeError,
    TooManyAttachmentsError,
)
from clearinghouse.server.intake.models import Attachment, AttachmentKind, Report, State
from clearinghouse.server.intake.sealed import Meta, body_context, open_meta, seal_meta
from clearinghouse.server.intake.services import (
    Written,
    may_send,
    note_usage,
    require_bytes,
    require_room,
    sealed_body,
)
from clearinghouse.server.intake.signals import attached
from clearinghouse.server.participants.scopes import Scope

_SHORTEST_PURPOSE = 10
_LONGEST_PURPOSE = 500
_LONGEST_NAME = 255


class Download(msgspec.Struct, frozen=True):
    """What is handed out: a name to save it under, how many bytes, and the bytes as they are opened."""

    filename: str
    size: int
    chunks: Iterator[bytes]


def attach(
    reader: Reader, receipt: str, kind: str, body: Iterable[bytes], *, filename: str = "", media_type: str = ""
) -> tuple[Attachment, bool]:
    """Store a file that belongs to one's own report, under a key of its own; sending it again changes nothing.

    Returns:
        The attachment, and whether it is a new one.

    Raises:
        NotFoundError: they have no such report. NotForThemError: they may not send. PurgedError: it was purged.
        TooManyAttachmentsError: it has as many as it may have. EmptyBodyError, TooLargeError, NoRoomError,
        VaultClosedError: as for a report.
    """
    if not may_send(reader):
        raise NotForThemError("this sender may not send attachments", "ask for the role of a finder, or another key")
    vault.require_open()
    _own(reader, Report.objects.all(), receipt)
    require_room(reader)
    with sealed_body(body, settings.CONFIGURATION.limits.attachment) as written:
        require_bytes(written.blob)
        meta = Meta(
            digest=written.blob.digest,
            media_type=clean_line(media_type, _LONGEST_NAME),
            filename=clean_line(filename, _LONGEST_NAME),
        )
        made, written.kept = _attached(reader, receipt, AttachmentKind(kind), written, meta)
    return made, written.kept


def _attached(
    reader: Reader, receipt: str, kind: AttachmentKind, written: Written, meta: Meta
) -> tuple[Attachment, bool]:
    """Return the attachment that this is, and whether it is new; of several that send it at once one makes it."""
    blob = written.blob
    with transaction.atomic():
        report = _own(reader, Report.objects.select_for_update(), receipt)
        mac = vault.keyed("attachment", str(report.pk).encode(), bytes.fromhex(blob.digest))
        known = report.attachments.filter(kind=kind, body_mac=mac).first()
        if known is not None:
            return known, False
        _require_place(report)
        made = Attachment.objects.create(
            report=report,
            kind=kind,
            size=blob.size,
            body_mac=mac,
            envelope=written.envelope,
            blob=blob.name,
            meta=seal_meta(meta, written.sealer),
        )
        note_usage(reader, made.received_at.date(), size=blob.size)
        attached.send(Attachment, report=report.pk)
        record(reader, "attachment.received", "report", report.pk, attachment=made.reference, size=blob.size)
    return made, True


def _require_place(report: Report) -> None:
    most = settings.CONFIGURATION.limits.attachments
    if report.attachments.count() >= most:
        what = f"this report has {most} attachments, the most that one may have"
        raise TooManyAttachmentsError(what, "pack several files into one archive")


def _own(reader: Reader, rows: QuerySet[Report], receipt: str) -> Report:
    report = rows.filter(receipt=receipt, submitter=reader.participant).first()
    if report is None:
        raise NotFoundError("there is no such report of yours", "look at the receipt")
    if report.state == State.PURGED:
        raise PurgedError("the content of this report was destroyed", "send a new report")
    return report


def download_report(reader: Reader, receipt: str, purpose: str) -> Download:
    """Hand out the bytes of a report as they were sent.

    Raises:
        NotFoundError: there is none that they may have. PurposeError: no purpose. PurgedError: it was purged.
    """
    purpose = _purpose(purpose)
    report = _visible_report(reader, receipt)
    if report.state == State.PURGED or report.meta is None:
        raise PurgedError("the content of this report was destroyed", "nothing brings it back")
    found = _opened(report, report.meta, report.receipt)
    with transaction.atomic():
        record(reader, "evidence.downloaded", "report", report.pk, receipt=report.receipt, purpose=purpose)
    return found


def _visible_report(reader: Reader, receipt: str) -> Report:
    rows = visible(reader, Report.objects.all()) if reader.has_scope(Scope.EVIDENCE_READ) else Report.objects.none()
    report = rows.filter(receipt=receipt).first()
    if report is None:
        raise NotFoundError("there is no such report", "look at the receipt")
    return report


def download_attachment(reader: Reader, reference: str, purpose: str) -> Download:
    """Hand out the bytes of an attachment.

    Raises:
        NotFoundError: there is none that they may have. PurposeError: no purpose. PurgedError: it was purged.
    """
    purpose = _purpose(purpose)
    rows = visible(reader, Attachment.objects.select_related("report"))
    found = rows.filter(reference=reference).first() if reader.has_scope(Scope.EVIDENCE_READ) else None
    if found is None:
        raise NotFoundError("there is no such attachment", "look at its reference")
    if found.purged_at is not None or found.meta is None:
        raise PurgedError("the content of this attachment was destroyed", "nothing brings it back")
    download = _opened(found, found.meta, found.reference)
    with transaction.atomic():
        facts = {"attachment": found.reference, "purpose": purpose}
        record(reader, "evidence.downloaded", "report", found.report_id, **facts)
    return download


def _opened(sealed: Report | Attachment, meta: bytes, name: str) -> Download:
    """Open what is sealed; all of it is verified before anything is said of it."""
    sealer = vault.sealer(sealed.envelope_id)
    chunks = blobs.open(sealed.blob, sealer, body_context(sealed.envelope_id))
    first = next(chunks)
    return Download(open_meta(meta, sealer).filename or name, sealed.size, chain([first], chunks))


def _purpose(text: str) -> str:
    purpose = clean_line(text, _LONGEST_PURPOSE)
    if len(purpose) < _SHORTEST_PURPOSE:
        raise PurposeError("there is no purpose", f"say what it is for, in at least {_SHORTEST_PURPOSE} characters")
    return purpose
