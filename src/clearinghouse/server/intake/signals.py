"""What rooms above are told of reports, inside the transaction in which it happens: what they raise undoes it."""

from django.dispatch import Signal

attached = Signal()
"""A file came in for a report; ``report`` is its primary key."""
purged = Signal()
"""The content of a report is destroyed; ``report`` is its primary key."""
swept = Signal()
"""What a purge made unreadable is removed, outside of any transaction; ``report`` is its primary key."""
