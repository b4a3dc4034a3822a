"""What stands in the query of a request: each parameter is known, and said once."""

import re

import pytest

from clearinghouse.server.web.api import api

pytestmark = pytest.mark.django_db
ASKED = [
    (method, path, each["name"])
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
    for each in operation["parameters"]
    if each["in"] == "query"
]


def refused(client, method, path, query):
    answer = client.generic(method.upper(), f"{re.sub('{[a-z]+}', 'x', path)}?{query}", b"{}", "application/json")
    assert answer.status_code == 400, answer.content
    return [(each["code"], each["field"]) for each in answer.json()["errors"]]


@pytest.mark.parametrize(("method", "path", "name"), ASKED)
def test_said_twice_neither_is_believed(client_for, method, path, name):
    assert refused(client_for(), method, path, f"{name}=1&{name}=2") == [("repeated_parameter", name)]


@pytest.mark.parametrize(("method", "path"), sorted({(method, path) for method, path, _ in ASKED}))
def test_one_that_is_misspelt_counts_for_something(client_for, method, path):
    assert refused(client_for(), method, path, "tpl=TLP:RED") == [("unknown_parameter", "tpl")]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        (b"{}", "purpose", "Field required"),
        (b'{"purpose": "short"}', "purpose", "String should have at least 10 characters"),
        (b"[]", "body", "a JSON object is wanted"),
        (b"null", "body", "a JSON object is wanted"),
    ],
)
def test_what_is_wrong_with_a_body_is_named_as_it_was_sent(client_for, body, field, reason):
    path = f"/v1/reports/RCP-{'3' * 26}/content"
    answer = client_for().generic("POST", path, body, "application/json")
    assert answer.status_code == 400, answer.content
    assert [(each["field"], each["reason"]) for each in answer.json()["errors"]] == [(field, reason)]
