import json

import pytest

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.evidence.errors import DestroyedError, NoRoomError, TooLargeError, VaultClosedError
from clearinghouse.server.membership.errors import InvalidValueError, NotAllowedError
from clearinghouse.server.web.problems import problem, problem_of, unauthorised


def read(response):
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document["status"] == response.status_code
    return document


def test_a_problem_has_what_rfc_9457_says_and_no_empty_keys():
    assert read(problem(404, "Not Found", "")) == {"type": "about:blank", "title": "Not Found", "status": 404}
    violation = {"code": "missing_field", "field": "versions[0]", "reason": "is missing"}
    answer = problem(400, "Bad", "two", type="tag:x", errors=[violation], Retry_After=3)
    assert read(answer) == {
        "type": "tag:x",
        "title": "Bad",
        "status": 400,
        "detail": "two",
        "errors": [violation],
    }
    assert answer["Retry-After"] == "3"


class NearerError(TooLargeError):
    """Of a room that is built later."""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ClearinghouseError("marker", "do"), 400),
        (NearerError("marker", "do"), 413),
        (VaultClosedError("marker", "do"), 503),
        (NoRoomError("marker", "do"), 503),
        (DestroyedError("marker", "do"), 500),
        (NotAllowedError(), 404),
    ],
)
def test_errors_have_a_status_and_faults_on_this_side_say_nothing_of_themselves(error, status):
    answer = problem_of(error)
    document = read(answer)
    assert answer.status_code == status
    assert ("marker" in document["detail"]) == (status < 500 and not isinstance(error, NotAllowedError))
    assert answer.has_header("Retry-After") == (status == 503)


def test_a_value_is_named():
    document = read(problem_of(InvalidValueError("name", "the name is empty", "give a name")))
    assert document["errors"] == [{"code": "invalid_value", "field": "name", "reason": "the name is empty"}]


def test_who_is_not_known_is_told_how_to_say_it():
    assert unauthorised()["WWW-Authenticate"].startswith("Bearer")
