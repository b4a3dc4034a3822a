"""Whether the server lives, can work, and its numbers."""

import logging
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from clearinghouse.server.evidence import vault
from clearinghouse.server.jobs.models import Worker
from clearinghouse.server.web import health, requests


@pytest.fixture(autouse=True)
def _anew() -> None:
    health.forget()


def test_alive_asks_no_database(client: Client) -> None:
    """A test without the mark for the database may not use it."""
    assert client.get("/healthz").content == b'{"alive":true}'
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    found = client.get("/readyz")
    assert (found.status_code, found.json()["ready"]) == (200, True)
    assert found.json()["checks"] == {
        "database": True,
        "migrations": True,
        "vault": True,
        "disk": True,
        "worker": False,
    }
    health.forget()
    Worker.objects.create(name="here", version="1")
    assert client.get("/readyz").json()["checks"]["worker"] is True


@pytest.mark.django_db
def test_asking_often_costs_nothing(client: Client, django_assert_num_queries: Any) -> None:
    client.get("/readyz")
    with django_assert_num_queries(0):
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["vault", "disk", "migrations"])
def test_not_ready(client: Client, broken: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    if broken == "vault":
        settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, key="")
        vault.forget()
    elif broken == "disk":
        limits = msgspec.structs.replace(settings.CONFIGURATION.limits, report=2**60)
        settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, limits=limits)
    else:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
    found = client.get("/readyz")
    assert found.status_code == 503
    assert [name for name, fine in found.json()["checks"].items() if not fine and name != "worker"] == [broken]
    assert b"jobs" not in found.content


@pytest.mark.django_db
def test_numbers(client: Client) -> None:
    client.get("/v1/reports/RCP-01234567890123456789012345")
    text = client.get("/metrics").content.decode()
    assert 'clearinghouse_requests_total{method="GET",route="v1:report",status="401"}' in text
    assert "RCP-" not in text
    for name in ("vault_open 1.0", "database_up 1.0", "workers 0.0", "jobs_oldest_seconds 0.0", "disk_free_bytes"):
        assert f"clearinghouse_{name}" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "change", "status"),
    [
        ({}, {}, 200),
        ({"REMOTE_ADDR": "::1"}, {}, 200),
        ({"REMOTE_ADDR": "192.0.2.1"}, {}, 404),
        ({"REMOTE_ADDR": ""}, {}, 404),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {}, 404),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, {}, 404),
        ({}, {"origin": "https://clearinghouse.example"}, 404),
        ({}, {"origin": "https://clearinghouse.example", "trusted_proxies": 1}, 200),
        ({"HTTP_AUTHORIZATION": "Bearer wrong"}, {"metrics_token": "right"}, 404),
        ({"HTTP_AUTHORIZATION": "Bearer "}, {"metrics_token": ""}, 200),
        ({"HTTP_AUTHORIZATION": "Bearer right", "REMOTE_ADDR": "192.0.2.1"}, {"metrics_token": "right"}, 200),
        ({"HTTP_AUTHORIZATION": "Bearer ", "REMOTE_ADDR": "192.0.2.1"}, {"metrics_token": ""}, 404),
    ],
)
def test_who_may_have_the_numbers(
    client: Client, headers: dict[str, Any], change: dict[str, Any], status: int, settings: Any
) -> None:
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, **change)
    assert client.get("/metrics", **headers).status_code == status


@pytest.mark.django_db
def test_each_request_is_noted_without_what_it_was_about(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "clearinghouse.requests"):
        answers = [
            client.get("/v1/reports/RCP-01234567890123456789012345?secretword=1", HTTP_USER_AGENT="secretword"),
            client.get("/secretword"),
            client.generic("SECRETWORD", "/healthz"),
        ]
    fields = [record.fields for record in caplog.records if record.name == "clearinghouse.requests"]  # type: ignore[attr-defined]
    assert [(each["route"], each["method"]) for each in fields] == [
        ("v1:report", "GET"),
        ("none", "GET"),
        ("healthz", "other"),
    ]
    assert [each["request"] for each in fields] == [answer.headers[requests.HEADER] for answer in answers]
    assert "secretword" not in repr([record.__dict__ for record in caplog.records if record in fields]).lower()
    assert "secretword" not in repr(fields).lower()


@pytest.mark.django_db
def test_who_says_what_a_request_is_called(client: Client, settings: Any) -> None:
    assert client.get("/healthz", HTTP_X_REQUEST_ID="given-by-stranger").headers["X-Request-ID"] != "given-by-stranger"
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, trusted_proxies=1)
    assert client.get("/healthz", HTTP_X_REQUEST_ID="given-by-proxy").headers["X-Request-ID"] == "given-by-proxy"
    assert client.get("/healthz", HTTP_X_REQUEST_ID="a b\n").headers["X-Request-ID"] != "a b\n"


@pytest.mark.django_db
def test_a_body_that_nobody_would_take_is_not_read(client: Client) -> None:
    size = str(max(settings.CONFIGURATION.limits.report, settings.CONFIGURATION.limits.inventory) + 10**6)
    answer = client.post("/v1/reports", b"x", content_type="application/json", CONTENT_LENGTH=size)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert "Content-Security-Policy" in answer.headers
