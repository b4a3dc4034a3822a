"""What CISA adds to CVE records about urgency: SSVC points and the KEV date.

CISA's "Vulnrichment" (https://github.com/cisagov/vulnrichment) writes them as ``metrics[].other`` of types
``ssvc`` and ``kev`` in its ADP container.
"""

from collections.abc import Iterator, Sequence

from clearinghouse.formats.cve.schema import Container, Other, Record, SignalContainer, SignalRecord
from clearinghouse.formats.cve.tables import CISA_ADP, KNOWN_ADPS
from clearinghouse.formats.cve_values import kev_date
from clearinghouse.formats.ssvc_points import ssvc_point
from clearinghouse.records import KevEntry, Problem, SsvcPoint


def signals_of(
    record: Record | SignalRecord, cve: str, *, source: str, pointer: str
) -> Iterator[SsvcPoint | KevEntry | Problem]:
    """Yield the signals of CISA's container, and a problem for each that is not understood."""
    containers: Sequence[Container | SignalContainer] = record.containers.adp or ()
    for number, container in enumerate(containers):
        if container.org_id != CISA_ADP and container.short_name != KNOWN_ADPS[CISA_ADP]:
            continue
        for position, other in _others(container):
            where = f"{pointer}/containers/adp/{number}/metrics/{position}/other/content"
            if other.type == "ssvc":
                point, problems = ssvc_point(other.content, cve=cve, source=source, pointer=where)
                yield from problems
                if point:
                    yield point
            elif other.type == "kev":
                yield _kev(other, cve, source, where)


def _others(container: Container | SignalContainer) -> Iterator[tuple[int, Other]]:
    for position, metric in enumerate(container.metrics or ()):
        if metric.other:
            yield position, metric.other


def _kev(other: Other, cve: str, source: str, pointer: str) -> KevEntry | Problem:
    added = other.content.get("dateAdded") if isinstance(other.content, dict) else None
    day = kev_date(added, cve=cve, source=source, pointer=f"{pointer}/dateAdded")
    return day if isinstance(day, Problem) else KevEntry(cve=cve, date_added=day, source=source, partial=True)
