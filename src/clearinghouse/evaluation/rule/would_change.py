"""What evidence would lead to another verdict, reckoned from what was seen."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.rule.conditions import Conditions, doubts, obstacles
from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Cell, DomainFinding, Verdict
from clearinghouse.evaluation.rule.grid import Tables
from clearinghouse.evaluation.rule.settle import VERDICTS, Firsts, Thresholds, alpha_each, alpha_of, paths, settle
from clearinghouse.evaluation.rule.tables import FamilyRow, Sample, sample

_MOST_FAMILIES = 1_024
"""Families beyond which no number is told."""
_SHOWN = 3
"""Cells of the grid that are named."""
_ELSE = "Further families whose success lies farther from the thresholds than that seen so far."


class Stand(NamedTuple):
    """How things stand: the verdict and the one before the conditions and the grid, and what they rest on.

    Attributes:
        thresholds: of each domain; None where one is not opened. firsts: the look from which each counts, or None.
    """

    verdict: Verdict
    before: Verdict
    domains: tuple[DomainFinding, ...]
    tables: Tables
    thresholds: Thresholds
    firsts: Firsts
    grid: tuple[Cell, ...]
    flipped: float
    stage: int


def would_change(design: Design, stand: Stand, conditions: Conditions) -> tuple[str, ...]:
    """Sentences, what is nearest first; there is always one."""
    return tuple(_sentences(design, stand, conditions)) or (_ELSE,)


def _sentences(design: Design, stand: Stand, conditions: Conditions) -> Iterator[str]:
    for each in stand.domains:
        if each.covered is None:
            yield f"{each.title}: the value of the threshold {each.threshold} is opened."
    if conditions.development:
        yield "A draw from a pool that is held out."
    if all(each is None for each in stand.thresholds):
        return
    if stand.before is Verdict.INDETERMINATE:
        yield from _more_families(design, stand)
    if stand.before is Verdict.COVERED:
        yield from _settled(conditions)
    if stand.flipped > design.sensitivity.limit and stand.before is not Verdict.INDETERMINATE:
        yield from _steadier(design, stand)
    if stand.verdict is not Verdict.INDETERMINATE:
        yield from _fresh_draw(design, stand)
    if stand.verdict is Verdict.NOT_COVERED:
        yield f"A scaffold or a budget that is shown to gain at least {design.delta:g}, or a flag that is opened."
    elif stand.before is not Verdict.COVERED and all(_is_low(each) for each in stand.domains):
        for obstacle in obstacles(conditions, design.delta):
            yield f"For NOT COVERED: {obstacle.remove[0].lower()}{obstacle.remove[1:]}"


def _settled(conditions: Conditions) -> Iterator[str]:
    for each in doubts(conditions):
        yield f"For COVERED: the flag {each.kind} is settled."


def _is_low(domain: DomainFinding) -> bool:
    return domain.covered is not None and domain.accuracy.value < domain.covered


def _steadier(design: Design, stand: Stand) -> Iterator[str]:
    differing = [each.changed for each in stand.grid if each.flips]
    more = len(differing) - _SHOWN
    others = f", and {more} more" if more > 0 else ""
    yield (
        f"A grid of which at most {design.sensitivity.limit:.0%} differ: now {len(differing)} of {len(stand.grid)} do "
        f"({'; '.join(differing[:_SHOWN])}{others})."
    )


def _more_families(design: Design, stand: Stand) -> Iterator[str]:
    """How many more would decide, if they came out like those that were seen."""
    down = []
    for domain, rows, threshold in zip(stand.domains, stand.tables, stand.thresholds, strict=True):
        if not rows or threshold is None:
            continue
        given = sample(rows)
        if domain.accuracy.value > threshold:
            more = _needed(design, given, threshold, -np.log(alpha_each(design, stand.stage)))
            yield f"{domain.title}: to show it above the threshold, {_count(more, domain.families_to_go)}."
        mirrored = Sample(1 - given.high, 1 - given.low, given.weights)
        down.append(_needed(design, mirrored, 1 - threshold, -np.log(alpha_of(design, stand.stage))))
    if all(map(_is_low, stand.domains)) and len(down) == len(stand.domains):
        most = None if None in down else max(each for each in down if each is not None)
        to_go = min(each.families_to_go for each in stand.domains)
        yield f"To show every domain below its threshold, {_count(most, to_go, ' in each domain')}."


def _count(more: int | None, to_go: int, where: str = "") -> str:
    """How many further families it takes, and how many of them this draw has, as the end of a sentence."""
    if more is None:
        return (
            f"it would take more than {_MOST_FAMILIES:,} further families{where}, if they succeed as those seen so far"
        )
    families = "family" if more == 1 else "families"
    left = f"up to {to_go} can" if to_go else "none can"
    can = f"{left} still be drawn under this plan"
    return f"it would take about {more} more {families}{where}, if they succeed as those seen so far; {can}"


def _needed(design: Design, given: Sample, threshold: float, enough: float) -> int | None:
    """How many more families, which repeat those that were seen in turn, make the evidence enough."""
    seen = given.low.shape[-1]
    low, high = 0, 1
    while not _is_enough(design, given, seen + high, threshold, enough):
        low, high = high, 2 * high
        if high > _MOST_FAMILIES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        held = _is_enough(design, given, seen + middle, threshold, enough)
        low, high = (low, middle) if held else (middle, high)
    return high


def _is_enough(design: Design, given: Sample, size: int, threshold: float, enough: float) -> bool:
    longer = Sample(*(np.resize(each, (1, size)) for each in given))
    return bool(paths(design, (longer,), (threshold,)).above[0, -1, 0] >= enough)


def _fresh_draw(design: Design, stand: Stand) -> Iterator[str]:
    """How a reconsideration would have to come out to change a verdict."""
    count = design.reconsideration.families
    if not count or stand.stage == 2:
        yield "Another draw, under a new version of the plan."
        return
    rates = np.arange(101) / 100
    changing = [rate for rate in rates if _pooled(design, stand, rate) is not stand.verdict]
    side = "at most" if stand.verdict is Verdict.COVERED else "at least"
    edge = max(changing, default=None) if stand.verdict is Verdict.COVERED else min(changing, default=None)
    if edge is None:
        families = "family" if count == 1 else "families"
        yield (
            f"A reconsideration would draw {count} further {families} in each domain, and would not change the verdict "
            "whatever they showed. A larger draw could, under another version of the plan."
        )
    else:
        yield f"A fresh draw of {count} families in each domain, each with a success of {side} {edge:.2f}."


def _pooled(design: Design, stand: Stand, rate: float) -> Verdict:
    """The verdict of the second stage, if each fresh family came out at one rate."""
    row = FamilyRow(name="", low=rate, high=rate, known=rate, tasks=1, attempts=1, missing=0)
    fresh = (row,) * design.reconsideration.families
    samples = tuple(sample(rows + fresh) for rows in stand.tables)
    given = paths(design, samples, stand.thresholds, stand.firsts)
    return VERDICTS[settle(design, given, 1, 2).verdicts[0]]
