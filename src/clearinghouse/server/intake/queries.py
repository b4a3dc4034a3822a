"""What a reader may see of what was received."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from django.db.models import QuerySet

from clearinghouse.records import Problem
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.errors import NotFoundError
from clearinghouse.server.intake.models import Attachment, Report, State, Violation
from clearinghouse.server.intake.sealed import Meta, open_meta, violation_context
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities.models import Finding

PAGE = 50
_MOST_EVIDENCE = 200
STATUS = {
    State.RECEIVED: "queued",
    State.READ: "processing",
    State.DONE: "done",
    State.FAILED: "failed",
    State.PURGED: "purged",
}
"""States in the words of the TAP interface, and two of ours."""


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some reports, newest first; ``before`` begins the following page, empty where there is none.

    It is a receipt of one's own, because a number would count what others sent in between.
    """

    reports: list[Report]
    metas: dict[int, Meta]
    before: str = ""


def reports(reader: Reader, *, before: str = "", state: str = "", mine: bool = False, size: int = PAGE) -> ReportPage:
    """Return reports that a reader may see, newest first.

    Args:
        before: receipt of the last report of the page before; one that they may not see begins nowhere.
        state: only these. mine: only those of the reader's participant.
    """
    rows = _mine(reader).select_related("submitter", "service", "person")
    if mine:
        rows = rows.filter(submitter=reader.participant)
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=_mine(reader).filter(receipt=before).values("pk"))
    found = list(rows.order_by("-pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return ReportPage(reports=found, metas=_metas(found), before=found[-1].receipt if more else "")


def _mine(reader: Reader) -> QuerySet[Report]:
    return visible(reader, Report.objects.all()) if reader.has_scope(Scope.REPORT_READ) else Report.objects.none()


def _metas(found: Sequence[Report]) -> dict[int, Meta]:
    sealers = vault.sealers({each.envelope_id for each in found if each.meta is not None})
    return {
        each.pk: open_meta(each.meta, sealers[each.envelope_id])
        for each in found
        if each.meta is not None and each.envelope_id in sealers
    }


def report(reader: Reader, receipt: str) -> Report:
    """Return a report that a reader may see.

    Raises:
        NotFoundError: there is none of this receipt that they may see.
    """
    found = _mine(reader).select_related("submitter", "service", "person").filter(receipt=receipt).first()
    if found is None:
        raise NotFoundError("there is no such report", "look at the receipt, and at who you are signed in as")
    return found


def meta(found: Report) -> Meta | None:
    """Return what its sender said about a report that was found by a query of here; None if it was purged."""
    return _metas([found]).get(found.pk)


def violations(found: Report, *, first: int = 0, size: int = PAGE) -> list[Problem]:
    """Return what is wrong with a report that was found by a query of here, in order, from number ``first`` on."""
    if found.state == State.PURGED:
        return []
    rows = Violation.objects.filter(report=found, number__gte=first).order_by("number")[:size]
    sealer = vault.sealer(found.envelope_id)
    return [
        msgspec.json.decode(sealer.open(bytes(row.sealed), violation_context(row.number)), type=Problem) for row in rows
    ]


def attachments(reader: Reader, found: Report) -> list[tuple[Attachment, Meta | None]]:
    """Return the attachments of a report that a reader may see, in the order in which they came."""
    return _told(visible(reader, Attachment.objects.filter(report=found)))


def evidence_of(reader: Reader, vulnerability: int) -> list[tuple[Attachment, Meta | None]]:
    """Return the attachments of reports of a vulnerability that a reader may download, the first of them.

    Args:
        vulnerability: its primary key.
    """
    if not reader.has_scope(Scope.EVIDENCE_READ):
        return []
    reports = Finding.objects.filter(vulnerability=vulnerability).values("report_id")
    return _told(visible(reader, Attachment.objects.filter(report__in=reports))[:_MOST_EVIDENCE])


def _told(found: QuerySet[Attachment]) -> list[tuple[Attachment, Meta | None]]:
    rows = list(found)
    sealers = vault.sealers({each.envelope_id for each in rows if each.meta is not None})
    return [
        (each, open_meta(each.meta, sealers[each.envelope_id]) if each.meta and each.envelope_id in sealers else None)
        for each in rows
    ]


def waiting_since() -> dt.datetime | None:
    """Return when the oldest report came in that is not done yet."""
    rows = Report.objects.filter(state__in=(State.RECEIVED, State.READ)).order_by("pk")
    return rows.values_list("received_at", flat=True).first()
