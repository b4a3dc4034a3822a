"""What the API says when something does not go as asked: RFC 9457 problem documents.

The shape is that of the Tracking and Acceptance Protocol's answers: ``type``, ``title``, ``status``, ``detail`` and
``errors``, a list of ``{code, field, reason}``. Everything under ``/v1/`` answers so, and nothing else does.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.audit.errors import NoSuchEntryError
from clearinghouse.server.configuration import ConfigurationError
from clearinghouse.server.evidence.errors import NoRoomError, SealBrokenError, TooLargeError, VaultClosedError
from clearinghouse.server.intake import errors as intake
from clearinghouse.server.inventories import errors as inventories
from clearinghouse.server.jobs.errors import JobNotFoundError, JobStateError
from clearinghouse.server.membership.errors import (
    AlreadyThereError,
    InvalidValueError,
    MembershipError,
    NotAllowedError,
)
from clearinghouse.server.oversight import errors as oversight
from clearinghouse.server.validations import errors as validations
from clearinghouse.server.vulnerabilities import errors as vulnerabilities
from clearinghouse.validation.errors import RecipeError

CONTENT_TYPE = "application/problem+json"
API = "/v1/"
"""Under what address the API stands."""

STATUSES: dict[type[ClearinghouseError], int] = {
    VaultClosedError: 503,
    NoRoomError: 503,
    ConfigurationError: 503,
    TooLargeError: 413,
    SealBrokenError: 500,
    NotAllowedError: 404,
    InvalidValueError: 400,
    AlreadyThereError: 409,
    MembershipError: 409,
    intake.EmptyBodyError: 400,
    intake.KeyReusedError: 409,
    intake.QuotaError: 429,
    intake.NotForThemError: 403,
    intake.NotFoundError: 404,
    intake.TooManyAttachmentsError: 409,
    intake.PurgedError: 410,
    intake.PurposeError: 400,
    intake.LengthError: 411,
    intake.BrokenOffError: 400,
    inventories.InventoryNotFoundError: 404,
    inventories.AcknowledgementError: 400,
    inventories.TermsError: 400,
    vulnerabilities.NotFoundError: 404,
    vulnerabilities.NotAllowedError: 403,
    vulnerabilities.StateError: 409,
    vulnerabilities.AskedWrongError: 400,
    validations.ValidationNotFoundError: 404,
    validations.NotForThemError: 403,
    validations.AskedWrongError: 400,
    validations.StateError: 409,
    validations.GoneError: 410,
    validations.WaitingError: 429,
    validations.SigningError: 503,
    validations.BusyError: 503,
    RecipeError: 400,
    NoSuchEntryError: 404,
    JobNotFoundError: 404,
    JobStateError: 409,
    oversight.NotForThemError: 404,
    oversight.SamePersonError: 409,
    oversight.OverError: 409,
    oversight.NothingThereError: 409,
    ClearinghouseError: 400,
}
"""Which status an error is told with: that of the nearest class. Rooms that are built later add theirs here."""


def is_api(request: HttpRequest) -> bool:
    """Whether a request is one of the API."""
    return request.path_info.startswith(API)


def problem(
    status: int,
    title: str,
    detail: str,
    type: str = "about:blank",
    errors: Iterable[Mapping[str, object]] = (),
    **headers: Any,
) -> HttpResponse:
    """Return a problem document.

    Args:
        status: of HTTP. title: what sort of problem it is, the same for all of its type. detail: what is wrong this
            time and what to do; the key is absent where it is empty. type: URI of the sort of problem.
        errors: violations, each ``{"code", "field", "reason"}``; the key is absent where there are none.
        headers: of HTTP, with ``_`` for ``-``, such as ``Retry_After=3``.
    """
    document: dict[str, object] = {"type": type, "title": title, "status": int(status)}
    if detail:
        document["detail"] = detail
    if listed := [dict(each) for each in errors]:
        document["errors"] = listed
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return HttpResponse(msgspec.json.encode(document), status=status, content_type=CONTENT_TYPE, headers=named)


def status_of(error: ClearinghouseError) -> int:
    """Return the status that an error is told with."""
    return next(STATUSES[each] for each in type(error).__mro__ if each in STATUSES)


def problem_of(error: ClearinghouseError) -> HttpResponse:
    """Return the problem document of an error.

    Where the fault is on this side, what the error says is for the log and not for who asked.
    """
    status = status_of(error)
    if status >= 500:
        return fault(status)
    errors = []
    if isinstance(error, InvalidValueError):
        errors.append({"code": "invalid_value", "field": error.field, "reason": error.what})
    headers: dict[str, Any] = {}
    if isinstance(error, intake.QuotaError | validations.WaitingError):
        headers["Retry_After"] = error.seconds
    return problem(status, HTTPStatus(status).phrase, f"{error.what}; {error.remedy}", errors=errors, **headers)


def fault(status: int) -> HttpResponse:
    """Return the problem document of a fault on this side."""
    if status == 503:
        detail = "nothing of this request was stored; send it again later"
        return problem(status, HTTPStatus(status).phrase, detail, Retry_After=60)
    return problem(status, HTTPStatus(status).phrase, "the server could not finish this request; try again later")


def unauthorised() -> HttpResponse:
    """Return the answer to a request of the API that does not say who sends it, or says it with a key that is not good.

    Which of unknown, expired, revoked and closed it is stays unsaid.
    """
    detail = "send a key that is valid: Authorization: Bearer chk_v1_…"
    return problem(401, HTTPStatus(401).phrase, detail, WWW_Authenticate='Bearer realm="clearinghouse"')
