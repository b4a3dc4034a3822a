"""POST /v1/reports: every answer, and what each leaves behind."""

import datetime as dt
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clearinghouse.server.intake.models import RecentBody, Report
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from server_reports import a_result, sarif

pytestmark = pytest.mark.django_db
BODY = sarif([a_result()])


def post(client, body=BODY, query="", **headers):
    return client.generic("POST", f"/v1/reports{query}", body, content_type="application/json", headers=headers)


def problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    return document


def test_a_report_is_stored_and_named(client_for, stored):
    client = client_for()
    response = post(client, query="?tlp=TLP:RED&note=look%20here&embargo_until=2030-01-01T00:00:00%2B02:00")
    assert response.status_code == 202
    answer = response.json()
    assert re.fullmatch(r"RCP-[0-9A-HJKMNP-TV-Z]{26}", answer["receipt"])
    assert response["Location"] == f"/v1/reports/{answer['receipt']}"
    assert response["Link"] == f'<{response["Location"]}>; rel="monitor"'
    assert answer["status"] == "queued"
    assert answer["size"] == len(BODY)
    assert answer["digest"].startswith("sha256:")
    assert answer["marking"] == {"tlp": "TLP:RED", "embargo_until": "2029-12-31T22:00:00Z"}
    run_until_idle()
    after = client.get(response["Location"]).json()
    assert (after["status"], after["findings"], after["identified"], after["violations"]) == ("done", 1, 1, [])


def test_the_same_again_is_the_same(client_for, stored):
    client = client_for()
    first = post(client)
    before = stored()
    again = post(client)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert stored() == before
    run_until_idle()
    assert post(client).json()["receipt"] == first.json()["receipt"]
    assert Report.objects.count() == 1


def test_a_key_names_the_act_of_sending(client_for, stored):
    client = client_for()
    first = post(client, **{"Idempotency-Key": "one"})
    before = stored()
    assert post(client, **{"Idempotency-Key": "one"}).json() == first.json()
    problem(post(client, sarif([]), **{"Idempotency-Key": "one"}), 409)
    problem(post(client, query="?tlp=TLP:CLEAR", **{"Idempotency-Key": "one"}), 409)
    assert stored() == before
    assert post(client, **{"Idempotency-Key": "two"}).status_code == 202
    assert post(client_for(), sarif([]), **{"Idempotency-Key": "one"}).status_code == 202


def test_a_body_counts_as_the_same_for_a_day(client_for):
    client = client_for()
    first = post(client).json()["receipt"]
    at = RecentBody.objects.get().at
    RecentBody.objects.update(at=at - dt.timedelta(hours=24, seconds=1))
    second = post(client)
    assert second.status_code == 202
    assert second.json()["receipt"] != first
    assert RecentBody.objects.count() == 1


def test_who_may_not_send(client_for, client, stored):
    narrow = client_for(scopes=[Scope.REPORT_READ])
    deployer = client_for(Role.DEPLOYER)
    before = stored()
    assert problem(post(client), 401)
    assert post(client)["WWW-Authenticate"].startswith("Bearer")
    problem(post(client, Authorization="Bearer chk_v1_" + "a" * 12 + "_" + "b" * 43), 401)
    assert "report:submit" in problem(post(narrow), 403)["detail"]
    problem(post(deployer), 403)
    problem(post(client_for(), **{"Origin": "https://elsewhere.example"}), 403)
    after = stored()
    assert before | {"audit_entry": 0} == after | {"audit_entry": 0}


class Unread(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, size=-1):
        raise AssertionError("the body was read")


def sent_as(client, **environ):
    body = Unread()
    return client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/v1/reports",
            "wsgi.input": body,
            "CONTENT_TYPE": "application/json",
            **environ,
        }
    )


def test_what_is_too_large_is_refused_before_it_is_read(client_for, limited, stored):
    client = client_for()
    before = stored()
    problem(sent_as(client, CONTENT_LENGTH=str(64 * 2**20 + 1)), 413)
    limited(report=10)
    problem(post(client), 413)
    assert stored() == before


def test_a_body_has_a_length(client_for, stored):
    client = client_for()
    before = stored()
    problem(sent_as(client, HTTP_TRANSFER_ENCODING="chunked"), 411)
    problem(post(client, b""), 400)
    problem(sent_as(client, CONTENT_LENGTH="0"), 400)
    assert stored() == before


