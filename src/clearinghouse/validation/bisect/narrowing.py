"""Which released versions show a flaw, found with few runs around one that does.

Versions stand in the order of their ecosystem (:mod:`clearinghouse.packages.versions`). From a version that shows, the
search goes both ways to the nearest that does not, halving what lies between. What could not be run decides nothing: it
is stepped over, and where it lies at an edge, it is told as a gap. A few more versions are run, so that a flaw that
comes and goes does not look like one stretch; that a stretch between two of these is missed cannot be excluded.

The laws, of n versions:

* Whatever is said to show or not to show was run.
* Where an edge has no gap, the version inside of it and the next one outside were both run.
* A history that is one stretch, and can all be run, is found exactly, in at most ``2 * ceil(log2(n + 1)) + 7`` runs.
* Whatever cannot be run, there are fewer than ``2 * (2 * L + 5) * (L + 5) + 7`` runs, with ``L = ceil(log2(n + 1))``.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec

from clearinghouse.packages.versions import Order, order_of
from clearinghouse.packages.versions.prerelease import is_prerelease
from clearinghouse.records import RangeEvent
from clearinghouse.validation.errors import ValidationError

_LOOKS = 4
"""Versions that are run in the middle of a gap whose ends are known, at each edge."""


class Shown(StrEnum):
    """What a version did with the reproducer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It could not be installed or run, or the answer was not clear."""


class Run(msgspec.Struct, frozen=True):
    """One version that was run."""

    version: str
    shown: Shown


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stretch of versions that show begins or ends.

    Attributes:
        inside: the outermost version that shows. outside: the next beyond it that does not; None where no release there
            is known not to.
        unknown: versions between the two, or beyond ``inside``, that could not be run, in version order.
        untried: versions there that were not run, because what surrounds them could not be.
    """

    inside: str
    outside: str | None
    unknown: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()

    @property
    def has_gap(self) -> bool:
        """Whether it is not known which version is the outermost that is affected."""
        return bool(self.unknown or self.untried)


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """Which versions show a flaw.

    Attributes:
        before: the lower edge of the stretch around the version that was known to show. after: the upper edge.
        one_stretch: whether no version that was run outside of the stretch shows; else the flaw comes and goes, and
            ``runs`` says what is known.
        runs: every version that was run, in version order.
        versions: all that were considered, in version order. prereleases: those that were left out as such.
        unplaced: those that have no place in the order ("latest").
    """

    before: Edge
    after: Edge
    one_stretch: bool
    runs: tuple[Run, ...]
    versions: tuple[str, ...]
    prereleases: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def first_affected(self) -> str:
        """The first version of the stretch that was seen to show."""
        return self.before.inside

    @property
    def first_fixed(self) -> str | None:
        """The first version above the stretch that was seen not to show; where ``after`` has a gap, it may be one of
        the gap. None where none was seen.
        """
        return self.after.outside

    @property
    def events(self) -> tuple[RangeEvent, ...]:
        """The stretch as events of an advisory (OSV schema, ``events``), no wider than was seen: where the upper edge
        has a gap, it ends with what was last seen to show, and where no release is beyond, it has no end.
        """
        oldest = self.before.inside == self.versions[0]
        begin = RangeEvent(introduced="0" if oldest else self.before.inside)
        if self.after.has_gap:
            return (begin, RangeEvent(last_affected=self.after.inside))
        return (begin,) if self.after.outside is None else (begin, RangeEvent(fixed=self.after.outside))


class NarrowingError(ValidationError):
    """There is nothing to narrow: no order, or no version that shows to begin with."""


def narrow(
    versions: Iterable[str],
    known: str,
    shows: Callable[[str], Shown],
    *,
    ecosystem: str,
    prereleases: bool = False,
) -> Narrowed:
    """Return which of the released versions show a flaw.

    Args:
        versions: all that were released, in any order. known: one of them that shows; another spelling of it will do.
        shows: runs the reproducer with a version; each is asked for once.
        ecosystem: an OSV name, whose order counts. prereleases: whether those are considered too; ``known`` always is.

    Raises:
        NarrowingError: the ecosystem has no order that is known here, or ``known`` was not released, or does not show.
    """
    order = order_of(ecosystem)
    if order is None:
        raise NarrowingError(
            f"The order of versions is not known for {ecosystem}, so there is no range to narrow",
            "run the reproducer with single versions instead",
        )
    placed, unplaced = _placed(versions, order)
    known = _spelled(known, placed, order)
    kept = [each for each in placed if each == known or prereleases or not is_prerelease(ecosystem, each)]
    history = _History(kept, shows)
    at = kept.index(known)
    if history.shown(at) is not Shown.YES:
        raise NarrowingError(
            f"Version {known} does not show the flaw, or could not be run, so there is no stretch around it",
            "begin with a version that shows",
        )
    left_out = frozenset(placed).difference(kept)
    return _narrowed(history, at, tuple(each for each in placed if each in left_out), unplaced)


