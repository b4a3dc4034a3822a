"""Breaking the glass: two people, a reason, an end; and nobody learns more than that."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clearinghouse.server.access.models import BreakGlass
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.audit.queries import verify
from clearinghouse.server.intake import services
from clearinghouse.server.intake.models import Attachment, Report
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.oversight import glass
from clearinghouse.server.oversight.errors import (
    GlassError,
    NotForThemError,
    NothingThereError,
    OverError,
    SamePersonError,
)
from clearinghouse.server.participants.models import Role
from clearinghouse.server.vulnerabilities.models import Finding, Vulnerability
from invented_world import sarif
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db
WHY = "Its sender asked for help with it"
NONE = "RCP-" + "0" * 26


@pytest.fixture
def administrator():
    return reader_for(a_person(a_participant(Role.OBSERVER), administrator=True))


@pytest.fixture
def second():
    return reader_for(a_person(a_participant(Role.OBSERVER), administrator=True))


@pytest.fixture
def sender():
    return reader_for(a_person(a_participant(Role.FINDER)))


@pytest.fixture
def coordinator():
    return reader_for(a_person(a_participant(Role.COORDINATOR)))


@pytest.fixture
def steward():
    return reader_for(a_person(a_participant(Role.COORDINATOR), steward=True))


@pytest.fixture
def report(sender):
    found = services.receive(sender, [sarif("A flaw", "src/a.c")], services.Sent()).report
    run_until_idle()
    return Report.objects.get(pk=found.pk)


def acts():
    kept = Entry.objects.filter(act__startswith="glass.").order_by("seq")
    return [(each.act, each.kind, each.object_id) for each in kept]


def reports(reader):
    return set(visible(reader, Report.objects.all()).values_list("receipt", flat=True))


def test_a_second_person_lets_an_administrator_look_for_a_while(administrator, second, report):
    asked = glass.request(administrator, "report", report.receipt, f"  {WHY} ", 2)
    assert (asked.reason, asked.object_id, asked.ends_at) == (WHY, None, None)
    assert reports(administrator) == set()
    before = timezone.now()
    agreed = glass.approve(second, asked.pk)
    assert reports(administrator) == {report.receipt}
    assert reports(second) == set()
    assert before + dt.timedelta(hours=2) <= agreed.ends_at <= timezone.now() + dt.timedelta(hours=2)
    names = [("glass.requested", "report", report.receipt), ("glass.broken", "report", report.receipt)]
    assert acts() == names
    BreakGlass.objects.update(ends_at=timezone.now())
    assert reports(administrator) == set()
    assert list(verify()) == []


@pytest.mark.parametrize("kind", ["report", "vulnerability"])
def test_one_object_and_no_other(administrator, second, sender, report, kind):
    services.receive(sender, [sarif("Another flaw", "src/b.c")], services.Sent())
    run_until_idle()
    flaw = Vulnerability.objects.get(members__report=report)
    name = report.receipt if kind == "report" else flaw.reference
    glass.approve(second, glass.request(administrator, kind, name, WHY, 1).pk)
    assert reports(administrator) == ({report.receipt} if kind == "report" else set())
    seen = set(visible(administrator, Vulnerability.objects.all()))
    assert seen == ({flaw} if kind == "vulnerability" else set())
    findings = visible(administrator, Finding.objects.all()).count()
    assert findings == (1 if kind == "vulnerability" else 0)
    assert visible(administrator, Attachment.objects.all()).count() == 0


def test_nobody_is_told_whether_it_exists_until_somebody_agrees(administrator, second, report):
    there, nothing = (glass.request(administrator, "report", name, WHY, 1) for name in (report.receipt, NONE))
    assert acts() == [("glass.requested", "report", name) for name in (report.receipt, NONE)]
    assert {each.pk for each in glass.requests(administrator).waiting} == {there.pk, nothing.pk}
    with pytest.raises(NothingThereError):
        glass.approve(second, nothing.pk)
    assert acts()[-1] == ("glass.ended", "report", NONE)
    (over,) = glass.requests(administrator).over
    assert (over.pk, over.approved_by, over.object_id) == (nothing.pk, None, None)
    with pytest.raises(OverError):
        glass.approve(second, nothing.pk)


def test_who_asks_does_not_agree(administrator, report):
    asked = glass.request(administrator, "report", report.receipt, WHY, 1)
    with pytest.raises(SamePersonError):
        glass.approve(administrator, asked.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.update(
            approved_by=asked.requested_by, approved_at=timezone.now(), object_id=1, ends_at=timezone.now()
        )
    assert reports(administrator) == set()


def test_the_database_takes_no_agreement_without_all_of_it(administrator, second, report):
    glass.request(administrator, "report", report.receipt, WHY, 1)
    wrong = (
        {"approved_by": second.person},
        {"approved_by": second.person, "approved_at": timezone.now(), "ends_at": timezone.now()},
        {"object_id": report.pk},
        {"hours": 25},
        {"kind": "inventory"},
    )
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            BreakGlass.objects.update(**fields)


def test_a_steward_of_the_coordinator_agrees_and_a_member_does_not(administrator, coordinator, steward, report):
    asked = glass.request(administrator, "report", report.receipt, WHY, 1)
    with pytest.raises(NotForThemError):
        glass.approve(coordinator, asked.pk)
    assert glass.approve(steward, asked.pk).approved_by_id == steward.person


def test_others_are_told_nothing(administrator, sender, report):
    asked = glass.request(administrator, "report", report.receipt, WHY, 1)
    stranger = reader_for(a_person(a_participant(Role.VENDOR), steward=True))
    for reader in (sender, stranger):
        assert glass.requests(reader).waiting == []
        for number in (asked.pk, 10**9):
            for deed in (glass.approve, glass.end):
                with pytest.raises(NotForThemError):
                    deed(reader, number)
        with pytest.raises(NotForThemError):
            glass.request(reader, "report", report.receipt, WHY, 1)


@pytest.mark.parametrize("who", ["administrator", "second", "steward"])
def test_it_is_ended_before_its_time(request, administrator, second, report, who):
    agreed = glass.approve(second, glass.request(administrator, "report", report.receipt, WHY, 24).pk)
    ended = glass.end(request.getfixturevalue(who), agreed.pk)
    assert ended.ends_at <= timezone.now()
    assert reports(administrator) == set()
    assert acts()[-1][0] == "glass.ended"
    with pytest.raises(OverError):
        glass.end(administrator, agreed.pk)


def test_a_request_is_withdrawn_and_refused(administrator, second, report):
    for reader in (administrator, second):
        asked = glass.request(administrator, "report", report.receipt, WHY, 1)
        glass.end(reader, asked.pk)
        with pytest.raises(OverError):
            glass.approve(second, asked.pk)
    assert reports(administrator) == set()


def test_a_request_that_nobody_answers_lapses(administrator, second, report):
    asked = glass.request(administrator, "report", report.receipt, WHY, 1)
    BreakGlass.objects.update(requested_at=timezone.now() - glass.WAITS)
    assert glass.requests(second).waiting == []
    assert [each.pk for each in glass.requests(second).over] == [asked.pk]
    with pytest.raises(OverError):
        glass.approve(second, asked.pk)


@pytest.mark.parametrize(
    ("kind", "name", "why", "hours"),
    [
        ("report", NONE, WHY, 0),
        ("report", NONE, WHY, 25),
        ("report", NONE, "short", 1),
        ("report", NONE, "\u202e \n ", 1),
        ("report", "0" * 16, WHY, 1),
        ("report", "", WHY, 1),
        ("vulnerability", NONE, WHY, 1),
        ("inventory", NONE, WHY, 1),
        ("report", f"{NONE}\n", WHY, True - 1),
    ],
)
def test_what_is_wrong_is_told(administrator, kind, name, why, hours):
    with pytest.raises(GlassError):
        glass.request(administrator, kind, name, why, hours)
    assert acts() == []


def test_there_are_not_too_many_at_a_time(administrator):
    for _ in range(glass.MOST_WAITING):
        glass.request(administrator, "report", NONE, WHY, 1)
    with pytest.raises(GlassError, match="wait already"):
        glass.request(administrator, "report", NONE, WHY, 1)


def test_a_merged_flaw_leads_to_what_it_is_now(administrator, second, sender, coordinator, report):
    from clearinghouse.server.vulnerabilities import acts as flaws  # noqa: PLC0415

    services.receive(sender, [sarif("Another flaw", "src/b.c")], services.Sent())
    run_until_idle()
    one, other = Vulnerability.objects.order_by("pk")
    flaws.join_by_hand(coordinator, one.reference, other.reference, "They are one")
    glass.approve(second, glass.request(administrator, "vulnerability", other.reference, WHY, 1).pk)
    assert set(visible(administrator, Vulnerability.objects.all())) == {one}


def test_whose_it_is_sees_who_looked(administrator, second, sender, coordinator, report):
    stranger = reader_for(a_person(a_participant(Role.FINDER)))
    flaw = Vulnerability.objects.get(members__report=report)
    assert glass.over_report(sender, report) == []
    first = glass.approve(second, glass.request(administrator, "report", report.receipt, WHY, 1).pk)
    then = glass.approve(second, glass.request(administrator, "vulnerability", flaw.reference, WHY, 1).pk)
    glass.request(administrator, "report", report.receipt, "Nobody has agreed to this", 1)
    for reader in (sender, coordinator):
        assert glass.over_report(reader, report) == [then, first]
    for reader in (stranger, administrator):
        assert glass.over_report(reader, report) == []
        assert glass.over_vulnerability(reader, flaw.pk) == []
    assert glass.over_vulnerability(coordinator, flaw.pk) == [then]
    assert glass.over_vulnerability(sender, flaw.pk) == []


def test_who_is_no_administrator_any_more_sees_nothing(administrator, second, report):
    glass.approve(second, glass.request(administrator, "report", report.receipt, WHY, 1).pk)
    from msgspec.structs import replace  # noqa: PLC0415

    assert reports(replace(administrator, administrator=False)) == set()
