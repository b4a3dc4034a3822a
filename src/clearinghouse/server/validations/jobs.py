"""The work on a validation, as a durable job on a queue of its own, so that dispatchers can be many and elsewhere.

A worker that is killed loses nothing: the runner ends with it, its boxes with the runner, and whoever adopts the job
begins the execution anew. What is kept is kept in one transaction that ends by proving the lease, so that no verdict
comes twice.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import DestroyedError, Sealer
from clearinghouse.server.jobs.errors import JobCancelledError, Later
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.queries import abandoned
from clearinghouse.server.validations import recording, remedies, running, signing
from clearinghouse.server.validations.errors import NoRunnerError, SigningError, TierError
from clearinghouse.server.validations.models import LIVE, State, Validation
from clearinghouse.server.validations.sealed import Made, Progress, open_as, open_recipe, seal

QUEUE = "validations"
EVERY = 1.0
"""Seconds between two writes of what is done now, at least."""
_LONGEST_WORDS = 200
_ATTEMPTS = 4
_LOG = logging.getLogger("clearinghouse.validations")
AWAY = 60.0
"""Seconds after which a runner is looked for again that could not be reached."""
LONGEST_AWAY = timedelta(days=1)
"""How long after it was asked for something waits so. From then on attempts without a runner are counted, and what
needs a better one is refused."""


@task(takes_context=True, queue_name=QUEUE, most_attempts=_ATTEMPTS)  # type: ignore[arg-type]  # our own context
def run(context: JobContext, validation_id: int) -> None:
    """Run a recipe and keep what came of it, signed.

    Raises:
        Later: nothing here may run it, or sign what came of it, and that may change.
        TierError: the runner here isolates less well than it needs, and one ran it before.
    """
    validation = Validation.objects.select_related("recipe").get(pk=validation_id)
    try:
        _look(context)
        sealer = vault.sealer(validation.recipe.envelope_id)
        if not _begin(validation, context):
            return
        _run(context, validation, sealer)
    except DestroyedError:
        end(validation_id, State.PURGED)
    except TierError as error:
        _leave(context, validation, sealer, error)
    except JobCancelledError:
        end(validation_id, State.CANCELLED)
        raise


def _begin(validation: Validation, context: JobContext) -> bool:
    """Say that it runs; False where that is over, or another one of the same recipe is on its way."""
    changes = {"job": context.job, "attempts": context.attempt, "state_at": timezone.now(), "progress": None}
    again = (*LIVE, State.FAILED, State.CANCELLED)  # a person may try again what was given up
    rows = Validation.objects.filter(pk=validation.pk, state__in=again)
    try:
        with transaction.atomic():
            return bool(rows.update(state=State.RUNNING, **changes))
    except IntegrityError:
        return False


def _run(context: JobContext, validation: Validation, sealer: Sealer) -> None:
    loaded = open_recipe(validation.recipe, sealer)
    tell = telling(validation.pk, sealer, context.check)
    tell("starting a runner")
    try:
        signing.own_signer()  # nothing is run of which nothing could be signed
        with running.session(Tier(validation.least)) as session, running.watched(context.job, running.kill):
            Validation.objects.filter(pk=validation.pk).update(tier=session.isolation.tier.value)
            ran = running.run(session, loaded, tell)
        _look(context)
    except (NoRunnerError, SigningError) as error:
        _look(context)
        _put_off(validation, error, sealer)
        raise
    except ClearinghouseError:
        _look(context)
        raise
    recording.keep(validation, ran, sealer, context.require_lease)


def _leave(context: JobContext, validation: Validation, sealer: Sealer, error: TierError) -> None:
    """Leave it to a worker with a better runner, which may have much to do; refuse it when none came for long.

    Raises:
        Later: this is not to be counted as an attempt. TierError: one ran it before, so that it is no refusal.
    """
    if _is_recent(validation.requested_at):
        _write(validation.pk, "it waits for a worker with a better runner", sealer)
        raise Later(AWAY) from None
    if not _refuse(context, validation.pk, sealer, error):
        raise error


def _refuse(context: JobContext, number: int, sealer: Sealer, error: TierError) -> bool:
    """Say that no worker may run it; False if one did in an earlier attempt."""
    with transaction.atomic():
        context.require_lease()  # first, as it locks the job: a purge and a person who cancels begin with that, too
        row = Validation.objects.select_for_update().get(pk=number)
        if row.state not in LIVE or row.tier:
            return False
        why = f"no worker that took it has a runner that may run it: {error.what}"
        made = open_as(Made, row.meta or b"", row.pk, sealer)
        row.meta = seal(msgspec.structs.replace(made, refused=why), row.pk, sealer)
        row.state, row.state_at, row.progress = State.REFUSED, timezone.now(), None
        row.save(update_fields=["meta", "state", "state_at", "progress"])
        record(None, "validation.refused", "validation", row.reference, tier=row.least)
    return True


def _look(context: JobContext) -> None:
    """Raise where a person cancelled the job: that the runner was ended for it is no failure, and no answer either."""
    context.lease.look()
    context.check()


def _put_off(validation: Validation, error: NoRunnerError | SigningError, sealer: Sealer) -> None:
    """Wait for what is missing here: what it says is for the operator, and nothing of it is of a recipe.

    Raises:
        Later: this is not to be counted as an attempt.
    """
    missing = "runner" if isinstance(error, NoRunnerError) else "key that signs"
    _LOG.warning("no %s for validations: %s; try: %s", missing, error.what, error.remedy)
    if not _is_recent(validation.requested_at):
        return
    what = "no runner can be reached" if isinstance(error, NoRunnerError) else "nothing signs verdicts"
    _write(validation.pk, f"{what}; it is tried again and again", sealer)
    raise Later(AWAY) from None


def _is_recent(asked: datetime) -> bool:
    return timezone.now() - asked <= LONGEST_AWAY


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
        _write(number, words, sealer)

    return tell


def _write(number: int, words: str, sealer: Sealer) -> None:
    sealed = seal(Progress(clean_line(words, _LONGEST_WORDS)), number, sealer)
    rows = Validation.objects.filter(pk=number, state=State.RUNNING)
    rows.update(progress=sealed, progress_at=timezone.now())


def note_ended() -> int:
    """Say of validations on which all work has ended badly, or was cancelled, that they did; return of how many."""
    live = Validation.objects.filter(state__in=LIVE)
    if not live.exists():
        return 0
    rows = live.filter(pk__in=abandoned(run.module_path))
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
        row.meta = None if state == State.PURGED else row.meta
        row.save(update_fields=["state", "state_at", "progress", "meta"])
        if state == State.FAILED:
            record(None, "validation.failed", "validation", row.reference)
    return True


@task(priority=-50)
def tend() -> None:
    """Look for validations on which nobody works any more."""
    note_ended()


@task(priority=-50)
def make_up() -> None:
    """Keep what was not kept of earlier verdicts yet."""
    remedies.make_up()
