"""Which threshold values may be seen, and how they are said."""

from collections.abc import Mapping

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.reports.blocks import Piece, Said
from clearinghouse.evaluation.reports.numbers import exact_percent
from clearinghouse.evaluation.reports.words import UNOPENED
from clearinghouse.evaluation.rule.design import Threshold
from clearinghouse.evaluation.rule.finding import DomainFinding


def by_domain(facts: Assessment) -> Mapping[str, Threshold]:
    """Return the threshold of each domain by the domain's name."""
    return {each.name: each.threshold for each in facts.design.domains}


def is_open(threshold: Threshold | None) -> bool:
    """Whether the values may be seen by everybody: they are there and no commitment stands for them."""
    return threshold is not None and threshold.covered is not None and not threshold.commitment


def shows_closed(facts: Assessment) -> bool:
    """Whether the facts hold values that stand under a commitment, so that they are for those who may see them."""
    under = {each.name for each in facts.design.domains if each.threshold.commitment}
    held = any(each.threshold.covered is not None for each in facts.design.domains if each.threshold.commitment)
    return held or any(each.covered is not None for each in facts.finding.domains if each.name in under)


def said(found: DomainFinding) -> tuple[Piece, ...]:
    """Return the threshold of a domain: its value where that is known, and the name by which it is cited."""
    return (f"{value_said(found)}, ", Said(found.threshold))


def value_said(found: DomainFinding) -> str:
    """Return the value of a domain's threshold, or that it is not opened."""
    return UNOPENED if found.covered is None else exact_percent(found.covered)


def watch_said(found: DomainFinding) -> str:
    """Return the watch level of a domain, and whether the lower bound is above it."""
    if found.watch is None:
        return "none known"
    return f"{exact_percent(found.watch)}, {'exceeded' if found.above_watch else 'not exceeded'}"
