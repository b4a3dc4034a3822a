"""Everything about one vulnerability that a reader may see."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import F, Q, QuerySet

from clearinghouse.records import Finding as FindingRecord
from clearinghouse.records import Reason
from clearinghouse.server.access.models import Grant, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import sees_all, visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.vulnerabilities.models import CHUNK, Chunk, Division, Finding, Link, LinkKind, Vulnerability
from clearinghouse.server.vulnerabilities.preparing import opened_one
from clearinghouse.server.vulnerabilities.queries import (
    Row,
    find,
    members,
    open_members,
    rows_of,
)
from clearinghouse.server.vulnerabilities.ranking import judgement
from clearinghouse.server.vulnerabilities.seen import seen
from clearinghouse.server.vulnerabilities.signals import judge
from clearinghouse.server.vulnerabilities.window import MOST_MEMBERS
from clearinghouse.server.vulnerabilities.writing import explanation_context
from clearinghouse.triage.result import Judgement

SHOWN = 25
"""Findings of one page."""
_MOST_SUGGESTIONS = 20
_MOST_APART = 100


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a vulnerability.

    Attributes:
        number: which of the vulnerability's visible findings it is, from 1. id: for acts on it.
        participant: who reported it. receipt: of its report. finding: as it was read; None where it was purged.
    """

    number: int
    id: int
    participant: str
    received_at: dt.datetime
    receipt: str
    tlp: int
    embargo_until: dt.datetime | None
    finding: FindingRecord | None


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """Why two findings are one flaw, or may be.

    Attributes:
        id: for acts on it. later, earlier: numbers of the findings among those of the vulnerability; of a suggestion
            ``later`` is in this vulnerability. other: the vulnerability that a suggestion leads to.
        by: the person who said so, if one did.
    """

    id: int
    later: int
    earlier: int
    reason: Reason
    score: float
    explanation: str
    by: str = ""
    other: Row | None = None


