"""The API under ``/v1/``: one module for each domain. It reads requests and writes answers; rules stand elsewhere."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from clearinghouse import __version__
from clearinghouse.records import ClearinghouseError
from clearinghouse.server.web.api import inventories, overview, reports, validations, vulnerabilities
from clearinghouse.server.web.api.access import MissingScopeError
from clearinghouse.server.web.api.document import Api
from clearinghouse.server.web.problems import problem, problem_of, unauthorised

api = Api(
    title="Clearinghouse",
    version=__version__,
    description=(
        "Reports in, each flaw once, everybody sees what they may. Errors are problem documents (RFC 9457). "
        "What is not yours and what does not exist are answered alike."
    ),
    openapi_url="openapi.json",
    docs_url=None,
    urls_namespace="v1",
)
api.add_router("", overview.router)
api.add_router("", reports.router)
api.add_router("", vulnerabilities.router)
api.add_router("", validations.router)
api.add_router("", inventories.router)


@api.exception_handler(ClearinghouseError)
def _error(request: HttpRequest, error: ClearinghouseError) -> HttpResponse:
    return problem_of(error)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return unauthorised()


@api.exception_handler(MissingScopeError)
def _narrow(request: HttpRequest, error: MissingScopeError) -> HttpResponse:
    detail = f"this key is not good for {error.scope}; use one that is"
    return problem(403, HTTPStatus(403).phrase, detail)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [_violation(each) for each in error.errors]
    return problem(400, HTTPStatus(400).phrase, "parameters are wrong; see errors", errors=errors)


def _violation(each: dict[str, Any]) -> dict[str, str]:
    place, *path = [str(part) for part in each.get("loc", ())]
    code, reason = str(each.get("type", "invalid")), str(each.get("msg", ""))
    if place == "body":
        path = path[1:]  # the first is what our own function calls the body
        reason = reason if path else "a JSON object is wanted"
    return {"code": code, "field": ".".join(path) or place, "reason": reason}


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, HTTPStatus(error.status_code).phrase, str(error))


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, HTTPStatus(404).phrase, "nothing has this address, or it is not for you")
