"""Recipes as they are kept: one row for what one gives in for one thing, everything that it says sealed."""

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.models import Report, State
from clearinghouse.server.intake.services import Written, note_usage
from clearinghouse.server.validations.errors import GoneError
from clearinghouse.server.validations.models import Recipe
from clearinghouse.server.validations.sealed import About, seal
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.validation.recipe import Loaded, Subject
from clearinghouse.validation.recipe import Recipe as Text


def gone() -> GoneError:
    """Return what is told of a report that was purged."""
    return GoneError("the content of this report was destroyed", "send a new report")


def kept(reader: Reader, report: Report, finding: Finding | None, loaded: Loaded, written: Written) -> Recipe:
    """Return the row of a recipe, in the caller's transaction; what somebody gives in twice for one thing is one.

    Args:
        reader: who gave it in. written: its files, sealed; they are kept if it is new.

    Raises:
        GoneError: the report was purged, perhaps while the recipe was on its way.
    """
    if Report.objects.select_for_update().get(pk=report.pk).state == State.PURGED:
        raise gone()
    mac = mac_of(reader, report, finding, loaded)
    known = Recipe.objects.filter(report=report, mac=mac).first()
    if known is not None:
        return known
    made = Recipe.objects.create(
        report=report,
        finding=finding,
        participant_id=reader.participant,
        person_id=reader.person,
        service_id=reader.service,
        size=written.blob.size,
        mac=mac,
        envelope=written.envelope,
        blob=written.blob.name,
    )
    made.meta = seal(about(loaded), made.pk, written.sealer)
    made.save(update_fields=["meta"])
    note_usage(reader, made.received_at.date(), size=written.blob.size)
    return made


def mac_of(reader: Reader, report: Report, finding: Finding | None, loaded: Loaded) -> bytes:
    """Return the keyed digest by which the same recipe, given in by the same for the same, is recognised."""
    belongs = f"{report.pk} {finding.pk if finding else 0} {reader.participant}"  # nobody learns of others' recipes
    return vault.keyed("recipe", belongs.encode(), bytes.fromhex(loaded.digest))


def about(loaded: Loaded) -> About:
    """Return what a recipe says of itself."""
    recipe: Text = loaded.recipe
    return About(
        digest=loaded.digest,
        title=recipe.title,
        affected=_named(recipe.affected),
        fixed=_named(recipe.fixed),
        identifiers=recipe.identifiers,
        weaknesses=recipe.weaknesses,
        control=recipe.control is not None,
        files=tuple((name, len(data)) for name, data in loaded.files.items()),
    )


def _named(subject: Subject | None) -> str:
    return "" if subject is None else subject.purl or subject.archive or subject.patch or ""