def _placed(versions: Iterable[str], order: Order) -> tuple[list[str], tuple[str, ...]]:
    """Versions in their order, and what is none. Some orders place a word; without a digit it is no version."""
    given = sorted(set(versions))
    good = [each for each in given if order.is_valid(each) and any(map(str.isdecimal, each))]
    return sorted(good, key=order.key), tuple(sorted(frozenset(given).difference(good)))


def _spelled(known: str, placed: Sequence[str], order: Order) -> str:
    if known in placed:
        return known
    key = order.key(known)
    for each in placed:
        if order.key(each) == key:
            return each
    raise NarrowingError(
        f"Version {known} is not among the {len(placed):,} released versions that have a place in their order",
        "name a released version that shows",
    )


class _History:
    """The versions in their order, and what is known of each."""

    def __init__(self, versions: Sequence[str], shows: Callable[[str], Shown]) -> None:
        self.versions = versions
        self.known: dict[int, Shown] = {}
        self._shows = shows

    def shown(self, at: int) -> Shown:
        """Run the version at a place, if it was not yet."""
        if at not in self.known:
            self.known[at] = self._shows(self.versions[at])
        return self.known[at]

    def texts(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.versions[at] for at in sorted(places))


def _narrowed(history: _History, at: int, prereleases: tuple[str, ...], unplaced: tuple[str, ...]) -> Narrowed:
    last = len(history.versions) - 1
    for sample in (last, 0, last // 2, last // 4, last - last // 4):
        history.shown(sample)
    before = _Side(history, range(at, -1, -1))
    after = _Side(history, range(at, last + 1))
    before.search()
    after.search()
    beyond = after.outside + 1
    if beyond < len(after.places):  # a fix that is taken back, or one that holds on one branch only
        history.shown(after.places[beyond])
    low, high = before.places[before.inside], after.places[after.inside]
    runs = sorted(history.known.items())
    return Narrowed(
        before=before.edge(),
        after=after.edge(),
        one_stretch=not any(shown is Shown.YES and not low <= place <= high for place, shown in runs),
        runs=tuple(Run(history.versions[place], shown) for place, shown in runs),
        versions=tuple(history.versions),
        prereleases=prereleases,
        unplaced=unplaced,
    )


class _Side:
    """One direction from the version that is known to show.

    Args:
        places: of the versions, from that one outwards.

    Attributes:
        inside: how many steps out the last version is that shows. outside: the same of the first that does not, or one
            step more than there are.
    """

    def __init__(self, history: _History, places: Sequence[int]) -> None:
        self.places = places
        self._history = history
        self._looks = _LOOKS
        self.inside, self.outside = 0, len(places)

    def search(self) -> None:
        """Run versions until nothing more can be learned between the last that shows and the first that does not."""
        self._settle()
        while (step := self._next()) is not None:
            self._history.shown(self.places[step])
            self._settle()

    def _settle(self) -> None:
        shown = [self._history.known.get(place) for place in self.places]
        self.outside = shown.index(Shown.NO) if Shown.NO in shown else len(shown)
        self.inside = max(step for step in range(self.outside) if shown[step] is Shown.YES)

    def _next(self) -> int | None:
        """The middle of what lies between. Where something there could not be run, first how near to it the versions
        show, then how near to it they do not; at last a few that lie among what could not be run.
        """
        unknown = self._unknown()
        if not unknown:
            return _middle(self.inside, self.outside)
        step = _middle(self.inside, unknown[0])
        if step is None:
            step = _middle(unknown[-1], self.outside)
        untried = self._untried()
        if step is not None or not untried or not self._looks:
            return step
        self._looks -= 1
        return untried[len(untried) // 2]

    def _unknown(self) -> list[int]:
        return [step for step in self._between() if self._history.known.get(self.places[step]) is Shown.UNKNOWN]

    def _untried(self) -> list[int]:
        return [step for step in self._between() if self.places[step] not in self._history.known]

    def _between(self) -> range:
        return range(self.inside + 1, self.outside)

    def edge(self) -> Edge:
        """What was found."""
        found = self.outside < len(self.places)
        return Edge(
            inside=self._history.versions[self.places[self.inside]],
            outside=self._history.versions[self.places[self.outside]] if found else None,
            unknown=self._history.texts(self.places[step] for step in self._unknown()),
            untried=self._history.texts(self.places[step] for step in self._untried()),
        )


def _middle(low: int, high: int) -> int | None:
    return (low + high) // 2 if high - low > 1 else None
