"""Workers as real processes: nothing is lost and nothing doubled, whatever happens to them."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from django.db import connection

from clearinghouse.server.jobs.claims import MOST_KILLS, WORKER_LOST
from clearinghouse.server.jobs.models import Job, Recurrence, State, Worker
from clearinghouse.server.jobs.services import cancel
from server.jobs.conftest import WAIT
from server.jobs.jobs_tasks import MARKER, add, fail, later, linger, misread, nothing, steps, wait

pytestmark = pytest.mark.django_db(transaction=True)

BRISK = {"lease": 2.0, "beat": 0.4, "backoff": {"first": 0.05, "longest": 0.2}}


def over() -> bool:
    return not Job.objects.filter(state__in=(State.READY, State.RUNNING)).exists()


def begun(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tries FROM jobs_step WHERE name = %s", [name])
        row = cursor.fetchone()
    return row[0] if row else 0


def test_two_workers_do_everything_once(workers, effects, until, coordinator):
    names = [f"{number:03}" for number in range(300)]
    for name in names[:150]:
        add.enqueue(name)
    for _ in range(2):
        workers.start()
    # A quick machine ends all of it with the first worker, before the second has begun: each waits in a job here.
    for held in ("held-1", "held-2"):
        wait.enqueue(held)
    until(lambda: begun("held-1") and begun("held-2"))
    for name in names[150:]:
        add.using(priority=int(name) % 5).enqueue(name)
    for job in Job.objects.filter(state=State.RUNNING):
        cancel(coordinator, job.pk)
    until(over)
    workers.stop()
    assert effects() == names
    added = Job.objects.exclude(state=State.CANCELLED)
    assert added.count() == len(names)
    assert set(added.values_list("state", "attempts")) == {(State.DONE, 1)}
    assert len(set(Job.objects.values_list("worker", flat=True))) == 2


def test_killed_at_any_moment(workers, effects, until):
    chance = random.Random(4)
    for number in range(200):
        steps.enqueue(f"{number:03}", 4)
    running = [workers.start(pace=BRISK) for _ in range(2)]
    kills = 0
    while kills < 12 and not over():
        time.sleep(chance.uniform(0.4, 1.2))
        victim = chance.randrange(2)
        running[victim].kill()
        running[victim].wait()
        kills += 1
        running[victim] = workers.start(pace=BRISK)
    until(over)
    # What did not let three workers survive waits for a person, who tries again.
    dead = Job.objects.filter(state=State.FAILED)
    assert set(dead.values_list("kills", "error_class")) <= {(MOST_KILLS, WORKER_LOST)}
    dead.update(state=State.READY, finished_at=None, kills=0)
    until(over)
    workers.stop()
    assert kills > 3
    assert effects() == [f"{number:03}/{step}" for number in range(200) for step in range(4)]
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}


def test_a_dead_workers_job_is_adopted_and_one_that_runs_is_cancelled(workers, until, coordinator, only):
    wait.enqueue("w")
    first = workers.start(pace=BRISK)
    until(lambda: begun("w") == 1)
    first.kill()
    first.wait()
    workers.start(pace=BRISK)
    until(lambda: begun("w") == 2)
    assert only().kills == 1
    assert Worker.objects.count() == 2  # the dead one is still listed, with when it was last seen
    cancel(coordinator, only().pk)
    until(over)
    assert only().state == State.CANCELLED


@pytest.mark.parametrize("inside", [False, True])
def test_who_lost_its_lease_in_the_middle_cannot_commit(workers, effects, until, inside, only):
    if inside and connection.vendor == "sqlite":
        pytest.skip("on SQLite who is inside a transaction that writes keeps all others from adopting anything")
    linger.enqueue("x", *((0.0, 1.5) if inside else (1.5, 0.0)))
    first = workers.start(pace=BRISK)
    until(lambda: begun("x") == 1)
    os.kill(first.pid, signal.SIGSTOP)
    workers.start(pace=BRISK)
    until(over)
    os.kill(first.pid, signal.SIGCONT)
    until(lambda: "event=lost" in workers.log)
    workers.stop()
    assert effects() == ["x/again"]
    assert (only().state, only().attempts, only().kills) == (State.DONE, 2, 1)


def test_a_transaction_longer_than_the_lease(workers, effects, until, only):
    linger.enqueue("x", 0.0, 5.0)
    for _ in range(2):
        workers.start(pace=BRISK)
    until(over)
    assert effects() == ["x/first"]
    assert (only().state, only().attempts, only().kills) == (State.DONE, 1, 0)


def test_told_to_leave_it_ends_the_job_at_hand(workers, effects, until, only):
    linger.enqueue("x", 1.0, 0.0)
    nothing.enqueue()
    worker = workers.start(most=5, grace=60)
    until(lambda: begun("x") == 1)
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    worker.terminate()
    assert worker.wait(WAIT) == 0
    assert effects() == ["x/first"]
    assert sorted(Job.objects.values_list("state", flat=True)) == [State.DONE, State.READY]
    assert not Worker.objects.exists()


@pytest.mark.parametrize("inside", [False, True])
def test_or_gives_it_back_when_that_takes_too_long(workers, effects, until, only, inside):
    linger.enqueue("x", *((0.0, 60.0) if inside else (60.0, 0.0)))
    worker = workers.start(grace=0.3)
    until(lambda: begun("x") == 1)
    worker.send_signal(signal.SIGINT if inside else signal.SIGTERM)
    assert worker.wait(WAIT) == 0
    assert effects() == []
    assert (only().state, only().attempts, only().kills) == (State.READY, 0, 0)
    workers.start(once=True).wait(WAIT)
    assert effects() == ["x/again"]


def test_an_idle_worker_leaves_at_once(workers, until):
    worker = workers.start()
    until(Worker.objects.exists)
    worker.terminate()
    assert worker.wait(WAIT) == 0


def test_failures_are_tried_again_by_whoever_is_there(workers, until):
    fail.enqueue("f")
    later.enqueue("l")
    for _ in range(2):
        workers.start(pace=BRISK)
    until(over)
    assert (begun("f"), begun("l")) == (3, 3)
    assert set(Job.objects.values_list("state", "attempts")) == {(State.FAILED, 3), (State.DONE, 1)}


def test_a_message_is_in_no_log_and_in_no_file_of_the_database(workers, until):
    fail.enqueue("f")
    misread.enqueue()
    workers.start(pace=BRISK)
    until(over)
    workers.stop()
    kept = workers.log.encode()
    assert b"error=builtins.ValueError" in kept
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        kept += b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    kept += repr(list(Job.objects.values())).encode()
    assert MARKER.encode() not in kept
    assert MARKER.lower().encode() not in kept


def test_what_recurs_is_enqueued_once_a_period_by_two_workers(workers, until):
    hourly = ["hourly", nothing.module_path, 3600]
    for _ in range(2):
        workers.start(recurring=[hourly])
    for period in range(1, 4):
        until(lambda count=period: Job.objects.filter(state=State.DONE).count() == count)
        time.sleep(1)  # several looks of each
        assert Job.objects.count() == period
        Recurrence.objects.update(next_at="2020-01-01T00:00:00Z")
    assert set(Job.objects.values_list("recurrence", flat=True)) == {3600}
