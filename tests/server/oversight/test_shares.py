"""What was shared with a participant, as a coordinator is told it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.server.access.models import Grant
from clearinghouse.server.intake import services
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.oversight.shares import shared_with
from clearinghouse.server.participants.models import Role
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.models import Vulnerability
from invented_world import sarif
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return reader_for(a_person(a_participant(Role.COORDINATOR)))


@pytest.fixture
def vendor():
    return a_person(a_participant(Role.VENDOR))


@pytest.fixture
def flaws():
    sender = reader_for(a_person(a_participant(Role.FINDER)))
    for number in range(4):
        services.receive(sender, [sarif(f"Flaw {number}", f"src/{number}.c")], services.Sent())
    run_until_idle()
    return [each.reference for each in Vulnerability.objects.order_by("pk")]


def test_what_holds_now_and_nothing_else(coordinator, vendor, flaws):
    whom = vendor.participant
    first = acts.share(coordinator, flaws[0], whom.reference, "It is theirs")
    acts.share(coordinator, flaws[1], whom.reference, "To them only", person=vendor.reference)
    ended = acts.share(coordinator, flaws[2], whom.reference, "It is theirs")
    acts.revoke(coordinator, ended.pk, "It was a mistake")
    over = acts.share(
        coordinator, flaws[3], whom.reference, "For a while", expires_at=timezone.now() + dt.timedelta(days=1)
    )
    Grant.objects.filter(pk=over.pk).update(expires_at=timezone.now())
    count, shares = shared_with(coordinator, whom)
    assert count == 2
    assert [(each.vulnerability, each.person) for each in shares] == [(flaws[1], vendor.name), (flaws[0], "")]
    assert shares[1].reason == first.reason
    assert shared_with(coordinator, a_participant()) == (0, [])


def test_only_a_coordinator_is_told(coordinator, vendor, flaws):
    acts.share(coordinator, flaws[0], vendor.participant.reference, "It is theirs")
    administrator = reader_for(a_person(a_participant(Role.OBSERVER), administrator=True))
    for reader in (reader_for(vendor), administrator):
        assert shared_with(reader, vendor.participant) == (0, [])


def test_the_questions_do_not_grow(coordinator, vendor, flaws):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            shared_with(coordinator, vendor.participant)
        return len(queries.captured_queries)

    acts.share(coordinator, flaws[0], vendor.participant.reference, "It is theirs")
    one = asked()
    for flaw in flaws[1:]:
        acts.share(coordinator, flaw, vendor.participant.reference, "It is theirs")
    assert asked() == one
