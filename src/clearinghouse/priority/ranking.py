"""The order of work.

The law, from the strongest: tier (most urgent outcome first, ``INCOMPLETE`` last), due date (earliest first, none
last), then, inside one tier and date only, EPSS (highest first), CVSS base score (highest first), number of
independent finders (most first), and at the end the identifier, so that the order is total. A missing signal stands
after every known one. Where public exposure is unknown the exposed arm decides: in BOD 26-04 it is never the later.

``INCOMPLETE`` is no tier but the lack of one, and has no date. Inside it stands first what is in KEV, last what can
wait whatever is missing (only the least urgent outcome remains possible); EPSS and the rest order the three parts as
above. That KEV is unknown for want of a CVE identifier moves nothing up: most of what has none is no known attack.

The identifier is not part of the key: ``sorted(flaws, key=lambda flaw: (rank_key(flaw.rank), flaw.id))``.
"""

import datetime as dt
import math
import struct

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority.deadlines import EXPOSED, INCOMPLETE, Deadline, Verdict
from clearinghouse.priority.errors import UnknownValueError
from clearinghouse.priority.explain import Why
from clearinghouse.priority.facts import lenient_date
from clearinghouse.priority.tables import DecisionTable, table_for
from clearinghouse.priority.words import in_words
from clearinghouse.records import EpssScore

_PACKED = struct.Struct(">BIBQQI")
_FLOAT = struct.Struct(">d")
_BITS = struct.Struct(">Q")
_MOST_FINDERS = 2**32 - 1

RankKey = tuple[int, int, int, float, float, int]

_PARTS = (
    "first what is in KEV, as this is",
    "after what is in KEV, before what can wait in any case",
    "last what can wait in any case, as this can",
)
"""What is said of the three parts of ``INCOMPLETE``, in their order."""
_WITHIN = "orders work inside a tier and date only, highest first; no input of the deadline"


class Rank(msgspec.Struct, frozen=True, kw_only=True):
    """What a flaw is ordered by, but for its identifier. Many flaws may share one.

    Attributes:
        deadline: of the flaw.
        epss: probability, 0 to 1. cvss: base score, 0 to 10. finders: number of independent discoveries.
            None where not known; these three are no inputs of the deadline.
        epss_source, epss_date, cvss_source: who says so and when, where that is known.
    """

    deadline: Deadline
    epss: float | None = None
    cvss: float | None = None
    finders: int = 0
    epss_source: str = ""
    epss_date: dt.date | None = None
    cvss_source: str = ""


def rank_of(
    made: Deadline, epss: EpssScore | None, cvss: float | None = None, cvss_source: str = "", finders: int = 0
) -> Rank:
    """Return what a flaw is ordered by: its deadline, what EPSS says of it, and the rest as for :class:`Rank`."""
    return Rank(
        deadline=made,
        epss=epss.score if epss else None,
        epss_source=epss.source if epss else "",
        epss_date=lenient_date(epss.date) if epss else None,
        cvss=cvss,
        cvss_source=cvss_source,
        finders=finders,
    )


def ordering_arm(made: Deadline) -> Verdict:
    """Return the verdict by which a deadline is ordered: the exposed arm's where the exposure is unknown."""
    return made.arms[EXPOSED] if made.arms else made


def rank_key(rank: Rank, table: DecisionTable | None = None) -> RankKey:
    """Return the key by which a flaw is ordered, smallest first; equal keys are ordered by the flaws' identifiers.

    Args:
        table: whose tiers are meant; None is the newest shipped.

    Raises:
        UnknownValueError: the outcome, or one that remains possible, is none of the table's.
    """
    tiers = _tiers(table)
    verdict = ordering_arm(rank.deadline)
    part = _part(rank.deadline, tiers) if verdict.outcome == INCOMPLETE else 0
    return *verdict_key(verdict, table), part, _falling(rank.epss), _falling(rank.cvss), -rank.finders


def rank_bytes(key: RankKey) -> bytes:
    """Return a key of :func:`rank_key` as bytes that a database can order by.

    Law: bytes compare as the keys that they were made of do; tier and date are the first five bytes.
    """
    tier, due, part, epss, cvss, finders = key
    return _PACKED.pack(tier, due, part, _ordered(epss), _ordered(cvss), finders + _MOST_FINDERS)


