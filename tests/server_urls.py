"""The addresses of the server and a few more, for what tests need to stand under them."""

import json

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.evidence.errors import VaultClosedError
from clearinghouse.server.urls import handler400, handler403, handler404, handler429, handler500, urlpatterns
from clearinghouse.server.web.middleware import reader_of

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


def whoami(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    return JsonResponse(
        {
            "person": reader.person,
            "service": reader.service,
            "participant": reader.participant,
            "roles": sorted(reader.roles),
            "scopes": None if reader.scopes is None else sorted(reader.scopes),
        }
    )


@csrf_exempt
def send(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"bytes": len(request.body)})


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(json.dumps(dict(request.POST)))


def fails(request: HttpRequest) -> HttpResponse:
    raise ClearinghouseError("what is wrong", "what to do")


def closed(request: HttpRequest) -> HttpResponse:
    raise VaultClosedError("a secret path", "look")


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret text")


urlpatterns = [
    path("", whoami),
    path("whoami", whoami),
    path("form", form),
    path("sensitive", reauthentication_required(whoami)),
    path("fails", fails),
    path("closed", closed),
    path("breaks", breaks),
    path("v1/whoami", whoami),
    path("v1/send", send),
    path("v1/fails", fails),
    path("v1/closed", closed),
    path("v1/breaks", breaks),
    *urlpatterns,
]
