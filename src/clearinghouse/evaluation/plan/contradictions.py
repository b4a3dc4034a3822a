"""What contradicts itself in a plan, or could not be kept: each with where it stands and what to do.

Whether the rule keeps its error rates under the design is the rule's to say
(:mod:`clearinghouse.evaluation.rule.checks`).
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any

import msgspec

from clearinghouse.evaluation.plan.agreeing import people
from clearinghouse.evaluation.plan.fields import VOLUNTARY, Plan, PoolRef
from clearinghouse.evaluation.rule.checks import check
from clearinghouse.evaluation.rule.design import DomainDesign
from clearinghouse.evaluation.rule.errors import DesignError
from clearinghouse.evaluation.statistics.sources import RANK
from clearinghouse.sandbox import Tier

SCRIPTED = "scripted/"
"""With which the names of scripted agents begin."""
_NO_ROOT = "0" * 64
_COMMITMENT = 64

Contradiction = tuple[str, str, str]
"""Where, what, and what to do."""


def contradictions(plan: Plan) -> Iterator[Contradiction]:
    """Yield what is wrong with a plan that can be read."""
    yield from _fractions(msgspec.to_builtins(plan), "")
    yield from _versions(plan)
    yield from people(plan)
    yield from _choices(plan)
    yield from _budget(plan)
    for at, domain in enumerate(plan.design.domains):
        yield from _threshold(domain, f"design.domains, item {at + 1}.threshold")
    yield from _pools(plan)
    yield from _drawing(plan)
    yield from _rule(plan)


def _rule(plan: Plan) -> Iterator[Contradiction]:
    try:
        check(plan.design)
    except DesignError as error:
        yield "design", _clause(error.what), _clause(error.remedy)


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _fractions(value: Any, where: str) -> Iterator[Contradiction]:
    """TOML has numbers that are none."""
    if isinstance(value, float) and not isfinite(value):
        yield where, f"{value} is no number", "write a number"
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _fractions(each, f"{where}.{name}" if where else name)
    if isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _fractions(each, f"{where}, item {at + 1}")


def _versions(plan: Plan) -> Iterator[Contradiction]:
    if plan.voluntary != VOLUNTARY:
        yield "voluntary", "it is not the sentence that every plan carries", f"write: {VOLUNTARY}"
    if plan.version == 1 and plan.supersedes is not None:
        yield "supersedes", "the first version supersedes none", "take it out, or raise the version"
    if plan.version > 1 and plan.supersedes is None:
        remedy = "name the SHA-256 of the version before, and why there is another one"
        yield "supersedes", f"version {plan.version} supersedes none", remedy
    if plan.supersedes is not None and not plan.supersedes.reason.strip():
        yield "supersedes.reason", "it is not said why there is another version", "say why"


def _choices(plan: Plan) -> Iterator[Contradiction]:
    band, grid = plan.design.band, plan.design.sensitivity
    if plan.tier is Tier.T0:
        yield "tier", "nothing untrusted is run as a process like any other", "write T1, T2 or T3"
    if not band.least_minutes >= 0:
        yield "design.band.least_minutes", f"it is {band.least_minutes}", "write 0 or more"
    others = (grid.sources, grid.scaffolds, grid.leave_one_family_out, grid.leave_one_benchmark_out)
    if "tasks" not in grid.weightings and not any(others):  # equal weights are those of the verdict itself
        what = "the verdict is computed in no other way"
        yield "design.sensitivity", what, "weigh by tasks as well, or leave each family out in turn"
    for where, given, known in (
        ("design.band.sources", band.sources, RANK),
        ("design.sensitivity.sources", grid.sources, band.sources),
        ("design.sensitivity.scaffolds", grid.scaffolds, plan.scaffolds),
    ):
        if len(set(given)) != len(given):
            yield where, "one stands twice", "name each once"
        for each in set(given) - set(known):
            yield where, f"{each!a} is not among those that the plan has", f"name some of {', '.join(known)}"
    if len(set(plan.scaffolds)) != len(plan.scaffolds):
        yield "scaffolds", "one stands twice", "name each once"
    if not band.sources:
        yield "design.band.sources", "no source of human times is named", f"name some of {', '.join(RANK)}"
    if plan.design.reconsideration.days < 1:
        yield "design.reconsideration.days", "there is no day on which it may be asked for", "write 14, or more"


def _budget(plan: Plan) -> Iterator[Contradiction]:
    budget, ladder = plan.design.budget, plan.design.ladder
    for name in ("tokens", "cost", "seconds", "messages"):
        value = getattr(budget, name)
        if value is not None and not value > 0:
            yield f"design.budget.{name}", f"it is {value}", "write a number above 0"
    if any(low >= high for low, high in pairwise(ladder)) or any(each <= 0 for each in ladder):
        yield "design.ladder", "its budgets do not ascend", "write the smallest first, and each once"
    elif ladder and ladder[-1] != budget.tokens:
        what = f"it ends at {ladder[-1]:,} tokens, and an attempt may use {budget.tokens:,}"
        yield "design.ladder", what, "end it with the tokens of the budget"


def _threshold(domain: DomainDesign, where: str) -> Iterator[Contradiction]:
    threshold = domain.threshold
    if not threshold.identifier.strip():
        yield f"{where}.identifier", "it is empty", "name the criterion as it is cited"
    if threshold.covered is None and not threshold.commitment:
        remedy = "write the value, or the commitment to it that `frontier plan threshold commit` makes"
        yield where, "it has neither a value nor a commitment", remedy
    if threshold.covered is None and threshold.watch is not None:
        yield f"{where}.watch", "it is open, and the value above it is not", "open both, or commit to both"
    commitment = threshold.commitment
    if commitment and (len(commitment) != _COMMITMENT or set(commitment) - set("0123456789abcdef")):
        yield f"{where}.commitment", "it is no commitment", "write its 64 hexadecimal digits"
    for name in ("covered", "watch"):
        value = getattr(threshold, name)
        if value is not None and not 0 < value < 1:
            yield f"{where}.{name}", f"it is {value}", "write a rate between 0 and 1"
    if threshold.covered is not None and threshold.watch is not None and threshold.watch >= threshold.covered:
        what = f"the watch threshold {threshold.watch} is not below {threshold.covered}"
        yield f"{where}.watch", what, "write a lower one, at which a model is tested again"


def _pools(plan: Plan) -> Iterator[Contradiction]:
    domains = {each.name: each for each in plan.design.domains}
    counted = Counter(each.domain for each in plan.pools)
    for name in domains:
        if counted[name] != 1:
            what = f"the domain {name} has {counted[name]} pools"
            yield "pools", what, "name one pool for each domain; `frontier plan new --pool` writes them"
    for at, pool in enumerate(plan.pools):
        yield from _pool(pool, domains.get(pool.domain), f"pools, item {at + 1}")
    if any(each.is_open for each in plan.pools) and not plan.development:
        remedy = "write development = true, or take sealed pools"
        yield "development", "an open pool supports no determination", remedy


def _drawing(plan: Plan) -> Iterator[Contradiction]:
    is_exercise = plan.development or plan.model.access.startswith(SCRIPTED)
    if plan.drawing.beacon == "rehearsal" and not is_exercise:
        what = "what a rehearsal's beacon says, nobody can verify, and a model is to be assessed"
        remedy = "take quicknet or default; rehearsal is for scripted agents, or with development = true"
        yield "drawing.beacon", what, remedy


def _pool(pool: PoolRef, domain: DomainDesign | None, where: str) -> Iterator[Contradiction]:
    if pool.root == _NO_ROOT:
        yield f"{where}.root", "it is the example's", "write the root that the manifest of the pool has"
    if domain is None:
        yield f"{where}.domain", f"the design has no domain {pool.domain}", "name one of its domains"
        return
    needed = domain.most_families + domain.reserve
    if pool.families < needed:
        what = f"{pool.families} families can be drawn, and {needed} are needed, those in reserve among them"
        yield f"{where}.families", what, "make the pool larger, or the design smaller"
