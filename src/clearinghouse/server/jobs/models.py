"""Work to be done in the background, and who does it."""

from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.db.models.functions import Now


class State(models.TextChoices):
    """Where a job stands."""

    READY = "ready"
    """Waits for a worker, or until it is due."""
    RUNNING = "running"
    """A worker holds it under a lease."""
    DONE = "done"
    FAILED = "failed"
    """A dead letter: nothing tries it again until a person says so."""
    CANCELLED = "cancelled"


LIVE = (State.READY, State.RUNNING)
"""The states in which a job may still do something by itself."""


def within(*states: str) -> Func:
    """Return a condition on the state as SQL without a parameter: so both planners see that a partial index fits."""
    words = ", ".join(f"'{State(state).value}'" for state in states)
    condition = f"= {words}" if len(states) == 1 else f"IN ({words})"
    return Func(F("state"), template=f"%(expressions)s {condition}", output_field=BooleanField())


class Job(models.Model):
    """One piece of work, enqueued in the transaction that makes it necessary.

    Attributes:
        task_path: the dotted path of its task. args, kwargs: identifiers only, see :mod:`.arguments`.
        priority: -100 to 100, higher is earlier. run_after: not before.
        attempts: how often a worker began it. most_attempts: after so many failures it is a dead letter.
        kills: how many workers ended without a word while they held it.
        unique_key: of jobs that are live only one has it.
        fence: one higher with every claim; what an attempt shows to prove that the job is still its own.
        worker: the name of who holds it or held it last. heartbeat_at: when the lease was last renewed.
        cancel_requested: a person wants the running attempt to stop.
        error_class: of what was raised last. error_where: where in our code, as ``module:function:line``, outermost
            first. Never a message and never a value, which could hold what is under embargo.
        recurrence: the period in seconds for which a recurring job was enqueued.
    """

    task_path = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=32, default="default")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    enqueued_at = models.DateTimeField(db_default=Now(), editable=False)
    run_after = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    most_attempts = models.PositiveSmallIntegerField(default=5)
    kills = models.PositiveSmallIntegerField(default=0)
    unique_key = models.CharField(max_length=120, null=True)
    fence = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, default="")
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=200, default="")
    error_where = models.JSONField(default=list)
    recurrence = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = (
            # Claiming: the first row of one of these, however many are done. Deferred rows of a higher priority are
            # passed over, which costs an index entry each.
            models.Index(
                fields=("queue", "-priority", "run_after", "id"), name="job_next_of_queue", condition=Q(state="ready")
            ),
            models.Index(fields=("-priority", "run_after", "id"), name="job_next", condition=Q(state="ready")),
            models.Index(fields=("lease_until",), name="job_lease", condition=Q(state="running")),
            models.Index(fields=("state", "finished_at"), name="job_finished", condition=Q(finished_at__isnull=False)),
            # Counting. It must not begin with the state and hold what is ready: SQLite would claim by it, and sort.
            models.Index(fields=("queue", "state"), name="job_ended", condition=Q(finished_at__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(fields=("unique_key",), condition=Q(state__in=LIVE), name="job_unique_while_live"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False, heartbeat_at__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="job_lease_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, finished_at__isnull=True)
                | (~Q(state__in=LIVE) & Q(finished_at__isnull=False)),
                name="job_finished_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.task_path}"


class Worker(models.Model):
    """A process that runs jobs, for the page and the metrics. It says so at every heartbeat, and goes when it leaves.

    Attributes:
        name: ``host-pid-random``. version: of the software.
    """

    name = models.CharField(max_length=120, primary_key=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    version = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Recurrence(models.Model):
    """When a recurring job is enqueued next; who moves this date enqueues it."""

    name = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
