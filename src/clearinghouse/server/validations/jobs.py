"""The work on a validation, as a durable job on a queue of its own, so that dispatchers can be many and elsewhere.

A worker that is killed loses nothing: the runner ends with it, its boxes with the runner, and whoever adopts the job
begins the execution anew. What is kept is kept in one transaction that ends by proving the lease, so that no verdict
comes twice.
"""

import time
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.vault import DestroyedError, Sealer
from clearinghouse.server.jobs.errors import JobCancelledError
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.queries import abandoned
from clearinghouse.server.validations import bundles, reading, recording, running
from clearinghouse.server.validations.models import LIVE, Recipe, State, Validation
from clearinghouse.server.validations.sealed import Progress, body_context, seal
from clearinghouse.validation.recipe import NAME, Loaded, assembled

QUEUE = "validations"
EVERY = 1.0
"""Seconds between two writes of what is done now, at least."""
_LONGEST_WORDS = 200
_ATTEMPTS = 4


@task(takes_context=True, queue_name=QUEUE, most_attempts=_ATTEMPTS)  # type: ignore[arg-type]  # our own context
def run(context: JobContext, validation_id: int) -> None:
    """Run a recipe and keep what came of it, signed."""
    validation = Validation.objects.select_related("recipe").get(pk=validation_id)
    try:
        sealer = vault.sealer(validation.recipe.envelope_id)
        if not _begin(validation, context):
            return
        _run(context, validation, sealer)
    except DestroyedError:
        return
    except JobCancelledError:
        end(validation_id, State.CANCELLED)
        raise


def _begin(validation: Validation, context: JobContext) -> bool:
    changes = {"job": context.job, "attempts": context.attempt, "state_at": timezone.now(), "progress": None}
    again = (*LIVE, State.FAILED, State.CANCELLED)  # a person may try again what was given up
    rows = Validation.objects.filter(pk=validation.pk, state__in=again)
    return bool(rows.update(state=State.RUNNING, **changes))


def _run(context: JobContext, validation: Validation, sealer: Sealer) -> None:
    loaded = open_recipe(validation.recipe, sealer)
    tell = telling(validation.pk, sealer, context.check)
    tell("starting a runner")
    try:
        with running.session(Tier(validation.least)) as session, running.watched(context.job, session.provider.kill):
            ran = running.run(session, loaded, tell)
    except ClearinghouseError:
        context.lease.look()
        context.check()  # the runner was ended because a person cancelled it: that is no failure
        raise
    recording.keep(validation, ran, sealer, context.require_lease)


def open_recipe(recipe: Recipe, sealer: Sealer) -> Loaded:
    """Return a recipe with its files, as they were given in.

    A dispatcher holds keys, so it parses no text of a stranger, not even one that was read before it was sealed:
    ``recipe.toml`` is read anew by a process without any of that, and comes back as typed values. That costs a few
    milliseconds, and a recipe that was sealed by an older version is held against the rules of this one. What is
    decoded here is the one piece into which the files were packed: bytes that this software made and authenticated.

    Raises:
        SealBrokenError: they were changed where they are kept. RecipeError: this version does not take it.
        BusyError: it cannot be read now.
    """
    data = b"".join(blobs.open(recipe.blob, sealer, body_context(recipe.envelope_id)))
    files = bundles.unpacked(data)
    return assembled(reading.text(files[NAME], recipe.reference), files, recipe.reference)


def telling(number: int, sealer: Sealer, check: Callable[[], None]) -> Callable[[str], None]:
    """Return what writes down what is done now, sealed, and at most once a second.

    Args:
        number: of the validation. check: raises where the work is to end.
    """
    last = float("-inf")

    def tell(words: str) -> None:
        nonlocal last
        check()
        if time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        sealed = seal(Progress(clean_line(words, _LONGEST_WORDS)), number, sealer)
        rows = Validation.objects.filter(pk=number, state=State.RUNNING)
        rows.update(progress=sealed, progress_at=timezone.now())

    return tell


def note_ended() -> int:
    """Say of validations on which all work has ended badly, or was cancelled, that they did; return of how many."""
    rows = Validation.objects.filter(pk__in=abandoned(run.module_path), state__in=LIVE)
    found = 0
    for number, job in rows.values_list("pk", "job"):
        cancelled = Job.objects.filter(pk=job, cancel_requested=True).exists()
        found += end(number, State.CANCELLED if cancelled else State.FAILED)
    return found


def end(number: int, state: State) -> bool:
    """Say that a validation ended without a verdict; False if it has ended already."""
    with transaction.atomic():
        row = Validation.objects.select_for_update().get(pk=number)
        if row.state not in LIVE:
            return False
        row.state, row.state_at, row.progress = state, timezone.now(), None
        row.save(update_fields=["state", "state_at", "progress"])
        if state == State.FAILED:
            record(None, "validation.failed", "validation", row.reference)
    return True


@task(priority=-50)
def tend() -> None:
    """Look for validations on which nobody works any more."""
    note_ended()
