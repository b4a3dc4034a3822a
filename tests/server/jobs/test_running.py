"""How attempts end, and that nothing of what was raised is kept."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks.signals import task_finished, task_started

from clearinghouse.server.jobs import claims
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.jobs.tasks import KEPT, prune_jobs
from server.jobs.jobs_tasks import MARKER, add, fail, give_up, later, leave_python, misread, nothing

pytestmark = pytest.mark.django_db


def due() -> None:
    Job.objects.filter(state=State.READY).update(run_after=timezone.now() - timedelta(seconds=1))


def test_what_is_done_is_done(effects, only, django_assert_num_queries):
    add.enqueue("a")
    # To claim it 4 or 2, the job itself 4, its end 1, and 3 or 1 to find that nothing is left.
    with django_assert_num_queries(12 if connection.vendor == "postgresql" else 8):
        assert run_until_idle() == 1
    assert effects() == ["a"]
    assert (only().state, only().attempts, only().error_class) == (State.DONE, 1, "")
    assert only().finished_at >= only().started_at


def test_no_more_than_asked_for():
    for number in range(5):
        nothing.enqueue(number)
    assert run_until_idle(3) == 3
    assert Job.objects.filter(state=State.READY).count() == 2


def test_it_is_tried_again_later_and_then_no_more(only):
    fail.enqueue("a")
    for attempt in (1, 2, 3):
        assert run_until_idle() == 1
        assert only().attempts == attempt
        if attempt < 3:
            assert only().state == State.READY
            assert only().run_after > timezone.now()
            assert run_until_idle() == 0
            due()
    assert only().state == State.FAILED
    assert only().finished_at
    due()
    assert run_until_idle() == 0


def test_what_succeeds_at_last_leaves_no_error(only):
    nothing.enqueue()
    Job.objects.update(error_class="ValueError", error_where=["x"], attempts=1)
    run_until_idle()
    assert (only().state, only().error_class, only().error_where) == (State.DONE, "", [])


def test_what_is_hopeless_is_not_tried_again(only):
    give_up.enqueue()
    run_until_idle()
    assert (only().state, only().attempts) == (State.FAILED, 1)
    assert only().error_class == "clearinghouse.server.jobs.errors.HopelessError"


def test_later_counts_no_attempt(only):
    later.enqueue("a")
    assert run_until_idle() == 3
    assert (only().state, only().attempts) == (State.DONE, 1)


def test_a_job_cannot_end_the_worker(only):
    leave_python.enqueue()
    nothing.enqueue()
    assert run_until_idle() == 2
    assert set(Job.objects.values_list("state", "error_class")) == {("ready", "builtins.SystemExit"), ("done", "")}


@pytest.mark.parametrize("path", ["server.jobs.jobs_tasks.gone", "no.such", "server.jobs.jobs_tasks.write", "x"])
def test_a_task_that_is_not_known_yet_is_tried_again(path, only):
    nothing.enqueue()
    Job.objects.update(task_path=path)
    run_until_idle()
    assert only().state == State.READY
    assert only().error_class in {"builtins.ImportError", "builtins.ModuleNotFoundError"}


def test_a_message_is_kept_nowhere(only, caplog):
    caplog.set_level(logging.DEBUG)
    for task in (fail, give_up, leave_python, misread):
        (task.enqueue("name") if task is fail else task.enqueue())
    for _ in range(6):
        run_until_idle()
        due()
    assert set(Job.objects.values_list("state", flat=True)) == {State.FAILED}
    kept = json.dumps(list(Job.objects.values()), default=str) + caplog.text
    kept += "".join(str(record.__dict__) for record in caplog.records)
    assert "ValueError" in kept
    assert MARKER.casefold() not in kept.casefold()


def test_where_it_was_raised_is_kept(only):
    misread.enqueue()
    run_until_idle()
    assert only().error_class == "clearinghouse.packages.purl.PurlError"
    assert only().error_where
    for place in only().error_where:
        module, function, line = place.split(":")
        assert (module, bool(function), line.isdigit()) == ("clearinghouse.packages.purl", True, True)


def test_listeners_are_told_and_cannot_harm(only):
    heard: list[tuple[str, str]] = []

    def listen(sender: type, task_result, **_) -> None:
        heard.append((task_result.id, task_result.status))
        raise ValueError

    for signal in (task_started, task_finished):
        signal.connect(listen)
    nothing.enqueue()
    run_until_idle()
    for signal in (task_started, task_finished):
        signal.disconnect(listen)
    key = str(only().pk)
    assert heard == [(key, "RUNNING"), (key, "SUCCESSFUL")]


def test_a_broken_database_is_no_endless_loop_here(monkeypatch):
    def broken(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(claims, "claim", broken)
    with pytest.raises(OperationalError):
        run_until_idle()


def test_a_log_line_has_identifiers_and_no_arguments(only, caplog):
    caplog.set_level(logging.INFO, logger="clearinghouse.jobs")
    add.enqueue("whatever")
    run_until_idle()
    started, ended = (record for record in caplog.records if record.name == "clearinghouse.jobs")
    assert started.fields | {"event": "done"} == {k: v for k, v in ended.fields.items() if k != "seconds"}
    assert ended.getMessage().startswith(f"job event=done job={only().pk} task=server.jobs.jobs_tasks.add attempt=1 ")
    assert "whatever" not in caplog.text


def test_old_ones_are_deleted_and_dead_letters_kept():
    now = timezone.now()
    for state in (State.DONE, State.CANCELLED, State.FAILED):
        for days in (KEPT - 1, KEPT + 1):
            Job.objects.create(task_path="x", state=state, finished_at=now - timedelta(days=days))
    nothing.enqueue()
    assert prune_jobs() == 2
    assert Job.objects.filter(state=State.FAILED).count() == 2
    assert Job.objects.count() == 5
