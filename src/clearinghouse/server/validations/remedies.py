"""What stops a reproducer, kept so that recipes can be compared without being opened.

It is kept when a verdict says that the fix holds, and destroyed with the recipe. Verdicts from before this was kept are
made up for by :func:`make_up`, which recurs.
"""

import logging

from django.db import transaction

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.validations import reading
from clearinghouse.server.validations.models import Recipe
from clearinghouse.server.validations.models import Remedy as Row
from clearinghouse.server.validations.sealed import About, open_as, open_recipe, seal
from clearinghouse.validation.parts import Parts
from clearinghouse.validation.remedy import Remedy
from clearinghouse.validation.verdict import Verdict

LOG = logging.getLogger("clearinghouse.validations")
_PURPOSE = "remedy of a recipe"


def keep(recipe: int, remedy: Remedy, sealer: Sealer) -> None:
    """Keep what stops the reproducer of a recipe, in the caller's transaction; a recipe never changes what that is."""
    sealed = seal(remedy, recipe, sealer)
    Row.objects.get_or_create(recipe_id=recipe, defaults={"mac": _mac(remedy), "sealed": sealed})


def opened(row: Row, sealer: Sealer) -> Remedy | None:
    """Return what stops a reproducer; None where something of it was changed where it is kept."""
    try:
        remedy = open_as(Remedy, row.sealed, row.recipe_id, sealer)
    except (ClearinghouseError, ValueError):
        return None
    return remedy if _mac(remedy) == bytes(row.mac) else None


def opened_parts(row: Row, sealer: Sealer) -> Parts | None:
    """Return what the hunks of a remedy do; None where that was not looked at, or was changed where it is kept."""
    if row.parts is None:
        return None
    try:
        return open_as(Parts, row.parts, row.recipe_id, sealer)
    except (ClearinghouseError, ValueError):
        return None


def make_up() -> int:
    """Keep what stops the reproducers of recipes whose fix is said to hold and of which it is not kept; say how many.

    One whose files were changed where they are kept is passed over: ``clearinghouse check`` tells of it.
    """
    if not vault.is_open():
        return 0
    fixed = Recipe.objects.filter(attestations__verdict=Verdict.FIXED.value, purged_at__isnull=True)
    waiting = fixed.filter(remedy__isnull=True).order_by("pk").distinct().values_list("pk", flat=True)
    return sum(_made_up(number) for number in list(waiting))


def _made_up(number: int) -> bool:
    recipe = Recipe.objects.get(pk=number)
    try:
        sealer = vault.sealer(recipe.envelope_id)
        remedy = named(recipe, sealer)  # slow, so nothing is locked
        return remedy is not None and _keep_anew(number, remedy, sealer)
    except (ClearinghouseError, OSError, ValueError):
        _warn(recipe)
        return False


def _keep_anew(number: int, remedy: Remedy, sealer: Sealer) -> bool:
    with transaction.atomic():
        recipe = Recipe.objects.select_for_update(no_key=True).get(pk=number)  # no purge comes between
        if recipe.meta is None:
            return False
        keep(number, remedy, sealer)
    return True


def named(recipe: Recipe, sealer: Sealer) -> Remedy | None:
    """Return what a recipe names as its fix; None where it names none, or where that cannot be read now.

    Then :func:`make_up` tries it again. It takes long, and is not to be done in a transaction.
    """
    if recipe.meta is None or not open_as(About, recipe.meta, recipe.pk, sealer).fixed:
        return None
    try:
        return reading.remedy(open_recipe(recipe, sealer))
    except (ClearinghouseError, OSError, ValueError):
        _warn(recipe)
        return None


def _warn(recipe: Recipe) -> None:
    LOG.warning("the remedy of a recipe cannot be read", extra={"fields": {"recipe": recipe.pk}})


def _mac(remedy: Remedy) -> bytes:
    return vault.keyed(_PURPOSE, remedy.kind.value.encode(), bytes.fromhex(remedy.digest))
