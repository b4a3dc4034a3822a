"""What is answered where nothing else answers: as a problem document under ``/v1/``, as a page everywhere else."""

import sys
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.web.failures import failure
from clearinghouse.server.web.problems import fault, is_api, problem, problem_of, status_of

_DETAILS = {
    400: "the request cannot be read",
    403: "this request is not taken from where it comes",
    404: "nothing has this address, or it is not for you",
    413: "this is larger than anything that is taken; nothing of it was kept",
}


def refusal(request: HttpRequest, status: int, **headers: Any) -> HttpResponse:
    """Return what is said of a status; ``headers`` as :func:`.problems.problem` takes them."""
    if is_api(request):
        if status >= 500:
            return fault(status)
        phrase = HTTPStatus(status).phrase
        return problem(status, phrase, _DETAILS.get(status, ""), **headers)
    context: dict[str, Any] = {"failure": failure(status)}
    if status >= 500:
        context["reference"] = getattr(request, "id", "")
    response = render(request, "web/error.html", context, status=status)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = str(value)
    return response


def of_error(request: HttpRequest, error: ClearinghouseError) -> HttpResponse:
    """Return what is said of an error that nobody else dealt with."""
    return problem_of(error) if is_api(request) else refusal(request, status_of(error))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``."""
    return refusal(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Django's ``handler403`` and its answer to a form without its token."""
    return refusal(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``."""
    return refusal(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``. A database that is away, or has no room, is something that passes: that is a 503."""
    passes = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    return refusal(request, 503 if passes else 500)


def too_many(request: HttpRequest) -> HttpResponse:
    """What is answered to too many attempts to sign in: allauth's ``handler429``."""
    return refusal(request, 429, Retry_After=60)
