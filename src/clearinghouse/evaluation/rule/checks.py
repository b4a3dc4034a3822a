"""Whether a design can be decided by, before anything is drawn."""

from itertools import pairwise
from math import isfinite

from clearinghouse.evaluation.rule.design import Across, Design, DomainDesign, Sensitivity, Stopping
from clearinghouse.evaluation.rule.errors import DesignError

FEWEST_FIXED = 5
"""Families of a domain below which no fixed number is taken: the size of the bound was measured from here on."""


def check(design: Design) -> None:
    """Do nothing with a design under which the rule keeps its error rates.

    Raises:
        DesignError: the design is none such; the first thing that is wrong is said.
    """
    names = [each.name for each in design.domains]
    if not names or len(set(names)) != len(names):
        raise DesignError("The design has no domain, or two of one name.", "Give each domain a name of its own.")
    if not 0 < design.alpha < 0.5:
        raise DesignError(f"Alpha is {design.alpha}.", "Choose one above 0 and below 0.5, such as 0.05.")
    if design.epochs < 1:
        raise DesignError(f"The design has {design.epochs} epochs.", "Choose at least one attempt at each task.")
    if not 0 < design.delta < 1 or not design.spread > 0:
        raise DesignError("Delta is not between 0 and 1, or the spread not above 0.", "Choose such as 0.1 and 0.3.")
    if design.across is Across.HOLM and design.stopping is Stopping.SEQUENTIAL:
        raise DesignError(
            "Holm's step-down needs p-values, and looks after every family have none.",
            "Choose `e_values` or `split` across domains, or a fixed number of families.",
        )
    _check_numbers_read(design)
    _check_grid(design)
    for domain in design.domains:
        _check_threshold(domain)
        _check_numbers(domain, design)


def _check_numbers_read(design: Design) -> None:
    """Whatever it was read from, a number that is none must not reach a simulation or a comparison."""
    told = {
        "spread": design.spread,
        "least_minutes of the band": design.band.least_minutes,
        "seconds of the budget": design.budget.seconds,
        "cost of the budget": design.budget.cost,
    }
    for name, value in told.items():
        if value is not None and not isfinite(value):
            raise DesignError(f"The {name} is {value}.", "Write a finite number.")


def _is_empty(grid: Sensitivity) -> bool:
    leaves_out = grid.leave_one_family_out or grid.leave_one_benchmark_out
    return not (leaves_out or grid.sources or grid.scaffolds or "tasks" in grid.weightings)


def _check_grid(design: Design) -> None:
    if _is_empty(design.sensitivity):
        raise DesignError(
            "The grid has no cell, so that no verdict could be shown to hang on one choice.",
            "Leave each family out once, weight families by tasks, or take a source or a scaffold alone.",
        )
    unknown = sorted(set(design.sensitivity.weightings) - {"equal", "tasks"})
    if unknown:
        raise DesignError(f"No weighting is called {unknown[0]}.", "Choose among `equal` and `tasks`.")
    if not 0 <= design.sensitivity.limit < 1:
        raise DesignError(f"The limit of the grid is {design.sensitivity.limit}.", "Choose one from 0 to below 1.")
    if not 0 < design.reconsideration.first_share < 1 or design.reconsideration.families < 0:
        raise DesignError(
            "Reconsideration has a share that is not between 0 and 1, or fewer than no families.",
            "Choose a share such as 0.5, and the number of families that are drawn freshly.",
        )


def _check_threshold(domain: DomainDesign) -> None:
    known = [each for each in (domain.threshold.watch, domain.threshold.covered) if each is not None]
    if any(not 0 < each < 1 for each in known) or any(low >= high for low, high in pairwise(known)):
        raise DesignError(
            f"A threshold of {domain.name} is not between 0 and 1, or the watch threshold is not below the other.",
            "Choose rates between 0 and 1, the watch threshold lower.",
        )


def _check_numbers(domain: DomainDesign, design: Design) -> None:
    fixed = design.stopping is Stopping.FIXED
    fewest = FEWEST_FIXED if fixed else 1
    if domain.families < fewest or domain.most_families < domain.families:
        raise DesignError(
            f"{domain.name} has {domain.families} families, of at most {domain.most_families}.",
            f"Choose at least {fewest}, and no smaller number at which drawing ends.",
        )
    if fixed and domain.most_families != domain.families:
        raise DesignError(
            f"{domain.name} has a fixed number of families, and another at which drawing ends.",
            "Choose the same number twice, or sequential stopping.",
        )
    if design.reconsideration.families > domain.reserve:
        raise DesignError(
            f"{domain.name} keeps {domain.reserve} families for a reconsideration that draws "
            f"{design.reconsideration.families}.",
            "Keep at least as many as are drawn freshly.",
        )
