"""Reproducers that one fix stops, as suggestions that they show one flaw.

They are no more than that: a release stops what all its commits repair, and one commit may repair several flaws. One
hunk that both need says more than one fix, so where it is known which hunks each needs, only a hunk in common counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import combinations, pairwise

import msgspec

_EACH_WITH_EACH = 30
"""Reproducers of one fix or hunk of which all pairs are told. Of more, each with the next: enough to lead to all."""

Hunks = Mapping[tuple[str, str], Set[int]]
"""By fix and reproducer: the numbers of the hunks that stop it (those that are needed, or where none is alone, the
least that are enough). What is not known is not in it."""


class OneFix(msgspec.Struct, frozen=True, kw_only=True):
    """Two reproducers that one fix stops.

    Attributes:
        one, other: the reproducers, in the order of texts. fix: what stops both.
        hunks: numbers of the hunks that both need; empty where they are not known of both.
        stopped: reproducers that the fix stops altogether: the more, the less a pair of them means.
    """

    one: str
    other: str
    fix: str
    hunks: tuple[int, ...] = ()
    stopped: int

    @property
    def explanation(self) -> str:
        """What they have in common, in one sentence that a person can check."""
        if not self.hunks:
            return f"Both are stopped by the fix {self.fix}."
        numbers = ", ".join(str(number + 1) for number in self.hunks)
        return f"Both show again when the fix {self.fix} lacks its hunk {numbers}."


def remedies(stops: Mapping[str, Set[str]], hunks: Hunks | None = None) -> tuple[OneFix, ...]:
    """Return the pairs of reproducers that one fix stops, those first whose fix stops the fewest.

    The law: no pair is told of a fix of which the hunks are known for both, and have none in common; of up to 30
    reproducers of a fix no other pair is left out.

    Args:
        stops: by fix, the reproducers that it stops. hunks: those that are known to be needed.
    """
    known = hunks or {}
    found = [pair for fix, stopped in stops.items() for pair in _of_fix(fix, stopped, known)]
    return tuple(sorted(found, key=lambda pair: (not pair.hunks, pair.stopped, pair.fix, pair.one, pair.other)))


def _of_fix(fix: str, stopped: Set[str], hunks: Hunks) -> Iterator[OneFix]:
    for one, other in sorted(_pairs(fix, stopped, hunks)):
        first, second = hunks.get((fix, one)), hunks.get((fix, other))
        shared = tuple(sorted(first & second)) if first is not None and second is not None else ()
        if shared or first is None or second is None:
            yield OneFix(one=one, other=other, fix=fix, hunks=shared, stopped=len(stopped))


def _pairs(fix: str, stopped: Set[str], hunks: Hunks) -> set[tuple[str, str]]:
    """The pairs to look at: all, or of many those that are next to each other among those that need one hunk."""
    together = sorted(stopped)
    if len(together) <= _EACH_WITH_EACH:
        return set(combinations(together, 2))
    of_hunk: dict[int, list[str]] = {}
    for each in together:
        for hunk in hunks.get((fix, each), ()):
            of_hunk.setdefault(hunk, []).append(each)
    unknown = [each for each in together if (fix, each) not in hunks]
    first_known: Iterable[str] = [each for each in together if (fix, each) in hunks][:1]
    return {pair for group in (*of_hunk.values(), sorted((*unknown, *first_known))) for pair in pairwise(group)}
