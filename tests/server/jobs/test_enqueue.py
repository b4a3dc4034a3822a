"""Enqueueing: a row in the caller's transaction, identifiers only, the same work once."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from clearinghouse.server.jobs.backend import once, task_at
from clearinghouse.server.jobs.errors import ArgumentsError
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.services import run_until_idle
from server.jobs.jobs_tasks import add, fail, nothing

pytestmark = pytest.mark.django_db


def test_a_task_is_a_row(only, django_assert_num_queries):
    after = timezone.now() + timedelta(hours=1)
    with django_assert_num_queries(1):
        result = nothing.using(priority=7, queue_name="slow", run_after=after).enqueue(3)
    job = only()
    assert (job.task_path, job.args, job.kwargs) == ("server.jobs.jobs_tasks.nothing", [3], {})
    assert (job.priority, job.queue, job.run_after, job.state) == (7, "slow", after, State.READY)
    assert result.id == str(job.pk)
    assert result.enqueued_at == job.enqueued_at
    assert result.status == TaskResultStatus.READY


def test_how_often_is_said_by_the_task(only):
    fail.enqueue("a")
    assert only().most_attempts == 3


def test_what_is_rolled_back_was_never_enqueued():
    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), transaction.atomic():  # noqa: PT012 - the transaction is what is tested
        nothing.enqueue()
        once(nothing, "key").enqueue()
        raise UndoneError
    assert not Job.objects.exists()


def test_its_result_is_found_again():
    result = nothing.enqueue()
    run_until_idle()
    result.refresh()
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.return_value is None
    assert result.attempts == 1
    assert result.started_at <= result.finished_at
    assert nothing.get_result(result.id).id == result.id


@pytest.mark.parametrize("unknown", ["0", "-1", "x", ""])
def test_no_result_where_there_is_no_job(unknown):
    with pytest.raises(TaskResultDoesNotExist):
        nothing.get_result(unknown)


def test_a_failed_one_shows_where_and_no_message():
    result = fail.using(run_after=None).enqueue("a")
    Job.objects.update(most_attempts=1)
    run_until_idle()
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class is ValueError
    assert "EMBARGOED" not in result.errors[0].traceback


def test_listeners_are_told():
    heard: list[Any] = []

    def listen(sender: type, task_result: Any, **_: Any) -> None:
        heard.append(task_result.id)

    task_enqueued.connect(listen)
    first = once(nothing, "key").enqueue()
    once(nothing, "key").enqueue()
    task_enqueued.disconnect(listen)
    assert heard == [first.id]


@pytest.mark.parametrize(
    "value",
    [[], {}, "x" * 201, "a\0b", b"x", math.nan, math.inf, 2**63, object(), timezone.now(), ("a",)],
    ids=lambda value: type(value).__name__,
)
def test_arguments_are_identifiers(value):
    with pytest.raises(ArgumentsError) as caught:
        nothing.enqueue(1, value)
    assert "argument 1 " in caught.value.what
    with pytest.raises(ArgumentsError, match="argument number "):
        nothing.enqueue(number=value)
    assert not Job.objects.exists()


def test_arguments_are_few(only):
    with pytest.raises(ArgumentsError, match="larger than 2048 bytes"):
        nothing.enqueue(*["é" * 200] * 6)
    nothing.enqueue(None, True, 2**63 - 1, -(2**63), 1.5, "é" * 200, name="x")
    assert only().args == [None, True, 2**63 - 1, -(2**63), 1.5, "é" * 200]


@pytest.mark.parametrize("change", [{"queue_name": "q" * 33}, {"priority": 101}])
def test_what_cannot_be_stored_is_refused(change):
    with pytest.raises(InvalidTaskError):
        nothing.using(**change)


def test_a_path_that_is_no_task_is_refused():
    with pytest.raises(ImportError):
        task_at("server.jobs.jobs_tasks.write")


def test_the_same_work_is_queued_once(django_assert_num_queries):
    first = once(add, "report:1").enqueue("a")
    with django_assert_num_queries(1):
        again = once(add, "report:1").enqueue("a")
    with django_assert_num_queries(4):  # looked, and inserted within a savepoint
        other = once(add, "report:2").enqueue("b")
    assert again.id == first.id != other.id
    assert Job.objects.count() == 2


def test_once_it_is_done_the_same_work_is_queued_again(effects):
    first = once(add, "report:1").enqueue("a")
    run_until_idle()
    again = once(add, "report:1").enqueue("b")
    run_until_idle()
    assert again.id != first.id
    assert effects() == ["a", "b"]


def test_the_database_itself_keeps_a_key_unique():
    once(add, "report:1").enqueue("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(task_path="x", unique_key="report:1")
    Job.objects.create(task_path="x", unique_key="report:1", state=State.DONE, finished_at=timezone.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "unheard"},
        {"state": State.RUNNING},
        {"state": State.READY, "lease_until": timezone.now()},
        {"state": State.DONE},
        {"state": State.READY, "finished_at": timezone.now()},
    ],
    ids=["unknown state", "runs without a lease", "waits under a lease", "ended never", "waits and ended"],
)
def test_the_database_itself_refuses_what_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(task_path="x", **wrong)
