"""What people do with background work, each one transaction and audited; and running it here, for tests and demos."""

from django.db import IntegrityError, transaction

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.jobs.backend import once
from clearinghouse.server.jobs.clock import DATABASE_CLOCK
from clearinghouse.server.jobs.errors import JobNotFoundError, JobStateError
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.worker import Worker

__all__ = ["cancel", "once", "retry", "run_until_idle", "stop"]


def retry(reader: Reader, job_id: int) -> Job:
    """Give a dead letter, or a job that was cancelled, all its attempts again, and return it.

    Raises:
        JobNotFoundError: there is none that this person may see. JobStateError: it has not ended badly, or other work
            under the same unique key is on its way.
    """
    with transaction.atomic():
        job = _one(reader, job_id)
        if job.state not in {State.FAILED, State.CANCELLED}:
            raise JobStateError(f"job {job.pk} is {job.state}", "only a failed or cancelled job can be tried again")
        job.state, job.attempts, job.kills, job.finished_at = State.READY, 0, 0, None
        job.cancel_requested, job.run_after = False, DATABASE_CLOCK()
        try:
            with transaction.atomic():
                _save(job, "attempts", "kills", "finished_at", "cancel_requested", "run_after")
        except IntegrityError as error:
            raise JobStateError(f"the same work as job {job.pk} is queued already", "wait for that job") from error
        _audit(reader, "job.retried", job)
    job.refresh_from_db()
    return job


def cancel(reader: Reader, job_id: int) -> Job:
    """Cancel a job that is ready at once, ask one that runs to stop, and return it.

    Raises:
        JobNotFoundError: there is none that this person may see. JobStateError: it has ended.
    """
    with transaction.atomic():
        job = _one(reader, job_id)
        if not _stop(job):
            raise JobStateError(f"job {job.pk} is {job.state}", "there is nothing left to cancel")
        _audit(reader, "job.cancelled", job)
    job.refresh_from_db()
    return job


def stop(job_id: int) -> bool:
    """Cancel the work on something, in the caller's transaction, for a room that has asked who may and records it.

    Returns:
        Whether there was something left to cancel: a job that is ready will not run, one that runs is asked to stop.
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    return job is not None and _stop(job)


def _stop(job: Job) -> bool:
    """Cancel a job that is locked."""
    if job.state == State.READY:
        job.state, job.finished_at = State.CANCELLED, DATABASE_CLOCK()
    elif job.state != State.RUNNING:
        return False
    job.cancel_requested = True
    _save(job, "finished_at", "cancel_requested")
    return True


def run_until_idle(most: int = 10_000, *, queues: tuple[str, ...] = ()) -> int:
    """Run what is due in this process and thread, until nothing is or ``most`` attempts were made; return how many.

    For tests and demonstrations: it works inside a transaction, and no heartbeat renews a lease. Jobs that wait for a
    later time, such as after a failure, stay where they are.
    """
    return Worker(queues, "here", once=True, most=most, beats=False).run()


def _one(reader: Reader, job_id: int) -> Job:
    """Return a job that a person may act on, locked."""
    rows = visible(reader, Job.objects.select_for_update()) if reader.person else Job.objects.none()
    job = rows.filter(pk=job_id).first()
    if job is None:
        raise JobNotFoundError("there is no such job", "see the list of failed jobs")
    return job


def _save(job: Job, *fields: str) -> None:
    job.save(update_fields=["state", *fields])


def _audit(reader: Reader, act: str, job: Job) -> None:
    """The one place where acts on jobs are recorded."""
    record(reader, act, "job", job.pk, task=job.task_path, queue=job.queue)
