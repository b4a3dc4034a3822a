"""Reports: sent as they are, stored before anybody looks into them, named by a receipt."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from ninja import Header, Path, Query, Router, Status
from ninja.errors import HttpError

from clearinghouse.records import Problem
from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.intake import evidence, queries, services
from clearinghouse.server.intake.models import Attachment, Report
from clearinghouse.server.intake.sealed import Meta
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities import own
from clearinghouse.server.web.api.access import Key
from clearinghouse.server.web.api.bodies import body_of, filename_of
from clearinghouse.server.web.api.document import MONITOR
from clearinghouse.server.web.api.shapes import (
    ERRORS,
    AttachmentShape,
    MarkingShape,
    OwnFindingShape,
    OwnFindingsShape,
    ProblemShape,
    PurposeShape,
    ReadProblemShape,
    ReceiptShape,
    ReportShape,
    ReportsShape,
    ViolationsShape,
)
from clearinghouse.server.web.middleware import reader_of

router = Router(tags=["reports"])

Receipt = Annotated[str, Path(pattern=r"^RCP-[0-9A-HJKMNP-TV-Z]{26}$", description="as it was given")]
Reference = Annotated[str, Path(pattern=r"^[a-z0-9]{12}$")]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern=r"^[!-~]*$",
        description="names this act of sending: again with the same body it is the same report",
    ),
]
Before = Annotated[str, Query(pattern=r"^(RCP-[0-9A-HJKMNP-TV-Z]{26})?$", description="of the page before")]
NO_NUL = r"^[^\x00]*$"
"""What text may hold: anything but the character that no database keeps."""
TlpWord = Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
_LABELS = {label.label: label for label in Label}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_SOME_BYTES = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
_MONITORED = {status: {"headers": MONITOR} for status in (200, 202)}
_RAW: dict[str, Any] = {
    "responses": _MONITORED,
    "requestBody": {
        "required": True,
        "description": "The report as it is, of any known format; gzip and zip are opened.",
        "content": {"application/json": {"schema": {}}, "application/octet-stream": _SOME_BYTES},
    },
}
_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": _SOME_BYTES}}}
_DOWNLOAD = {
    "responses": {200: {"description": "The bytes as they were sent.", "content": {"application/octet-stream": _BYTES}}}
}
_MESSAGE = "Stored. Its address says how far the work on it is, and lists every violation."


@router.post(
    "/reports",
    auth=Key(Scope.REPORT_SUBMIT),
    response={
        202: ReceiptShape,
        200: ReceiptShape,
        409: ProblemShape,
        411: ProblemShape,
        413: ProblemShape,
        **ERRORS,
    },
    openapi_extra=_RAW,
    summary="Send a report",
)
def submit(
    request: HttpRequest,
    response: HttpResponse,
    idempotency_key: IdempotencyKey = "",
    tlp: Annotated[TlpWord, Query(description="how far it may travel (TLP 2.0)")] = "TLP:AMBER+STRICT",
    embargo_until: Annotated[dt.datetime | None, Query(description="RFC 3339; without a zone it is UTC")] = None,
    note: Annotated[str, Query(max_length=2000, pattern=NO_NUL, description="for the people who read it")] = "",
) -> Status:
    """Take a report in. The answer is a receipt; the work on it goes on after that."""
    sent = services.Sent(
        media_type=request.headers.get("Content-Type", "")[:255],
        filename=filename_of(request),
        note=note,
        idempotency_key=idempotency_key,
        tlp=_LABELS[tlp],
        embargo_until=_utc(embargo_until),
    )
    found = services.receive(reader_of(request), body_of(request, settings.CONFIGURATION.limits.report), sent)
    address = reverse("v1:report", args=[found.report.receipt])
    response.headers["Link"] = f'<{address}>; rel="monitor"'
    response.headers["Location"] = address
    return Status(202 if found.new else 200, _receipt(found.report, queries.meta(found.report)))


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a time in UTC, which is meant where it has no zone.

    Raises:
        HttpError: the calendar has no such time in UTC.
    """
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise HttpError(400, "embargo_until lies outside of the calendar") from error


def _receipt(report: Report, meta: Meta | None) -> ReceiptShape:
    return ReceiptShape(**_receipt_fields(report, meta))


def _receipt_fields(report: Report, meta: Meta | None) -> dict[str, Any]:
    return {
        "receipt": report.receipt,
        "status": queries.STATUS[report.state],
        "at": report.state_at,
        "received_at": report.received_at,
        "size": report.size,
        "digest": f"sha256:{meta.digest}" if meta else None,
        "marking": marking(report.tlp, report.embargo_until),
        "message": _MESSAGE,
    }


def marking(tlp: int, until: dt.datetime | None) -> MarkingShape:
    """Return a marking as the API writes it."""
    return MarkingShape(tlp=Label(tlp).label, embargo_until=until)


@router.get(
    "/reports",
    auth=Key(Scope.REPORT_READ),
    response={200: ReportsShape, **ERRORS},
    summary="One's reports, newest first",
)
def listed(request: HttpRequest, before: Before = "") -> ReportsShape:
    """List the reports that the key may see."""
    page = queries.reports(reader_of(request), before=before)
    rows = [_receipt(report, page.metas.get(report.pk)) for report in page.reports]
    return ReportsShape(reports=rows, before=page.before or None)


