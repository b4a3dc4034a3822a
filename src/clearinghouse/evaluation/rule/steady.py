"""When a verdict stands after the grid, for many simulated repetitions at once.

It is what :mod:`~clearinghouse.evaluation.rule.grid` does with each family left out once, done quickly. Whether a cell
comes to a verdict is a question of evidence that is enough, so that e-values are compared and no logarithms; and a look
is decided by what was drawn until then, so that only as many families are gone through as it takes until the verdict
stands.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearinghouse.evaluation.rule.design import Across, Design, Stopping
from clearinghouse.evaluation.rule.settle import (
    COVERED,
    NEITHER,
    NOT_COVERED,
    Settled,
    alpha_each,
    alpha_of,
    by_betting,
)
from clearinghouse.evaluation.statistics.gaffke import p_values_without_each
from clearinghouse.evaluation.statistics.sequences import Floats
from clearinghouse.evaluation.statistics.sequences.betting import e_process_without_each

_AT_ONCE = 1 << 21
"""Numbers that are held in memory together, of each of a few arrays."""
_AHEAD = 8
"""Looks beyond the one of the verdict that are gone through first; then twice as many, and so on."""
_NEVER = np.iinfo(np.int64).max

Draws = tuple[Floats, ...]
"""Family means of each domain; axes: repetitions, families."""
Truths = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def steady_looks(design: Design, draws: Draws, thresholds: tuple[float, ...], primary: Settled) -> Numbers:
    """The first look of each repetition at which no more cells differ than are registered; 0 where there is none.

    Args:
        thresholds: of each domain. primary: the verdict of each repetition without the grid.
    """
    most = max(each.shape[1] for each in draws)
    found = np.zeros(len(primary.looks), dtype=np.int64)
    definite = np.flatnonzero(primary.verdicts)
    pending = definite[np.argsort(primary.looks[definite], kind="stable")]
    while pending.size:
        ahead = most if design.stopping is Stopping.FIXED else min(most, int(primary.looks[pending[0]]) + _AHEAD)
        _go_through(design, draws, thresholds, primary, (pending[: _rows(ahead)], ahead, most), found)
        pending = pending[_rows(ahead) :]
    return found


def _rows(families: int) -> int:
    return max(1, _AT_ONCE // families**2)


def _go_through(
    design: Design,
    draws: Draws,
    thresholds: tuple[float, ...],
    primary: Settled,
    part: tuple[Numbers, int, int],
    found: Numbers,
) -> None:
    """Put where some repetitions stand into ``found``: a few looks beyond their verdicts, then further.

    Args:
        part: these repetitions, how many looks are gone through first, and how many there are.
    """
    rows, ahead, most = part
    while rows.size:
        for at in range(0, rows.size, _rows(ahead)):
            some = rows[at : at + _rows(ahead)]
            drawn = tuple(each[some, :ahead] for each in draws)
            found[some] = _stands(design, drawn, thresholds, Settled(primary.verdicts[some], primary.looks[some]))
        if ahead == most:
            return
        rows, ahead = rows[found[rows] == 0], min(most, 2 * ahead)


class _Side(NamedTuple):
    """Evidence for one side of one domain's threshold.

    Attributes:
        whole: axes: repetitions, looks. without: each family in turn; axes: repetitions, families, looks.
    """

    whole: Floats
    without: Floats


def _stands(design: Design, draws: Draws, thresholds: tuple[float, ...], primary: Settled) -> Numbers:
    looks = 1 if design.stopping is Stopping.FIXED else max(each.shape[1] for each in draws)
    pairs = tuple(zip(draws, thresholds, design.domains, strict=True))
    above = tuple(_side(design, x, mean, (domain.families, looks)) for x, mean, domain in pairs)
    below = tuple(_side(design, 1 - x, 1 - mean, (domain.families, looks)) for x, mean, domain in pairs)
    reached = [_reached(design, above, below, at, primary.verdicts) for at in range(len(draws))]
    places = [np.arange(each.shape[1]) for each in draws]
    if design.stopping is Stopping.FIXED:
        places = [np.zeros_like(each) for each in places]
    steady = _few_differ(design, np.concatenate(reached, axis=1), np.concatenate(places), looks)
    if design.stopping is Stopping.FIXED:
        return np.where(steady[:, 0], primary.looks, 0)
    steady &= primary.looks[:, None] <= np.arange(1, looks + 1)
    return np.where(steady.any(axis=1), steady.argmax(axis=1) + 1, 0)


def _side(design: Design, values: Floats, mean: float, look: tuple[int, int]) -> _Side:
    """Evidence against "the mean is at most ``mean``"; ``look``: from which on it counts, and how many there are."""
    first, looks = look
    if not by_betting(design):
        with np.errstate(divide="ignore"):
            return _Side(*(1 / each[..., None] for each in p_values_without_each(values, mean)))
    sides = e_process_without_each(values, mean)
    if design.stopping is Stopping.FIXED:
        return _Side(*(each[..., -1:] for each in sides))
    for each in sides:
        each[..., : first - 1] = 0.0
    return _Side(*(_lasting(each, looks) for each in sides))


def _lasting(evidence: Floats, looks: int) -> Floats:
    """Evidence of a domain whose families are all drawn, while others go on."""
    more = looks - evidence.shape[-1]
    return np.concatenate([evidence, np.repeat(evidence[..., -1:], more, axis=-1)], axis=-1) if more else evidence


def _reached(design: Design, above: tuple[_Side, ...], below: tuple[_Side, ...], at: int, verdicts: Numbers) -> Numbers:
    """The look at which each cell that leaves a family of one domain out comes to the verdict; never is a number, too.

    Args:
        at: the place of that domain.
    """
    enough = 1 / alpha_of(design, 1)
    others = [each for place, each in enumerate(above) if place != at]
    covered = _are_above(design, [each.whole for each in others], above[at].without)
    down = np.logical_or.accumulate(below[at].without >= enough, axis=-1)
    for place, each in enumerate(below):
        if place != at:
            down &= np.logical_or.accumulate(each.whole >= enough, axis=-1)[:, None, :]
    definite = covered ^ down
    first = definite.argmax(axis=-1)
    was_covered = np.take_along_axis(covered, first[..., None], axis=-1)[..., 0]
    came = np.where(definite.any(axis=-1), np.where(was_covered, COVERED, NOT_COVERED), NEITHER)
    return np.where(came == verdicts[:, None], first + 1, _NEVER)


def _are_above(design: Design, others: list[Floats], own: Floats) -> Truths:
    """Whether evidence is enough for COVERED, with that of one domain replaced by each of its variants."""
    if design.across is Across.E_VALUES:
        rest = np.sum(others, axis=0)[:, None, :] if others else 0.0
        return np.asarray(own + rest >= (len(others) + 1) / alpha_of(design, 1))
    enough = 1 / alpha_each(design, 1)
    covered = own >= enough
    for each in others:
        covered |= (each >= enough)[:, None, :]
    return np.asarray(covered)


def _few_differ(design: Design, reached: Numbers, places: Numbers, looks: int) -> Truths:
    """Whether no more cells differ than are registered; axes: repetitions, looks.

    Args:
        reached: the look of each cell; axes: repetitions, cells. places: of the family that a cell leaves out, from 0:
            it is a cell from the look after that on, and differs from then until it is reached.
    """
    begins = np.broadcast_to(places + 1, reached.shape)
    ends = np.minimum(np.maximum(reached, begins), looks + 1)
    changes = np.zeros((len(reached), looks + 2), dtype=np.int64)
    rows = np.broadcast_to(np.arange(len(reached))[:, None], reached.shape)
    np.add.at(changes, (rows, begins), 1)
    np.add.at(changes, (rows, ends), -1)
    differing = changes.cumsum(axis=1)[:, 1 : looks + 1]
    there = (places[:, None] < np.arange(1, looks + 1)).sum(axis=0)
    steadfast = 1 if "tasks" in design.sensitivity.weightings else 0
    return np.asarray(differing / (there + steadfast) <= design.sensitivity.limit)
