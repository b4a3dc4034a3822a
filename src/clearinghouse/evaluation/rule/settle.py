"""Rule R4: what evidence comes to which verdict, for many variants or repetitions at once.

Evidence has one scale here, so that one rule reads it: the natural logarithm of an e-value, or of one over a p-value.
Against ``alpha`` it is enough from ``log(1/alpha)`` on.

COVERED: some domain is above its threshold. By e-values, where their mean over domains is enough; else, where the
largest is enough against ``alpha`` over the number of domains, which is also what Holm's step-down asks of the first.

NOT COVERED: every domain is below its threshold (an intersection-union test, so each is held against ``alpha``).

What counts for nothing: a domain whose threshold is not opened, or of which fewer families are drawn than were
registered. It stays among the registered ones by whose number alpha is divided, and is given the least that evidence
can be: an e-value of 0, a p-value of 1. An e-value of 1 would be none, because whoever opens thresholds or goes on
drawing may have seen which domains stand below 1, and the mean of what is left would then be too large. So at every
look

* a domain whose e-value reaches the number of registered domains over alpha is COVERED whatever the others show;
* opening or drawing another domain never takes COVERED away, unless every domain is then shown to be below at that look
  or an earlier one;
* a domain that counts for nothing never helps NOT COVERED, which takes every registered one.

Looks. A domain counts from its own fewest families on; look ``n`` sees the first ``n`` families of each. COVERED is
read from the evidence at the look. Of each domain the most is kept that ever spoke for being below, because
domains need not be below at one moment. The first look that comes to a verdict decides, and what is drawn later does
not change it. A look that would come to both, by evidence kept from before, comes to none.

A reconsideration reads the evidence at the end of the pooled draw alone. Sequential evidence may be read at any moment,
so it can take a verdict back as well as give one, and both stages together err no oftener than ``alpha``: each error
would need a look at which a true claim has lost by a factor of ``1/alpha``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearinghouse.evaluation.rule.design import Across, Design, DomainDesign, Stopping
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.rule.tables import Sample
from clearinghouse.evaluation.statistics.e_values import holm, log_mean, named
from clearinghouse.evaluation.statistics.gaffke import p_value
from clearinghouse.evaluation.statistics.sequences import Floats, log_e_process

NEITHER, COVERED, NOT_COVERED = 0, 1, 2
VERDICTS = (Verdict.INDETERMINATE, Verdict.COVERED, Verdict.NOT_COVERED)
_NOTHING = -1e9
"""The logarithm that stands for that of an e-value of 0: of a number, so that sums and maxima of it are numbers."""

Firsts = tuple[int | None, ...]
"""The look from which each domain counts, from 1; None where it counts for nothing."""
Thresholds = tuple[float | None, ...]
"""Of each domain; None where it is not opened."""


class Paths(NamedTuple):
    """Evidence of all domains.

    Attributes:
        above: against "not above the threshold"; axes: variants, looks, domains. below: against "not below it".
    """

    above: Floats
    below: Floats


class Settled(NamedTuple):
    """The verdict of each variant, as an index of ``VERDICTS``, and the look at which it was reached first; else 0."""

    verdicts: NDArray[np.int64]
    looks: NDArray[np.int64]


def by_betting(design: Design) -> bool:
    """Whether evidence is an e-value; else it is Gaffke's p-value for a fixed number of families."""
    return design.stopping is Stopping.SEQUENTIAL or design.across is Across.E_VALUES


def alpha_of(design: Design, stage: int) -> float:
    """What a stage may spend of the registered alpha.

    Where the number is fixed, the two stages share it. Sequential evidence is continued, and needs no share.
    """
    if design.stopping is Stopping.SEQUENTIAL or not design.reconsideration.families:
        return design.alpha
    share = design.reconsideration.first_share
    return design.alpha * (share if stage == 1 else 1 - share)


def alpha_each(design: Design, stage: int) -> float:
    """The part of alpha at which a domain is above its threshold whatever the others show."""
    return alpha_of(design, stage) / len(design.domains)


def first_looks(design: Design, drawn: tuple[int, ...], stage: int) -> Firsts:
    """From which look each domain counts.

    Args:
        drawn: families of each domain. stage: 2 where a fresh draw is pooled with the first one.
    """
    return tuple(
        domain.families if domain.threshold.covered is not None and count >= needed(design, domain, stage) else None
        for domain, count in zip(design.domains, drawn, strict=True)
    )


def needed(design: Design, domain: DomainDesign, stage: int) -> int:
    """How many families a domain has before it counts: all that are registered, or the fewest before a look."""
    if design.stopping is Stopping.SEQUENTIAL:
        return domain.families
    return domain.most_families + (design.reconsideration.families if stage == 2 else 0)


