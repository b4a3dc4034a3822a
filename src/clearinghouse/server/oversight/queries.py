"""The river as numbers: what each reader may see of how much came, what it is, and what is due."""

import datetime as dt

import msgspec
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations.counting import validated
from clearinghouse.server.vulnerabilities.models import NEVER, DayTally, OrderTally
from clearinghouse.server.vulnerabilities.queries import tiers
from clearinghouse.server.vulnerabilities.seen import open_standings

DAYS = 30
SOON = 7
"""Days that count as due soon."""
_WHOLE = frozenset({Role.COORDINATOR, Role.AGENCY, Role.OBSERVER})
"""Who sees the numbers of the whole installation; they name nobody."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What came on one day (UTC)."""

    day: dt.date
    reports: int = 0
    findings: int = 0
    vulnerabilities: int = 0


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The river as numbers.

    Attributes:
        whole: of the installation, not only of the reader's own. received: findings. unique: open vulnerabilities.
        validated: flaws that a verdict says were shown (:func:`clearinghouse.server.validations.counting.validated`).
        ranked: of these, how many have a tier. due: in the next seven days. overdue: before today. by_tier: open ones.
        days: the last thirty, oldest first.
    """

    as_of: dt.date
    whole: bool
    reports: int
    received: int
    unique: int
    validated: int | None
    ranked: int
    due: int
    overdue: int
    by_tier: dict[str, int]
    days: list[Day]


def sees_whole(reader: Reader) -> bool:
    """Whether a reader sees the numbers of the whole installation."""
    return reader.has_scope(Scope.OVERVIEW_READ) and (reader.administrator or not _WHOLE.isdisjoint(reader.roles))


def overview(reader: Reader) -> Overview:
    """Return the numbers that a reader may see: of the whole, or of what is theirs or was shared with them."""
    today = timezone.now().date()
    whole = sees_whole(reader)
    tallies = DayTally.objects.all() if whole else DayTally.objects.filter(participant=reader.participant)
    if not reader.has_scope(Scope.OVERVIEW_READ):
        tallies = DayTally.objects.none()
    total = tallies.aggregate(reports=Sum("reports"), findings=Sum("findings"))
    counts = _tallied() if whole else open_standings(reader)
    names = tiers()
    by_tier = dict.fromkeys(names, 0)
    for tier, _, count in counts:
        by_tier[names[tier]] += count
    unique = sum(by_tier.values())
    return Overview(
        as_of=today,
        whole=whole,
        reports=total["reports"] or 0,
        received=total["findings"] or 0,
        unique=unique,
        validated=validated(reader, whole=whole),
        ranked=unique - by_tier[names[-1]],
        due=sum(count for _, due, count in counts if due and today <= due <= today + dt.timedelta(days=SOON)),
        overdue=sum(count for _, due, count in counts if due and due < today),
        by_tier=by_tier,
        days=_days(tallies, today, whole=whole),
    )


def _tallied() -> list[tuple[int, dt.date | None, int]]:
    rows = OrderTally.objects.filter(count__gt=0).values_list("tier", "due", "count")
    return [(tier, None if due == NEVER else due, count) for tier, due, count in rows]


def _days(tallies: QuerySet[DayTally], today: dt.date, *, whole: bool) -> list[Day]:
    first = today - dt.timedelta(days=DAYS - 1)
    rows = (
        tallies.filter(Q(day__gte=first))
        .values_list("day")
        .annotate(r=Sum("reports"), f=Sum("findings"), v=Sum("vulnerabilities"))
        .order_by()
    )
    # how many of their findings were new to everybody is nobody's business but the coordinator's
    found = {
        day: Day(day=day, reports=reports, findings=findings, vulnerabilities=new if whole else 0)
        for day, reports, findings, new in rows
    }
    return [found.get(day, Day(day=day)) for day in (first + dt.timedelta(days=number) for number in range(DAYS))]
