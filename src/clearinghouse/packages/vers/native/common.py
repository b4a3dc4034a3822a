"""What the notations share."""

from collections.abc import Iterable
from functools import reduce

from clearinghouse.packages.vers.errors import VersError
from clearinghouse.packages.vers.intervals import ALL, Spans, half, intersection, union
from clearinghouse.packages.versions import Order

MOST = 1_000
"""Most comparisons in one range: each costs the intersection with those before it."""


def checked(parts: list[str]) -> list[str]:
    """Return the parts of a range, if they are not too many.

    Raises:
        VersError: they are.
    """
    if len(parts) > MOST:
        raise VersError(f"The range of versions has more than {MOST:,} parts.", "write it as several")
    return parts


def refused(what: str) -> VersError:
    """Return the error that a text is no range in its notation."""
    return VersError(f"The range of versions cannot be read: {what}.", "write it in the notation of its ecosystem")


def all_of(sets: Iterable[Spans]) -> Spans:
    """Return the versions that are in all of the sets; all versions, if there is none."""
    return reduce(intersection, sets, ALL)


def any_of(sets: Iterable[Spans]) -> Spans:
    """Return the versions that are in any of the sets."""
    return union(span for spans in sets for span in spans)


def compared(comparator: str, version: str, order: Order) -> Spans:
    """Return the versions that one comparison allows.

    Raises:
        VersError: the version is none in the order.
    """
    if not order.is_valid(version):
        raise refused("it has a version that is none")
    return half(comparator, version, order)


def between(low: str, high: str, order: Order) -> Spans:
    """Return the versions from ``low`` on and below ``high``."""
    return intersection(compared(">=", low, order), compared("<", high, order))
