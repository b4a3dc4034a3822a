"""Validations: reproducers asked to be run, how far each is, signed verdicts, and what they rest on."""

from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Path, Query, Router, Status

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.intake.queries import report as visible_report
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import bundles, evidence, queries, same_remedy, second, services
from clearinghouse.server.validations.models import Validation
from clearinghouse.server.validations.opinions import Read
from clearinghouse.server.validations.same_remedy import SameRemedy
from clearinghouse.server.vulnerabilities.queries import find
from clearinghouse.server.web.api.access import Key
from clearinghouse.server.web.api.bodies import body_of
from clearinghouse.server.web.api.reports import Receipt, handed_out
from clearinghouse.server.web.api.shapes import ERRORS, ProblemShape, PurposeShape
from clearinghouse.server.web.api.validation_shapes import (
    AgreementShape,
    CheckShape,
    EvidenceShape,
    SameRemedyShape,
    SigningKeyShape,
    SigningKeysShape,
    TogetherShape,
    ValidationShape,
    ValidationsShape,
    VerdictKeyShape,
    VerdictKeysShape,
    VerdictShape,
)
from clearinghouse.server.web.api.vulnerabilities import Named
from clearinghouse.server.web.middleware import reader_of

router = Router(tags=["validations"])

Reference = Annotated[str, Path(pattern=r"^[a-z0-9]{12}$")]
Before = Annotated[str, Query(pattern=r"^([a-z0-9]{12})?$", description="of the page before")]
State = Annotated[
    Literal["", "queued", "running", "done", "refused", "failed", "cancelled", "purged"],
    Query(description="only these"),
]
_SOME_BYTES = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
_RECIPE = {
    "requestBody": {
        "required": True,
        "description": "`recipe.toml` as it is, or a zip of it and the files that it names.",
        "content": {"application/octet-stream": _SOME_BYTES},
    }
}
_ENVELOPE = {
    "requestBody": {
        "required": True,
        "description": "A DSSE envelope with an in-toto Statement v1, as `clearinghouse validate --attest` writes it.",
        "content": {"application/octet-stream": _SOME_BYTES},
    }
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_DOWNLOAD = {
    "responses": {200: {"description": "The bytes as they were kept.", "content": {"application/octet-stream": _BYTES}}}
}
_STATEMENT = {
    "responses": {
        200: {"description": "The envelope as it was signed.", "content": {"application/json": {"schema": {}}}}
    }
}
_TAKEN = {
    202: ValidationShape,
    200: ValidationShape,
    410: ProblemShape,
    411: ProblemShape,
    413: ProblemShape,
    **ERRORS,
}


@router.post(
    "/reports/{receipt}/validations",
    auth=Key(Scope.VALIDATION_REQUEST),
    response=_TAKEN,
    openapi_extra=_RECIPE,
    summary="Have a reproducer run that belongs to a report",
)
def request_for_report(request: HttpRequest, receipt: Receipt) -> Status:
    """Take a recipe in and queue its validation. What needs better isolation than there is is answered as refused."""
    reader = reader_of(request)
    made, new = services.request_for_report(reader, receipt, body_of(request, bundles.LARGEST))
    return Status(202 if new else 200, _again(reader, made))


@router.get(
    "/reports/{receipt}/validations",
    auth=Key(Scope.VALIDATION_READ),
    response={200: TogetherShape, **ERRORS},
    summary="What validations say of a report, with the checklist",
)
def of_report(request: HttpRequest, receipt: Receipt) -> TogetherShape:
    """Say what is known of a report's reproducers; each signed verdict is verified now."""
    reader = reader_of(request)
    return _together(reader, queries.of_report(reader, visible_report(reader, receipt)))


@router.post(
    "/vulnerabilities/{reference}/validations",
    auth=Key(Scope.VALIDATION_REQUEST),
    response=_TAKEN,
    openapi_extra=_RECIPE,
    summary="Have a reproducer run that is about a vulnerability",
)
def request_for_flaw(request: HttpRequest, reference: Named) -> Status:
    """Take a recipe in and queue its validation."""
    reader = reader_of(request)
    made, new = services.request_for_flaw(reader, reference, body_of(request, bundles.LARGEST))
    return Status(202 if new else 200, _again(reader, made))


@router.get(
    "/vulnerabilities/{reference}/validations",
    auth=Key(Scope.VALIDATION_READ),
    response={200: TogetherShape, **ERRORS},
    summary="What validations say of a vulnerability, with the checklist",
)
def of_flaw(request: HttpRequest, reference: Named) -> TogetherShape:
    """Say what is known of its reproducers, who validated it, and whether they agree."""
    reader = reader_of(request)
    number = find(reader, reference).pk
    shape = _together(reader, queries.of_flaw(reader, number))
    shape.perhaps_the_same = [_same_remedy(each) for each in same_remedy.suggestions(reader, number)]
    return shape


@router.get(
    "/validations",
    auth=Key(Scope.VALIDATION_READ),
    response={200: ValidationsShape, **ERRORS},
    summary="Validations, newest first",
)
def listed(request: HttpRequest, before: Before = "", state: State = "") -> ValidationsShape:
    """List the validations that the key may see."""
    reader = reader_of(request)
    page = queries.validations(reader, before=before, state=state)
    return ValidationsShape(validations=[_shape(reader, each) for each in page.views], before=page.before or None)


@router.get(
    "/validations/{reference}",
    auth=Key(Scope.VALIDATION_READ),
    response={200: ValidationShape, **ERRORS},
    summary="How far a validation is, and its verdict",
)
def one(request: HttpRequest, reference: Reference) -> ValidationShape:
    """Say what became of it. The signed verdict is verified now."""
    reader = reader_of(request)
    return _shape(reader, queries.validation(reader, reference))


@router.post(
    "/validations/{reference}/again",
    auth=Key(Scope.VALIDATION_REQUEST),
    response={202: ValidationShape, 200: ValidationShape, 410: ProblemShape, **ERRORS},
    summary="Have the same reproducer run once more",
)
def again(request: HttpRequest, reference: Reference) -> Status:
    """Queue another validation of the same recipe, unless one is on its way."""
    reader = reader_of(request)
    made, new = services.again(reader, reference)
    return Status(202 if new else 200, _again(reader, made))


@router.post(
    "/validations/{reference}/cancel",
    auth=Key(Scope.VALIDATION_REQUEST),
    response={200: ValidationShape, 409: ProblemShape, **ERRORS},
    summary="Cancel a validation",
)
def cancel(request: HttpRequest, reference: Reference) -> ValidationShape:
    """Cancel one that waits, or have one that runs stopped."""
    reader = reader_of(request)
    return _again(reader, services.cancel(reader, reference))


@router.get(
    "/validations/{reference}/statement",
    auth=Key(Scope.VALIDATION_READ),
    response={410: ProblemShape, **ERRORS},
    openapi_extra=_STATEMENT,
    summary="The signed verdict",
)
def statement(request: HttpRequest, reference: Reference) -> HttpResponse:
    """Hand out the DSSE envelope, whoever may verify it."""
    return HttpResponse(queries.envelope(reader_of(request), reference), content_type="application/json")


@router.post(
    "/validations/{reference}/verdicts",
    auth=Key(Scope.VALIDATION_REQUEST),
    response={
        201: VerdictShape,
        200: VerdictShape,
        410: ProblemShape,
        411: ProblemShape,
        413: ProblemShape,
        **ERRORS,
    },
    openapi_extra=_ENVELOPE,
    summary="Give in a second verdict, signed by a registered key",
)
def submit(request: HttpRequest, reference: Reference) -> Status:
    """Take in what another participant came to with the same recipe."""
    reader = reader_of(request)
    made, new = second.submit(reader, reference, body_of(request, second.LARGEST))
    return Status(201 if new else 200, verdict(queries.reread(reader, made)))


@router.post(
    "/validations/{reference}/evidence/{number}/content",
    auth=Key(Scope.EVIDENCE_READ),
    response={410: ProblemShape, **ERRORS},
    openapi_extra=_DOWNLOAD,
    summary="Download something that a validation rests on",
)
def content(
    request: HttpRequest,
    reference: Reference,
    number: Annotated[int, Path(ge=0, le=2**31 - 1)],
    purpose: PurposeShape,
) -> StreamingHttpResponse:
    """Hand out the bytes; that this happened, and what for, is recorded first."""
    reader = reader_of(request)
    return handed_out(reader, evidence.download(reader, reference, number, purpose.purpose))


@router.get(
    "/validation-keys",
    auth=Key(),
    response={200: VerdictKeysShape, **ERRORS},
    summary="The public keys by which this installation signs verdicts",
)
def keys(request: HttpRequest) -> VerdictKeysShape:
    """List them, those of before included."""
    found = [
        VerdictKeyShape(keyid=each.keyid, sha256=each.fingerprint, pem=pem.decode("ascii"), since=each.created_at)
        for each, pem in queries.own_keys()
    ]
    return VerdictKeysShape(keys=found)


@router.get(
    "/signing-keys",
    auth=Key(Scope.VALIDATION_READ),
    response={200: SigningKeysShape, **ERRORS},
    summary="The public keys whose signatures on verdicts count for one's participant",
)
def signing_keys(request: HttpRequest) -> SigningKeysShape:
    """List those that count now. One that is not proved takes no new verdicts in."""
    found = [
        SigningKeyShape(
            reference=each.reference,
            name=each.name,
            keyid=each.keyid,
            sha256=each.fingerprint,
            proved=each.challenge is not None,
            since=each.created_at,
        )
        for each in queries.own_signing_keys(reader_of(request))
    ]
    return SigningKeysShape(keys=found)


def _again(reader: Reader, made: Validation) -> ValidationShape:
    """A validation that was asked for or changed now, whole: who may not read has sent it."""
    return _shape(reader, queries.views(reader, [queries.with_recipe(made)])[0])


def _shape(reader: Reader, view: queries.View) -> ValidationShape:
    row, about, made = view.row, view.about, view.made
    own = row.recipe.report.submitter_id == reader.participant or Role.COORDINATOR in reader.roles
    return ValidationShape(
        reference=row.reference,
        receipt=row.recipe.report.receipt if own else None,
        state=row.state,
        at=row.state_at,
        requested_at=row.requested_at,
        title=about.title if about else None,
        affected=about.affected if about else "",
        fixed=about.fixed if about else "",
        recipe=about.digest if about else None,
        least=row.least,
        because=list(made.because) if made else [],
        tier=row.tier,
        refused=made.refused if made else "",
        progress=view.progress,
        attempts=row.attempts,
        tampered=view.tampered,
        verdict=verdict(view.read) if view.read else None,
        evidence=[
            EvidenceShape(number=each.number, name=each.name, size=each.size, given=each.given, cut=each.cut)
            for each in evidence.pieces(reader, row, about, made, view.files)
        ],
    )


def verdict(read: Read) -> VerdictShape:
    """Return a signed verdict as the API writes it."""
    row = read.row
    return VerdictShape(
        reference=row.reference,
        by=read.by,
        standing=read.standing.value,
        why=read.said.why if read.said else read.why,
        verdict=read.verdict.value if read.verdict else None,
        keyid=read.keyid,
        at=row.received_at,
    )


def _same_remedy(each: SameRemedy) -> SameRemedyShape:
    return SameRemedyShape(
        other=each.other.reference,
        kind=each.remedy.kind.value,
        verdicts=[each.one.row.reference, each.two.row.reference],
        stopped=each.stopped,
        score=each.score,
        parts=each.compared.standing.value if each.compared is not None else None,
        explanation=each.explanation,
    )


def _together(reader: Reader, found: queries.Together) -> TogetherShape:
    agreed = found.agreed
    return TogetherShape(
        checklist=[CheckShape.model_validate(msgspec.to_builtins(each)) for each in found.items],
        agreement=AgreementShape(
            standing=agreed.standing.value,
            quorum=agreed.quorum,
            confirm=agreed.confirm,
            deny=agreed.deny,
            undecided=agreed.undecided,
            finder=agreed.finder.value if agreed.finder else None,
        ),
        verdicts=[verdict(each) for each in found.verdicts],
        validations=[_shape(reader, each) for each in found.views],
    )
