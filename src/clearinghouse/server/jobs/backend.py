"""Our backend behind Django's Tasks interface: a task that is enqueued is a row, in the caller's own transaction."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from clearinghouse.server.jobs.arguments import checked

if TYPE_CHECKING:
    from clearinghouse.server.jobs.models import Job

P = ParamSpec("P")
T = TypeVar("T")

_QUEUE, _PATH, _KEY = 32, 200, 120
_CONFLICTS = 10

_STATUS: dict[str, Any] = {
    "ready": TaskResultStatus.READY,
    "running": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "failed": TaskResultStatus.FAILED,
    "cancelled": TaskResultStatus.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class JobTask(Task[P, T]):
    """A task with what this backend knows beyond the interface; given to ``@task`` or set with :func:`once`.

    Attributes:
        most_attempts: after so many failures it is a dead letter.
        unique_key: if a job that is ready or running has it, that one is meant and nothing new is enqueued.
    """

    most_attempts: int = 5
    unique_key: str | None = None


def once(task: Task[P, T], key: str) -> Task[P, T]:
    """Return a task that, when enqueued, is not queued a second time under the same key.

    A job that runs counts too, so a key suits work that is the same whenever it is begun, not "look again".
    """
    return cast("Task[P, T]", replace(cast("JobTask[P, T]", task), unique_key=key))


def task_at(path: str) -> Task[Any, Any]:
    """Return the task that has a dotted path.

    Raises:
        ImportError: there is none there.
    """
    found = import_string(path)
    if not isinstance(found, Task):
        raise ImportError(f"{path} is no task")  # noqa: TRY004 - to the caller it is one case
    return found


class JobBackend(BaseTaskBackend):
    """Keeps jobs in the default database. What tasks return is not kept; results are what they wrote."""

    task_class = JobTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def validate_task(self, task: Task[..., Any]) -> None:
        """Refuse a task that could not be stored or found again.

        Raises:
            InvalidTaskError: it could not.
        """
        super().validate_task(task)
        key = getattr(task, "unique_key", None) or ""
        if len(task.queue_name) > _QUEUE or len(task.module_path) > _PATH or len(key) > _KEY:
            raise InvalidTaskError("The name of the queue, the path of the task or the unique key is too long.")
        if not 1 <= getattr(task, "most_attempts", 1) <= 1000:
            raise InvalidTaskError("most_attempts must be a whole number between 1 and 1000.")

    def enqueue(self, task: Task[..., T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Insert a job; it exists if and when the caller's transaction commits.

        Raises:
            ArgumentsError: the arguments are not a few identifiers. InvalidTaskError: the task cannot be run.
        """
        self.validate_task(task)
        job, is_new = insert(task, args, kwargs)
        result = self.result_of(job, task)
        if is_new:
            task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return how a job stands, by its id. It asks no reader: what is shown to people goes through queries.

        Raises:
            TaskResultDoesNotExist: there is no such job, or its task is no longer known.
        """
        from clearinghouse.server.jobs.models import Job

        try:
            job = Job.objects.get(pk=int(result_id))
            return self.result_of(job, task_at(job.task_path))
        except (Job.DoesNotExist, ValueError, ImportError) as error:
            raise TaskResultDoesNotExist(result_id) from error

    def result_of(self, job: "Job", task: Task[..., T]) -> TaskResult[T]:
        """Return a job as the interface shows it. An error has no traceback but the places in our code."""
        errors = [TaskError(exception_class_path=job.error_class, traceback="\n".join(job.error_where))]
        return TaskResult(
            task=task,
            id=str(job.pk),
            status=_STATUS[job.state],
            enqueued_at=job.enqueued_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            last_attempted_at=job.started_at,
            args=job.args,
            kwargs=job.kwargs,
            backend=self.alias,
            errors=errors if job.error_class else [],
            worker_ids=[job.worker] * job.attempts,
        )


def insert(
    task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], *, recurrence: int | None = None
) -> tuple["Job", bool]:
    """Insert a job, and return it and True; or the live one that has its unique key, and False.

    Raises:
        ArgumentsError: the arguments are not a few identifiers.
    """
    from clearinghouse.server.jobs.models import LIVE, Job, within

    positional, named = checked(args, kwargs)
    job = Job(
        task_path=task.module_path,
        args=positional,
        kwargs=named,
        queue=task.queue_name,
        priority=task.priority,
        most_attempts=getattr(task, "most_attempts", 5),
        unique_key=getattr(task, "unique_key", None),
        recurrence=recurrence,
    )
    if task.run_after is not None:
        job.run_after = task.run_after
    if job.unique_key is None:
        job.save(force_insert=True)
        return job, True
    live = Job.objects.filter(within(*LIVE), unique_key=job.unique_key)[:1]
    for _ in range(_CONFLICTS):
        # Asked first, because the common case is that it is there; the constraint decides between two that ask at once.
        for found in live.all():
            return found, False
        with suppress(IntegrityError), transaction.atomic():
            job.save(force_insert=True)
            return job, True
    raise RuntimeError("a unique key was taken and given back many times while a job was enqueued")
