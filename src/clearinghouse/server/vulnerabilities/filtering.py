"""What is wanted of the queue: filters as conditions of a query, and for what a reader sees in part."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from clearinghouse.priority.ranking import tier_bytes
from clearinghouse.priority.tables import table_for
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import sees_all, visible
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.vulnerabilities.errors import AskedWrongError
from clearinghouse.server.vulnerabilities.models import CHUNK, Condition, Finder, Finding, Vulnerability
from clearinghouse.server.vulnerabilities.search import findings_with
from clearinghouse.server.vulnerabilities.seen import seen

_FEW = 2_000
"""Vulnerabilities of one finder that are looked up one by one; of more, the order is walked until a page is full."""
_CONDITIONS = {"open": Condition.OPEN, "set_aside": Condition.SET_ASIDE}
_SOON = dt.timedelta(days=7)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of the queue.

    Attributes:
        words: all of which have to stand in one finding. tier: a key of the decision table, or ``INCOMPLETE``.
        due: ``overdue``, ``week`` (in the next seven days) or empty. condition: ``open`` or ``set_aside``.
        finder: reference of a participant that reported it. after: where the page before ended.
    """

    words: str = ""
    tier: str = ""
    due: str = ""
    condition: str = "open"
    finder: str = ""
    after: str = ""


class Sieve(msgspec.Struct, frozen=True, kw_only=True):
    """Filters, as they are asked of rows.

    Attributes:
        condition, tier: what a row has to have; None is any tier. since, until: between what days it is due.
        whatever: further conditions, which do not depend on who sees which part of it.
        few: they name the rows, at most a thousand. Then these are looked up, and the order is not walked for them:
            who has no statistics about a table believes that of one condition there are few.
        cut: more findings have the words than were looked at.
    """

    condition: int
    tier: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    whatever: tuple[Q, ...] = ()
    few: bool = False
    cut: bool = False

    def rows(self, rows: QuerySet[Vulnerability], *, standing: bool = True) -> QuerySet[Vulnerability]:
        """Return those of ``rows`` that are wanted; without ``standing``, as far as that does not depend on where
        they stand.
        """
        for condition in self.whatever:
            rows = rows.filter(condition)
        if not standing:
            return rows
        asked = self._standing()
        if self.few:
            rows = rows.alias(sought=F("condition") + 0)
            asked["sought"] = asked.pop("condition")
        return rows.filter(**asked)

    def _standing(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"condition": self.condition}
        if self.tier is not None:
            asked |= {"rank__gte": tier_bytes(self.tier), "rank__lt": tier_bytes(self.tier + 1)}
        if self.since is not None:
            asked["due__gte"] = self.since
        if self.until is not None:
            asked["due__lte"] = self.until
        return asked

    def takes(self, each: Vulnerability) -> bool:
        """Whether a vulnerability stands where it is wanted."""
        if each.condition != self.condition or self.tier not in {None, each.tier}:
            return False
        if self.since is None and self.until is None:
            return True
        return each.due is not None and (self.since or dt.date.min) <= each.due <= (self.until or dt.date.max)


def tiers() -> tuple[str, ...]:
    """Return the keys of the tiers, most urgent first; the last stands for the lack of one."""
    return (*table_for().tiers, "INCOMPLETE")


def sieve_of(reader: Reader, filters: Filters) -> Sieve:
    """Return filters as they are asked of rows that a reader may see.

    Raises:
        AskedWrongError: a filter has a value that it cannot have.
    """
    whatever: list[Q] = []
    cut = False
    tier = None
    if filters.tier:
        tier = _one_of(filters.tier, {tier: number for number, tier in enumerate(tiers())}, "tier")
    since, until = _due(filters.due)
    condition = _one_of(filters.condition, _CONDITIONS, "condition")
    if filters.finder:
        whatever.append(_found_by(reader, filters.finder))
    if filters.words.strip():
        ids, cut = _with_words(reader, filters.words)
        whatever.append(Q(pk__in=ids))
    few = bool(filters.words.strip())
    return Sieve(condition=condition, tier=tier, since=since, until=until, whatever=tuple(whatever), few=few, cut=cut)


def _one_of(asked: str, known: Mapping[str, int], what: str) -> int:
    if asked not in known:
        raise AskedWrongError(f"{asked[:40]!r} is no {what}", f"one of {', '.join(known)}")
    return known[asked]


def _due(asked: str) -> tuple[dt.date | None, dt.date | None]:
    today = timezone.now().date()
    if not asked:
        return None, None
    if asked == "overdue":
        return None, today - dt.timedelta(days=1)
    if asked == "week":
        return today, today + _SOON
    raise AskedWrongError(f"{asked[:40]!r} is no time", "one of overdue, week")


def _found_by(reader: Reader, reference: str) -> Q:
    nobody = Q(pk__in=[])
    known = visible(reader, Participant.objects.all())
    participant = known.filter(reference=reference).first() if "\0" not in reference else None
    if participant is None:
        return nobody
    theirs = Finder.objects.filter(participant=participant)
    some = list(theirs.values_list("vulnerability_id", flat=True)[: _FEW + 1])
    if len(some) <= _FEW:
        return Q(pk__in=some)
    return Q(Exists(theirs.filter(vulnerability=OuterRef("pk"))))


def _with_words(reader: Reader, words: str) -> tuple[list[int], bool]:
    """Which vulnerabilities have a finding with all words that this reader may see."""
    mine = visible(reader, Finding.objects.all())
    if sees_all(reader, Finding):
        ids, cut = findings_with(words)
    else:
        mine = mine.filter(vulnerability__in=seen(reader).values("pk"))
        ids, cut = findings_with(words, _places(mine))
    return list(mine.filter(pk__in=ids).values_list("vulnerability_id", flat=True).distinct()), cut


def _places(mine: QuerySet[Finding]) -> dict[int, set[int]]:
    """The positions of findings in their chunks, by the id of the first finding of the chunk."""
    found: dict[int, set[int]] = {}
    for number, place in mine.values_list("pk", "number").iterator(chunk_size=10_000):
        found.setdefault(number - place % CHUNK, set()).add(place % CHUNK)
    return found
