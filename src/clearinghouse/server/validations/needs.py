"""How well a recipe must be isolated by what the installation demands today: when it comes, and whenever it runs again.

Who gave it in is what counts, whoever asks that it is run.
"""

from django.conf import settings

from clearinghouse.sandbox import Tier
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.configuration import Validation as Settings
from clearinghouse.server.intake.models import Report
from clearinghouse.server.participants.models import ParticipantRole, Role
from clearinghouse.server.validations.claims import claim_of, trust_of
from clearinghouse.server.validations.models import Recipe
from clearinghouse.server.validations.policy import Least, least
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.validation.recipe import Recipe as Text


def needed(giver: Reader, text: Text, report: Report, finding: Finding | None) -> Least:
    """Return how well a recipe must be isolated.

    Args:
        giver: who gives it in. report, finding: that it belongs to.
    """
    wanted: Settings = settings.CONFIGURATION.validation
    return least(trust_of(giver, wanted), claim_of(text, report, finding), wanted)


def needed_again(recipe: Recipe, text: Text, former: Least) -> Least:
    """Return how well a recipe that is kept must be isolated today, which is never less than it was.

    Args:
        text: what it says. former: what it needed before.
    """
    giver = acting(recipe.participant_id, recipe.person_id, recipe.service_id)
    return max(former, needed(giver, text, recipe.report, recipe.finding), key=_tier)


def acting(participant: int, person: int | None, service: int | None) -> Reader:
    """Return somebody as who they are today, without a request of theirs."""
    roles = ParticipantRole.objects.filter(participant=participant).values_list("role", flat=True)
    return Reader(participant=participant, roles=frozenset(map(Role, roles)), person=person, service=service)


def _tier(found: Least) -> Tier:
    return found.tier
