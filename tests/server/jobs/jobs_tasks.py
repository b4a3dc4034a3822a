"""Tasks for tests of background work. Worker processes import this module by its name, ``server.jobs.jobs_tasks``."""

import time

from django.db import connection, transaction
from django_tasks import task

from clearinghouse.packages.purl import parse
from clearinghouse.server.jobs.errors import HopelessError, Later
from clearinghouse.server.jobs.lease import JobContext

MARKER = "EMBARGOED-4711"
"""What must never be kept of an exception."""


def write(name: str, fence: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_effect (name, fence) VALUES (%s, %s)", [name, fence])


def begin(name: str) -> int:
    """Count an attempt, and return which it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_step (name, tries) VALUES (%s, 1) ON CONFLICT (name) DO UPDATE SET tries ="
            " jobs_step.tries + 1 RETURNING tries",
            [name],
        )
        return cursor.fetchone()[0]


@task
def nothing(number: int = 0) -> None:
    """Do nothing."""


@task(takes_context=True)
def add(context: JobContext, name: str) -> None:
    """One effect, in one transaction."""
    with transaction.atomic():
        write(name, context.lease.fence)
        context.require_lease()


@task(takes_context=True, most_attempts=100)
def steps(context: JobContext, name: str, count: int) -> None:
    """Several steps, each one transaction that is idempotent by its name."""
    for number in range(count):
        context.check()
        with transaction.atomic():
            if begin(f"{name}/{number}") == 1:
                write(f"{name}/{number}", context.lease.fence)
            context.require_lease()
        time.sleep(0.005)


@task(takes_context=True, most_attempts=3)
def fail(context: JobContext, name: str) -> None:
    """Always fail, with a message and local values that are nobody's business."""
    secret = MARKER
    begin(name)
    try:
        {}[secret]
    except KeyError as error:
        raise ValueError(f"cannot read {secret}") from error


@task
def give_up() -> None:
    raise HopelessError(MARKER)


@task
def later(name: str) -> None:
    if begin(name) < 3:
        raise Later(0)


@task
def leave_python() -> None:
    raise SystemExit(MARKER)


@task(takes_context=True)
def linger(context: JobContext, name: str, before: float, inside: float) -> None:
    """Work for long before and inside one transaction, and look neither left nor right; on the first attempt only."""
    if begin(name) > 1:
        write(f"{name}/again", context.lease.fence)
        return
    spend(before)
    with transaction.atomic():
        write(f"{name}/first", context.lease.fence)
        spend(inside)
        context.require_lease()


def spend(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.01)


@task(takes_context=True)
def wait(context: JobContext, name: str) -> None:
    """Wait between steps until it is cancelled or lost."""
    begin(name)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        context.check()
        time.sleep(0.05)


@task
def misread() -> None:
    """Fail within our own code, which names what it could not read."""
    parse(f"pkg:pypi/a?{MARKER}=1&{MARKER}=2")
