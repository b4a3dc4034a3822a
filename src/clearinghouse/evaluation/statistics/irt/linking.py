"""Two versions of a pool on one scale, and whether their common items still measure the same.

New items are put on the scale by calibrating them with the anchors held (:func:`~.calibrate.calibrate`). What is here
checks that: the two calibrations apart are linked by three methods that should agree, and each anchor is compared with
what it was (Kolen and Brennan, *Test Equating, Scaling, and Linking*, 3rd ed., 2014, chapter 6).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from scipy import optimize, special

from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError
from clearinghouse.evaluation.statistics.irt.items import Ability, Anchor, Item, chances, parameters, table_of

MOVED = 0.5
"""Logits from which an anchor's displacement matters; a convention of Rasch measurement."""
_ABILITIES = np.linspace(-4.0, 4.0, 41)


class Method(StrEnum):
    """How two calibrations are linked.

    Attributes:
        MEAN_SHIFT: means of difficulties agree. MEAN_SIGMA: their standard deviations too. STOCKING_LORD: the expected
            number of common items solved agrees at every ability (Stocking and Lord, Applied Psychological Measurement
            7, 1983).
    """

    MEAN_SHIFT = "mean_shift"
    MEAN_SIGMA = "mean_sigma"
    STOCKING_LORD = "stocking_lord"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """From the new scale to the old: old = slope * new + shift, in logits.

    Attributes:
        method: by which. slope, shift: of the line. common: items that it rests on.
    """

    method: Method
    slope: float
    shift: float
    common: int

    def old(self, new: float) -> float:
        """Return an ability or difficulty on the old scale."""
        return self.slope * new + self.shift


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one anchor.

    Attributes:
        item: its column. displacement: logits by which it is harder now than it was (easier below 0), to first order.
        error: its standard error. z: residual over its error. attempts: models. moved: whether it is both beyond
            :data:`MOVED` and beyond chance, all anchors taken together.
    """

    item: int
    displacement: float
    error: float
    z: float
    attempts: int
    moved: bool


def link(old: Sequence[Item | Anchor], new: Sequence[Item | Anchor], method: Method) -> Link:
    """Link two calibrations by their common items, which are given in the same order.

    Raises:
        UnfitDataError: the numbers of items differ, there are fewer than two, or difficulties do not vary where the
            method needs that.
    """
    if len(old) != len(new) or len(old) < 2:
        raise UnfitDataError(f"{len(old)} and {len(new)} common items", "give the same two or more items of both")
    before, before_slope = parameters(old)
    after, after_slope = parameters(new)
    slope = 1.0
    if method is Method.MEAN_SIGMA:
        slope = _ratio(before, after)
    shift = float(before.mean() - slope * after.mean())
    if method is Method.STOCKING_LORD:
        slope, shift = _stocking_lord((before, before_slope), (after, after_slope), shift)
    return Link(method=method, slope=slope, shift=shift, common=len(old))


def drifts(
    outcomes: Any, anchors: Mapping[int, Anchor], abilities: Sequence[Ability], *, level: float = 0.95
) -> tuple[Drift, ...]:
    """Return for each anchor how far it is from where it was held.

    The displacement is the residual of the anchor over its information, which is one step of Newton's from where it is
    held and is finite for every pattern. Abilities are taken as known: with few anchors errors are too small.

    Args:
        outcomes: models by tasks. anchors: as held, by column. abilities: of the models, on the scale of the anchors.
        level: at which all anchors together are found unmoved by chance (Bonferroni).

    Raises:
        UnfitDataError: there are not as many abilities as models, or no anchors.
    """
    table = table_of(outcomes)
    if len(abilities) != len(table.solved) or not anchors:
        raise UnfitDataError("abilities or anchors do not suit the outcomes", "give what calibrate returned for them")
    kept = np.array(sorted(anchors), dtype=np.intp)
    difficulty, slope = parameters([anchors[int(place)] for place in kept])
    chance = chances(np.array([ability.value for ability in abilities]), difficulty, slope)
    tried = table.tried[:, kept]
    rest = (table.solved[:, kept] - tried * chance).sum(axis=0)
    variance = np.maximum((tried * chance * (1 - chance)).sum(axis=0), 1e-12)
    critical = float(special.ndtri(1 - (1 - level) / (2 * len(kept))))
    z = -rest / np.sqrt(variance)
    displacement = -rest / (slope * variance)
    return tuple(
        Drift(
            item=int(item),
            displacement=float(far),
            error=float(error),
            z=float(off),
            attempts=int(attempts),
            moved=bool(abs(far) > MOVED and abs(off) > critical),
        )
        for item, far, error, off, attempts in zip(
            kept, displacement, 1 / (slope * np.sqrt(variance)), z, tried.sum(axis=0), strict=True
        )
    )


def _ratio(before: Floats, after: Floats) -> float:
    if not (before.std() > 0 and after.std() > 0):
        raise UnfitDataError("difficulties of common items do not vary", "link by a mean shift")
    return float(before.std() / after.std())


def _stocking_lord(before: tuple[Floats, Floats], after: tuple[Floats, Floats], shift: float) -> tuple[float, float]:
    """Return slope and shift for which expected scores on the common items agree best."""
    abilities = before[0].mean() + _ABILITIES
    wanted = chances(abilities, *before).sum(axis=1)
    one = bool(np.ptp(before[1]) == 0 and np.ptp(after[1]) == 0 and before[1][0] == after[1][0])

    def rest(at: Floats) -> Floats:
        slope = 1.0 if one else float(np.exp(at[1]))
        gap: Floats = chances(abilities, slope * after[0] + at[0], after[1] / slope).sum(axis=1) - wanted
        return gap

    found = optimize.least_squares(rest, [shift] if one else [shift, 0.0])
    return 1.0 if one else float(np.exp(found.x[1])), float(found.x[0])
