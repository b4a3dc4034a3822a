"""Senders see nothing of what others sent: two worlds that differ in that alone answer alike."""

import msgspec
import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.server.intake import queries as intake
from clearinghouse.server.oversight.queries import overview
from clearinghouse.server.vulnerabilities import acts, own, preparing, queries
from clearinghouse.server.vulnerabilities.errors import StateError
from clearinghouse.server.vulnerabilities.models import Head, Link, LinkKind
from server_reports import a_coordinator, a_sender, identify
from server_worlds import worlds

pytestmark = pytest.mark.django_db


def seen_by(sender, reports):
    """Everything that a sender is answered, but for receipts and times."""
    told = [
        [msgspec.to_builtins(each) for each in own.findings_of_report(sender, report.pk).findings] for report in reports
    ]
    listed = intake.reports(sender)
    told.append([[each.findings, each.linked, each.problems, each.state] for each in listed.reports])
    told.append(msgspec.to_builtins(overview(sender)))
    told.append(msgspec.to_builtins(queries.queue(sender, queries.Filters()).rows))
    return DjangoJSONEncoder(sort_keys=True).encode(told)


def lived(mine, others, choose):
    """What a sender sees after their reports came among those of others, and people joined and divided."""
    with transaction.atomic():
        Head.objects.all().delete()
        sender, person = a_sender(), a_coordinator()
        reports = []
        for place in range(max(len(mine), len(others))):
            for other in others[place : place + 1]:
                identify(a_sender(), other)
                _act(person, choose)
            reports += [identify(sender, report) for report in mine[place : place + 1]]
        found = seen_by(sender, reports)
        transaction.set_rollback(True)
    return found


def _act(person, choose):
    links = list(Link.objects.filter(kind=LinkKind.JOINS).values_list("pk", flat=True))
    if links and choose.draw(st.booleans()):
        try:
            acts.divide(person, links[-1], "they are two")
        except StateError:
            return


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(mine=worlds(), others=worlds(), choose=st.data())
def test_what_others_sent_shows_nowhere(monkeypatch, mine, others, choose):
    monkeypatch.setattr(preparing, "CHUNK", 4)
    for number, report in enumerate(others):
        others[number] = [msgspec.structs.replace(finding, source=f"theirs {number}") for finding in report]
    assert lived(mine, others, choose) == lived(mine, [], choose)
