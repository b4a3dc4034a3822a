"""How many flaws were shown to be real, by the copies of verdicts that are kept to count by."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import alone_in, visible
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations.agreement import CONFIRMS
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.server.vulnerabilities.seen import seen


def validated(reader: Reader, *, whole: bool) -> int | None:
    """Return of how many flaws a verdict says that their reproducers show them, those of who found them left out.

    A recipe of a report that speaks of several flaws is of none of them. Verdicts are not verified for this: a page
    that names a flaw verifies those about it.

    Args:
        whole: of the whole installation, which the caller may tell this reader; else of the flaws and findings that the
            reader may see, so that the number does not tell who sends findings that they were joined. None for a key
            that may not read validations.
    """
    if not whole and not reader.has_scope(Scope.VALIDATION_READ):
        return None
    rows = Attestation.objects.filter(verdict__in=CONFIRMS, sealed__isnull=False, key__revoked_at__isnull=True)
    rows = rows if whole else visible(reader, rows)
    findings = Finding.objects.all() if whole else visible(reader, Finding.objects.all())
    rows = rows.filter(Q(participant__isnull=True) | ~_of_finders(findings))
    named = Finding.objects.filter(pk__in=rows.values("recipe__finding"))
    reports = rows.filter(recipe__finding__isnull=True).values_list("recipe__report", flat=True).distinct()
    flaws = [each.values("vulnerability") for each in (named, alone_in(reports))]
    if not whole:
        flaws = [each.filter(vulnerability__in=seen(reader).values("pk")) for each in flaws]
    return flaws[0].union(flaws[1]).count()


def _of_finders(findings: QuerySet[Finding]) -> Q:
    """Whether who signed a verdict found what it is about, as far as some findings tell."""
    own = findings.filter(report__submitter=OuterRef("participant"))
    of_report = Finding.objects.filter(report=OuterRef(OuterRef("recipe__report"))).values("vulnerability")
    named = Exists(own.filter(vulnerability=OuterRef("recipe__finding__vulnerability")))
    alone = Q(recipe__finding__isnull=True) & Q(Exists(own.filter(vulnerability__in=of_report)))
    return Q(participant=F("recipe__report__submitter")) | Q(named) | alone