@router.get(
    "/reports/{receipt}",
    auth=Key(Scope.REPORT_READ),
    response={200: ReportShape, **ERRORS},
    summary="How far the work on a report is",
    url_name="report",
)
def status(request: HttpRequest, receipt: Receipt) -> ReportShape:
    """Say what became of a report, with the first violations."""
    reader = reader_of(request)
    report = queries.report(reader, receipt)
    meta = queries.meta(report)
    return ReportShape(
        **_receipt_fields(report, meta),
        format=report.format,
        findings=report.findings,
        identified=report.linked,
        problems=report.problems,
        filename=meta.filename if meta else "",
        media_type=meta.media_type if meta else "",
        attachments=[each.reference for each, _ in queries.attachments(reader, report)],
        violations=[violation(each) for each in queries.violations(report)],
    )


def violation(each: Problem) -> ReadProblemShape:
    """Return a problem of a document as the API writes it."""
    return ReadProblemShape(
        code=each.code,
        message=each.message,
        level=each.level.value,
        pointer=each.pointer,
        line=each.line,
        expected=each.expected,
        source=each.source,
    )


@router.get(
    "/reports/{receipt}/violations",
    auth=Key(Scope.REPORT_READ),
    response={200: ViolationsShape, **ERRORS},
    summary="Everything that is wrong with a report",
)
def violations(
    request: HttpRequest, receipt: Receipt, first: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> ViolationsShape:
    """List violations in the order of the document."""
    report = queries.report(reader_of(request), receipt)
    found = queries.violations(report, first=first)
    more = len(found) == queries.PAGE
    return ViolationsShape(violations=[violation(each) for each in found], first=first + len(found) if more else None)


@router.get(
    "/reports/{receipt}/findings",
    auth=Key(Scope.REPORT_READ),
    response={200: OwnFindingsShape, **ERRORS},
    summary="Where the findings of a report stand",
)
def findings(
    request: HttpRequest, receipt: Receipt, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> OwnFindingsShape:
    """List findings in the order of the document, each ranked by its sender's own reports alone."""
    reader = reader_of(request)
    report = queries.report(reader, receipt)
    page = own.findings_of_report(reader, report.pk, after=after)
    return OwnFindingsShape(findings=[_own(each) for each in page.findings], after=page.after or None)


def _own(each: own.OwnFinding) -> OwnFindingShape:
    return OwnFindingShape(
        number=each.number,
        title=each.title,
        component=each.component,
        place=each.place,
        rule=each.rule,
        identifiers=list(each.identifiers),
        weaknesses=list(each.weaknesses),
        state=each.state,
        tier=each.tier,
        due=each.due,
        same=list(each.same),
    )


@router.post(
    "/reports/{receipt}/attachments",
    auth=Key(Scope.REPORT_SUBMIT),
    response={
        201: AttachmentShape,
        200: AttachmentShape,
        409: ProblemShape,
        410: ProblemShape,
        411: ProblemShape,
        413: ProblemShape,
        **ERRORS,
    },
    openapi_extra=_FILE,
    summary="Add a reproducer, a patch or another file",
)
def attach(
    request: HttpRequest,
    receipt: Receipt,
    kind: Annotated[Literal["reproducer", "patch", "other"], Query()] = "other",
) -> Status:
    """Store a file that belongs to one's own report, under a key of its own."""
    reader = reader_of(request)
    made, new = evidence.attach(
        reader,
        receipt,
        kind,
        body_of(request, settings.CONFIGURATION.limits.attachment),
        filename=filename_of(request),
        media_type=request.headers.get("Content-Type", "")[:255],
    )
    return Status(201 if new else 200, attachment(made, filename_of(request)))


def attachment(made: Attachment, filename: str) -> AttachmentShape:
    """Return an attachment as it is told."""
    return AttachmentShape(
        reference=made.reference,
        kind=made.kind,
        size=made.size,
        received_at=made.received_at,
        filename=filename,
    )


@router.post(
    "/reports/{receipt}/content",
    auth=Key(Scope.EVIDENCE_READ),
    response={410: ProblemShape, **ERRORS},
    openapi_extra=_DOWNLOAD,
    summary="Download a report as it was sent",
)
def content(request: HttpRequest, receipt: Receipt, purpose: PurposeShape) -> StreamingHttpResponse:
    """Hand out the bytes; that this happened, and what for, is recorded first."""
    return handed_out(reader_of(request), evidence.download_report(reader_of(request), receipt, purpose.purpose))


@router.post(
    "/attachments/{reference}/content",
    auth=Key(Scope.EVIDENCE_READ),
    response={410: ProblemShape, **ERRORS},
    openapi_extra=_DOWNLOAD,
    summary="Download an attachment",
)
def attachment_content(request: HttpRequest, reference: Reference, purpose: PurposeShape) -> StreamingHttpResponse:
    """Hand out the bytes; that this happened, and what for, is recorded first."""
    return handed_out(reader_of(request), evidence.download_attachment(reader_of(request), reference, purpose.purpose))


def handed_out(reader: Reader, download: evidence.Download) -> StreamingHttpResponse:
    """Return bytes of a stranger as a browser cannot take them for anything but a file to be saved."""
    response = StreamingHttpResponse(download.chunks, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(download.size)
    response.headers["Content-Disposition"] = disposition(download.filename)
    return response


def disposition(filename: str) -> str:
    """Return a header that saves under a plain name (RFC 6266): letters, digits, dots, dashes."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in filename)
    return f'attachment; filename="{plain.lstrip(".")[:150] or "download"}"'
