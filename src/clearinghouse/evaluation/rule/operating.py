"""Rule R6: how often the registered rule comes to which verdict, if the truth were known.

The whole rule is repeated on simulated draws, with its looks, its error shared over domains, and the cells of the grid
that need nothing but families: each left out once, and the weighting by tasks, which changes nothing here because
simulated families are of one size. Elicitation is taken as saturated and no flag as open, so that NOT COVERED stands
for what the numbers support. Where stopping is sequential, drawing ends at the first look at which the verdict stands
after the grid.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearinghouse.evaluation.rule.checks import check
from clearinghouse.evaluation.rule.design import Design, Stopping
from clearinghouse.evaluation.rule.errors import DesignError
from clearinghouse.evaluation.rule.finding import OperatingPoint
from clearinghouse.evaluation.rule.settle import (
    COVERED,
    NEITHER,
    NOT_COVERED,
    Paths,
    by_betting,
    paths,
    settle,
)
from clearinghouse.evaluation.rule.tables import Sample
from clearinghouse.evaluation.statistics.families import t_p_value_without_each
from clearinghouse.evaluation.statistics.sequences import Floats
from clearinghouse.evaluation.statistics.sequences.betting import log_e_process_without_each
from clearinghouse.evaluation.statistics.simulation import family_means, generator

_AT_ONCE = 100
"""Repetitions that are held in memory together."""

Draws = tuple[Floats, ...]
"""Family means of each domain; axes: repetitions, families."""


class Ends(NamedTuple):
    """How repetitions ended: the verdict, as an index of ``VERDICTS``, and the families of each domain that it took."""

    verdicts: NDArray[np.int64]
    families: NDArray[np.int64]


def guard_band(design: Design) -> tuple[float, ...]:
    """The truths that are told with a plan: each threshold, and delta to either side of it, ascending.

    Raises:
        DesignError: a threshold is not opened.
    """
    told = {round(threshold + side * design.delta, 9) for threshold in _opened(design) for side in (-1, 0, 1)}
    return tuple(sorted(each for each in told if 0 < each < 1))


def operating_characteristics(
    design: Design, truths: tuple[float, ...] = (), repetitions: int = 2_000, seed: int = 0
) -> tuple[OperatingPoint, ...]:
    """How often each verdict comes out, for each truth, which is that of every domain.

    Args:
        truths: generalised accuracies; none takes the guard band. repetitions: of each; with 2,000 the standard error
            of a probability of 0.05 is 0.005. seed: of the generator, PCG64.

    Raises:
        DesignError: no error rate can be kept under the design, or a threshold is not opened.
    """
    check(design)
    _opened(design)
    return tuple(
        _point(design, truth, repetitions, generator(seed, at)) for at, truth in enumerate(truths or guard_band(design))
    )


def _opened(design: Design) -> tuple[float, ...]:
    opened = tuple(each.threshold.covered for each in design.domains if each.threshold.covered is not None)
    if len(opened) < len(design.domains):
        raise DesignError("The value of a threshold is not opened.", "Simulate with the values, where they are known.")
    return opened


def _point(design: Design, truth: float, repetitions: int, rng: np.random.Generator) -> OperatingPoint:
    parts = []
    for begin in range(0, repetitions, _AT_ONCE):
        count = min(_AT_ONCE, repetitions - begin)
        sizes = [(count, domain.most_families) for domain in design.domains]
        parts.append(run_rule(design, tuple(family_means(rng, truth, design.spread, size) for size in sizes)))
    verdicts = np.concatenate([part.verdicts for part in parts])
    return OperatingPoint(
        truth=truth,
        covered=float((verdicts == COVERED).mean()),
        not_covered=float((verdicts == NOT_COVERED).mean()),
        indeterminate=float((verdicts == NEITHER).mean()),
        families=float(np.median(np.concatenate([part.families for part in parts]))),
        repetitions=repetitions,
    )


def run_rule(design: Design, draws: Draws) -> Ends:
    """The end of each repetition, by what ``decide`` would say at each look.

    Args:
        draws: up to the most families of each domain, with nothing missing.
    """
    thresholds = _opened(design)
    samples = tuple(Sample(each, each, np.ones_like(each)) for each in draws)
    given = paths(design, samples, thresholds)
    first = max(domain.families for domain in design.domains)
    primary = settle(design, given, first, 1)
    most = max(each.shape[-1] for each in draws)
    stops = np.where(primary.verdicts == NEITHER, 0, primary.looks)
    if design.sensitivity.leave_one_family_out:
        definite = np.flatnonzero(primary.verdicts)
        chosen = Paths(given.above[definite], given.below[definite])
        few = tuple(each[definite] for each in draws)
        cells = _cells(design, few, chosen, thresholds, first)
        stops[definite] = _stops(design, cells, primary.verdicts[definite], primary.looks[definite], draws)
    if design.stopping is Stopping.FIXED:
        return Ends(np.where(stops, primary.verdicts, NEITHER), np.full(len(stops), most))
    return Ends(np.where(stops, primary.verdicts, NEITHER), np.where(stops, stops, most))


class _Cells(NamedTuple):
    """The grid of each repetition; axes: repetitions, cells. families: the place of the one that a cell leaves out."""

    verdicts: NDArray[np.int64]
    looks: NDArray[np.int64]
    families: NDArray[np.int64]


def _cells(design: Design, draws: Draws, given: Paths, thresholds: tuple[float, ...], first: int) -> _Cells:
    verdicts, looks = [], []
    for at, (values, threshold) in enumerate(zip(draws, thresholds, strict=True)):
        above = _without_each(design, values, threshold, given.above.shape[1])
        below = _without_each(design, 1 - values, 1 - threshold, given.above.shape[1])
        variants = Paths(_replaced(given.above, at, above), _replaced(given.below, at, below))
        settled = settle(design, variants, first, 1)
        verdicts.append(settled.verdicts.reshape(values.shape))
        looks.append(settled.looks.reshape(values.shape))
    places = np.concatenate([np.arange(values.shape[1]) for values in draws])
    return _Cells(np.concatenate(verdicts, axis=1), np.concatenate(looks, axis=1), places)


def _without_each(design: Design, values: Floats, threshold: float, looks: int) -> Floats:
    """Evidence without each family; axes: repetitions, families, looks."""
    if not by_betting(design):
        with np.errstate(divide="ignore"):
            return np.asarray(-np.log(t_p_value_without_each(values, threshold)))[..., None]
    evidence = log_e_process_without_each(values, threshold)
    if design.stopping is Stopping.FIXED:
        return evidence[..., -1:]
    return np.pad(evidence, ((0, 0), (0, 0), (0, looks - evidence.shape[-1])), mode="edge")


def _replaced(primary: Floats, at: int, variants: Floats) -> Floats:
    """Evidence of all domains with that of one replaced; axes: repetitions and families as one, looks, domains."""
    count, families, looks = variants.shape
    every = np.repeat(primary, families, axis=0)
    every[..., at] = variants.reshape(count * families, looks)
    return every


def _stops(
    design: Design, cells: _Cells, verdicts: NDArray[np.int64], looks: NDArray[np.int64], draws: Draws
) -> NDArray[np.int64]:
    """The first look at which no more cells differ than is registered; 0 where there is none."""
    if design.stopping is Stopping.FIXED:
        last = np.array([max(each.shape[-1] for each in draws)])
    else:
        last = np.arange(1, max(each.shape[-1] for each in draws) + 1)
    other = 1 if "tasks" in design.sensitivity.weightings else 0
    agrees = cells.verdicts == verdicts[:, None]
    reached = np.where(agrees, cells.looks, np.iinfo(np.int64).max)
    steady = np.zeros((len(verdicts), last.size), dtype=bool)
    for at, look in enumerate(last):
        there = cells.families < look
        differing = (there & (reached > look)).sum(axis=1)
        steady[:, at] = (differing / (there.sum() + other) <= design.sensitivity.limit) & (looks <= look)
    return np.where(steady.any(axis=1), last[steady.argmax(axis=1)], 0)
