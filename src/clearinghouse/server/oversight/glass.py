"""Breaking the glass: an administrator looks at one report or flaw for a while, because a second person agreed.

Running an installation shows nobody what is in it. Where an administrator has to look, they name the object and say
why; somebody else agrees; it ends by itself within a day. Each step is in the log, and whose it is sees it there. What
an administrator then sees follows from :mod:`clearinghouse.server.access.rules`.
"""

import datetime as dt
import re

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.models import BreakGlass, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.intake.models import Report
from clearinghouse.server.oversight.errors import (
    GlassError,
    NotForThemError,
    NothingThereError,
    OverError,
    SamePersonError,
)
from clearinghouse.server.participants.models import Role
from clearinghouse.server.vulnerabilities.models import Finding, Vulnerability, id_of

WAITS = dt.timedelta(days=3)
"""How long a request can wait for a second person; then it has to be made again."""
MOST_WAITING = 20
"""Requests that one person can have waiting."""
SHORTEST_REASON = 10
"""Characters of a reason."""
_LONGEST = 500
_HISTORY = 100
_MERGES = 64
_NAMES = {
    ObjectKind.REPORT: re.compile(r"RCP-[0-9A-HJKMNP-TV-Z]{26}"),
    ObjectKind.VULNERABILITY: re.compile(r"[0-9a-f]{16}"),
}


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """What there is: ``waiting`` for a second person, ``running``, and ``over``, each the newest first."""

    waiting: list[BreakGlass]
    running: list[BreakGlass]
    over: list[BreakGlass]


def may_request(reader: Reader) -> bool:
    """Whether somebody may ask for it: administrators."""
    return reader.person is not None and reader.administrator


def may_agree(reader: Reader, asked: BreakGlass) -> bool:
    """Whether somebody may agree to a request: an administrator or a steward of the coordinator who did not make it."""
    return _may_decide(reader) and asked.requested_by_id != reader.person


def may_end(reader: Reader, asked: BreakGlass) -> bool:
    """Whether somebody may end it, or say no to it: who made the request, and who may agree."""
    return reader.person is not None and (asked.requested_by_id == reader.person or _may_decide(reader))


def _may_decide(reader: Reader) -> bool:
    steward = reader.steward and Role.COORDINATOR in reader.roles
    return reader.person is not None and (reader.administrator or steward)


def request(reader: Reader, kind: str, reference: str, reason: str, hours: int) -> BreakGlass:
    """Ask for looking at one object. Whether there is such an object is not looked up, and so not told.

    Args:
        reader: an administrator. kind: one of :class:`~clearinghouse.server.access.models.ObjectKind`.
        reference: a receipt, or the reference of a vulnerability. reason: why, at least :data:`SHORTEST_REASON`
            characters; whose object it is sees it. hours: for how long, counted from when a second person agrees.

    Raises:
        NotForThemError: they are no administrator. GlassError: something about it is wrong.
    """
    if not may_request(reader):
        raise NotForThemError
    name = _NAMES.get(ObjectKind(kind)) if kind in ObjectKind.values else None
    reference = reference.strip()
    if name is None or not name.fullmatch(reference):
        raise GlassError(
            "this is neither a receipt nor the reference of a flaw", "give it as RCP-… or as 16 letters and digits"
        )
    why = clean_line(reason, _LONGEST)
    if len(why) < SHORTEST_REASON:
        raise GlassError("there is no reason", f"say why, in at least {SHORTEST_REASON} characters")
    if not 1 <= hours <= BreakGlass.LONGEST:
        raise GlassError("the time is not allowed", f"choose 1 to {BreakGlass.LONGEST} hours")
    with transaction.atomic():
        if _waiting(BreakGlass.objects.filter(requested_by=reader.person)).count() >= MOST_WAITING:
            raise GlassError(f"{MOST_WAITING} of your requests wait already", "withdraw those that are not needed")
        asked = BreakGlass.objects.create(
            kind=kind, reference=reference, reason=why, hours=hours, requested_by_id=reader.person
        )
        record(reader, "glass.requested", kind, reference, request=asked.pk, hours=hours, reason=why)
    return asked


def approve(reader: Reader, request_id: int) -> BreakGlass:
    """Agree, as a second person, that an administrator looks at what they asked for.

    Raises:
        NotForThemError: there is no such request that they may see and decide. SamePersonError: it is their own.
        OverError: it was answered, or nobody did in time. NothingThereError: there is no such object; the request is
            over.
    """
    with transaction.atomic():
        asked = _locked(reader, request_id)
        if not _may_decide(reader):
            raise NotForThemError
        if asked.requested_by_id == reader.person:
            raise SamePersonError
        if not _waits(asked):
            raise OverError("this request does not wait any more", "who needs it can ask again")
        found = _object(asked)
        if found is None:
            _end(reader, asked, nothing=True)
        else:
            now = timezone.now()
            asked.object_id, asked.approved_by_id, asked.approved_at = found, reader.person, now
            asked.ends_at = now + dt.timedelta(hours=asked.hours)
            asked.save(update_fields=["object_id", "approved_by", "approved_at", "ends_at"])
            facts = {"request": asked.pk, "let_in": asked.requested_by_id, "until": asked.ends_at.isoformat()}
            record(reader, "glass.broken", asked.kind, asked.reference, reason=asked.reason, **facts)
    if found is None:
        raise NothingThereError(
            "nothing has this name; the request is closed", "tell who asked, so that they look at the name again"
        )
    return asked


