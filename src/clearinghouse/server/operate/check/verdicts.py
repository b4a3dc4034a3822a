"""Signed verdicts and what signs them: each is what was signed, and there is a key for the next one."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import SealBrokenError, VaultClosedError
from clearinghouse.server.intake.models import State as ReportState
from clearinghouse.server.operate.check.content import Progress
from clearinghouse.server.operate.check.finding import Finding
from clearinghouse.server.validations import opinions, purging, remedies, signing
from clearinghouse.server.validations.errors import SigningError
from clearinghouse.server.validations.models import Attestation, Recipe, Remedy, State, Validation
from clearinghouse.server.validations.opinions import Belief

_RESTORE = "restore it from a backup, and find out who can write to the database and the blobs"
_BATCH = 200
_MOST = 100
"""Verdicts that are told one by one."""
_GONE = Q(recipe__purged_at__isnull=False) | Q(recipe__envelope__wrapped__isnull=True)
"""Of what hangs on a recipe: the recipe was destroyed."""


def key() -> Iterator[Finding]:
    """Yield why no verdict can be signed, where some are to be."""
    if not Validation.objects.exists():
        return
    try:
        signing.own_signer()
    except SigningError as error:
        yield Finding(part="verdicts", code="no_signing_key", what=error.what, remedy=error.remedy, notice=True)


def signed(progress: Progress) -> Iterator[Finding]:
    """Yield verdicts that are not what was signed, and validations whose verdict is gone. This needs the master key."""
    rows = Attestation.objects.select_related("recipe__report", "key").order_by("pk")
    total, found, last = rows.count(), 0, 0
    try:
        while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
            for each in opinions.read(batch):
                if each.standing is Belief.TAMPERED:
                    found += 1
                    yield from _told(each, found)
            last = batch[-1].pk
            progress("verdicts", min(last, total), total)
    except VaultClosedError:
        return  # another part says so
    except SealBrokenError as error:
        yield Finding(part="verdicts", code="verdict_unreadable", what=error.what, remedy=_RESTORE)
    lost = Validation.objects.filter(state=State.DONE, attestation__isnull=True).count()
    if lost:
        what = f"{lost:,} validations are done, and their signed verdicts are gone"
        yield Finding(part="verdicts", code="verdict_missing", what=what, remedy=_RESTORE)
    yield from _remedies()
    if found > _MOST:
        what = f"{found - _MOST:,} more signed verdicts were changed"
        yield Finding(part="verdicts", code="verdict_tampered", what=what, remedy=_RESTORE)


def left(*, repair: bool) -> Iterator[Finding]:
    """Yield what should have gone with a purge, and has not; ``repair`` destroys it. This needs no key."""
    facts: dict[str, Any] = {"part": "verdicts", "remedy": "clearinghouse check --repair destroys them"}
    recipes = Recipe.objects.filter(report__state=ReportState.PURGED, purged_at__isnull=True)
    reports = set(recipes.values_list("report", flat=True))
    if reports:
        what = f"{recipes.count():,} recipes of {len(reports):,} purged reports can still be read"
        for each in reports if repair else ():
            with transaction.atomic():
                purging.purged(each)
            purging.swept(each)
        yield Finding(code="recipe_left", what=what, mended=repair, **facts)
    gone = Remedy.objects.filter(_GONE)
    if number := gone.count():
        what = f"digests of what stopped {number:,} reproducers are left, whose recipes were purged"
        if repair:
            gone.delete()
        yield Finding(code="remedy_left", what=what, mended=repair, **facts)


def _remedies() -> Iterator[Finding]:
    """Yield what recipes are compared by, where it is not what was kept."""
    changed = 0
    for each in Remedy.objects.exclude(_GONE).select_related("recipe").order_by("pk").iterator(chunk_size=_BATCH):
        sealer = vault.sealers([each.recipe.envelope_id]).get(each.recipe.envelope_id)
        if sealer is None:  # purged while we looked
            continue
        if remedies.opened(each, sealer) is None or (
            each.parts is not None and remedies.opened_parts(each, sealer) is None
        ):
            changed += 1
    if changed:
        what = f"digests of what stopped {changed:,} reproducers were changed; they suggest nothing"
        yield Finding(part="verdicts", code="remedy_tampered", what=what, remedy=_RESTORE)


def _told(each: opinions.Read, number: int) -> Iterator[Finding]:
    if number <= _MOST:
        what = f"signed verdict {each.row.reference}: {each.why}"
        yield Finding(part="verdicts", code="verdict_tampered", what=what, remedy=_RESTORE)
