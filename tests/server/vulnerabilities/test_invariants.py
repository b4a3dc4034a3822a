# ruff: noqa: E501 - statements stand in one line
"""What checks the database finds what is wrong with it."""

import datetime as dt

import pytest
from django.db import connection

from clearinghouse.records import Location
from clearinghouse.server.vulnerabilities import acts, invariants
from clearinghouse.server.vulnerabilities.models import Link, Vulnerability
from server_reports import a_coordinator, a_finding, a_sender, identify, sound

pytestmark = pytest.mark.django_db
WRONG = [
    "UPDATE vulnerabilities_finding SET vulnerability_id = 2 WHERE id = 1",
    "UPDATE vulnerabilities_finding SET vulnerability_id = 1 WHERE id = 2",
    "UPDATE vulnerabilities_vulnerability SET findings = 7 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET finders = 7 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET first_seen = '2020-01-01 00:00:00+00:00' WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET last_seen = '2020-01-01 00:00:00+00:00' WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET tlp = 1 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET embargo_until = '2020-01-01 00:00:00+00:00' WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET condition = 2 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET condition = 1 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET tier = tier + 1 WHERE id = 1",
    "UPDATE vulnerabilities_vulnerability SET merged_into = 1 WHERE id = 2",
    "UPDATE vulnerabilities_vulnerability SET provisional = NOT provisional WHERE id = 1",
    "DELETE FROM vulnerabilities_finder WHERE vulnerability_id = 1 AND participant_id = (SELECT MIN(participant_id) FROM vulnerabilities_finder)",
    "UPDATE vulnerabilities_finder SET vulnerability_id = 2 WHERE participant_id = (SELECT MAX(participant_id) FROM vulnerabilities_finder)",
    "DELETE FROM vulnerabilities_link WHERE kind = 0",
    "UPDATE vulnerabilities_link SET later_id = earlier_id, earlier_id = later_id",
    "UPDATE vulnerabilities_link SET earlier_id = 2 WHERE later_id = 3",
    "UPDATE vulnerabilities_link SET fact = 77",
    "INSERT INTO vulnerabilities_link (kind, later_id, earlier_id, reason, score, note, fact) VALUES (0, 3, 1, 2, 1, '', 5)",
    "UPDATE vulnerabilities_chunk SET base = base + 100",
    "UPDATE vulnerabilities_chunk SET count = count + 1",
    "DELETE FROM vulnerabilities_chunk WHERE base = 1",
    "UPDATE vulnerabilities_identitykey SET finding = finding + 1000",
    "UPDATE vulnerabilities_searchword SET base = base + 1000",
    "UPDATE vulnerabilities_head SET next_finding = 1",
    "UPDATE vulnerabilities_ordertally SET count = count + 1",
    "DELETE FROM vulnerabilities_ordertally",
    "UPDATE vulnerabilities_daytally SET reports = reports + 1",
    "UPDATE vulnerabilities_daytally SET findings = findings + 1",
    "UPDATE vulnerabilities_daytally SET vulnerabilities = vulnerabilities + 1",
    "UPDATE vulnerabilities_daytally SET day = '2020-01-01'",
    "DELETE FROM vulnerabilities_daytally",
    "UPDATE intake_report SET linked = 0",
    "UPDATE vulnerabilities_finding SET profile = NULL",
]


@pytest.fixture
def world():
    place = (Location(path="src/a.c", line=7, symbol="parse", snippet="copy(buffer, name, length);"),)
    known = {"rule": "overflow", "locations": place}
    identify(a_sender(), [a_finding(0, finder="Lab A", **known), a_finding(1)])
    identify(a_sender(), [a_finding(0, finder="Lab B", source="two", **known)])
    assert Vulnerability.objects.get(pk=1).findings == 2


@pytest.mark.parametrize("statement", WRONG)
def test_it_is_found(world, statement):
    sound()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(invariants.broken())


def test_circles_and_divisions_are_found(world):
    person = a_coordinator()
    identify(
        a_sender(),
        [
            a_finding(
                0,
                finder="Lab C",
                source="three",
                rule="overflow",
                locations=(Location(path="src/a.c", line=7, symbol="parse", snippet="copy(buffer, name, length);"),),
            )
        ],
    )
    link = Link.objects.get(later=3)
    Link.objects.create(kind=0, later_id=4, earlier_id=1, reason=2, score=1, fact=9)
    Link.objects.get_or_create(kind=0, later_id=4, earlier_id=3, defaults={"reason": 2, "score": 1})
    assert "links that join make no circle" in {each.rule for each in invariants.broken()}
    Link.objects.filter(fact=9).delete()
    acts.divide(person, link.pk, "they are two")
    Vulnerability.objects.all().update(last_seen=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    assert len({each.rule for each in invariants.broken()}) >= 1
