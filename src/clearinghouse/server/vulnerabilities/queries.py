"""What a reader may see of vulnerabilities and findings."""

import datetime as dt
import re
from collections.abc import Sequence

import msgspec
from django.db.models import Min, Q, QuerySet

from clearinghouse.identity.profile import Profile
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.vulnerabilities.errors import AskedWrongError, NotFoundError
from clearinghouse.server.vulnerabilities.filtering import Filters, sieve_of, tiers
from clearinghouse.server.vulnerabilities.models import Finding, Vulnerability, id_of
from clearinghouse.server.vulnerabilities.profiles import Stored
from clearinghouse.server.vulnerabilities.ranking import is_named
from clearinghouse.server.vulnerabilities.seen import (
    as_seen,
    open_members,
    opened_by,
    partly_seen,
    seen,
    with_report,
)

__all__ = [
    "PAGE",
    "Filters",
    "Page",
    "Row",
    "find",
    "members",
    "open_members",
    "place_of",
    "queue",
    "rows_of",
    "tiers",
    "with_report",
]

PAGE = 50
"""Rows of one page."""
MOST_NAMING = 64
"""Findings of a vulnerability up to which all of them are asked for identifiers that the oldest does not have."""
_PLACE = re.compile(r"((?:[0-9a-f]{2}){1,32})-([0-9a-f]{16})")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability in a list.

    Attributes:
        reference: how it is named. title, component, place: of its oldest finding that the reader may see.
        identifiers: of that finding; where it has no CVE identifier and others have, of all, unless these are many.
        tier: key of its tier. due: its date. findings, finders: how many, as far as the reader may see them.
    """

    reference: str
    title: str
    component: str
    place: str
    identifiers: tuple[str, ...]
    tier: str
    due: dt.date | None
    findings: int
    finders: int
    first_seen: dt.datetime
    last_seen: dt.datetime
    tlp: int
    embargo_until: dt.datetime | None
    condition: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows in the order of work; ``next`` begins the following page, empty where there is none.

    ``cut`` says that more findings have the words than were looked at.
    """

    rows: list[Row]
    next: str = ""
    cut: bool = False


def queue(reader: Reader, filters: Filters, size: int = PAGE) -> Page:
    """Return vulnerabilities in the order of work.

    Raises:
        AskedWrongError: a filter has a value that it cannot have.
    """
    sieve = sieve_of(reader, filters)
    place = _place(reader, filters.after)
    parts = partly_seen(reader)
    rows = sieve.rows(seen(reader).exclude(pk__in=list(parts)))
    found = list(_after(rows, place).order_by("rank", "id")[: size + 1])
    if parts:
        mine = set(sieve.rows(seen(reader).filter(pk__in=list(parts)), standing=False).values_list("pk", flat=True))
        found += [part for part in parts.values() if part.pk in mine and sieve.takes(part) and _key(part) > place]
        found.sort(key=_key)
    more = len(found) > size
    found = found[:size]
    following = f"{bytes(found[-1].rank).hex()}-{found[-1].reference}" if more else ""
    return Page(rows=rows_of(reader, found), next=following, cut=sieve.cut)


def _key(each: Vulnerability) -> tuple[bytes, int]:
    return bytes(each.rank), each.pk


def _place(reader: Reader, after: str) -> tuple[bytes, int]:
    """Return the rank and the id after which a page begins. What is told to readers is no id, which would count."""
    if not after:
        return b"", 0
    match = _PLACE.fullmatch(after)
    if match is None:
        raise AskedWrongError("after is no place in this list", "follow the link to the next page")
    last = seen(reader).filter(pk__in=id_of(match[2])).values_list("pk", flat=True).first()
    return bytes.fromhex(match[1]), last or 0


def _after(rows: QuerySet[Vulnerability], place: tuple[bytes, int]) -> QuerySet[Vulnerability]:
    rank, last = place
    return rows.filter(rank__gte=rank).filter(Q(rank__gt=rank) | Q(pk__gt=last)) if rank else rows


def rows_of(reader: Reader, found: Sequence[Vulnerability]) -> list[Row]:
    """Return vulnerabilities that a reader may see as rows: what they say is what the reader's findings say."""
    parts = as_seen(reader, found)
    heads = _heads(reader, [each.pk for each in found])
    shown = [parts.get(each.pk, each) for each in found]
    nameless = [each for each in shown if each.named and not _is_named(heads.get(each.pk))]
    named = _named(reader, [each.pk for each in nameless if each.findings <= MOST_NAMING])
    return [_row(each, heads.get(each.pk), named.get(each.pk)) for each in shown]


def _is_named(head: Stored | None) -> bool:
    return head is not None and is_named(head.profile)


def _named(reader: Reader, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the identifiers that all findings of each vulnerability have together."""
    if not numbers:
        return {}
    found: dict[int, dict[str, None]] = {number: {} for number in numbers}
    mine = visible(reader, Finding.objects.filter(vulnerability__in=numbers, profile__isnull=False))
    rows = list(with_report(mine).order_by("pk"))
    opened = open_members(rows)
    for row in rows:
        if row.pk in opened:
            found[row.vulnerability_id].update(dict.fromkeys(opened[row.pk].stored.profile.identifiers))
    return {number: tuple(names) for number, names in found.items()}


def _row(each: Vulnerability, head: Stored | None, named: tuple[str, ...] | None) -> Row:
    profile = head.profile if head else None
    return Row(
        reference=each.reference,
        title=profile.title if profile else "Its content was destroyed",
        component=profile.component if profile else "",
        place=place_of(profile) if profile else "",
        identifiers=named or (profile.identifiers if profile else ()),
        tier=tiers()[each.tier],
        due=each.due,
        findings=each.findings,
        finders=each.finders,
        first_seen=each.first_seen,
        last_seen=each.last_seen,
        tlp=each.tlp,
        embargo_until=each.embargo_until,
        condition=each.condition,
    )


def place_of(profile: Profile) -> str:
    """Return where a finding is, as ``path:line``; empty where that is not known."""
    return f"{profile.path}:{profile.line}" if profile.path and profile.line else profile.path


def _heads(reader: Reader, numbers: Sequence[int]) -> dict[int, Stored]:
    """Return the oldest finding of each vulnerability that this reader may see and whose content is there."""
    mine = visible(reader, Finding.objects.filter(profile__isnull=False))
    found = {finding.vulnerability_id: finding for finding in with_report(mine.filter(pk__in=numbers))}
    missing = [number for number in numbers if number not in found]
    if missing:
        oldest = mine.filter(vulnerability__in=missing).values("vulnerability_id").annotate(oldest=Min("pk"))
        ids = [each["oldest"] for each in oldest]
        found |= {finding.vulnerability_id: finding for finding in with_report(Finding.objects.filter(pk__in=ids))}
    return {root: member.stored for root, member in opened_by(found.values(), "vulnerability_id").items()}


def find(reader: Reader, reference: str) -> Vulnerability:
    """Return a vulnerability that this reader may see; of one that was merged, the one that it is now.

    Raises:
        NotFoundError: there is none of this name that they may see.
    """
    oldest = Finding.objects.filter(pk__in=id_of(reference))
    found = seen(reader).filter(pk__in=oldest.values("vulnerability_id")).first()
    if found is None:
        raise NotFoundError("there is no such vulnerability", "look at the reference, or ask who gave it to you")
    return found


def members(reader: Reader, vulnerability: Vulnerability) -> QuerySet[Finding]:
    """Return the findings of a vulnerability that this reader may see, oldest first."""
    return with_report(visible(reader, Finding.objects.filter(vulnerability=vulnerability))).order_by("pk")
