"""Which parts of a patch stop which of two reproducers: work that a coordinator starts, on the queue for validations.

The patch is applied without each hunk in turn and the reproducer run, in the sandbox and at the tier that the recipe
needs. What comes of it stands sealed with the remedy of the recipe and goes with it. It is not signed: it is there to
help a person decide, and nothing counts it.
"""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import DestroyedError, Sealer
from clearinghouse.server.jobs.errors import Later
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.models import LIVE, Job
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import remedies, running
from clearinghouse.server.validations.errors import AskedWrongError, NotForThemError, TierError
from clearinghouse.server.validations.jobs import AWAY, LONGEST_AWAY
from clearinghouse.server.validations.models import Remedy
from clearinghouse.server.validations.needs import needed_again
from clearinghouse.server.validations.policy import Least
from clearinghouse.server.validations.same_remedy import MOST_HUNKS, SameRemedy, suggested
from clearinghouse.server.validations.sealed import open_recipe, seal
from clearinghouse.validation.errors import NotToBeHadError, ValidationError
from clearinghouse.validation.parts import Parts, parts_of
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.search import roles_of_hunks

_ATTEMPTS = 4
_LONGEST = 500


def ask(reader: Reader, reference: str, other: str) -> SameRemedy:
    """Have it looked which parts of a patch stop the reproducers of two flaws; what waits or is known is not repeated.

    Args:
        reference, other: of the vulnerabilities.

    Raises:
        NotForThemError: they may not. NotFoundError: nothing suggests that they are one. AskedWrongError: the fix is no
            patch of several hunks, or has too many.
    """
    if reader.person is None or Role.COORDINATOR not in reader.roles:
        raise NotForThemError("only a coordinator's people start this", "ask the coordinator")
    with transaction.atomic():
        found = suggested(reader, reference, other)
        if not found.divisible:
            what = f"what stops both is no patch of 2 to {MOST_HUNKS} hunks"
            raise AskedWrongError(what, "look at it yourself, or take it apart with `clearinghouse validate hunks`")
        for read in (found.one, found.two):
            _queue(read.row.recipe_id)
        record(reader, "remedy.taken_apart", "vulnerability", reference, other=other)
    return found


def _queue(recipe: int) -> None:
    row = Remedy.objects.select_for_update(of=("self",)).select_related("recipe").get(recipe=recipe)
    known = remedies.opened_parts(row, vault.sealer(row.recipe.envelope_id))
    if known is not None and not known.why:
        return
    if not Job.objects.filter(pk=row.job, state__in=LIVE).exists():
        row.job, row.parts = int(take_apart.enqueue(recipe).id), None
        row.save(update_fields=["job", "parts"])


@task(takes_context=True, queue_name="validations", priority=-10, most_attempts=_ATTEMPTS)  # type: ignore[arg-type]
def take_apart(context: JobContext, recipe_id: int) -> None:
    """Leave the hunks of a recipe's patch out, one by one, and keep without which the flaw shows.

    Raises:
        Later: the runner here isolates less well than it needs, and a worker with a better one may take it yet.
    """
    row = Remedy.objects.select_related("recipe").filter(recipe=recipe_id, parts__isnull=True).first()
    if row is None:
        return
    try:
        sealer = vault.sealer(row.recipe.envelope_id)
        loaded = open_recipe(row.recipe, sealer)
        parts = _parts(context, loaded, _least(row, loaded))
    except DestroyedError:
        return
    except TierError as error:
        if timezone.now() - Job.objects.get(pk=context.job).enqueued_at <= LONGEST_AWAY:
            raise Later(AWAY) from None
        parts = Parts(why=error.what)
    except ClearinghouseError as error:
        context.lease.look()
        context.check()  # the runner was ended because a person cancelled it
        if not isinstance(error, ValidationError) or _may_yet_be(error, context):
            raise
        parts = Parts(why=error.what[:_LONGEST])  # a fact about the recipe, which another attempt does not change
    _keep(row, parts, sealer, context)


def _may_yet_be(error: ValidationError, context: JobContext) -> bool:
    """Whether it says nothing of the recipe, and another attempt may do: a registry that does not answer now."""
    return isinstance(error, NotToBeHadError) and context.attempt < _ATTEMPTS


def _keep(row: Remedy, parts: Parts, sealer: Sealer, context: JobContext) -> None:
    with transaction.atomic():
        context.require_lease()  # first: a purge locks the job before the remedy
        Remedy.objects.filter(pk=row.pk).update(parts=seal(parts, row.recipe_id, sealer))  # none, where it was purged


def _parts(context: JobContext, loaded: Loaded, least: Tier) -> Parts:
    with running.session(least) as session, running.watched(context.job, running.kill):
        roles = roles_of_hunks(loaded, session)
    fixed = loaded.recipe.fixed
    return parts_of(loaded.files[fixed.patch or ""] if fixed else b"", roles)


def _least(row: Remedy, loaded: Loaded) -> Tier:
    """The best isolation that any validation of the recipe needed, or that is demanded today."""
    formers = (Tier(each) for each in row.recipe.validations.values_list("least", flat=True))
    return needed_again(row.recipe, loaded.recipe, Least(max(formers, default=Tier.T1), ())).tier
