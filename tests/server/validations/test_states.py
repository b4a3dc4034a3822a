"""How validations end that nobody works on, and how those go on that wait: the page says what is so."""

import threading

import pytest
from django.db import OperationalError
from django.utils import timezone

from clearinghouse.server.jobs import services as work
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.schedule import RECURRING
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import jobs, queries, running, services
from clearinghouse.server.validations.errors import NoRunnerError, StateError
from clearinghouse.server.validations.models import Attestation, State
from clearinghouse.trust.keys import make_key_pair
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def validation(finder):
    return asked(finder, send(finder, [a_result()]))


@pytest.fixture
def away(monkeypatch):
    """No runner can be reached."""

    def session(_):
        raise NoRunnerError("nobody answers", "look at that machine")

    monkeypatch.setattr(running, "session", session)


def due(number):
    Job.objects.filter(pk=number, state=JobState.READY).update(run_after="2026-01-01T00:00:00Z")


def state_of(validation):
    validation.refresh_from_db()
    return validation.state


def test_one_that_waits_to_be_tried_again_is_cancelled_at_once(finder, validation, away):
    run_until_idle()
    assert (state_of(validation), Job.objects.get(pk=validation.job).state) == (State.RUNNING, JobState.READY)
    services.cancel(finder, validation.reference)
    assert (state_of(validation), validation.progress) == (State.CANCELLED, None)
    with pytest.raises(StateError):
        services.cancel(finder, validation.reference)
    _, new = services.again(finder, validation.reference)
    assert new


def test_so_is_one_whose_work_ended_without_a_word(finder, validation):
    Job.objects.filter(pk=validation.job).delete()
    services.cancel(finder, validation.reference)
    assert state_of(validation) == State.CANCELLED


def test_one_that_a_worker_has_is_cancelled_when_it_notices(finder, validation):
    now = timezone.now()
    held = {"state": JobState.RUNNING, "lease_until": now + timezone.timedelta(minutes=1), "heartbeat_at": now}
    Job.objects.filter(pk=validation.job).update(**held)
    services.cancel(finder, validation.reference)
    assert state_of(validation) == State.QUEUED
    Job.objects.filter(pk=validation.job).update(state=JobState.READY, lease_until=None)
    run_until_idle()
    assert state_of(validation) == State.CANCELLED
    assert validation.attempts == 0


def test_what_is_cancelled_while_it_fails_is_not_tried_again(finder, validation, monkeypatch):
    def failing(*_):
        services.cancel(finder, validation.reference)
        raise ZeroDivisionError

    monkeypatch.setattr(running, "run", failing)
    run_until_idle()
    assert Job.objects.get(pk=validation.job).state == JobState.CANCELLED
    assert state_of(validation) == State.CANCELLED


def test_work_that_was_cancelled_on_the_page_of_jobs_is_noticed_within_a_minute(validation):
    work.cancel(a_coordinator(), validation.job)
    assert RECURRING["validations.tend"].every == 60
    jobs.tend.func()
    assert state_of(validation) == State.CANCELLED


def test_what_was_given_up_does_not_run_beside_its_successor(finder, validation):
    first = validation.job
    coordinator = a_coordinator()
    work.cancel(coordinator, first)
    jobs.tend.func()
    second, _ = services.again(finder, validation.reference)
    Job.objects.filter(pk=second.job).update(run_after=timezone.now() + timezone.timedelta(days=1))
    work.retry(coordinator, first)
    run_until_idle()
    job = Job.objects.get(pk=first)
    assert (job.state, job.error_class, state_of(validation)) == (JobState.DONE, "", State.CANCELLED)
    due(second.job)
    run_until_idle()
    assert state_of(second) == State.DONE


def test_without_a_key_that_signs_nothing_is_run_and_it_waits(
    finder, validation, validating, tmp_path, caplog, monkeypatch
):
    key = tmp_path / "verdicts.key"
    validating(signing_key=str(key))
    with monkeypatch.context() as patched:
        patched.setattr(running, "run", lambda *_: pytest.fail("it was run"))
        for _ in range(5):
            due(validation.job)
            run_until_idle()
    job = Job.objects.get(pk=validation.job)
    assert (job.state, job.attempts) == (JobState.READY, 0)
    assert queries.validation(finder, validation.reference).progress.startswith("nothing signs verdicts")
    assert "no key that signs" in caplog.text
    make_key_pair(key)
    due(validation.job)
    run_until_idle()
    assert queries.validation(finder, validation.reference).verdict == Verdict.FIXED
    assert Attestation.objects.count() == 1


def test_who_watches_for_a_cancellation_looks_again_when_the_database_is_back(validation, monkeypatch):
    looks, killed = [], threading.Event()
    objects = Job.objects

    class Away:
        def filter(self, **conditions):
            looks.append(conditions)
            if len(looks) < 3:
                raise OperationalError("the database is away")
            return self

        def exists(self):
            return True

    monkeypatch.setattr(running, "LOOK", 0.01)
    monkeypatch.setattr(running.Job, "objects", Away())
    with running.watched(validation.job, killed.set):
        assert killed.wait(30)
    assert len(looks) == 3
    monkeypatch.setattr(running.Job, "objects", objects)