class ApartView(msgspec.Struct, frozen=True, kw_only=True):
    """A person told a finding of this vulnerability apart from one of another.

    Attributes:
        id: for taking it back. other: the other vulnerability. by, at, note: who said so, when and why.
    """

    id: int
    other: Row
    by: str
    at: dt.datetime
    note: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability.

    Attributes:
        row: as in a list. number: its primary key, for further questions; nobody is told it.
        members: findings of this page; total: of all pages. links, suggestions: as far as both ends may be seen.
        apart: what persons told apart from it, to who decides such things.
        judged: its deadline, and why; of what this reader may see. grants: who was let in.
    """

    row: Row
    number: int
    members: list[MemberView]
    total: int
    page: int
    pages: int
    links: list[LinkView]
    suggestions: list[LinkView]
    apart: list[ApartView]
    judged: Judgement | None
    grants: list[Grant]
    identifiers: tuple[str, ...]
    weaknesses: tuple[str, ...]


def detail(reader: Reader, reference: str, page: int = 1) -> Detail:
    """Return one vulnerability.

    Args:
        reference: of it, or of one that was merged into it. page: which part of its findings, from 1.

    Raises:
        NotFoundError: there is none that this reader may see.
    """
    vulnerability = find(reader, reference)
    mine = members(reader, vulnerability)
    oldest = list(mine[:MOST_MEMBERS])
    total = len(oldest) if len(oldest) < MOST_MEMBERS else mine.count()
    pages = max(1, -(-total // SHOWN))
    page = min(max(1, page), pages)
    first = (page - 1) * SHOWN
    shown = oldest[first : first + SHOWN] if first + SHOWN <= MOST_MEMBERS else list(mine[first : first + SHOWN])
    known = open_members(oldest)
    numbers = {each.pk: number for number, each in enumerate(oldest, 1)}
    profiles = [member.stored.profile for member in known.values()]
    return Detail(
        row=rows_of(reader, [vulnerability])[0],
        number=vulnerability.pk,
        members=_views(shown, first),
        total=total,
        page=page,
        pages=pages,
        links=_links(vulnerability, numbers),
        suggestions=_suggestions(reader, vulnerability, numbers),
        apart=_told_apart(reader, vulnerability),
        judged=judgement(list(known.values()), judge()) if known else None,
        grants=_grants(reader, vulnerability),
        identifiers=tuple(sorted({each for profile in profiles for each in profile.identifiers})),
        weaknesses=tuple(dict.fromkeys(each for member in known.values() for each in member.stored.facts.weaknesses)),
    )


def _views(shown: Sequence[Finding], before: int) -> list[MemberView]:
    records = findings_of(shown)
    return [
        MemberView(
            number=number,
            id=each.pk,
            participant=each.report.submitter.name,
            received_at=each.report.received_at,
            receipt=each.report.receipt,
            tlp=each.report.tlp,
            embargo_until=each.report.embargo_until,
            finding=records.get(each.pk),
        )
        for number, each in enumerate(shown, before + 1)
    ]


def findings_of(rows: Sequence[Finding]) -> dict[int, FindingRecord]:
    """Return findings as they were read, by id; those that were purged are left out."""
    places = {(each.report_id, each.number // CHUNK * CHUNK) for each in rows}
    wanted = Q(pk__in=[])
    for report, first in places:
        wanted |= Q(report=report, first=first)
    chunks = {(chunk.report_id, chunk.first): chunk for chunk in Chunk.objects.filter(wanted)}
    sealers = vault.sealers({each.report.envelope_id for each in rows})
    found = {}
    for each in rows:
        chunk = chunks.get((each.report_id, each.number // CHUNK * CHUNK))
        sealer = sealers.get(each.report.envelope_id)
        if chunk is not None and chunk.sealed is not None and sealer is not None:
            position = each.number - chunk.first
            found[each.pk] = opened_one(each.report_id, chunk.first, chunk.sealed, sealer, position)
    return found


def _links(vulnerability: Vulnerability, numbers: dict[int, int]) -> list[LinkView]:
    if len(numbers) == 1:
        return []
    rows = Link.objects.filter(kind=LinkKind.JOINS, later__vulnerability=vulnerability).filter(
        later__in=numbers, earlier__in=numbers
    )
    found = []
    for link, text in _explained(rows.order_by("later_id")[:MOST_MEMBERS]):
        found.append(_view(link, text, numbers[link.later_id], numbers[link.earlier_id]))
    return found


def _view(link: Link, text: str, later: int, earlier: int, other: Row | None = None) -> LinkView:
    return LinkView(
        id=link.pk,
        later=later,
        earlier=earlier,
        reason=link.why,
        score=link.score,
        explanation=text,
        by=link.person.name if link.person else "",
        other=other,
    )


def _explained(rows: Any) -> list[tuple[Link, str]]:
    links = list(rows.select_related("later__report", "earlier", "person"))
    sealers = vault.sealers({link.later.report.envelope_id for link in links})
    made = []
    for link in links:
        sealer = sealers.get(link.later.report.envelope_id)
        text = link.note
        if link.explanation is not None and sealer is not None:
            context = explanation_context(link.later_id, link.earlier_id)
            text = sealer.open(bytes(link.explanation), context).decode()
        made.append((link, text or "The report that would tell was destroyed."))
    return made


def _suggestions(reader: Reader, vulnerability: Vulnerability, numbers: dict[int, int]) -> list[LinkView]:
    """The best of each pair of vulnerabilities, as far as the reader may see both ends and no person divided them."""
    rows = Link.objects.filter(kind=LinkKind.SUGGESTION).filter(Q(later__in=numbers) | Q(earlier__in=numbers))
    rows = rows.select_related("later", "earlier").order_by("-score", "pk")[: 10 * _MOST_SUGGESTIONS]
    ends = {link.pk: link.earlier if link.later_id in numbers else link.later for link in rows}
    if not ends:
        return []
    mine = visible(reader, Finding.objects.filter(pk__in={end.pk for end in ends.values()}))
    known = set(mine.values_list("pk", flat=True))
    apart = apart_from(vulnerability.pk)
    best: dict[int, Link] = {}
    for link in rows:
        end = ends[link.pk]
        if end.pk in known and end.vulnerability_id not in {vulnerability.pk, *apart}:
            best.setdefault(end.vulnerability_id, link)
    others = list(seen(reader).filter(pk__in=list(best)[:_MOST_SUGGESTIONS]))
    listed = {each.pk: row for each, row in zip(others, rows_of(reader, others), strict=True)}
    wanted = [link.pk for root, link in best.items() if root in listed]
    found = []
    for link, text in _explained(Link.objects.filter(pk__in=wanted).order_by("-score", "pk")):
        own, other = (link.later, link.earlier) if link.later_id in numbers else (link.earlier, link.later)
        found.append(_view(link, text, numbers[own.pk], 0, listed[other.vulnerability_id]))
    return found


def _told_apart(reader: Reader, vulnerability: Vulnerability) -> list[ApartView]:
    if not sees_all(reader, Vulnerability):
        return []
    rows = _divisions(vulnerability.pk).select_related("person", "one", "other").order_by("-at", "-pk")
    found = {
        each: ({each.one.vulnerability_id, each.other.vulnerability_id} - {vulnerability.pk}).pop()
        for each in rows[:_MOST_APART]
    }
    others = list(seen(reader).filter(pk__in=set(found.values())))
    listed = {each.pk: row for each, row in zip(others, rows_of(reader, others), strict=True)}
    return [
        ApartView(id=each.pk, other=listed[root], by=each.person.name, at=each.at, note=each.note)
        for each, root in found.items()
        if root in listed
    ]


def _divisions(vulnerability: int) -> QuerySet[Division]:
    rows = Division.objects.exclude(one__vulnerability=F("other__vulnerability"))
    return rows.filter(Q(one__vulnerability=vulnerability) | Q(other__vulnerability=vulnerability))


def apart_from(vulnerability: int) -> set[int]:
    """Return the vulnerabilities that a person told apart from one, all by their primary keys. It asks no reader."""
    pairs = _divisions(vulnerability)
    both = pairs.values_list("one__vulnerability_id", "other__vulnerability_id")
    return {root for pair in both for root in pair} - {vulnerability}


def _grants(reader: Reader, vulnerability: Vulnerability) -> list[Grant]:
    findings = Finding.objects.filter(vulnerability=vulnerability)
    rows = Grant.objects.filter(
        kind=ObjectKind.VULNERABILITY, object_id__in=findings.values("pk"), revoked_at__isnull=True
    )
    return list(visible(reader, rows).select_related("participant", "person", "granted_by").order_by("created_at"))
