"""What the list says where there is no verdict that counts."""

import pytest

from clearinghouse.server.validations import queries
from clearinghouse.server.validations.agreement import agreement
from clearinghouse.server.validations.checklist import Answer, Known, Point, checklist
from clearinghouse.server.validations.models import SigningKey, State
from server_reports import a_result, a_sender, send
from server_validations import asked, pretend

JUDGED = (Point.REPRODUCER_RUNS, Point.BENIGN_CONTROL, Point.FIX_STOPS_IT)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"revoked": True}, "was revoked"),
        ({"tampered": True}, "was changed where it is kept"),
        ({"state": State.REFUSED}, "better isolation"),
        ({"state": State.FAILED}, "did not come to its end"),
        ({"state": State.CANCELLED}, "it was not validated"),
    ],
)
def test_why_it_is_not_known(known, words):
    here = Known(**{"state": State.DONE, "affected": "one", "fixed": "two", "control": True} | known)
    items = {each.point: each for each in checklist(here, agreement([], 2))}
    for point in JUDGED:
        assert items[point].answer is Answer.UNKNOWN
        assert words in items[point].why


@pytest.mark.django_db
def test_that_a_key_was_revoked_is_no_lack_of_validation():
    finder = a_sender()
    report = send(finder, [a_result()])
    pretend(asked(finder, report))
    SigningKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    items = {each.point: each for each in queries.of_report(finder, report).items}
    assert all("revoked" in items[point].why for point in JUDGED)
