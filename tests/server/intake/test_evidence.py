"""Files that came with reports: who is let in to a flaw with them may download those that are about nothing else."""

import datetime as dt

import msgspec
import pytest
from django.utils import timezone

from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.models import BreakGlass, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.intake import evidence, queries
from clearinghouse.server.intake.errors import NotFoundError
from clearinghouse.server.intake.models import Report, State, Violation
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.models import Link, LinkKind, Vulnerability
from server_people import a_participant, a_person, reader_for
from server_reports import a_coordinator, a_result, a_sender, send

pytestmark = pytest.mark.django_db
WHY = "to mend what it shows"


@pytest.fixture
def coordinator() -> Reader:
    return a_coordinator()


@pytest.fixture
def vendor() -> Reader:
    return a_sender(Role.VENDOR)


def attached(*results, **said):
    """A report with a file; return the report and the file."""
    sender = a_sender()
    report = send(sender, [a_result(number) for number in results], **said)
    made, _ = evidence.attach(sender, report.receipt, "reproducer", [f"boom {report.pk}".encode()], filename="x.py")
    return report, made


def flaw_of(report: Report) -> Vulnerability:
    return Vulnerability.objects.filter(members__report=report).distinct().get()


def let_in(by, flaw, reader, **more):
    whom = Participant.objects.get(pk=reader.participant)
    return acts.share(by, flaw.reference, whom.reference, "it is theirs", **{"evidence": True} | more)


def had(reader, flaw):
    """What a reader is told of, all of which is downloaded."""
    told = [each.reference for each, _ in queries.evidence_of(reader, flaw.pk)]
    for reference in told:
        assert b"".join(evidence.download_attachment(reader, reference, WHY).chunks).startswith(b"boom")
        assert Entry.objects.order_by("-seq")[0].act == "evidence.downloaded"
    return told


def refused(reader, made):
    with pytest.raises(NotFoundError):
        evidence.download_attachment(reader, made.reference, WHY)


def test_with_files_means_files(coordinator, vendor):
    report, made = attached(1)
    flaw = flaw_of(report)
    grant = let_in(coordinator, flaw, vendor, evidence=False)
    assert had(vendor, flaw) == []
    refused(vendor, made)
    let_in(coordinator, flaw, vendor)
    assert had(vendor, flaw) == [made.reference]
    assert had(coordinator, flaw) == [made.reference]
    refused(a_sender(Role.VENDOR), made)
    acts.revoke(coordinator, grant.pk + 1, "mended")
    refused(vendor, made)


def test_a_file_of_a_report_of_several_flaws_may_be_about_any_of_them(coordinator, vendor):
    report, made = attached(1, 2)
    for flaw in Vulnerability.objects.all():
        let_in(coordinator, flaw, vendor)
        assert had(vendor, flaw) == []
        refused(vendor, made)
    assert had(coordinator, Vulnerability.objects.first()) == [made.reference]
    acts.join_by_hand(coordinator, *Vulnerability.objects.values_list("reference", flat=True), "they are one")
    assert had(vendor, flaw_of(report)) == [made.reference]


def test_what_is_not_read_whole_may_be_about_anything(coordinator, vendor):
    report, made = attached(1)
    let_in(coordinator, flaw_of(report), vendor)
    Report.objects.filter(pk=report.pk).update(state=State.READ)
    refused(vendor, made)
    Report.objects.filter(pk=report.pk).update(state=State.DONE)
    assert had(vendor, flaw_of(report)) == [made.reference]
    Violation.objects.create(report=report, number=0, error=False, sealed=b"")
    assert had(vendor, flaw_of(report)) == [made.reference]
    Violation.objects.create(report=report, number=1, error=True, sealed=b"")
    refused(vendor, made)


def test_it_follows_what_the_flaw_is_now(coordinator, vendor):
    """What is divided from the flaw that one was let in to goes with its files."""
    one, first = attached(1)
    other, second = attached(2)
    acts.join_by_hand(coordinator, flaw_of(one).reference, flaw_of(other).reference, "they are one")
    let_in(coordinator, flaw_of(one), vendor)
    assert had(vendor, flaw_of(one)) == [first.reference, second.reference]
    acts.divide(coordinator, Link.objects.get(kind=LinkKind.JOINS).pk, "they are two")
    assert had(vendor, flaw_of(one)) == [first.reference]
    refused(vendor, second)


def test_marking_and_embargo_hold_on_files(coordinator, vendor):
    red, secret = attached(1, tlp=Label.RED)
    named = a_person(a_participant(Role.VENDOR))
    let_in(coordinator, flaw_of(red), reader_for(named), person=named.reference)
    assert had(reader_for(named), flaw_of(red)) == [secret.reference]
    refused(reader_for(a_person(named.participant)), secret)
    deployer = a_sender(Role.DEPLOYER)
    later, held = attached(2)
    let_in(coordinator, flaw_of(later), deployer)
    assert had(deployer, flaw_of(later)) == [held.reference]
    Report.objects.filter(pk=later.pk).update(embargo_until=timezone.now() + dt.timedelta(days=1))
    refused(deployer, held)


def test_a_key_needs_the_scope_and_breaking_the_glass_is_not_enough(coordinator, vendor):
    report, made = attached(1)
    flaw = flaw_of(report)
    let_in(coordinator, flaw, vendor)
    key = msgspec.structs.replace(vendor, person=None, service=1, scopes=frozenset({Scope.VULNERABILITY_READ}))
    assert had(key, flaw) == []
    refused(key, made)
    assert had(msgspec.structs.replace(key, scopes=frozenset(Scope)), flaw) == [made.reference]
    administrator = a_sender(Role.OBSERVER, administrator=True)
    BreakGlass.objects.create(
        kind=ObjectKind.VULNERABILITY,
        object_id=flaw.pk,
        requested_by_id=administrator.person,
        approved_by_id=coordinator.person,
        reason="a test",
        hours=1,
        reference=flaw.reference,
        approved_at=timezone.now(),
        ends_at=timezone.now() + dt.timedelta(hours=1),
    )
    refused(administrator, made)
