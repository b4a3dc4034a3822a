"""Moments of a record, and deadlines in calendar days."""

import datetime as dt

from clearinghouse.evaluation.determination.errors import DemandError
from clearinghouse.evaluation.ledger.times import moment

EARLIEST, LATEST = 1970, 9000
"""Years between which moments are; so days can be added to all of them, whatever the zone."""


def moment_of(text: str, where: str) -> dt.datetime:
    """Return the moment that a text names.

    Args:
        where: what the text is, for the error.

    Raises:
        DemandError: it names none.
    """
    try:
        found = moment(text)
    except ValueError:
        found = None
    if found is None or not EARLIEST < found.year < LATEST:
        what = f"{where} is {text[:40]!a}, which is no moment in UTC"
        raise DemandError(what, "write it like 2026-11-20T16:30:00Z")
    return found


def end_of_days(start: dt.datetime, days: int) -> dt.datetime:
    """Return the midnight (UTC) at which the last of so many calendar days ends; the day of the start is not counted.

    14 days from any moment of 20 November end with 4 December, which is the first moment of 5 December.
    """
    last = start.astimezone(dt.UTC).date() + dt.timedelta(days=days + 1)
    return dt.datetime.combine(last, dt.time(), dt.UTC)
