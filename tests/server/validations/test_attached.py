"""Recipes among the files of a report: each is run or told of, whatever is in the way for now."""

import pytest

from clearinghouse.server.evidence.errors import NoRoomError
from clearinghouse.server.intake import evidence as files
from clearinghouse.server.intake.models import Report
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import queries, reading, reports, services
from clearinghouse.server.validations.models import Validation
from server_reports import a_result, a_sender, send
from server_validations import a_recipe, asked, pretend, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def report(finder):
    return send(finder, [a_result()])


def considered():
    """Look at the files of reports, now that what was put off is due, and run nothing else."""
    jobs = Job.objects.filter(task_path=reports.consider.module_path)
    jobs.filter(state=State.READY).update(run_after="2026-01-01T00:00:00Z")
    run_until_idle(queues=("default",))
    return jobs.latest("pk")


def attach(finder, report, title="Mine"):
    files.attach(finder, report.receipt, "reproducer", [zipped(a_recipe(title))], filename=f"{title}.zip")


def test_a_recipe_waits_until_there_is_room_for_it(finder, report, validating):
    validating(waiting=1)
    first = asked(finder, send(finder, [a_result(2)]))
    attach(finder, report)
    assert considered().state == State.READY
    together = queries.of_report(finder, report)
    assert together.views == []
    assert "wait" not in together.items[0].why
    pretend(first)
    assert considered().state == State.DONE
    assert len(queries.of_report(finder, report).views) == 1


def test_so_it_does_for_a_disk(finder, report, monkeypatch):
    def full(*_):
        raise NoRoomError("the disk is full", "make room")

    attach(finder, report)
    with monkeypatch.context() as patched:
        patched.setattr(services, "sealed_body", full)
        job = considered()
    assert (job.state, job.error_class.rpartition(".")[2]) == (State.READY, "NoRoomError")
    assert queries.of_report(finder, report).items[0].why == queries.of_report(finder, send(finder, [])).items[0].why
    assert considered().state == State.DONE
    assert len(queries.of_report(finder, report).views) == 1


def test_nothing_is_read_before_its_findings_are_known(finder, report, monkeypatch):
    def early(*_):
        pytest.fail("it was read")

    attach(finder, report)
    Report.objects.filter(pk=report.pk).update(state="read")
    with monkeypatch.context() as patched:
        patched.setattr(reading, "sent", early)
        assert considered().state == State.READY
    Report.objects.filter(pk=report.pk).update(state="done")
    considered()
    assert Validation.objects.count() == 1


def test_one_is_held_at_a_time(finder, report, monkeypatch):
    held = []
    sent, request = reading.sent, services.request_recipe

    def reads(*given):
        held.append("read")
        return sent(*given)

    def asks(*given):
        held.append("asked")
        return request(*given)

    monkeypatch.setattr(reading, "sent", reads)
    monkeypatch.setattr(services, "request_recipe", asks)
    for title in ("One", "Two"):
        attach(finder, report, title)
    reports.consider.func(report.pk)
    assert held == ["read", "asked"] * 2