def tier_bytes(tier: int) -> bytes:
    """Return what the bytes of every key of a tier begin with."""
    return bytes((tier,))


def _ordered(value: float) -> int:
    """A number whose unsigned order is that of floats (IEEE 754: the bits of negative ones run the other way)."""
    bits: int = _BITS.unpack(_FLOAT.pack(value + 0.0))[0]  # no negative zero
    return bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63)


def verdict_key(verdict: Verdict, table: DecisionTable | None = None) -> tuple[int, int]:
    """Return the key by which one verdict is ordered, smallest first: its tier, then its date.

    Args:
        table: as for :func:`rank_key`.

    Raises:
        UnknownValueError: the outcome is none of the table's.
    """
    due = verdict.due.toordinal() if verdict.due else dt.date.max.toordinal() + 1
    return _place(verdict.outcome, _tiers(table)), due


def _tiers(table: DecisionTable | None) -> tuple[str, ...]:
    return (*(table or table_for()).tiers, INCOMPLETE)


def _part(made: Deadline, tiers: tuple[str, ...]) -> int:
    """Which part of ``INCOMPLETE`` a flaw stands in: 0 in KEV, 2 can wait whatever is missing, 1 the rest."""
    places = [_place(each, tiers) for each in ordering_arm(made).possible]
    if made.inputs["kev"].value == "yes":
        return 0
    least_urgent = tiers.index(INCOMPLETE) - 1
    return 2 if places and min(places) == least_urgent else 1


def _place(outcome: str | None, tiers: tuple[str, ...]) -> int:
    if outcome not in tiers:
        raise UnknownValueError(f"A deadline has the outcome {outcome!r}", tiers)
    return tiers.index(outcome)


def _falling(value: float | None) -> float:
    """Highest first; what is missing or no number stands after everything known."""
    return 1.0 if value is None or math.isnan(value) else -value


def rank_reasons(rank: Rank, table: DecisionTable | None = None) -> tuple[Why, ...]:
    """Return why a flaw stands where it stands: its tier and date, then each signal that is known, strongest first.

    Args:
        table: as for :func:`rank_key`.
    """
    verdict = ordering_arm(rank.deadline)
    first = Why(
        input="order",
        value=verdict.outcome,
        source=rank.deadline.table,
        date=verdict.due,
        rule=_tier_rule(rank.deadline, table),
    )
    signals = (
        ("epss", rank.epss, rank.epss_source, rank.epss_date),
        ("cvss", rank.cvss, rank.cvss_source, None),
        ("finders", rank.finders or None, "", None),
    )
    return (
        first,
        *(
            Why(input=f"order.{name}", value=f"{value:g}", source=source, date=date, rule=_WITHIN)
            for name, value, source, date in signals
            if value is not None
        ),
    )


def _tier_rule(made: Deadline, table: DecisionTable | None) -> str:
    rule = "most urgent tier first, then the earliest date"
    if ordering_arm(made).outcome == INCOMPLETE:
        rule = f"after every tier, for want of a date; there {_PARTS[_part(made, _tiers(table))]}"
    return f"{rule}; exposure is unknown, so the exposed answer decides" if made.arms else rule


def rank_sentence(rank: Rank) -> str:
    """Return the same about the signals, for people."""
    told = []
    if rank.epss is not None:
        when = in_words(rank.epss_date) if rank.epss_date else ""
        told.append(f"EPSS {rank.epss:g}{_by(rank.epss_source, when)}")
    if rank.cvss is not None:
        told.append(f"CVSS {rank.cvss:g}{_by(rank.cvss_source)}")
    if rank.finders:
        told.append(plural(rank.finders, "independent finder"))
    undated = ordering_arm(rank.deadline).outcome == INCOMPLETE
    among = "the flaws without a date" if undated else "those of its tier and date"
    by = ", then ".join(told) if told else "its identifier alone, for no EPSS, no CVSS and no finder is known"
    return f"Its place among {among} follows from {by}."


def _by(*facts: str) -> str:
    known = ", ".join(fact for fact in facts if fact)
    return f" ({known})" if known else ""
