"""How many flaws were shown to be real, by the copies of verdicts that are kept to count by."""

from django.db.models import F, Q

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import alone_in, visible
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations.agreement import CONFIRMS
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.vulnerabilities.models import Finding


def validated(reader: Reader, *, whole: bool) -> int | None:
    """Return of how many flaws a verdict says that their reproducers show them, the finder's own verdicts left out.

    A recipe of a report that speaks of several flaws is of none of them. Verdicts are not verified for this: a page
    that names a flaw verifies those about it.

    Args:
        whole: of the whole installation, which the caller may tell this reader; else of what the reader may see, and
            None for a key that may not read validations.
    """
    if not whole and not reader.has_scope(Scope.VALIDATION_READ):
        return None
    rows = Attestation.objects.filter(verdict__in=CONFIRMS, sealed__isnull=False, key__revoked_at__isnull=True)
    rows = rows.filter(Q(participant__isnull=True) | ~Q(participant=F("recipe__report__submitter")))
    rows = rows if whole else visible(reader, rows)
    named = Finding.objects.filter(pk__in=rows.values("recipe__finding"))
    reports = rows.filter(recipe__finding__isnull=True).values_list("recipe__report", flat=True).distinct()
    alone = alone_in(reports)
    return named.values("vulnerability").union(alone.values("vulnerability")).count()
