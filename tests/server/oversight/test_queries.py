"""The river as numbers: of the whole for who watches it, of their own for everybody else."""

import datetime as dt

import msgspec
import pytest
from django.utils import timezone

from clearinghouse.records import State
from clearinghouse.server.access.reader import NOBODY
from clearinghouse.server.oversight.queries import DAYS, overview, sees_whole
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities.models import OrderTally, Vulnerability
from clearinghouse.server.vulnerabilities.tallies import add_order
from server_reports import a_coordinator, a_finding, a_sender, identify

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender():
    made = a_sender()
    identify(made, [a_finding(0), a_finding(1), a_finding(2, state=State.FIXED)])
    identify(a_sender(), [a_finding(3, source="two")])
    return made


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AGENCY, Role.OBSERVER])
def test_who_watches_sees_the_whole(sender, role):
    found = overview(a_sender(role))
    assert found.whole
    assert (found.reports, found.received, found.unique) == (2, 4, 3)
    assert sum(found.by_tier.values()) == 3
    assert len(found.days) == DAYS
    assert (found.days[-1].findings, found.days[-1].vulnerabilities) == (4, 4)


def test_a_sender_sees_their_own(sender):
    found = overview(sender)
    assert not found.whole
    assert (found.reports, found.received, found.unique) == (1, 3, 0)
    assert (found.days[-1].findings, found.days[-1].vulnerabilities) == (3, 0)


def test_nobody_sees_anything(sender):
    narrow = msgspec.structs.replace(a_coordinator(), scopes=frozenset({Scope.REPORT_READ}))
    for reader in (NOBODY, narrow):
        assert not sees_whole(reader)
        found = overview(reader)
        assert (found.reports, found.received, found.unique) == (0, 0, 0)


def test_what_is_due(sender):
    today = timezone.now().date()
    OrderTally.objects.all().delete()
    days = {-1: 2, 0: 3, 7: 4, 8: 5}
    add_order({(0, today + dt.timedelta(days=by)): count for by, count in days.items()} | {(0, None): 6})
    found = overview(a_coordinator())
    assert (found.overdue, found.due, found.unique) == (2, 7, 20)
    assert Vulnerability.objects.count() == 4
