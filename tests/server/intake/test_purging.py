"""A purge: unreadable at once, a tombstone, a log that is whole, and everybody else's groups as they were."""

import pytest
from django.conf import settings

from clearinghouse.server.audit import queries as audit
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.intake import evidence, queries
from clearinghouse.server.intake.errors import NotForThemError, NotFoundError, PurgedError, PurposeError
from clearinghouse.server.intake.models import State, Violation
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.vulnerabilities import own
from clearinghouse.server.vulnerabilities.detail import detail
from clearinghouse.server.vulnerabilities.models import Chunk, Finding, IdentityKey, Link, SearchWord, Vulnerability
from clearinghouse.server.vulnerabilities.queries import Filters, queue
from server_people import a_participant, a_person, reader_for
from server_reports import a_coordinator, a_result, a_sender, groups, links, send, sound

pytestmark = pytest.mark.django_db
WHY = "it was sent to the wrong place"


@pytest.fixture
def person():
    return a_coordinator()


@pytest.fixture
def world():
    """Two senders of the same five places, and the reports."""
    results = [a_result(number) for number in range(5)]
    reports = [send(a_sender(), results, tool=tool) for tool in ("Lab A", "Lab B", "Lab C")]
    assert all(len(group) == 3 for group in groups())
    return reports


def test_nothing_of_it_can_be_read_at_once(person, world):
    report = world[0]
    evidence.attach(reader_for(a_person(report.submitter)), report.receipt, "patch", [b"--- a"])
    attachment = report.attachments.get()
    purge(person, report.receipt, WHY)
    with pytest.raises(vault.DestroyedError):
        vault.sealer(report.envelope_id)
    with pytest.raises(PurgedError):
        evidence.download_report(person, report.receipt, "to see what is left of it")
    with pytest.raises(PurgedError):
        evidence.download_attachment(person, attachment.reference, "to see what is left of it")
    found = queries.report(person, report.receipt)
    assert (found.state, queries.meta(found), queries.violations(found)) == (State.PURGED, None, [])
    for row in queue(person, Filters()).rows:
        members = detail(person, row.reference).members
        assert [member.finding is None for member in members] == [True, False, False]
        assert row.title
    assert own.findings_of_report(person, report.pk).findings == []


def test_what_it_left_is_swept_and_the_rest_stays(person, world):
    before, why = groups(), links()
    keys = IdentityKey.objects.count()
    report = world[0]
    ids = set(Finding.objects.filter(report=report).values_list("pk", flat=True))
    base = Chunk.objects.get(report=report).base
    purge(person, report.receipt, WHY)
    run_until_idle()
    assert (groups(), links()) == (before, why)
    assert 0 < IdentityKey.objects.count() < keys
    assert not IdentityKey.objects.filter(finding__in=ids).exists()
    assert not SearchWord.objects.filter(base=base).exists()
    assert not Violation.objects.filter(report=report).exists()
    assert not Finding.objects.filter(report=report, profile__isnull=False).exists()
    assert not Chunk.objects.filter(report=report, sealed__isnull=False).exists()
    assert not Link.objects.filter(earlier__report=report, explanation__isnull=False).exists()
    assert not blobs.exists(report.blob)
    sound()
    entry = Entry.objects.get(act="report.purged")
    assert WHY in entry.body
    assert audit.verify() == []


def test_what_comes_later_joins_what_is_left(person, world):
    for report in world[:2]:
        purge(person, report.receipt, WHY)
    run_until_idle()
    again = send(a_sender(), [a_result(number) for number in range(5)], tool="Lab D")
    assert again.linked == 5
    assert all(len(group) == 4 for group in groups())
    sound()


def test_all_of_it_can_go(person, world):
    for report in world:
        purge(person, report.receipt, WHY)
    run_until_idle()
    sound()
    assert queue(person, Filters()).rows == []
    rows = queue(person, Filters(condition="set_aside")).rows
    assert {(row.title, row.tier, row.findings) for row in rows} == {("Its content was destroyed", "INCOMPLETE", 3)}
    assert not IdentityKey.objects.exists()
    assert detail(person, rows[0].reference).judged is None
    fresh = send(a_sender(), [a_result(number) for number in range(5)], tool="Lab E")
    assert fresh.linked == 5
    assert Vulnerability.objects.filter(condition=0).count() == 5
    sound()


def test_who_may(world, person):
    report = world[0]
    member = reader_for(a_person(report.submitter))
    steward = reader_for(a_person(report.submitter, steward=True))
    stranger = reader_for(a_person(a_participant(), steward=True, administrator=True))
    with pytest.raises(NotForThemError):
        purge(member, report.receipt, WHY)
    with pytest.raises(NotFoundError):
        purge(stranger, report.receipt, WHY)
    with pytest.raises(PurposeError):
        purge(steward, report.receipt, "  ")
    assert purge(steward, report.receipt, WHY).purged_reason == WHY
    assert purge(steward, report.receipt, "again").purged_reason == WHY
    with pytest.raises(PurgedError):
        evidence.attach(member, report.receipt, "patch", [b"late"])


def test_it_may_be_sent_again(person, world):
    sender = reader_for(a_person(world[0].submitter))
    purge(person, world[0].receipt, WHY)
    again = send(sender, [a_result(number) for number in range(5)], tool="Lab A")
    assert again.pk != world[0].pk
    assert again.state == State.DONE
    assert settings.CONFIGURATION.home.exists()
    sound()