def test_a_body_that_breaks_off_leaves_nothing(client_for, stored):
    client = client_for()
    before = stored()
    response = client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/v1/reports",
            "wsgi.input": io.BytesIO(BODY),
            "CONTENT_LENGTH": str(len(BODY) + 1),
            "CONTENT_TYPE": "application/json",
        }
    )
    assert "broke off" in problem(response, 400)["detail"]
    assert stored() == before


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Idempotency-Key": "k" * 256}),
        ("", {"Idempotency-Key": "two words"}),
        ("?tlp=RED", {}),
        ("?embargo_until=tomorrow", {}),
        ("?embargo_until=9999-12-31T23:59:59-12:00", {}),
        ("?embargo_until=0001-01-01T00:00:00%2B12:00", {}),
        ("?note=" + "n" * 2001, {}),
        ("?tlp=TLP:RED&tlp=TLP:CLEAR", {}),
    ],
)
def test_what_is_said_wrongly_is_refused(client_for, stored, query, headers):
    client = client_for()
    before = stored()
    problem(post(client, query=query, **headers), 400)
    assert stored() == before


@pytest.mark.parametrize("limits", [{"reports_a_day": 1}, {"bytes_a_day": 1}, {"waiting": 1}])
def test_a_sender_has_a_quota(client_for, limited, stored, limits):
    limited(**limits)
    client = client_for()
    post(client)
    before = stored()
    response = post(client, sarif([]))
    problem(response, 429)
    assert int(response["Retry-After"]) > 0
    assert stored() == before
    assert post(client_for(), sarif([])).status_code == 202


def test_without_its_key_the_server_stores_nothing(client_for, closed, stored):
    client = client_for()
    post(client)
    before = stored()
    closed()
    response = post(client, sarif([]))
    problem(response, 503)
    assert int(response["Retry-After"]) > 0
    assert stored() == before


def test_other_methods_are_told(client_for):
    response = client_for().delete("/v1/reports")
    problem(response, 405)
    assert {each.strip() for each in response["Allow"].split(",")} == {"GET", "POST"}


def get(client, path):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(path)
    named = {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
    return response.status_code, response.content, named, len(queries)


def test_what_is_not_there_and_what_is_anothers_are_alike(client_for):
    theirs = post(client_for()).json()["receipt"]
    run_until_idle()
    client = client_for()
    client.get("/v1/me")
    nothing = "RCP-" + "0" * 26
    for path in ("", "/violations", "/findings"):
        assert get(client, f"/v1/reports/{theirs}{path}") == get(client, f"/v1/reports/{nothing}{path}")
        assert get(client, f"/v1/reports/{theirs}{path}")[0] == 404
    for path in ("/v1/reports/{}/content",):
        answers = [
            client.post(
                path.format(each), json.dumps({"purpose": "to see what is in it"}), content_type="application/json"
            )
            for each in (theirs, nothing)
        ]
        assert answers[0].status_code == 404
        assert answers[0].content == answers[1].content
    answers = [
        client.generic("POST", f"/v1/reports/{each}/attachments", b"file", content_type="application/octet-stream")
        for each in (theirs, nothing)
    ]
    assert answers[0].status_code == 404
    assert answers[0].content == answers[1].content
    assert client.get(f"/v1/reports?before={theirs}").content == client.get(f"/v1/reports?before={nothing}").content


def without_time(document):
    return {name: value for name, value in document.items() if name not in {"receipt", "at", "received_at"}}


def test_the_same_bytes_of_two_senders_share_nothing(client_for):
    one, two = client_for(), client_for()
    first, second = post(one), post(two)
    assert first.status_code == second.status_code == 202
    assert without_time(first.json()) == without_time(second.json())
    run_until_idle()
    a, b = Report.objects.order_by("pk")
    for field in ("receipt", "blob", "body_mac", "envelope_id", "meta"):
        assert getattr(a, field) != getattr(b, field)
    for path in ("/v1/reports", "/v1/overview", "/v1/vulnerabilities"):
        mine, theirs = one.get(path).json(), two.get(path).json()
        if path == "/v1/reports":
            mine, theirs = [[without_time(each) for each in found["reports"]] for found in (mine, theirs)]
        assert mine == theirs
    for path in ("", "/violations", "/findings"):
        mine, theirs = (
            without_time(client.get(f"/v1/reports/{sent.json()['receipt']}{path}").json())
            for client, sent in ((one, first), (two, second))
        )
        assert mine == theirs


def test_pages_of_reports_are_named_by_receipts(client_for, monkeypatch):
    client, other = client_for(), client_for()
    monkeypatch.setattr(
        "clearinghouse.server.intake.queries.reports.__kwdefaults__",
        {"before": "", "state": "", "mine": False, "size": 2},
    )
    sent = []
    for number in range(5):
        sent.append(post(client, sarif([a_result(number)])).json()["receipt"])
        post(other, sarif([a_result(number)]))
    found, before = [], ""
    for _ in range(3):
        page = client.get(f"/v1/reports?before={before}").json()
        found += [each["receipt"] for each in page["reports"]]
        before = page["before"]
    assert before is None
    assert found == sent[::-1]


def test_a_job_holds_nothing_but_a_number(client_for):
    post(client_for(), query="?note=MARKER")
    job = Job.objects.get()
    assert job.args == [Report.objects.get().pk]
    assert "MARKER" not in repr(Job.objects.values().get())
