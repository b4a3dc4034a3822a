"""When the clock of a deadline starts: three named readings of one rule.

BOD 26-04 starts the clock at the earlier of the addition to KEV and the moment the owner identified the flaw
on an asset; publication of a CVE starts nothing. It does not say what happens when an input changes later, nor
what holds for an asset that came into service after the start. So the reading is named in every result.
"""

import datetime as dt
from enum import StrEnum

import msgspec

from clearinghouse.priority.errors import UnknownValueError
from clearinghouse.priority.facts import AS_GIVEN


class Clock(StrEnum):
    """The readings."""

    LITERAL = "literal"
    """From the first start, whatever changed since."""
    ROW_CHANGE = "row_change"
    """Anew from the day on which the flaw moved to another row of the table."""
    COMMISSIONED = "commissioned"
    """Not before the asset came into service."""


class StartReason(StrEnum):
    """What started the clock."""

    KEV_ADDED = "kev_added"
    IDENTIFIED = "identified"
    ROW_CHANGE = "row_change"
    COMMISSIONED = "commissioned"


class StartFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's own dates.

    Attributes:
        identified: when the owner identified the flaw on the asset.
        commissioned: when the asset came into service. changed: when the inputs last moved it to another row.
        identified_source: who or what says when it was identified.
    """

    identified: dt.date | None = None
    commissioned: dt.date | None = None
    changed: dt.date | None = None
    identified_source: str = AS_GIVEN


class Start(msgspec.Struct, frozen=True):
    """The start of one clock: day 0, what started it, and the sentence that says why."""

    day: dt.date | None
    reason: StartReason | None
    because: str


def clock_named(name: str) -> Clock:
    """Return one clock rule.

    Raises:
        UnknownValueError: there is none of that name.
    """
    try:
        return Clock(name)
    except ValueError:
        raise UnknownValueError(f"There is no clock rule {name!r}", tuple(Clock)) from None


def begin(clock: Clock, facts: StartFacts, *, kev_added: dt.date | None, earlier: Start | None = None) -> Start:
    """Return the start by one reading.

    Args:
        kev_added: date of addition if the flaw counts as being in KEV. An addition after identification is itself a
            change of row, since every row holds for one KEV value only.
        earlier: a start that an earlier revision of the inputs already had; the literal reading keeps it.
    """
    first = _literal(facts, kev_added, earlier)
    if first.day is None or clock is Clock.LITERAL:
        return first
    if clock is Clock.COMMISSIONED:
        return _commissioned(first, first.day, facts.commissioned)
    return _row_change(first, first.day, facts.changed, kev_added)


def _literal(facts: StartFacts, kev_added: dt.date | None, earlier: Start | None) -> Start:
    events = [(kev_added, StartReason.KEV_ADDED), (facts.identified, StartReason.IDENTIFIED)]
    if earlier and earlier.reason:
        events.append((earlier.day, earlier.reason))
    known = [(day, reason) for day, reason in events if day]
    if not known:
        return Start(None, None, "neither the addition to KEV nor the identification has a date")
    day, reason = min(known, key=lambda event: event[0])  # on the same day the addition to KEV is named
    return Start(day, reason, "the earlier of addition to KEV and identification on the asset")


def _row_change(first: Start, day: dt.date, changed: dt.date | None, kev_added: dt.date | None) -> Start:
    latest = max((change for change in (changed, kev_added) if change and change > day), default=None)
    if latest is None and changed:
        return Start(day, first.reason, first.because + f"; the change of row on {changed} is not later")
    if latest is None:
        tail = "no later change of row is known (if there was one, the option --changed dates it)"
        return Start(day, first.reason, f"{first.because}; {tail}")
    return Start(latest, StartReason.ROW_CHANGE, f"it moved to another row; the first start was {day}")


def _commissioned(first: Start, day: dt.date, commissioned: dt.date | None) -> Start:
    if commissioned is None:
        tail = "no date of commissioning is known (the option --commissioned gives it)"
        return Start(day, first.reason, f"{first.because}; {tail}")
    if commissioned <= day:
        return Start(day, first.reason, first.because + f"; the asset was in service by then, since {commissioned}")
    return Start(commissioned, StartReason.COMMISSIONED, f"the asset came into service after the first start, {day}")
