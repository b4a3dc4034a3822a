"""Background work: what failed and waits for a person, what is on its way, who does it. No content of reports."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clearinghouse.server.jobs import queries, services
from clearinghouse.server.jobs.models import LIVE, Job, State
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, page, runs

_SHOWN = 50
_TASKS = {
    "clearinghouse.server.intake.jobs.process": ("Read a report and identify its findings", "report"),
    "clearinghouse.server.intake.purging.sweep": ("Remove what a purge made unreadable", "report"),
    "clearinghouse.server.inventories.jobs.read_inventory": ("Read an inventory", "version"),
    "clearinghouse.server.inventories.jobs.plan_for": ("Make the worklist of an organisation", "organisation"),
    "clearinghouse.server.inventories.jobs.plan_all": ("Make all worklists anew", ""),
    "clearinghouse.server.validations.jobs.run": ("Run a reproducer", "validation"),
    "clearinghouse.server.validations.apart.take_apart": ("See which parts of a patch stop a reproducer", "recipe"),
    "clearinghouse.server.validations.reports.consider": ("Look for reproducers among files", "report"),
    "clearinghouse.server.jobs.tasks.prune": ("Remove jobs that ended long ago", ""),
}
"""What the tasks do, and what their first argument is the number of."""
_STATES = {
    State.READY: ("○", "Waits", ""),
    State.RUNNING: ("◐", "Runs", ""),
    State.DONE: ("●", "Done", "is-done"),
    State.FAILED: ("■", "Failed", "is-overdue"),
    State.CANCELLED: ("×", "Cancelled", ""),
}


@page(runs)
def show(request: HttpRequest) -> HttpResponse:
    """Draw what failed, what waits and who works."""
    reader = reader_of(request)
    before = request.GET.get("before", "")
    failed = queries.dead_letters(reader)
    if before.isdecimal() and len(before) < 19:
        failed = failed.filter(pk__lt=int(before))
    rows = list(failed.order_by("-pk")[: _SHOWN + 1])
    live = list(queries.jobs(reader).filter(state__in=LIVE).order_by("-state", "-priority", "run_after", "pk")[:_SHOWN])
    age = queries.oldest_ready_age()
    context = {
        "failed": [described(each) for each in rows[:_SHOWN]],
        "older_url": f"{reverse('jobs')}?before={rows[_SHOWN - 1].pk}" if len(rows) > _SHOWN else "",
        "newest_url": reverse("jobs") if before else "",
        "live": [described(each) for each in live],
        "counts": _counts(),
        "states": [_STATES[State(each)][1] for each in State.values],
        "waited": int(age.total_seconds() // 60),
        "workers": list(queries.workers(reader)[:_SHOWN]),
    }
    return render(request, "web/pages/jobs.html", context)


def described(job: Job) -> dict[str, Any]:
    """Return a job in words, without anything of what it works on but a number."""
    words, of = _TASKS.get(job.task_path, (_named(job.task_path), ""))
    number = job.args[0] if of and job.args and isinstance(job.args[0], int) else None
    shape, state, tone = _STATES[State(job.state)]
    where = job.error_where[-1] if isinstance(job.error_where, list) and job.error_where else ""
    return {
        "job": job,
        "words": words,
        "object": f"{of} {number}" if number is not None else "",
        "where": where,
        "error": job.error_class.rpartition(".")[2],
        "shape": shape,
        "state": state,
        "tone": tone,
        "since": job.finished_at or job.started_at or job.run_after,
    }


def _named(path: str) -> str:
    name = path.rpartition(".")[2].replace("_", " ")
    return name[:1].upper() + name[1:]


def _counts() -> list[dict[str, Any]]:
    found: dict[str, dict[str, int]] = {}
    for (queue, state), number in queries.counts().items():
        found.setdefault(queue, dict.fromkeys(State.values, 0))[state] = number
    return [{"queue": queue, "numbers": list(numbers.values())} for queue, numbers in sorted(found.items())]


@act(runs)
def retry(request: HttpRequest, job: int) -> str:
    """Give a job that failed its attempts again."""
    found = services.retry(reader_of(request), job)
    messages.success(request, f"Job {found.pk} waits to be run again.")
    return reverse("jobs")


@act(runs)
def cancel(request: HttpRequest, job: int) -> str:
    """Cancel a job that waits, or ask one that runs to stop."""
    found = services.cancel(reader_of(request), job)
    stopped = found.state == State.CANCELLED
    messages.success(request, f"Job {found.pk} {'is cancelled' if stopped else 'is asked to stop'}.")
    return reverse("jobs")
