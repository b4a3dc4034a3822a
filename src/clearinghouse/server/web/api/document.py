"""The API and its OpenAPI document, which says of each answer what it really is."""

import re
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from clearinghouse.server.web.problems import CONTENT_TYPE, problem

_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
_TEXT = {"type": "string"}
_SECONDS = {"type": "integer", "minimum": 1}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"description": "how to say who sends it", "schema": _TEXT}},
    "429": {"Retry-After": {"description": "seconds after which to try again", "schema": _SECONDS}},
    "503": {"Retry-After": {"description": "seconds after which to try again", "schema": _SECONDS}},
}
MONITOR: dict[str, Any] = {
    "Location": {"description": "address that says how far the work on it is", "schema": _TEXT},
    "Link": {"description": 'the same with `rel="monitor"` (RFC 8288, RFC 5989)', "schema": _TEXT},
}
"""Headers of what names a report."""


class Api(NinjaAPI):
    """An API whose errors are problem documents, also where no operation answers, and are described as such."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the OpenAPI document, which is not to be changed.

        It is made once for each prefix of its paths: that takes most of a second, and whoever asks need not have signed
        in.
        """
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        known = self._documents.get(prefix)
        if known is None:
            known = self._documents[prefix] = _with_true_answers(super().get_openapi_schema(path_prefix=prefix))
        return known

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        found: list[URLResolver | URLPattern] = super()._get_urls()
        for pattern in found:
            if isinstance(pattern, URLPattern):
                pattern.callback = self._strict(pattern.callback)
        return found

    def _strict(self, view: Any) -> Any:
        """Refuse methods and parameters that an address does not know: one that is misspelt would count for nothing."""

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if wrong := self._unknown(request):
                return problem(400, HTTPStatus(400).phrase, "parameters are wrong; see errors", errors=wrong)
            response: HttpResponse = view(request, *args, **named)
            return _not_allowed(response) if isinstance(response, HttpResponseNotAllowed) else response

        return answer

    def _unknown(self, request: HttpRequest) -> list[dict[str, str]]:
        """What is asked for in the query of a request that its operation does not know, or more than once."""
        if not request.GET or request.resolver_match is None:
            return []
        path = "/" + _CONVERTED.sub(r"{\1}", request.resolver_match.route)
        known = self._parameters.get((path, str(request.method).lower()))
        if known is None:
            return []
        asked = list(request.GET.lists())
        unknown = [
            _violation("unknown_parameter", name, "there is no such parameter")
            for name, _ in asked
            if name not in known
        ]
        twice = [_violation("repeated_parameter", name, "it is there twice") for name, given in asked if len(given) > 1]
        return unknown + twice

    @cached_property
    def _parameters(self) -> dict[tuple[str, str], frozenset[str]]:
        """The names of the query of each operation, by its path and method."""
        return {
            (path, method): frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
            for path, operations in self.get_openapi_schema()["paths"].items()
            for method, operation in operations.items()
        }


def _with_true_answers(document: OpenAPISchema) -> OpenAPISchema:
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = {
                str(status): _described(str(status), answer) for status, answer in operation["responses"].items()
            }
    return document


def _described(status: str, answer: dict[str, Any]) -> dict[str, Any]:
    content = answer.get("content", {})
    if status >= "400" and "application/json" in content:
        answer = answer | {"content": {CONTENT_TYPE: content["application/json"]}}
    if status in _HEADERS:
        answer = answer | {"headers": _HEADERS[status]}
    return answer


def _violation(code: str, field: str, reason: str) -> dict[str, str]:
    return {"code": code, "field": field[:80], "reason": reason}


def _not_allowed(response: HttpResponse) -> HttpResponse:
    allowed = ", ".join(sorted(each.strip() for each in response["Allow"].split(",")))
    return problem(405, HTTPStatus(405).phrase, f"this address takes {allowed}", Allow=allowed)
