"""What recurs: once a period, whoever looks, whatever the clock does."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from clearinghouse.server.jobs import schedule
from clearinghouse.server.jobs.backend import task_at
from clearinghouse.server.jobs.models import Job, Recurrence, State
from clearinghouse.server.jobs.schedule import recurring, tick
from clearinghouse.server.jobs.services import run_until_idle
from server.jobs.jobs_tasks import nothing

pytestmark = pytest.mark.django_db

HOUR = 3600


@pytest.fixture(autouse=True)
def _hourly(monkeypatch):
    monkeypatch.setattr(schedule, "RECURRING", {})
    recurring("hourly", nothing.module_path, HOUR)
    assert tick(at(0)) == 0  # seen for the first time
    Recurrence.objects.update(next_at=Now())


def at(hours: float):
    return lambda: Now() + timedelta(hours=hours)


def test_all_that_is_built_in_exists():
    for item in (schedule.Recurring("jobs.prune", "clearinghouse.server.jobs.tasks.prune", schedule.DAY),):
        assert task_at(item.task)


def test_once_a_period(django_assert_num_queries):
    for hours in (0.1, 0.5, 0.9):
        tick(at(hours))
        run_until_idle()
    assert Job.objects.count() == 1
    assert Job.objects.get().recurrence == HOUR
    with django_assert_num_queries(1):
        assert tick(at(0.95)) == 0
    assert tick(at(1.1)) == 1
    assert tick(at(1.2)) == 0


def test_what_was_missed_is_not_made_up_for_and_the_phase_is_kept():
    first = Recurrence.objects.get().next_at
    assert tick(at(100.5)) == 1
    assert Recurrence.objects.get().next_at == first + timedelta(hours=101)


def test_not_a_second_one_while_the_first_is_live():
    assert tick(at(0.5)) == 1
    assert tick(at(1.5)) == 0
    assert Job.objects.get().state == State.READY
    run_until_idle()
    assert tick(at(2.5)) == 1


def test_two_that_look_at_one_time_enqueue_it_once():
    row = Recurrence.objects.get()
    item = schedule.RECURRING["hourly"]
    later = row.next_at + timedelta(seconds=1)
    assert [schedule._advance(item, row.next_at, later) for _ in range(2)] == [True, False]
    assert Job.objects.count() == 1


def test_the_clock_jumps_backwards():
    assert tick(at(0.5)) == 1
    run_until_idle()
    assert tick(at(-48)) == 0  # moved back
    assert tick(at(-46.9)) == 1


def test_the_clock_jumps_forwards():
    assert tick(at(1000)) == 1
    assert tick(at(1000)) == 0


def test_a_task_that_is_gone_harms_nothing(caplog):
    recurring("gone", "no.such", HOUR)
    tick(at(0))
    tick(at(1))
    assert Job.objects.get().task_path == nothing.module_path
    assert "name=gone" in caplog.text
