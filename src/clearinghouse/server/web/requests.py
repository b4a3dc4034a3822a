"""What is noted of every request: one line of the log, and counters. Never what it was about.

Of an address the name of its route is noted, not the receipt or reference in it; of who asked, the number of their
participant; nothing of query strings, headers and bodies.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clearinghouse.server.configuration import Limits
from clearinghouse.server.web import answers, metrics

Answer = Callable[[HttpRequest], HttpResponse]

LOG = logging.getLogger("clearinghouse.requests")
HEADER = "X-Request-ID"
"""By which an answer and its line in the log are found for each other; a proxy may have given it."""
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"


class RequestMiddleware:
    """Notes every request, and refuses bodies that no part of the server would take."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note it."""
        since = time.monotonic()
        request.id = request_id(request)
        response = answers.refusal(request, 413) if _is_too_large(request) else self._get_response(request)
        response.headers[HEADER] = request.id
        _note(request, response, time.monotonic() - since)
        return response


def request_id(request: HttpRequest) -> str:
    """Return by what a request is known: what a trusted proxy called it, else something random."""
    given = request.headers.get(HEADER, "")
    if settings.CONFIGURATION.trusted_proxies and _GIVEN.fullmatch(given):
        return given
    return secrets.token_hex(8)


def route_of(request: HttpRequest) -> str:
    """Return the name of the route that a request took."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or NO_ROUTE
    return "static" if request.path_info.startswith(settings.STATIC_URL) else NO_ROUTE


def _is_too_large(request: HttpRequest) -> bool:
    limits: Limits = settings.CONFIGURATION.limits
    length = request.headers.get("Content-Length", "")
    largest = max(limits.report, limits.attachment, limits.inventory, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return length.isdigit() and int(length) > largest + _FORM


_FORM = 64 * 1024
"""Bytes that a form may have beside the file in it."""


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    method = request.method if request.method in _METHODS else "other"
    route = route_of(request)
    metrics.count(method or "other", route, response.status_code, seconds, _received(request, response))
    reader = getattr(request, "reader", None)
    fields = {
        "request": request.id,
        "method": method,
        "route": route,
        "status": response.status_code,
        "seconds": round(seconds, 4),
        "participant": reader.participant if reader else None,
    }
    LOG.log(logging.ERROR if response.status_code >= 500 else logging.INFO, "request", extra={"fields": fields})


def _received(request: HttpRequest, response: HttpResponse) -> int:
    length = request.headers.get("Content-Length", "")
    return int(length) if response.status_code in {201, 202} and length.isdigit() else 0