def paths(design: Design, samples: tuple[Sample, ...], thresholds: Thresholds, firsts: Firsts = ()) -> Paths:
    """The evidence of all domains at every look; where the number of families is fixed, at the only one.

    Args:
        samples, thresholds: of each domain. firsts: see :data:`Firsts`; none takes every domain from the first family.
    """
    above, below = [], []
    for each, threshold, first in zip(samples, thresholds, firsts or (1,) * len(samples), strict=True):
        if threshold is None or first is None:
            above.append(_nothing(design, each))
            below.append(_nothing(design, each))
            continue
        mirrored = Sample(1 - each.high, 1 - each.low, each.weights)
        above.append(_from(first, _evidence(design, each, threshold)))
        below.append(_from(first, _evidence(design, mirrored, 1 - threshold)))
    return Paths(_side_by_side(above), _side_by_side(below))


def _nothing(design: Design, given: Sample) -> Floats:
    return np.full((len(given.low), 1), _NOTHING if by_betting(design) else 0.0)


def _from(first: int, path: Floats) -> Floats:
    """Evidence that counts from a look on. One look alone is the registered one."""
    if path.shape[-1] > 1:
        path[..., : first - 1] = _NOTHING
    return path


def _evidence(design: Design, given: Sample, threshold: float) -> Floats:
    if not by_betting(design):
        with np.errstate(divide="ignore"):
            return np.asarray(-np.log(p_value(given.low, threshold, given.weights)))[:, None]
    path = log_e_process(given.low, threshold, given.weights)
    return path[:, -1:] if design.stopping is Stopping.FIXED else path


def _side_by_side(each: list[Floats]) -> Floats:
    """Domains along the last axis; one whose families are all drawn stays as it is while others go on."""
    looks = max(path.shape[-1] for path in each)
    return np.stack([np.pad(path, ((0, 0), (0, looks - path.shape[-1])), mode="edge") for path in each], axis=-1)


def settle(design: Design, given: Paths, first: int, stage: int) -> Settled:
    """The verdict of each variant.

    Args:
        first: the first look, counted from 1. stage: 2 reads the end alone.
    """
    if design.stopping is Stopping.FIXED or stage == 2:
        given, first = Paths(given.above[:, -1:], given.below[:, -1:]), 1
    covered, not_covered = claims(design, given, first, stage)
    definite = covered ^ not_covered
    looks = np.where(definite.any(axis=-1), definite.argmax(axis=-1) + first, 0)
    at = definite.argmax(axis=-1)[:, None]
    was_covered = np.take_along_axis(covered, at, axis=-1)[:, 0]
    verdicts = np.where(looks == 0, NEITHER, np.where(was_covered, COVERED, NOT_COVERED))
    return Settled(verdicts, looks)


def claims(design: Design, given: Paths, first: int, stage: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the evidence is enough for COVERED, and for NOT COVERED, at each look from the first on."""
    above, below = given.above[:, first - 1 :], given.below[:, first - 1 :]
    enough = -np.log(alpha_of(design, stage))
    if design.across is Across.E_VALUES:
        covered = log_mean(above) >= enough
    else:
        covered = above.max(axis=-1) >= -np.log(alpha_each(design, stage))
    kept = np.maximum.accumulate(below, axis=1)
    return covered, (kept >= enough).all(axis=-1)


def named_domains(design: Design, given: Paths, first: int, stage: int) -> tuple[bool, ...]:
    """Which domains are above their thresholds, by the first variant, so that one error in all has at most alpha.

    A domain that was named at one look stays named.
    """
    alone = design.stopping is Stopping.FIXED or stage == 2
    above = given.above[0][-1:] if alone else given.above[0][first - 1 :]
    alpha = alpha_of(design, stage)
    if design.across is Across.E_VALUES:
        at_each = [named(look, alpha) for look in above]
    elif design.across is Across.HOLM:
        at_each = [holm(np.exp(-look), alpha) for look in above]
    else:
        at_each = [tuple(bool(each) for each in look >= -np.log(alpha_each(design, stage))) for look in above]
    return tuple(any(each) for each in zip(*at_each, strict=True))


def domains_below(design: Design, given: Paths, first: int, stage: int) -> tuple[bool, ...]:
    """Which domains are below their thresholds, by the first variant, each with at most alpha."""
    alone = design.stopping is Stopping.FIXED or stage == 2
    below = given.below[0][-1:] if alone else given.below[0][first - 1 :]
    return tuple(bool(each) for each in (below >= -np.log(alpha_of(design, stage))).any(axis=0))
