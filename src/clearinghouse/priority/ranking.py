"""The order of work.

The law, from the strongest: tier (most urgent outcome first, ``INCOMPLETE`` last), due date (earliest first, none
last), then, inside one tier and date only, EPSS (highest first), CVSS base score (highest first), number of
independent finders (most first), and at the end the identifier, so that the order is total. A missing signal stands
after every known one. Where public exposure is unknown the exposed arm decides: in BOD 26-04 it is never the later.

``INCOMPLETE`` is no tier but the lack of one, and has no date. Inside it stands first what is in KEV, last what can
wait whatever is missing (only the least urgent outcome remains possible); EPSS and the rest order the three parts as
above. That KEV is unknown for want of a CVE identifier moves nothing up: most of what has none is no known attack.
"""

import datetime as dt
import math

import msgspec

from clearinghouse.priority.deadlines import EXPOSED, INCOMPLETE, Deadline, Verdict
from clearinghouse.priority.errors import UnknownValueError
from clearinghouse.priority.explain import Why
from clearinghouse.priority.tables import DecisionTable, table_for

RankKey = tuple[int, int, int, float, float, int, str]


class RankItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be ordered.

    Attributes:
        id: unique among what is ordered. deadline: of the flaw.
        epss: probability, 0 to 1. cvss: base score, 0 to 10. finders: number of independent discoveries.
            None where not known; these three are no inputs of the deadline.
    """

    id: str
    deadline: Deadline
    epss: float | None = None
    cvss: float | None = None
    finders: int = 0


def ordering_arm(made: Deadline) -> Verdict:
    """Return the verdict by which a deadline is ordered: the exposed arm's where the exposure is unknown."""
    return made.arms[EXPOSED] if made.arms else made


def rank_key(item: RankItem, table: DecisionTable | None = None) -> RankKey:
    """Return the key by which an item is ordered, smallest first.

    Args:
        table: whose tiers are meant; None is the newest shipped.

    Raises:
        UnknownValueError: the item's outcome, or one that remains possible, is none of the table's.
    """
    tiers = (*(table or table_for()).tiers, INCOMPLETE)
    verdict = ordering_arm(item.deadline)
    tier = _place(verdict.outcome, tiers, item)
    due = verdict.due.toordinal() if verdict.due else dt.date.max.toordinal() + 1
    part = _part(item, verdict, tiers) if verdict.outcome == INCOMPLETE else 0
    return tier, due, part, _falling(item.epss), _falling(item.cvss), -item.finders, item.id


def _part(item: RankItem, verdict: Verdict, tiers: tuple[str, ...]) -> int:
    """Which part of ``INCOMPLETE`` an item stands in: 0 in KEV, 2 can wait whatever is missing, 1 the rest."""
    places = [_place(each, tiers, item) for each in verdict.possible]
    if _in_kev(item):
        return 0
    least_urgent = tiers.index(INCOMPLETE) - 1
    return 2 if places and min(places) == least_urgent else 1


def _place(outcome: str | None, tiers: tuple[str, ...], item: RankItem) -> int:
    if outcome not in tiers:
        raise UnknownValueError(f"{item.id} has the outcome {outcome!r}", tiers)
    return tiers.index(outcome)


def _in_kev(item: RankItem) -> bool:
    return item.deadline.inputs["kev"].value == "yes"


def _falling(value: float | None) -> float:
    """Highest first; what is missing or no number stands after everything known."""
    return 1.0 if value is None or math.isnan(value) else -value


def rank_reasons(item: RankItem) -> tuple[Why, ...]:
    """Return what an item is ordered by, strongest first; the signals apart from the tier.

    ``possible`` and ``kev`` are among the lines only where the outcome is ``INCOMPLETE``.
    """
    verdict = ordering_arm(item.deadline)
    unknown = "; exposure is unknown, so ordered by the exposed arm, the earlier" if item.deadline.arms else ""
    within = "orders work inside a tier only, no input of the deadline"
    due = str(verdict.due) if verdict.due else None
    signals = (("epss", item.epss), ("cvss", item.cvss), ("finders", item.finders or None))
    return (
        Why(
            input="tier",
            value=verdict.outcome,
            source=item.deadline.table,
            date=None,
            rule=f"most urgent first{unknown}",
        ),
        Why(input="due", value=due, source=item.deadline.table, date=verdict.due, rule="earliest first inside a tier"),
        *(_open_reasons(item, verdict) if verdict.outcome == INCOMPLETE else ()),
        *(
            Why(input=name, value=None if value is None else f"{value:g}", source="", date=None, rule=within)
            for name, value in signals
        ),
    )


def _open_reasons(item: RankItem, verdict: Verdict) -> tuple[Why, Why]:
    kev = item.deadline.inputs["kev"]
    worst = verdict.possible[0] if verdict.possible else None
    return (
        Why(
            input="possible",
            value=worst,
            source=item.deadline.table,
            date=None,
            rule="the most urgent outcome that remains possible; what can wait in any case is last inside INCOMPLETE",
        ),
        Why(input="kev", value=kev.value, source=kev.source, date=kev.date, rule="listed first inside INCOMPLETE"),
    )
