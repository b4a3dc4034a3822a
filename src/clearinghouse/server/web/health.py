"""Whether the server lives, whether it can work, and its numbers: for load balancers, monitoring and operators.

What they answer tells strangers nothing but words that are the same everywhere.
"""

import hmac
import ipaddress
import threading
import time
from collections.abc import Callable

import msgspec
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence import vault
from clearinghouse.server.web import metrics
from clearinghouse.server.web.answers import refusal

ROOM = 4
"""How many of the largest reports the disk must have room for, for the server to count as ready."""
_KEPT = 5.0
"""Seconds for which an answer holds, so that asking often costs nothing."""
_TYPE = "application/json"
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. It asks nothing else, so that a database that is away restarts no server."""
    return HttpResponse(b'{"alive":true}', content_type=_TYPE)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: 200, else 503; and of each thing that this needs, whether it is right.

    A worker that is not seen is told and does not count: reports are taken in without one, and wait.
    """
    found = _ready.checks()
    ready = all(fine for name, fine in found.items() if name != "worker")
    body = msgspec.json.encode({"ready": ready, "checks": found})
    return HttpResponse(body, status=200 if ready else 503, content_type=_TYPE)


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Hand out the metrics, to who may have them; to everyone else they are not there."""
    if not _may_have(request):
        return refusal(request, 404)
    return HttpResponse(metrics.text(), content_type=_METRICS_TYPE)


def _may_have(request: HttpRequest) -> bool:
    configuration: Configuration = settings.CONFIGURATION
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if configuration.metrics_token and kind.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), configuration.metrics_token.encode())
    return _is_local(request, configuration)


def _is_local(request: HttpRequest, configuration: Configuration) -> bool:
    """Whether a request comes from this machine itself, and not from a proxy on it that passes on somebody else's.

    Where people come in by https there is a proxy, as the server itself has no certificate; unless it is known to add
    what it adds (``trusted_proxies``), nothing tells its requests from those of the machine.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    if configuration.origin.startswith("https://") and not configuration.trusted_proxies:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Ready:
    """What has to be right, asked at most once in a few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._migrated = False
        self._found: dict[str, bool] = {}

    def checks(self) -> dict[str, bool]:
        """Return of each thing whether it is right."""
        with self._lock:
            if time.monotonic() >= self._until:
                asked: dict[str, Callable[[], bool]] = {
                    "database": _database,
                    "migrations": self._migrations,
                    "vault": vault.is_open,
                    "disk": _room,
                    "worker": lambda: metrics.workers_seen() > 0,
                }
                self._found = {name: _is_right(ask) for name, ask in asked.items()}
                self._until = time.monotonic() + _KEPT
            return self._found

    def forget(self) -> None:
        """Ask anew when somebody next wants to know."""
        self._until, self._migrated = float("-inf"), False

    def _migrations(self) -> bool:
        """Once they are applied they stay so for this version of the software."""
        if not self._migrated:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            self._migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._migrated


_ready = _Ready()


def forget() -> None:
    """Ask anew when somebody next wants to know."""
    _ready.forget()


def _is_right(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except Exception:  # whatever is wrong with it, it is not right
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _room() -> bool:
    return metrics.free_bytes() > ROOM * settings.CONFIGURATION.limits.report
