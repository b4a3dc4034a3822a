"""What a purge leaves of findings: their places in vulnerabilities, and nothing of what they said."""

from django.db.models import Q

from clearinghouse.server.vulnerabilities.bands import band_of
from clearinghouse.server.vulnerabilities.bulk import execute_in
from clearinghouse.server.vulnerabilities.linking import lock
from clearinghouse.server.vulnerabilities.models import Chunk, Finding, Link, SearchWord
from clearinghouse.server.vulnerabilities.settling import rerank
from clearinghouse.server.vulnerabilities.signals import judge

_GROUPS = 500


def forget(report: int) -> None:
    """Remove everything that was derived from a report's content, inside the caller's transaction.

    Which findings are one flaw stays as it is; what is said of them is said by the others alone. Keys are found
    by scanning their table and words by scanning bands of theirs, which have no index for this: a purge is rare, and an
    index that leads from a finding to its keys would be one more thing to protect.
    """
    lock()
    mine = Finding.objects.filter(report_id=report)
    execute_in("DELETE FROM vulnerabilities_identitykey WHERE finding IN {values}", mine.values_list("pk", flat=True))
    bases = Chunk.objects.filter(report_id=report, base__isnull=False).values_list("base", flat=True)
    SearchWord.objects.filter(band__in={band_of(base) for base in bases}, base__in=list(bases)).delete()
    # What a link says stands in both of its findings.
    Link.objects.filter(Q(later__report_id=report) | Q(earlier__report_id=report)).update(explanation=None)
    roots = sorted(set(mine.values_list("vulnerability_id", flat=True)))
    mine.update(profile=None)
    Chunk.objects.filter(report_id=report).update(sealed=None)
    for start in range(0, len(roots), _GROUPS):
        rerank(roots[start : start + _GROUPS], judge())
