"""Vulnerabilities as a reader sees them: told by the findings that they may see, and by nothing else.

Most of what somebody was let in to they see as a whole. Where a finding in it is for named people only, or under an
embargo that does not include them, the rest is shown as if that finding were not there: its rank, dates and counts too.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import sees_all, visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities.models import Condition, Finding, Vulnerability
from clearinghouse.server.vulnerabilities.profiles import unpacked
from clearinghouse.server.vulnerabilities.ranking import lowest, standing
from clearinghouse.server.vulnerabilities.signals import judge
from clearinghouse.server.vulnerabilities.window import MOST_MEMBERS, Member, context_of


def seen(reader: Reader) -> QuerySet[Vulnerability]:
    """Return the vulnerabilities of which a reader may see at least one finding."""
    if not reader.has_scope(Scope.VULNERABILITY_READ):
        return Vulnerability.objects.none()
    rows = visible(reader, Vulnerability.objects.all())
    if sees_all(reader, Finding):
        return rows
    return rows.filter(Exists(visible(reader, Finding.objects.filter(vulnerability=OuterRef("pk")))))


def partly_seen(reader: Reader) -> dict[int, Vulnerability]:
    """Return those that a reader sees in part, by id, as they see them; they are not to be saved."""
    if sees_all(reader, Finding):
        return {}
    strict = Q(tlp=Label.RED) | Q(embargo_until__gt=timezone.now())
    return as_seen(reader, list(seen(reader).filter(strict)))


def as_seen(reader: Reader, rows: Sequence[Vulnerability]) -> dict[int, Vulnerability]:
    """Return those of ``rows`` of which something is hidden from a reader, by id, as if that were not in them."""
    if not rows or sees_all(reader, Finding):
        return {}
    told = _told(reader, [each.pk for each in rows])
    parts = {each.pk: each for each in rows if each.pk in told and told[each.pk]["findings"] < each.findings}
    if not parts:
        return {}
    members: dict[int, list[Finding]] = {number: [] for number in parts}
    for finding in with_report(visible(reader, Finding.objects.filter(vulnerability__in=list(parts)))).order_by("pk"):
        if len(members[finding.vulnerability_id]) < MOST_MEMBERS:
            members[finding.vulnerability_id].append(finding)
    opened = open_members(finding for some in members.values() for finding in some)
    for number, each in parts.items():
        _tell(each, told[number], [opened[finding.pk] for finding in members[number] if finding.pk in opened])
    return parts


def _told(reader: Reader, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the reports of the findings that a reader may see say of each vulnerability."""
    rows = visible(reader, Finding.objects.filter(vulnerability__in=numbers)).values("vulnerability_id")
    counted = rows.annotate(
        findings=Count("pk"),
        finders=Count("report__submitter", distinct=True),
        first_seen=Min("report__received_at"),
        last_seen=Max("report__received_at"),
        tlp=Max("report__tlp"),
        embargo_until=Max("report__embargo_until"),
    ).order_by()
    return {row.pop("vulnerability_id"): row for row in counted}


def _tell(vulnerability: Vulnerability, told: dict[str, Any], members: Sequence[Member]) -> None:
    where = standing(members, judge()) if members else lowest()
    for name, value in (told | where._asdict()).items():
        setattr(vulnerability, name, value)


def open_standings(reader: Reader) -> list[tuple[int, dt.date | None, int]]:
    """Return how many open vulnerabilities of those that a reader may see have which tier and date."""
    parts = partly_seen(reader)
    rows = seen(reader).filter(condition=Condition.OPEN).exclude(pk__in=list(parts))
    grouped = rows.values_list("tier", "due").annotate(count=Count("pk")).order_by()
    return [
        *((tier, due, count) for tier, due, count in grouped),
        *((each.tier, each.due, 1) for each in parts.values() if each.condition == Condition.OPEN),
    ]


def with_report(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Return findings with what of their reports is needed to open them."""
    return rows.select_related("report__submitter").only(
        "id",
        "number",
        "vulnerability_id",
        "profile",
        "report__envelope_id",
        "report__submitter_id",
        "report__received_at",
        "report__receipt",
        "report__tlp",
        "report__embargo_until",
        "report__submitter__name",
    )


def open_members(findings: Iterable[Finding]) -> dict[int, Member]:
    """Return what is kept of findings that a query of here gave, by id; those that were purged are left out."""
    return opened_by(findings, "pk")


def opened_by(findings: Iterable[Finding], key: str) -> dict[int, Member]:
    """Return the same by the value of an attribute of the findings."""
    rows = [each for each in findings if each.profile is not None]
    sealers = vault.sealers({each.report.envelope_id for each in rows})
    made = {}
    for each in rows:
        sealer = sealers.get(each.report.envelope_id)
        if sealer is not None:
            data = sealer.open(bytes(each.profile), context_of(each.report_id, each.number))
            made[getattr(each, key)] = Member(unpacked(data), each.report.submitter_id, each.report.received_at)
    return made
