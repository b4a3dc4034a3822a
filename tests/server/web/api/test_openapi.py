"""The OpenAPI document is one, and the server does what it says: schemathesis asks it."""

import json
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.participants.models import Role
from clearinghouse.server.web.api import api
from server_reports import a_result, sarif

FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def leave_open():
    """The transaction of a test is to last, as it does with Django's own client, which undoes this."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)


@cache
def handed_out():
    """The document, as the server hands it out; it is the same for all."""
    return schemathesis.openapi.from_wsgi("/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def asked(db, limited):
    limited(requests_a_minute=1_000_000, waiting=1_000_000)
    leave_open()
    yield handed_out()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPERATIONS = [(path, method) for path, known in api.get_openapi_schema()["paths"].items() for method in known]


def test_it_is_an_openapi_document():
    document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    validate(document)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                kinds = set(answer.get("content", {}))
                assert kinds == {"application/problem+json"} if status >= "400" else kinds or status == "204", (
                    path,
                    status,
                )


@pytest.fixture
def everything(client_for):
    return client_for(Role.COORDINATOR, Role.FINDER, Role.DEPLOYER).bearer


@pytest.fixture
def nothing(client_for):
    return client_for(Role.OBSERVER, scopes=["overview:read"]).bearer


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize(("key", "mode"), [("everything", POSITIVE), ("everything", NEGATIVE), ("nothing", POSITIVE)])
def test_whatever_is_asked_is_answered_as_described(asked, request, key, mode, path, method):
    headers = request.getfixturevalue(key)
    operation = asked[path][method]
    # That a purpose has to be legible, and a body a recipe or a signed verdict, no pattern says.
    particular = path.endswith(("/content", "/validations", "/verdicts"))
    left_out = [positive_data_acceptance] if particular else []

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if mode is NEGATIVE and "Authorization" not in (case.headers or {}):
            return  # what is wrong with it is that there is no key, and there is one
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    ask()


def test_what_is_there_is_as_described(asked, client_for):
    client = client_for(Role.COORDINATOR, Role.FINDER)
    bad = [{"ruleId": 7, "message": {"text": "no"}}]
    body = sarif([a_result(number) for number in range(60)] + bad)
    sent = client.generic("POST", "/v1/reports", body, content_type="application/json").json()["receipt"]
    client.generic("POST", f"/v1/reports/{sent}/attachments?kind=patch", b"--- a", content_type="text/x-diff")
    run_until_idle()
    queue = client.get("/v1/vulnerabilities").json()
    leave_open()
    one = queue["vulnerabilities"][0]["reference"]
    assert queue["after"]
    receipt = {"path_parameters": {"receipt": sent}}
    for method, path, parts in (
        ("GET", "/v1/me", {}),
        ("GET", "/v1/overview", {}),
        ("GET", "/v1/reports", {}),
        ("GET", "/v1/reports/{receipt}", receipt),
        ("GET", "/v1/reports/{receipt}/violations", receipt),
        ("GET", "/v1/reports/{receipt}/findings", receipt),
        ("GET", "/v1/vulnerabilities", {"query": {"after": queue["after"], "q": "handler1"}}),
        ("GET", "/v1/vulnerabilities/{reference}", {"path_parameters": {"reference": one}}),
        ("POST", "/v1/reports/{receipt}/content", receipt | {"body": {"purpose": "to look at it closely"}}),
    ):
        if "body" in parts:
            parts |= {"media_type": "application/json"}
        response = asked[path][method].Case(**parts).call_and_validate(headers=client.bearer)
        assert response.status_code == 200, path
