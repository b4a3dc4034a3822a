"""The queue: its order, its pages, its filters, its search; and that a vendor is told of what they see alone."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.priority.ranking import rank_bytes
from clearinghouse.records import Component, Location, Severity, State
from clearinghouse.server.access.marking import Label
from clearinghouse.server.oversight.queries import overview
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.vulnerabilities import acts, own, queries, search, seen
from clearinghouse.server.vulnerabilities.detail import detail
from clearinghouse.server.vulnerabilities.errors import AskedWrongError
from clearinghouse.server.vulnerabilities.models import Finding, Vulnerability
from clearinghouse.server.vulnerabilities.queries import Filters, queue
from clearinghouse.server.vulnerabilities.ranking import judgement
from clearinghouse.server.vulnerabilities.seen import open_members, with_report
from clearinghouse.server.vulnerabilities.signals import judge
from server_people import a_participant, a_person, reader_for
from server_reports import a_coordinator, a_finding, a_sender, identify, sound

pytestmark = pytest.mark.django_db


def scored(index, score, **changes):
    severities = (Severity(system="CVSS", value=str(score)),)
    return a_finding(
        index,
        severities=severities,
        rule=f"rule-{index}",
        locations=(Location(path=f"p/f{index}.c", line=1),),
        **changes,
    )


@pytest.fixture
def person():
    return a_coordinator()


@pytest.fixture
def vendor():
    return a_sender(Role.VENDOR)


def let_in(by, numbers, reader, **more):
    whom = Participant.objects.get(pk=reader.participant)
    for number in numbers:
        reference = Vulnerability.objects.get(members__pk=number).reference
        acts.share(by, reference, whom.reference, "it is theirs", **more)


def pages(reader, size, **filters):
    found, after = [], ""
    while True:
        page = queue(reader, Filters(after=after, **filters), size)
        found += [row.reference for row in page.rows]
        after = page.next
        if not after:
            return found
        assert len(page.rows) == size


def test_the_order_is_that_of_the_law(person):
    numbers = random.Random(4)
    findings = [scored(index, numbers.randint(0, 100) / 10) for index in range(60)]
    findings += [scored(60, 5, identifiers=("CVE-2026-1001",)), a_finding(61, rule="x")]
    identify(a_sender(), findings)
    keyed = []
    for each in Vulnerability.objects.filter(condition=0):
        members = open_members(with_report(Finding.objects.filter(vulnerability=each)))
        order = judgement(list(members.values()), judge()).order
        assert bytes(each.rank) == rank_bytes(order)
        keyed.append((order, each.pk, each.reference))
    expected = [reference for _, _, reference in sorted(keyed)]
    assert [row.reference for row in queue(person, Filters(), 100).rows] == expected
    for size in (1, 7, 61, 62, 63):
        assert pages(person, size) == expected


def test_pages_show_each_once_while_rows_come_in(person):
    identify(a_sender(), [scored(index, index % 5) for index in range(20)])
    before = pages(person, 100)
    found, after = [], ""
    for step in range(100):
        page = queue(person, Filters(after=after), 3)
        found += [row.reference for row in page.rows]
        after = page.next
        identify(a_sender(), [scored(100 + step, step % 6)])
        if not after:
            break
    assert len(found) == len(set(found))
    assert [each for each in found if each in before] == before


@pytest.mark.parametrize("after", ["q", "00-", "00-1", "zz-" + "0" * 16, "0-" + "0" * 16, "00-" + "0" * 17])
def test_a_place_that_is_none_is_refused(person, after):
    with pytest.raises(AskedWrongError):
        queue(person, Filters(after=after))


@pytest.mark.parametrize("filters", [{"tier": "NONE"}, {"due": "never"}, {"condition": "merged"}])
def test_a_filter_has_a_value_that_it_can_have(person, filters):
    with pytest.raises(AskedWrongError):
        queue(person, Filters(**filters))


def numbers(reader, **filters):
    rows = queue(reader, Filters(**filters), 100).rows
    return sorted(Vulnerability.objects.get(reference=row.reference).pk for row in rows)


def test_filters(person):
    sender = a_sender()
    identify(sender, [scored(0, 5), scored(1, 5, state=State.FIXED)])
    identify(a_sender(), [scored(2, 5)])
    assert numbers(person) == [1, 3]
    assert numbers(person, condition="set_aside") == [2]
    mine = Participant.objects.get(pk=sender.participant).reference
    assert numbers(person, finder=mine) == [1]
    assert numbers(person, finder="nobody") == numbers(person, finder="a\x00b") == []
    tier = queries.tiers()[Vulnerability.objects.get(pk=1).tier]
    assert numbers(person, tier=tier) == [1, 3]
    assert sum(len(numbers(person, tier=each)) for each in queries.tiers()) == 2
    today = timezone.now().date()
    for due, asked in (
        (today - dt.timedelta(days=1), "overdue"),
        (today, "week"),
        (today + dt.timedelta(days=7), "week"),
    ):
        Vulnerability.objects.filter(pk=1).update(due=due)
        assert numbers(person, due=asked) == [1]
    Vulnerability.objects.filter(pk=1).update(due=today + dt.timedelta(days=8))
    assert numbers(person, due="week") == numbers(person, due="overdue") == []


def test_search(person):
    place = Location(path="lib/parsers/zip_reader.c", line=3, symbol="read_member")
    one = a_finding(0, title="Overflow in zip members", identifiers=("CVE-2026-1001",), locations=(place,), rule="heap")
    two = a_finding(1, title="Overflow of a name", components=(Component(name="left-pad", purl="pkg:npm/left-pad"),))
    identify(a_sender(), [one, two])
    for words, expected in (
        ("overflow", [1, 2]),
        ("OVERFLOW zip", [1]),
        ("zip name", []),
        ("cve-2026-1001", [1]),
        ("CVE-2026-1001", [1]),
        ("zip_reader.c", [1]),
        ("lib/parsers/zip_reader.c", [1]),
        ("read_member", [1]),
        ("left-pad", [2]),
        ("overflo", []),
        ("the", []),
        ("'overflow'", [1, 2]),
    ):
        assert numbers(person, words=words) == expected, words


def test_a_vendor_finds_what_was_shared_however_much_else_has_the_word(person, vendor, monkeypatch):
    monkeypatch.setattr(search, "MOST_FOUND", 5)
    alike = [
        scored(index, 5, title="Overflow of something", components=(Component(name="common"),)) for index in range(40)
    ]
    identify(a_sender(), alike)
    identify(a_sender(), [scored(100 + index, 5, title="Overflow of other") for index in range(600)])
    let_in(person, [3, 30], vendor)
    assert numbers(vendor, words="overflow") == [3, 30]
    assert not queue(vendor, Filters(words="overflow")).cut
    assert queue(person, Filters(words="overflow")).cut
    assert numbers(vendor, words="other") == []
    assert numbers(a_sender(Role.VENDOR), words="overflow") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how many there are")
def test_what_was_found_is_looked_up_and_the_order_not_walked_for_it(person):
    identify(a_sender(), [scored(number, 5, title="Overflow") for number in range(20)])
    with CaptureQueriesContext(connection) as asked:
        assert len(numbers(person, words="overflow")) == 20
    (query,) = [each["sql"] for each in asked.captured_queries if "ORDER BY" in each["sql"] and "rank" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        plan = str(cursor.fetchall())
    assert "USING INTEGER PRIMARY KEY" in plan
    assert "vulnerability_order" not in plan


PLACE = (Location(path="src/a.c", line=7, symbol="parse", snippet="copy(buffer, name, length);"),)


def same(finder, **changes):
    return a_finding(0, **{"rule": "overflow", "finder": finder, "source": finder, "locations": PLACE} | changes)


def told(reader):
    page = queue(reader, Filters())
    shown = [detail(reader, row.reference) for row in page.rows]
    return [
        (
            row.tier,
            row.due,
            row.findings,
            row.finders,
            row.first_seen,
            row.last_seen,
            row.tlp,
            row.title,
            len(each.members),
        )
        for row, each in zip(page.rows, shown, strict=True)
    ]


def test_a_vendor_is_told_of_what_they_see_alone(person, vendor):
    """A finding for named people changes neither rank nor dates nor counts for others."""
    identify(a_sender(), [same("Lab A"), scored(5, 9)])
    let_in(person, [1, 2], vendor)
    before, whole = told(vendor), told(person)
    numbers_before = overview(vendor)
    hidden = {"severities": (Severity(system="CVSS", value="10.0"),), "identifiers": ("CVE-2026-1001",)}
    identify(a_sender(), [same("Lab B", **hidden)], tlp=Label.RED)
    identify(a_sender(), [same("Lab C")], tlp=Label.RED)
    sound()
    assert told(vendor) == before
    assert told(person) != whole
    assert overview(vendor).by_tier == numbers_before.by_tier
    first = queue(vendor, Filters(), 1)
    assert len(queue(vendor, Filters(after=first.next), 1).rows) == 1
    assert pages(vendor, 1) == pages(vendor, 2)
    seen_rank = bytes.fromhex(first.next.partition("-")[0])
    assert seen_rank in {bytes(each.rank) for each in seen.partly_seen(vendor).values()} | {
        bytes(each.rank) for each in Vulnerability.objects.filter(pk=2)
    }
    named = a_person(a_participant(Role.VENDOR))
    let_in(person, [1], reader_for(named), person=named.reference)
    assert told(reader_for(named))[0][2] == 3


def test_a_row_has_the_identifiers_that_later_findings_brought(person, vendor):
    identify(a_sender(), [same("Lab A"), scored(5, 9)])
    let_in(person, [1], vendor)
    identify(a_sender(), [same("Lab B", identifiers=("CVE-2026-1001", "GHSA-aaaa-bbbb-cccc"))], tlp=Label.RED)
    named = {row.title: row.identifiers for row in queue(person, Filters()).rows}
    assert sorted(named.values()) == [(), ("CVE-2026-1001", "GHSA-aaaa-bbbb-cccc")]
    assert [row.identifiers for row in queue(vendor, Filters()).rows] == [()]


def test_what_is_all_hidden_is_not_there(person, vendor):
    identify(a_sender(), [same("Lab A")])
    let_in(person, [1], vendor)
    Finding.objects.get(pk=1).report.__class__.objects.update(tlp=Label.RED)
    Vulnerability.objects.update(tlp=Label.RED)
    assert told(vendor) == []
    assert overview(vendor).unique == 0


def count(ask):
    with CaptureQueriesContext(connection) as made:
        ask()
    return len(made)


def test_the_number_of_queries_does_not_grow(person, vendor):
    """Twenty times the rows are the same number of queries, for those who see all and for those who see some."""

    def grow(first, size):
        for lab in ("Lab A", "Lab B", "Lab C"):
            rows = [scored(index, 5, finder=lab, source=lab, title="Overflow") for index in range(first, first + size)]
            tlp = Label.RED if lab == "Lab C" else Label.AMBER
            reports.append(identify(a_sender(), rows, tlp=tlp))
        for each in Vulnerability.objects.filter(condition=0, pk__gt=last()):
            named = Participant.objects.get(pk=vendor.participant)
            acts.Grant.objects.create(
                kind="vulnerability", object_id=each.pk, participant=named, granted_by_id=person.person, reason="x"
            )

    shared = []

    def last():
        return 0 if not shared else shared[-1]

    reports = []
    asked = {
        "queue": lambda: queue(person, Filters(), 30),
        "search": lambda: queue(person, Filters(words="overflow"), 30),
        "detail": lambda: detail(person, Vulnerability.objects.get(pk=1).reference),
        "own": lambda: own.findings_of_report(mine, reports[0].pk),
        "overview": lambda: overview(person),
        "queue of a vendor": lambda: queue(vendor, Filters(), 30),
        "search of a vendor": lambda: queue(vendor, Filters(words="overflow"), 30),
        "overview of a vendor": lambda: overview(vendor),
        "detail of a vendor": lambda: detail(vendor, Vulnerability.objects.get(pk=1).reference),
    }
    grow(0, 2)
    mine = reader_for(a_person(reports[0].submitter))
    before = {name: count(ask) for name, ask in asked.items()}
    shared.append(Vulnerability.objects.order_by("pk").last().pk)
    grow(10, 40)
    after = {name: count(ask) for name, ask in asked.items()}
    assert after == before
    assert max(before.values()) < 30


def test_own_numbers_are_of_the_report_alone(person):
    sender = a_sender()
    report = identify(sender, [same("Lab A"), scored(1, 5), same("Lab A", source="again")])
    found = own.findings_of_report(sender, report.pk, size=2)
    assert [each.number for each in found.findings] == [1, 2]
    rest = own.findings_of_report(sender, report.pk, after=found.after, size=2)
    assert ([each.number for each in rest.findings], rest.after) == ([3], 0)
    assert own.findings_of_report(a_sender(), report.pk).findings == []
    assert found.findings[0].same == (3,)
