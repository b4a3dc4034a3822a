"""Every change of findings and vulnerabilities: kept, identified, and told apart or joined by people."""

from collections.abc import Callable, Sequence

from django.db import transaction

from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.vulnerabilities.linking import Batch, Linking
from clearinghouse.server.vulnerabilities.models import Chunk
from clearinghouse.server.vulnerabilities.preparing import Packed, Prepared, Preparing, opened
from clearinghouse.server.vulnerabilities.signals import judge
from clearinghouse.server.vulnerabilities.turns import turn
from clearinghouse.server.vulnerabilities.writing import Origin

BATCH = 6
"""Chunks that are identified in one transaction: about fifteen hundred findings, a fifth of a second."""
TURN = 8
"""Batches that are identified in one turn. If turns were as short as transactions, reports of several workers would be
read side by side and then identified side by side, while processors wait; this way one is read while another one is
identified. It is as long as a small report has to wait for a large one: one or two seconds."""
Step = Callable[[int], None]
"""Called inside each transaction with the number of findings that it identified, before it commits."""


def is_begun(report: int) -> bool:
    """Whether some findings of a report are identified, so that what was read of it is not read again."""
    return Chunk.objects.filter(report_id=report, base__isnull=False).exists()


def keep(report: int, chunks: Sequence[Packed]) -> None:
    """Keep the findings of a report, instead of whatever was kept of it; nothing of it is identified yet.

    Inside the caller's transaction.
    """
    Chunk.objects.filter(report_id=report).delete()
    Chunk.objects.bulk_create(
        [Chunk(report_id=report, first=each.first, count=each.count, sealed=each.sealed) for each in chunks],
        batch_size=500,
    )


def identify(origin: Origin, step: Step, prepared: Sequence[Prepared] | None = None) -> None:
    """Identify what is kept of a report and is not identified yet, in one transaction for each batch.

    It may be stopped at any point and begun again; what is identified is not identified twice.

    Args:
        origin: the report. step: see :data:`Step`. prepared: its findings, if they are at hand; else what is kept is
            opened again.
    """
    chunks = list(Chunk.objects.filter(report_id=origin.report).order_by("first").defer("sealed"))
    waiting = [chunk for chunk in chunks if chunk.base is None]
    if not waiting:
        return
    findings = prepared if prepared is not None else prepared_again(origin.report, origin.sealer)
    rows = [(chunk.pk, findings[chunk.first : chunk.first + chunk.count]) for chunk in waiting]
    linking = Linking(origin)
    starts = range(0, len(rows), BATCH)
    for first in range(0, len(starts), TURN):
        batches = [linking.prepare(rows[start : start + BATCH]) for start in starts[first : first + TURN]]
        with turn():
            for batch in batches:
                _identify(linking, batch, step)


def _identify(linking: Linking, batch: Batch, step: Step) -> None:
    known = judge()  # asked for each time: signals may change meanwhile
    with transaction.atomic():
        linking.link(batch, known)
        step(len(batch.findings))


def prepared_again(report: int, sealer: Sealer) -> list[Prepared]:
    """Make the findings of a report ready out of what is kept of it."""
    preparing = Preparing(report, sealer)
    for chunk in Chunk.objects.filter(report_id=report).order_by("first").iterator(chunk_size=16):
        for finding in opened(report, chunk.first, chunk.sealed, sealer):
            preparing.add(finding, keep=False)
    return preparing.finish()
