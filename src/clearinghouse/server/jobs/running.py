"""One attempt at one job: call its task, and say how it ended without keeping a word of what was raised."""

import logging
import time
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django_tasks import task_backends
from django_tasks.base import Task
from django_tasks.signals import task_finished, task_started

from clearinghouse.server.jobs.backend import JobBackend, task_at
from clearinghouse.server.jobs.claims import How, Outcome
from clearinghouse.server.jobs.errors import JobCancelledError, Later, LeaseLostError
from clearinghouse.server.jobs.lease import JobContext, Lease
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.traces import error_class, error_where

LOG = logging.getLogger("clearinghouse.jobs")

_RECONNECT = 1.0
"""Seconds that a job waits which failed because the connection to the database broke."""


def attempt(job: Job, lease: Lease) -> Outcome:
    """Run the task of a job that was claimed, and return how that ended. Only :class:`LeaveError` passes."""
    try:
        task = task_at(job.task_path)
        result = _backend(task).result_of(job, task)
        task_started.send_robust(JobBackend, task_result=result)
        if task.takes_context:
            task.call(JobContext(task_result=result, lease=lease), *job.args, **job.kwargs)
        else:
            task.call(*job.args, **job.kwargs)
    except LeaseLostError:
        outcome = Outcome(How.LOST)
    except JobCancelledError:
        outcome = Outcome(How.CANCELLED)
    except Later as later:
        outcome = Outcome(How.LATER, delay=later.seconds)
    except (Exception, SystemExit) as error:
        outcome = _failure(error)
    else:
        return Outcome(How.DONE)
    mend_connection()
    return outcome


def _failure(error: BaseException) -> Outcome:
    broken = isinstance(error, (OperationalError, InterfaceError)) and not is_connected()
    return Outcome(
        How.FAILED,
        hopeless=getattr(error, "retry", True) is False,
        delay=_RECONNECT if broken else None,
        error_class=error_class(error),
        error_where=error_where(error),
    )


def mend_connection() -> None:
    """Drop the connection of this thread if it broke, or if a job left it in a state of its own."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def is_connected() -> bool:
    """Whether the connection of this thread still works; none at all is one that does not."""
    connection = connections[DEFAULT_DB_ALIAS]
    return connection.connection is not None and (connection.in_atomic_block or connection.is_usable())


def tell(job: Job, state: State | None, outcome: Outcome, since: float) -> None:
    """Log how an attempt ended and tell whoever listens to Django's signal.

    Called outside of any ``except``: listeners log what is being handled, with its message.

    Args:
        job, outcome: the attempt. state: of the job now; None if it is no longer this attempt's. since: when it began,
            on the monotonic clock.
    """
    level = logging.WARNING if outcome.how in {How.FAILED, How.LOST} else logging.INFO
    note(level, state.value if state else "lost", job, seconds=round(time.monotonic() - since, 4), how=outcome)
    if state is None or state == State.READY:
        return
    try:
        task = task_at(job.task_path)
    except ImportError:
        return
    job.state, job.error_class, job.error_where = state, outcome.error_class, list(outcome.error_where)
    task_finished.send_robust(JobBackend, task_result=_backend(task).result_of(job, task))


def note(level: int, event: str, job: Job, *, seconds: float | None = None, how: Outcome | None = None) -> None:
    """Log one line about a job: identifiers, the path of the task, attempt, duration, the class of an error."""
    fields: dict[str, Any] = {"event": event, "job": job.pk, "task": job.task_path, "attempt": job.attempts}
    fields |= {"worker": job.worker}
    if seconds is not None:
        fields["seconds"] = seconds
    if how is not None and how.error_class:
        fields |= {"error": how.error_class, "where": " ".join(how.error_where[-1:])}
    LOG.log(level, "job %s", " ".join(f"{name}={value}" for name, value in fields.items()), extra={"fields": fields})


def _backend(task: Task[..., Any]) -> JobBackend:
    backend = task_backends[task.backend]
    if not isinstance(backend, JobBackend):
        raise TypeError("the task belongs to another backend")
    return backend
