"""What a recipe is about, for the policy: from what it says of itself, and from the findings that it belongs to."""

from collections.abc import Sequence

from clearinghouse.sandbox import Tier
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.configuration import Validation as Settings
from clearinghouse.server.intake.models import Report
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.validations.policy import Claim, Trust
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.server.vulnerabilities.queries import open_members, with_report
from clearinghouse.validation.recipe import Recipe, named

_MOST = 320
"""Findings of a report that are looked at."""


def trust_of(reader: Reader, settings: Settings) -> Trust:
    """Return what the installation holds of somebody."""
    if Role.COORDINATOR in reader.roles:
        return Trust.COORDINATOR
    known = Participant.objects.filter(pk=reader.participant, reference__in=settings.trust)
    return Trust.TRUSTED if settings.trust and known.exists() else Trust.MEMBER


def claim_of(recipe: Recipe, report: Report, finding: Finding | None) -> Claim:
    """Return what a recipe is about.

    What other reports say of the same flaw is left out: the reasons for a tier are read by who may see this one.

    Args:
        report: that it belongs to. finding: of the report; then it is about those that are in one flaw with it, and
            else about all of them.
    """
    rows = Finding.objects.filter(report=report)
    if finding is not None:
        rows = rows.filter(vulnerability=finding.vulnerability_id)
    members = open_members(with_report(rows.order_by("pk"))[:_MOST]).values()
    profiles = [each.stored.profile for each in members]
    return Claim(
        texts=(recipe.title, recipe.about, *(text for each in profiles for text in (each.title, each.text))),
        targets=(*targets(recipe), *(each.component for each in profiles if each.component)),
        weaknesses=(*recipe.weaknesses, *(each for member in members for each in member.stored.facts.weaknesses)),
        asks=max(Tier.T1, recipe.isolation.tier),
    )


def targets(recipe: Recipe) -> Sequence[str]:
    """Return what a recipe names as its subjects: package URLs and names of archives."""
    subjects = [each for each in (recipe.affected, recipe.fixed) if each is not None]
    found = [text for each in subjects for text in (each.purl, each.archive, *each.beside) if text]
    return [*found, *recipe.install.requires, *recipe.install.beside, *named(recipe)]