def end(reader: Reader, request_id: int) -> BreakGlass:
    """End it before its time, or withdraw or refuse a request that waits.

    Raises:
        NotForThemError: there is no such request that they may end. OverError: it has ended already.
    """
    with transaction.atomic():
        asked = _locked(reader, request_id)
        if not may_end(reader, asked):
            raise NotForThemError
        if not _waits(asked) and not _runs(asked):
            raise OverError("this has ended already", "nothing is left to do")
        _end(reader, asked)
    return asked


def requests(reader: Reader) -> Requests:
    """Return what a reader may see of requests: administrators and a coordinator's people see all."""
    rows = visible(reader, BreakGlass.objects.select_related("requested_by__participant", "approved_by", "ended_by"))
    waiting, running = list(_waiting(rows)), list(rows.filter(approved_by__isnull=False, ends_at__gt=timezone.now()))
    known = [each.pk for each in (*waiting, *running)]
    return Requests(waiting=waiting, running=running, over=list(rows.exclude(pk__in=known)[:_HISTORY]))


def over_report(reader: Reader, report: Report) -> list[BreakGlass]:
    """Return when the glass over a report, or over a flaw that one of its findings is, was broken; the newest first.

    Args:
        reader: its sender's people and the coordinator's see it, nobody else. report: one that the reader may see.
    """
    if report.submitter_id != reader.participant and Role.COORDINATOR not in reader.roles:
        return []
    broken = _broken()
    flaws = set(broken.filter(kind=ObjectKind.VULNERABILITY).values_list("object_id", flat=True))
    rows = Finding.objects.filter(report=report, vulnerability__in=flaws)
    mine = set(rows.values_list("vulnerability_id", flat=True).distinct()) if flaws else set()
    return list(
        broken.filter(
            Q(kind=ObjectKind.REPORT, object_id=report.pk) | Q(kind=ObjectKind.VULNERABILITY, object_id__in=mine)
        )
    )


def over_vulnerability(reader: Reader, vulnerability: int) -> list[BreakGlass]:
    """Return when the glass over a vulnerability was broken, the newest first; for a coordinator's people."""
    if Role.COORDINATOR not in reader.roles:
        return []
    found = visible(reader, Vulnerability.objects.filter(pk=vulnerability)).values_list("pk", flat=True)
    return list(_broken().filter(kind=ObjectKind.VULNERABILITY, object_id__in=list(found)))


def _broken() -> QuerySet[BreakGlass]:
    rows = BreakGlass.objects.filter(approved_by__isnull=False)
    return rows.select_related("requested_by", "approved_by", "ended_by").order_by("-approved_at", "-pk")


def _waiting(rows: QuerySet[BreakGlass]) -> QuerySet[BreakGlass]:
    since = timezone.now() - WAITS
    return rows.filter(approved_by__isnull=True, ended_by__isnull=True, requested_at__gt=since)


def _waits(asked: BreakGlass) -> bool:
    late = asked.requested_at <= timezone.now() - WAITS
    return asked.approved_by_id is None and asked.ended_by_id is None and not late


def _runs(asked: BreakGlass) -> bool:
    return asked.approved_by_id is not None and asked.ends_at is not None and asked.ends_at > timezone.now()


def _locked(reader: Reader, request_id: int) -> BreakGlass:
    rows = visible(reader, BreakGlass.objects.select_for_update()) if reader.person else BreakGlass.objects.none()
    found = rows.filter(pk=request_id).first()
    if found is None:
        raise NotForThemError
    return found


def _end(reader: Reader, asked: BreakGlass, **facts: bool) -> None:
    asked.ends_at, asked.ended_by_id = timezone.now(), reader.person
    asked.save(update_fields=["ends_at", "ended_by"])
    record(reader, "glass.ended", asked.kind, asked.reference, request=asked.pk, **facts)


def _object(asked: BreakGlass) -> int | None:
    """The primary key of what a request names; of a vulnerability that was merged, of the one that it is now."""
    if asked.kind == ObjectKind.REPORT:
        return Report.objects.filter(receipt=asked.reference).values_list("pk", flat=True).first()
    found = Vulnerability.objects.filter(pk__in=id_of(asked.reference)).first()
    for _ in range(_MERGES):
        if found is None or found.merged_into is None:
            break
        found = Vulnerability.objects.filter(pk=found.merged_into).first()
    return None if found is None else found.pk
