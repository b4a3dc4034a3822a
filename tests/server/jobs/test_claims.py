"""How jobs change hands: the order of claims, fences, adoption, and what a clock that jumps does."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from clearinghouse.server.jobs import claims
from clearinghouse.server.jobs.backend import once
from clearinghouse.server.jobs.claims import (
    MOST_KILLS,
    WORKER_LOST,
    Backoff,
    How,
    Outcome,
    adopt,
    claim,
    disown,
    settle,
)
from clearinghouse.server.jobs.errors import JobCancelledError, LeaseLostError
from clearinghouse.server.jobs.models import LIVE, Job, State, Worker, within
from server.jobs.jobs_tasks import add, nothing, write

pytestmark = pytest.mark.django_db


def shifted(**by: float):
    """Return the database's clock, gone wrong."""
    return lambda: Now() + timedelta(**by)


def claimed(**options):
    found = claim("w", **options)
    assert found
    return found


def test_by_priority_and_then_by_age():
    made = [nothing.using(priority=priority).enqueue(number).id for number, priority in enumerate([0, 5, -5, 5, 0])]
    order = [str(claimed()[0].pk) for _ in made]
    assert order == [made[1], made[3], made[0], made[4], made[2]]
    assert claim("w") is None


def test_not_before_it_is_due():
    nothing.using(run_after=timezone.now() + timedelta(hours=1), priority=9).enqueue()
    assert claim("w") is None
    due = nothing.enqueue()
    assert str(claimed()[0].pk) == due.id
    assert claim("w", clock=shifted(hours=2)) is not None


def test_queues_in_the_order_of_preference():
    slow = nothing.using(queue_name="slow", priority=9).enqueue()
    fast = nothing.using(queue_name="fast").enqueue()
    nothing.using(queue_name="other").enqueue()
    assert [str(claimed(queues=("fast", "slow"))[0].pk) for _ in range(2)] == [fast.id, slow.id]
    assert claim("w", ("fast", "slow")) is None


def test_what_a_claim_and_what_an_end_costs(django_assert_num_queries):
    for number in range(3):
        nothing.enqueue(number)
    # look and take; on PostgreSQL within a transaction, here a savepoint and its release
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 2):
        job, lease = claimed()
    with django_assert_num_queries(1):
        assert settle(job, lease, Outcome(How.DONE), Backoff()) == State.DONE
    with django_assert_num_queries(1), transaction.atomic(durable=False, savepoint=False):
        lease.renew()
    with django_assert_num_queries(2):  # leases from the future, leases that ended
        adopt()


@pytest.fixture(params=[False, True], ids=["no statistics", "statistics"])
def many(request) -> None:
    """Thousands of jobs that have ended, hundreds that are due, a few of them of a rare queue."""
    if connection.vendor == "postgresql" and not request.param:
        pytest.skip("PostgreSQL makes its statistics by itself")
    ended = {"finished_at": timezone.now(), "run_after": timezone.now() - timedelta(days=1)}
    for state, number in ((State.DONE, 2000), (State.FAILED, 100)):
        Job.objects.bulk_create([Job(task_path="x", state=state, **ended) for _ in range(number)])
    for number in range(5):
        once(nothing, f"key:{number}").using(queue_name="rare").enqueue(number)
    Job.objects.bulk_create([Job(task_path="x") for _ in range(500)])
    if request.param:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE jobs_job" if connection.vendor == "postgresql" else "ANALYZE")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda: claims.first(None), "job_next"),
        (lambda: claims.first("rare"), "job_next_of_queue"),
        (claims.ready, "job_next"),
        (lambda: Job.objects.filter(within(State.RUNNING), lease_until__lte=Now()), "job_lease"),
        (lambda: Job.objects.filter(within(*LIVE), unique_key="key:1")[:1], "job_unique_while_live"),
    ],
    ids=["next of all", "next of a queue", "whether anything is due", "ended leases", "unique"],
)
def test_claiming_is_one_index_lookup_however_many_are_done(query, index):
    plan = query().explain()
    if index != "job_next" or "LIMIT" in str(query().query):
        assert index in plan.split(), plan
    for bad in ("Seq Scan", "TEMP B-TREE", "Sort"):
        assert bad not in plan
    assert "SCAN jobs_job\n" not in plan + "\n"


def test_a_worker_that_is_silent_loses_its_job():
    nothing.enqueue()
    job, lease = claimed(seconds=60)
    assert adopt() == {}
    assert adopt(shifted(seconds=59)) == {}
    assert adopt(shifted(seconds=61)) == {job.pk: State.READY}
    again, other = claimed()
    assert (again.pk, again.attempts, again.kills) == (job.pk, 2, 1)
    assert other.fence > lease.fence
    assert not lease.renew()
    assert settle(job, lease, Outcome(How.DONE), Backoff()) is None
    assert other.renew()
    assert settle(again, other, Outcome(How.DONE), Backoff()) == State.DONE


