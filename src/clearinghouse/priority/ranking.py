"""The order of work.

The law, from the strongest: tier (most urgent outcome first, ``INCOMPLETE`` last), due date (earliest first, none
last), then, inside one tier and date only, EPSS (highest first), CVSS base score (highest first), number of
independent finders (most first), and at the end the identifier, so that the order is total. A missing signal stands
after every known one. Where public exposure is unknown the exposed arm decides: in BOD 26-04 it is never the later.
"""

import datetime as dt
import math
from collections.abc import Iterable

import msgspec

from clearinghouse.priority.deadlines import EXPOSED, INCOMPLETE, Deadline, Verdict
from clearinghouse.priority.errors import UnknownValueError
from clearinghouse.priority.explain import Why
from clearinghouse.priority.tables import DecisionTable, table_for

RankKey = tuple[int, int, float, float, int, str]


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
        UnknownValueError: the item's outcome is none of the table's.
    """
    tiers = (*(table or table_for()).tiers, INCOMPLETE)
    verdict = ordering_arm(item.deadline)
    if verdict.outcome not in tiers:
        raise UnknownValueError(f"{item.id} has the outcome {verdict.outcome!r}", tiers)
    due = verdict.due.toordinal() if verdict.due else dt.date.max.toordinal() + 1
    return tiers.index(verdict.outcome), due, _falling(item.epss), _falling(item.cvss), -item.finders, item.id


def _falling(value: float | None) -> float:
    """Highest first; what is missing or no number stands after everything known."""
    return 1.0 if value is None or math.isnan(value) else -value


def ranked(items: Iterable[RankItem], table: DecisionTable | None = None) -> list[RankItem]:
    """Return the items in the order of work, most urgent first."""
    table = table or table_for()
    return sorted(items, key=lambda item: rank_key(item, table))


def rank_reasons(item: RankItem) -> tuple[Why, ...]:
    """Return what an item is ordered by, strongest first; the signals apart from the tier."""
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
        *(
            Why(input=name, value=None if value is None else f"{value:g}", source="", date=None, rule=within)
            for name, value in signals
        ),
    )
