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
from clearinghouse.evaluation.rule.settle import COVERED, NEITHER, NOT_COVERED, paths, settle
from clearinghouse.evaluation.rule.steady import Draws, steady_looks
from clearinghouse.evaluation.rule.tables import Sample
from clearinghouse.evaluation.statistics.simulation import family_means, generator

_MOST_AT_ONCE = 500
"""Repetitions that are held in memory together."""
_AT_ONCE = 100_000
"""Families of a domain, of all these repetitions."""


class Ends(NamedTuple):
    """How repetitions ended: the verdict, as an index of ``VERDICTS``, and the families of each domain that it took."""

    verdicts: NDArray[np.int64]
    families: NDArray[np.int64]


def guard_band(design: Design) -> tuple[float, ...]:
    """The truths that are told with a plan: each threshold, its guard band's ends, and as far beyond them, ascending.

    Beyond the guard band, two deltas from a threshold, the rule should come to a verdict: there its power is seen.

    Raises:
        DesignError: a threshold is not opened.
    """
    told = {round(threshold + side * design.delta, 9) for threshold in _opened(design) for side in (-2, -1, 0, 1, 2)}
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
    most = max(domain.most_families for domain in design.domains)
    at_once = max(1, min(_MOST_AT_ONCE, _AT_ONCE // most))
    for begin in range(0, repetitions, at_once):
        count = min(at_once, repetitions - begin)
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
    firsts = tuple(domain.families for domain in design.domains)
    primary = settle(design, paths(design, samples, thresholds, firsts), 1, 1)
    most = max(each.shape[-1] for each in draws)
    stops = primary.looks
    if design.sensitivity.leave_one_family_out:
        stops = steady_looks(design, draws, thresholds, primary)
    verdicts = np.where(stops, primary.verdicts, NEITHER)
    if design.stopping is Stopping.FIXED:
        return Ends(verdicts, np.full(len(stops), most))
    return Ends(verdicts, np.where(stops, stops, most))