def test_a_heartbeat_keeps_it():
    nothing.enqueue()
    job, lease = claimed(seconds=60)
    later = shifted(seconds=50)
    lease._clock = later
    assert lease.renew()
    assert adopt(shifted(seconds=100)) == {}
    assert adopt(shifted(seconds=111)) == {job.pk: State.READY}


@pytest.mark.parametrize("taken", ["adopted", "adopted and claimed", "deleted"])
def test_what_lost_its_lease_cannot_commit(taken, effects):
    add.enqueue("x")
    _, lease = claimed()
    with pytest.raises(LeaseLostError), transaction.atomic():  # noqa: PT012 - the transaction is what is tested
        write("of the former worker")
        if taken == "deleted":
            Job.objects.all().delete()
        else:
            adopt(shifted(minutes=2))
        if taken == "adopted and claimed":
            claimed()
        lease.require()
    assert effects() == []
    with pytest.raises(LeaseLostError):
        lease.check()


def test_a_check_looks_at_most_once_a_second(django_assert_num_queries):
    nothing.enqueue()
    _, lease = claimed()
    with django_assert_num_queries(0):
        for _ in range(1000):
            lease.check()
    lease._looked = float("-inf")
    Job.objects.update(cancel_requested=True)
    with django_assert_num_queries(1), pytest.raises(JobCancelledError):
        lease.check()


def test_a_job_that_kills_its_workers_is_a_dead_letter():
    nothing.enqueue()
    Job.objects.update(most_attempts=100)
    for _ in range(MOST_KILLS):
        claimed()
        adopt(shifted(minutes=2))
    job = Job.objects.get()
    assert (job.state, job.kills, job.error_class) == (State.FAILED, MOST_KILLS, WORKER_LOST)
    assert job.finished_at


def test_a_dead_workers_last_attempt_is_a_dead_letter():
    nothing.enqueue()
    Job.objects.update(most_attempts=1)
    claimed()
    assert set(adopt(shifted(minutes=2)).values()) == {State.FAILED}


def test_what_was_to_be_cancelled_is_not_begun_again():
    nothing.enqueue()
    claimed()
    Job.objects.update(cancel_requested=True)
    assert set(adopt(shifted(minutes=2)).values()) == {State.CANCELLED}


@pytest.mark.parametrize("how", [How.FAILED, How.LATER])
def test_nor_is_it_when_its_attempt_fails_or_asks_for_another(how):
    nothing.enqueue()
    job, lease = claimed()
    Job.objects.update(cancel_requested=True)
    assert settle(job, lease, Outcome(how), Backoff()) == State.CANCELLED
    assert claim("w", clock=shifted(days=1)) is None
    assert settle(job, lease, Outcome(how), Backoff()) is None


def test_adoption_frees_the_key_of_what_is_dead():
    once(nothing, "key").enqueue()
    Job.objects.update(most_attempts=1)
    claimed()
    assert once(nothing, "key").enqueue().status == "RUNNING"
    adopt(shifted(minutes=2))
    assert once(nothing, "key").enqueue().status == "READY"


def test_in_a_copy_of_a_database_nobody_holds_anything():
    Worker.objects.create(name="w", version="1")
    for number in range(3):
        nothing.enqueue(number)
    held, unwanted = claimed()[0], claimed()[0]
    Job.objects.filter(pk=unwanted.pk).update(cancel_requested=True)
    assert disown() == 2
    assert Job.objects.get(pk=unwanted.pk).state == State.CANCELLED
    assert not Worker.objects.exists()
    again = {claimed()[0].pk, claimed()[0].pk}
    assert held.pk in again
    assert unwanted.pk not in again
    assert Job.objects.get(pk=held.pk).attempts == 1
    assert claim("w") is None


def test_the_clock_jumps_forwards():
    """A job that runs seems abandoned. It is adopted, unless its worker's next heartbeat is first."""
    for number in range(2):
        nothing.enqueue(number)
    (_, quick), (slow, _) = claimed(), claimed()
    ahead = shifted(days=1)
    quick._clock = ahead
    assert quick.renew()
    assert adopt(ahead) == {slow.pk: State.READY}


def test_the_clock_jumps_backwards():
    """A dead worker's lease would last a day and a minute. It is moved back, and ends a minute after the jump."""
    nothing.enqueue()
    nothing.enqueue()
    ahead, now = shifted(days=1), Now
    alive, dead = claimed(clock=ahead), claimed(clock=ahead)
    assert adopt(now) == {}
    alive[1]._clock = shifted(seconds=30)
    assert alive[1].renew()
    assert adopt(shifted(seconds=70)) == {dead[0].pk: State.READY}


def test_backoff_doubles_up_to_an_end_and_is_spread():
    backoff = Backoff(first=10, longest=1000)
    for attempts, middle in [(0, 10), (1, 10), (2, 20), (3, 40), (7, 640), (8, 1000), (1000, 1000)]:
        waits = {backoff.after(attempts) for _ in range(50)}
        assert len(waits) > 1
        assert all(0.75 * middle <= wait <= 1.25 * middle for wait in waits)
