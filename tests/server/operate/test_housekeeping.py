"""What recurs: old rows go, new ones stay."""

import datetime as dt
import logging

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from clearinghouse.server.audit.models import TreeHead
from clearinghouse.server.intake import services
from clearinghouse.server.intake.models import RecentBody, Report, Usage
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.schedule import RECURRING
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.operate import housekeeping
from clearinghouse.server.participants.models import SignIn
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db


def test_all_of_it_is_registered() -> None:
    ours = {name: item.every for name, item in RECURRING.items() if name.startswith("operate.")}
    assert ours == {"operate.expire": 3_600, "operate.sweep": 86_400, "operate.head": 86_400}


def test_what_is_old_goes() -> None:
    person = a_person(a_participant())
    services.receive(reader_for(person), [b"{}"], services.Sent())
    services.receive(reader_for(person), [b"{} "], services.Sent())
    now = timezone.now()
    RecentBody.objects.filter(report=Report.objects.latest("pk")).update(at=now - dt.timedelta(hours=25))
    Usage.objects.create(participant=person.participant, day=(now - dt.timedelta(days=93)).date(), reports=1)
    for number, days in enumerate((-1, 1)):
        Session.objects.create(session_key=str(number), session_data="", expire_date=now + dt.timedelta(days=days))
        SignIn.objects.create(person=person, agent=str(number), created_at=now + dt.timedelta(days=min(days, 0)))
    housekeeping.expire.enqueue()
    run_until_idle()
    assert not Job.objects.filter(state="failed").exists()
    assert [RecentBody.objects.count(), Usage.objects.count()] == [1, 1]
    assert [each.session_key for each in Session.objects.all()] == ["1"]
    assert [each.agent for each in SignIn.objects.all()] == ["1"]


def test_how_far_the_log_goes_is_kept_and_said(caplog: pytest.LogCaptureFixture) -> None:
    services.receive(reader_for(a_person(a_participant())), [b"{}"], services.Sent())
    with caplog.at_level(logging.INFO, "clearinghouse.housekeeping"):
        housekeeping.head.enqueue()
        housekeeping.sweep.enqueue()
        run_until_idle()
    kept = TreeHead.objects.get()
    said = {record.msg: record.fields for record in caplog.records if hasattr(record, "fields")}
    assert said["audit head"] == {"size": kept.size, "root": bytes(kept.root).hex()}
    assert said["swept"] == {"unfinished": 0, "blobs": 0, "keys": 0}
