"""What hangs on a report goes with it: recipes, evidence, statements and what was said about them."""

from django.utils import timezone

from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.jobs.services import stop
from clearinghouse.server.validations.models import LIVE, Attestation, Recipe, Remedy, State, Validation


def purged(report: int) -> None:
    """Destroy the keys of everything that hangs on a report, in the transaction that destroys the report's.

    Rows are locked in the order report, recipe, job, validation, and so they are by whoever adds to a recipe, works on
    it or cancels the work.
    """
    recipes = Recipe.objects.filter(report=report, purged_at__isnull=True)
    for recipe in recipes.select_for_update(no_key=True):  # nobody adds to one that goes
        vault.destroy(recipe.envelope_id)
    validations = Validation.objects.filter(recipe__report=report).exclude(state=State.PURGED)
    for job in validations.filter(state__in=LIVE, job__isnull=False).values_list("job", flat=True):
        stop(job)
    validations.update(state=State.PURGED, state_at=timezone.now(), meta=None, progress=None)
    Attestation.objects.filter(recipe__report=report).update(sealed=None)
    remedies = Remedy.objects.filter(recipe__report=report)
    for job in remedies.filter(job__isnull=False).values_list("job", flat=True):
        stop(job)
    remedies.delete()  # its digest would tell that another has the same
    recipes.update(purged_at=timezone.now(), meta=None, problem=None)


def swept(report: int) -> None:
    """Remove what nobody can read any more."""
    rows = (Recipe.objects.filter(report=report), Validation.objects.filter(recipe__report=report))
    for name in {name for each in rows for name in each.exclude(blob="").values_list("blob", flat=True)}:
        blobs.delete(name)
