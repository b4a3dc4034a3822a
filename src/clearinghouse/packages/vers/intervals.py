"""Sets of versions as intervals, with the operations that ranges are made of.

A set is a tuple of :class:`Span`, each from one cut to another, in order, none of which touch. A cut lies before or
after a version, so ``>= 1`` begins before 1 and ``> 1`` after it, and all spans are closed on the left and open on the
right: union, intersection and complement are then plain merges.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clearinghouse.packages.versions import Order


class Cut(NamedTuple):
    """A place between versions.

    Attributes:
        key: of the version. after: whether the cut lies after the version, not before it. text: the version as written.
    """

    key: bytes
    after: bool
    text: str

    @property
    def place(self) -> tuple[bytes, bool]:
        """What cuts are compared by: two spellings of one version are one place."""
        return self[:2]


BOTTOM = Cut(b"", False, "")
TOP = Cut(b"\xff", True, "")


class Span(NamedTuple):
    """All versions between two cuts."""

    low: Cut
    high: Cut


Spans = tuple[Span, ...]
ALL: Spans = (Span(BOTTOM, TOP),)
NOTHING: Spans = ()


def union(spans: Iterable[Span]) -> Spans:
    """Return the versions that are in any of the spans, which may overlap and be in any order."""
    found: list[Span] = []
    for low, high in sorted(spans, key=lambda span: span.low.place):
        if low.place >= high.place:
            continue
        if found and low.place <= found[-1].high.place:
            if high.place > found[-1].high.place:
                found[-1] = Span(found[-1].low, high)
        else:
            found.append(Span(low, high))
    return tuple(found)


def intersection(one: Spans, other: Spans) -> Spans:
    """Return the versions that are in both sets."""
    found = []
    left = right = 0
    while left < len(one) and right < len(other):
        low = max(one[left].low, other[right].low, key=lambda cut: cut.place)
        high = min(one[left].high, other[right].high, key=lambda cut: cut.place)
        if low.place < high.place:
            found.append(Span(low, high))
        if one[left].high.place <= other[right].high.place:
            left += 1
        else:
            right += 1
    return tuple(found)


def complement(spans: Spans) -> Spans:
    """Return the versions that are not in the set."""
    cuts = [BOTTOM, *(cut for span in spans for cut in span), TOP]
    gaps = (Span(cuts[at], cuts[at + 1]) for at in range(0, len(cuts), 2))
    return tuple(gap for gap in gaps if gap.low.place < gap.high.place)


def half(comparator: str, version: str, order: Order) -> Spans:
    """Return the versions that one comparison allows.

    Args:
        comparator: ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``.
    """
    key = order.key(version)
    before, after = Cut(key, False, version), Cut(key, True, version)
    match comparator:
        case "=":
            return (Span(before, after),)
        case "!=":
            return (Span(BOTTOM, before), Span(after, TOP))
        case "<":
            return (Span(BOTTOM, before),)
        case "<=":
            return (Span(BOTTOM, after),)
        case ">":
            return (Span(after, TOP),)
    return (Span(before, TOP),)


def comparisons(spans: Sequence[Span]) -> list[tuple[str, str]]:
    """Return a set as comparators and versions in canonical order; ``[("*", "")]`` for all versions.

    A gap of one version becomes ``!=``.
    """
    found: list[tuple[str, str]] = []
    gap_before = False
    for at, (low, high) in enumerate(spans):
        if low.key == high.key and not low.after and high.after:
            found.append(("=", low.text))
            continue
        if low != BOTTOM and not gap_before:
            found.append((">" if low.after else ">=", low.text))
        following = spans[at + 1].low if at + 1 < len(spans) else TOP
        gap_before = not high.after and following.place == (high.key, True)
        if gap_before:
            found.append(("!=", high.text))
        elif high != TOP:
            found.append(("<=" if high.after else "<", high.text))
    return found or ([("*", "")] if spans else [])
