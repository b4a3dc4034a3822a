"""What the evidence says of each domain: its accuracy, its bounds, its own verdict."""

from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.rule.design import Design, DomainDesign
from clearinghouse.evaluation.rule.finding import Bounds, DomainFinding, Verdict
from clearinghouse.evaluation.rule.settle import alpha_each, alpha_of, by_betting, needed
from clearinghouse.evaluation.rule.tables import FamilyRow
from clearinghouse.evaluation.statistics import gaffke
from clearinghouse.evaluation.statistics.estimate import GeneralizedAccuracy, Interval
from clearinghouse.evaluation.statistics.sequences import Floats, lower_bound, upper_bound

_MOST = 700.0
"""The largest logarithm that is still a number when it is raised again."""


class Own(NamedTuple):
    """What the rule says of one domain.

    Attributes:
        verdict: of it. evidence: its logarithm at the end. first: the look from which it counts. Both are None where
            the domain counts for nothing.
    """

    verdict: Verdict
    evidence: float | None
    first: int | None


def domain_finding(
    design: Design, domain: DomainDesign, rows: tuple[FamilyRow, ...], own: Own, stage: int
) -> DomainFinding:
    """The finding of one domain.

    Args:
        rows: its families in drawn order. own: what the rule says of it. stage: 1, or 2 for a pooled draw.
    """
    low = np.array([row.low for row in rows])
    high = np.array([row.high for row in rows])
    bounds = _bounds(design, domain, low, high, stage)
    fresh = design.reconsideration.families if stage == 2 else 0
    attempts = sum(row.attempts for row in rows)
    watch = domain.threshold.watch
    return DomainFinding(
        name=domain.name,
        title=domain.title,
        threshold=domain.threshold.identifier,
        covered=domain.threshold.covered,
        watch=watch,
        verdict=own.verdict,
        accuracy=_accuracy(design, domain, rows, low, high, stage),
        bounds=bounds,
        evidence=None if own.evidence is None else _raised(design, own.evidence),
        above_watch=watch is not None and bounds.lower > watch,
        families=len(rows),
        families_to_go=max(0, domain.most_families + fresh - len(rows)),
        missing=sum(row.missing for row in rows) / attempts if attempts else 0.0,
    )


def _raised(design: Design, evidence: float) -> float:
    return float(np.exp(min(evidence if by_betting(design) else -evidence, _MOST)))


def _bounds(design: Design, domain: DomainDesign, low: Floats, high: Floats, stage: int) -> Bounds:
    each, every = alpha_each(design, stage), alpha_of(design, stage)
    if by_betting(design):
        running = stage == 1 and design.stopping == "sequential"
        lower = lower_bound(low, each, first=domain.families, running=running)
        upper = upper_bound(high, every, first=domain.families, running=running)
        looks = "at every look" if design.stopping == "sequential" else "at the registered number of families"
        method = f"betting over family means, valid {looks}"
    else:
        lower, upper = _fixed(design, domain, low, high, stage)
        method = f"Gaffke's bound over {low.size} family means, for any distribution of them"
    return Bounds(lower=lower, upper=upper, lower_level=1 - each, upper_level=1 - every, method=method)


def _fixed(design: Design, domain: DomainDesign, low: Floats, high: Floats, stage: int) -> tuple[float, float]:
    """Both bounds of a fixed number of families; the ends of the scale until all are drawn."""
    if low.size < needed(design, domain, stage):
        return 0.0, 1.0
    each, every = alpha_each(design, stage), alpha_of(design, stage)
    return float(gaffke.lower_bound(low, each)), float(gaffke.upper_bound(high, every))


def _accuracy(
    design: Design, domain: DomainDesign, rows: tuple[FamilyRow, ...], low: Floats, high: Floats, stage: int
) -> GeneralizedAccuracy:
    """The mean over families of what is known; the interval ends where the bounds at the end of the draw are.

    Those are not the bounds that decide where looks were taken: evidence that was kept from an earlier look is not in
    it, so that its ends never cross, and the mean is between them.
    """
    known = np.array([row.known for row in rows if row.known is not None])
    value = float(known.mean()) if known.size else 0.5
    each, every = alpha_each(design, stage), alpha_of(design, stage)
    if by_betting(design):
        ends = lower_bound(low, each, running=False), upper_bound(high, every, running=False)
    else:
        ends = _fixed(design, domain, low, high, stage)
    return GeneralizedAccuracy(
        value=value,
        error=float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else 0.5,
        interval=Interval(
            low=min(ends[0], value),
            high=max(ends[1], value),
            level=1 - each - every,
            method="betting over family means" if by_betting(design) else "Gaffke's bounds over family means",
        ),
        tasks=sum(row.tasks for row in rows),
        families=len(rows),
        attempts=sum(row.attempts - row.missing for row in rows),
    )
