"""A validation on a runner over ssh: the connection is cut, or the machine is away, and the verdict comes."""

import os
from datetime import timedelta

import pytest

from boxed import comes
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import jobs, queries, running
from clearinghouse.server.validations.models import Attestation, State, Validation
from clearinghouse.validation.verdict import Verdict
from far_away import far_away, needs_ssh
from server_reports import a_result, a_sender, send
from server_validations import asked

needs_ssh()
pytestmark = pytest.mark.django_db


@pytest.fixture
def far(validating):
    with far_away() as found:
        running.close()
        validating(runner=tuple(found.reached()))
        yield found
        running.close()


@pytest.fixture
def finder():
    return a_sender()


def due():
    Job.objects.filter(state=JobState.READY).update(run_after="2026-01-01T00:00:00Z")


def test_a_connection_that_is_cut_costs_an_attempt(far, finder, monkeypatch):
    validation = asked(finder, send(finder, [a_result()]))
    session_run = running.run
    below = []

    def cut(session, loaded, progress):
        def told(words):
            progress(words)
            if words.startswith("affected: run") and not below:
                below.extend(far.below())
                far.cut()

        return session_run(session, loaded, told)

    monkeypatch.setattr(running, "run", cut)
    run_until_idle()
    job = Job.objects.get(pk=validation.job)
    assert (job.state, job.error_class) == (JobState.READY, "clearinghouse.sandbox.contract.RunnerLostError")
    comes(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in below), "nothing is left there")
    due()
    run_until_idle()
    view = queries.validation(finder, validation.reference)
    assert (view.verdict, view.row.attempts, view.row.tier) == (Verdict.FIXED, 2, "T1")
    assert Attestation.objects.count() == 1


def test_a_machine_that_is_away_is_waited_for(far, finder, caplog):
    validation = asked(finder, send(finder, [a_result()]))
    far.stop()
    for _ in range(5):  # more often than attempts are counted
        due()
        run_until_idle()
    job = Job.objects.get(pk=validation.job)
    assert (job.state, job.attempts) == (JobState.READY, 0)
    view = queries.validation(finder, validation.reference)
    assert view.row.state == State.RUNNING
    assert view.progress.startswith("no runner can be reached")
    assert f"port {far.port}: Connection refused" in caplog.text
    far.start_again()
    due()
    run_until_idle()
    view = queries.validation(finder, validation.reference)
    assert (view.verdict, view.row.attempts) == (Verdict.FIXED, 1)


def test_but_not_for_ever(far, finder):
    validation = asked(finder, send(finder, [a_result()]))
    far.stop()
    Validation.objects.update(requested_at=validation.requested_at - jobs.LONGEST_AWAY - timedelta(minutes=1))
    for _ in range(4):
        due()
        run_until_idle()
    job = Job.objects.get(pk=validation.job)
    assert (job.state, job.error_class) == (
        JobState.FAILED,
        "clearinghouse.server.validations.errors.NoRunnerError",
    )
    jobs.note_ended()
    assert queries.validation(finder, validation.reference).row.state == State.FAILED
