"""Designs and observations in a few words, for tests of the rule."""

from collections.abc import Iterable

from clearinghouse.evaluation.rule.conditions import Conditions
from clearinghouse.evaluation.rule.design import (
    Across,
    Budget,
    Design,
    DomainDesign,
    Reconsideration,
    Sensitivity,
    Stopping,
    Threshold,
)
from clearinghouse.evaluation.rule.observations import (
    ObservedAttempt,
    ObservedDomain,
    ObservedFamily,
    ObservedTask,
)

SOUND = Conditions(saturated=True, sandbagging_not_excluded=False)
"""Conditions under which both verdicts can be supported."""

NO_GRID = Sensitivity(weightings=("equal", "tasks"), leave_one_family_out=False)
"""A grid that changes nothing: families of one task each weigh alike by their tasks, too."""


def domain_design(name="a", covered=0.5, families=10, most=40, reserve=0, watch=None):
    threshold = Threshold(identifier=f"example-{name}", covered=covered, watch=watch)
    return DomainDesign(
        name=name,
        title=name.upper(),
        threshold=threshold,
        families=families,
        most_families=most,
        reserve=reserve,
    )


def design(*domains, **changes):
    """Sequential, e-values, one attempt at each task, no grid, unless told otherwise."""
    told = {"epochs": 1, "sensitivity": NO_GRID, "budget": Budget(tokens=1_000_000)} | changes
    return Design(domains=domains or (domain_design(),), **told)


def fixed(*domains, **changes):
    return design(*domains, **({"stopping": Stopping.FIXED, "across": Across.HOLM} | changes))


def with_reserve(families, *, first_share=0.5):
    return Reconsideration(families=families, first_share=first_share)


def attempts(outcomes, scaffold=""):
    """Attempts from text: ``1`` solved, ``0`` failed, ``?`` without an outcome."""
    known = {"1": True, "0": False, "?": None}
    return tuple(ObservedAttempt(solved=known[each], scaffold=scaffold) for each in outcomes)


def task(outcomes, name="t", *, minutes=None, benchmark="", scaffold=""):
    told = {"completion": 120.0} if minutes is None else minutes
    return ObservedTask(name=name, minutes=told, attempts=attempts(outcomes, scaffold), benchmark=benchmark)


def family(name, *tasks):
    return ObservedFamily(name=name, tasks=tasks)


def domain(families: Iterable[str], name="a", *, prefix="f", largest=0):
    """A domain whose families have one task each, with these outcomes."""
    drawn = (family(f"{prefix}{at}", task(each, f"{prefix}{at}-t")) for at, each in enumerate(families))
    return ObservedDomain(name=name, families=tuple(drawn), largest=largest)
