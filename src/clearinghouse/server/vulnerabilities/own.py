"""What senders see of their own findings: where each stands, told by their own reports alone.

That somebody else reported the same flaw shows nowhere: neither as a number, nor as an earlier date, nor in a rank. So
which findings are the same flaw is told as the report alone says it (:attr:`.profiles.Facts.same`), for what others
reported joins and divides findings as well.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.server.vulnerabilities.queries import open_members, place_of, tiers, with_report
from clearinghouse.server.vulnerabilities.ranking import standing
from clearinghouse.server.vulnerabilities.signals import judge
from clearinghouse.server.vulnerabilities.window import Member

PAGE = 50


class OwnFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One of one's own findings.

    Attributes:
        number: position in its report, from 1. tier, due: what follows from the findings of this report
            that are the same flaw. same: their numbers, the first few.
    """

    number: int
    title: str
    component: str
    place: str
    rule: str
    identifiers: tuple[str, ...]
    weaknesses: tuple[str, ...]
    state: str
    tier: str
    due: dt.date | None
    same: tuple[int, ...]


class OwnPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some findings of a report, in its order; ``after`` begins the following page, 0 where there is none."""

    findings: list[OwnFinding]
    after: int = 0


def findings_of_report(reader: Reader, report: int, *, after: int = 0, size: int = PAGE) -> OwnPage:
    """Return findings of a report that a reader may see.

    Args:
        report: primary key of a report that the reader may see. after: the last number of the page before.
    """
    mine = with_report(visible(reader, Finding.objects.filter(report_id=report)))
    rows = list(mine.filter(number__gte=after).order_by("number")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    members = {row.number: member for row, member in _opened(rows)}
    others = {number for member in members.values() for number in member.stored.facts.same} - members.keys()
    known = members | {row.number: member for row, member in _opened(list(mine.filter(number__in=others)))}
    found = [_own(row.number, known) for row in rows if row.number in members]
    return OwnPage(findings=found, after=rows[-1].number + 1 if more else 0)


def _opened(rows: Sequence[Finding]) -> list[tuple[Finding, Member]]:
    opened = open_members(rows)
    return [(row, opened[row.pk]) for row in rows if row.pk in opened]


def _own(number: int, members: Mapping[int, Member]) -> OwnFinding:
    member = members[number]
    profile = member.stored.profile
    same = [other for other in member.stored.facts.same if other in members]
    where = standing([member, *(members[other] for other in same)], judge())
    return OwnFinding(
        number=number + 1,
        title=profile.title,
        component=profile.component,
        place=place_of(profile),
        rule=profile.rule,
        identifiers=profile.identifiers,
        weaknesses=member.stored.facts.weaknesses,
        state=profile.state.value,
        tier=tiers()[where.tier],
        due=where.due,
        same=tuple(other + 1 for other in same),
    )
