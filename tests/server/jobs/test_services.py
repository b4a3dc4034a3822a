"""What people see of jobs and do with them."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.jobs import queries
from clearinghouse.server.jobs.backend import once
from clearinghouse.server.jobs.claims import claim
from clearinghouse.server.jobs.errors import JobCancelledError, JobNotFoundError, JobStateError
from clearinghouse.server.jobs.models import Job, State, Worker
from clearinghouse.server.jobs.services import cancel, retry, run_until_idle
from clearinghouse.server.participants.models import Role
from server.jobs.jobs_tasks import give_up, nothing

pytestmark = pytest.mark.django_db

FINDER = Reader(participant=2, roles=frozenset({Role.FINDER}), person=2)
PROGRAM = Reader(participant=1, roles=frozenset({Role.COORDINATOR}), service=1)


@pytest.fixture
def dead(only) -> Job:
    give_up.enqueue()
    run_until_idle()
    return only()


def test_dead_letters_are_seen_by_who_may(dead, coordinator):
    administrator = Reader(participant=3, person=3, administrator=True)
    for reader in (coordinator, administrator):
        assert [job.pk for job in queries.dead_letters(reader)] == [dead.pk]
        assert queries.jobs(reader).count() == 1
    for reader in (FINDER, NOBODY):
        assert not queries.dead_letters(reader).exists()
        assert not queries.jobs(reader).exists()


def test_workers_are_seen_by_who_may(coordinator):
    Worker.objects.create(name="a", version="1")
    assert [worker.name for worker in queries.workers(coordinator)] == ["a"]
    assert not queries.workers(FINDER).exists()


def test_a_dead_letter_is_tried_again(dead, coordinator, django_assert_num_queries):
    with django_assert_num_queries(14):
        job = retry(coordinator, dead.pk)
    assert (job.state, job.attempts, job.kills, job.finished_at) == (State.READY, 0, 0, None)
    assert run_until_idle() == 1
    entry = Entry.objects.get()
    assert (entry.act, entry.kind, entry.object_id) == ("job.retried", "job", str(dead.pk))


def test_a_cancelled_one_too(coordinator):
    key = int(nothing.enqueue().id)
    assert cancel(coordinator, key).state == State.CANCELLED
    assert run_until_idle() == 0
    assert not retry(coordinator, key).cancel_requested
    assert run_until_idle() == 1
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("reader", [FINDER, NOBODY, PROGRAM], ids=["finder", "nobody", "program"])
@pytest.mark.parametrize("act", [retry, cancel])
def test_others_cannot_tell_whether_it_exists(dead, reader, act):
    for key in (dead.pk, 999):
        with pytest.raises(JobNotFoundError):
            act(reader, key)
    assert not Entry.objects.exists()


def test_what_waits_or_runs_cannot_be_tried_again(coordinator):
    key = int(nothing.enqueue().id)
    with pytest.raises(JobStateError, match="is ready"):
        retry(coordinator, key)
    claim("w")
    with pytest.raises(JobStateError, match="is running"):
        retry(coordinator, key)


def test_what_ended_cannot_be_cancelled(dead, coordinator):
    with pytest.raises(JobStateError, match="is failed"):
        cancel(coordinator, dead.pk)


def test_the_same_work_is_not_queued_twice_by_trying_again(coordinator, only):
    once(give_up, "key").enqueue()
    run_until_idle()
    dead = only()
    once(give_up, "key").enqueue()
    with pytest.raises(JobStateError, match="queued already"):
        retry(coordinator, dead.pk)
    assert not Entry.objects.exists()


def test_one_that_runs_is_asked_to_stop(coordinator, only):
    nothing.enqueue()
    job, lease = claim("w")
    assert cancel(coordinator, job.pk).state == State.RUNNING
    lease.look()
    with pytest.raises(JobCancelledError):
        lease.check()


def test_numbers_by_queue_and_state(dead, django_assert_num_queries):
    nothing.enqueue()
    nothing.using(queue_name="slow").enqueue()
    with django_assert_num_queries(3):
        assert queries.counts() == {("default", "failed"): 1, ("default", "ready"): 1, ("slow", "ready"): 1}


def test_how_long_the_oldest_waits(django_assert_num_queries):
    assert queries.oldest_ready_age() == timedelta()
    nothing.using(run_after=timezone.now() + timedelta(hours=1)).enqueue()
    assert queries.oldest_ready_age() == timedelta()
    nothing.using(run_after=timezone.now() - timedelta(hours=1)).enqueue()
    nothing.enqueue()
    with django_assert_num_queries(1):
        age = queries.oldest_ready_age()
    assert timedelta(hours=1) <= age < timedelta(hours=2)
    assert queries.oldest_ready_age(lambda: Now() + timedelta(hours=3)) > timedelta(hours=3)
