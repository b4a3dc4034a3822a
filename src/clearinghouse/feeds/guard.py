"""Whether a new version may take the place of the one that holds, or must wait for a person.

A feed that loses much of what it had is more often broken, or tampered with, than right. Its removals are obeyed once
somebody has looked.
"""

import datetime as dt

from clearinghouse.feeds.known import Feed, Kind
from clearinghouse.feeds.version import New, Version
from clearinghouse.formats.text import plural

MOST_LOST = 10
"""One record in so many may go at once."""
_BACK = {Kind.KEV: 0, Kind.EPSS: 0}
_BACK_OF_MANY = 7
"""Days by which the newest record may be older than before, where the date of a feed is that of its newest record."""


def why_withheld(feed: Feed, held: Version, new: New, active: frozenset[str] | None) -> str | None:
    """Say why a version should not be adopted without being asked for; None where it may.

    Args:
        feed: which. held: the version that holds. new: the one that came.
        active: identifiers in the version that holds, where the feed may take any back.
    """
    if new.records * MOST_LOST < held.records * (MOST_LOST - 1):
        return f"shrank from {held.records:,} to {plural(new.records, 'record')}"
    if active and new.active is not None:
        gone = len(active - new.active)
        if gone * MOST_LOST > len(active):
            return f"{gone:,} of {plural(len(active), 'entry', 'entries')} are gone"
    if held.dated and new.dated:
        back = held.dated - dt.date.fromisoformat(new.dated)
        if back > dt.timedelta(days=_BACK.get(feed.kind, _BACK_OF_MANY)):
            return f"goes back from {held.dated} to {new.dated}"
    return None
