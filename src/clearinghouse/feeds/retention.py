"""Which old versions are kept."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from clearinghouse.feeds.version import Version


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept beside the version that holds.

    Attributes:
        days: every version that came in so many days. months: of so many months before, the last version of each.
    """

    days: int = 31
    months: int = 36


def superfluous(versions: Sequence[Version], retention: Retention, today: dt.date) -> list[Version]:
    """Return the versions of one feed that need not be kept, the oldest last.

    Args:
        versions: those that were adopted, the one adopted last first: it is always kept.
        retention: the policy. today: the day on which it is asked.
    """
    young = today - dt.timedelta(days=retention.days)
    months_ago = today.year * 12 + today.month - retention.months
    kept_months: set[tuple[int, int]] = set()
    dropped = []
    for version in versions[1:]:
        came = version.fetched.date()
        month = came.year, came.month
        if came >= young:
            continue
        if month not in kept_months and came.year * 12 + came.month >= months_ago:
            kept_months.add(month)
        else:
            dropped.append(version)
    return dropped
