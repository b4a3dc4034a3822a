"""Rule R8: the verdict computed in other ways.

Each cell asks the whole rule again, with its looks. A family, a benchmark, a source of human times or a scaffold that
is left out is taken out of the sequence, and the rest keeps its order: it is what would have been drawn had it never
been there. At the look at which sequential evidence is just enough, hardly any family can be spared, so that most cells
differ; a few families later they do not. To stop only where the verdict stands after the grid is therefore part of the
rule, and since evidence may be read at every look, it costs families and no error.

Weighting by tasks asks about the success at a task of the population instead of that in a family. Evidence is then
about each family's tasks times its distance from the threshold, so that it holds for families of any size
(:func:`~clearinghouse.evaluation.rule.tables.by_tasks`).

A domain that counts for nothing in the verdict does so in every cell, and its families are no cells of their own. In a
cell that leaves fewer than two families of a domain, that domain counts for nothing; where no domain is left, the cell
cannot be computed. It is INDETERMINATE, and is shown.
"""

from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Cell, Verdict
from clearinghouse.evaluation.rule.observations import ObservedDomain
from clearinghouse.evaluation.rule.settle import VERDICTS, Firsts, Thresholds, paths, settle
from clearinghouse.evaluation.rule.tables import FamilyRow, Sample, Selection, by_tasks, sample, tabulate, without_each

FEWEST = 2
"""Families of a domain below which it counts for nothing in a cell."""

Tables = tuple[tuple[FamilyRow, ...], ...]


def cells(
    design: Design,
    observed: tuple[ObservedDomain, ...],
    thresholds: Thresholds,
    firsts: Firsts,
    before: Verdict,
    stage: int,
) -> tuple[Cell, ...]:
    """Every cell of the registered grid; none where no domain counts.

    Args:
        observed: in the order of the design. thresholds: of each domain. firsts: the look from which each counts.
            before: the verdict that cells are held against.
    """
    if not any(firsts):
        return ()
    tables = tuple(tabulate(each, design) for each in observed)
    asked = _Asked(design, thresholds, firsts, stage)
    told = [
        *_by_weighting(asked, observed, tables),
        *_by_selection(asked, observed),
        *_without_families(asked, tables),
    ]
    return tuple(Cell(changed=changed, verdict=verdict, flips=verdict is not before) for changed, verdict in told)


def opposite(grid: tuple[Cell, ...], before: Verdict) -> tuple[Cell, ...]:
    """Return the cells that come to the opposite of a definite verdict. One is enough, whatever the others say."""
    definite = {Verdict.COVERED, Verdict.NOT_COVERED}
    return tuple(each for each in grid if before in definite and each.verdict in definite - {before})


class _Asked(NamedTuple):
    """What every cell asks with: see :func:`cells`."""

    design: Design
    thresholds: Thresholds
    firsts: Firsts
    stage: int

    def firsts_of(self, tables: Tables) -> Firsts:
        """The look from which each domain counts in a cell: not later than all its families that are left."""
        return tuple(
            None if first is None or len(rows) < FEWEST else min(first, len(rows))
            for first, rows in zip(self.firsts, tables, strict=True)
        )


def _by_weighting(asked: _Asked, observed: tuple[ObservedDomain, ...], tables: Tables) -> Iterator[tuple[str, Verdict]]:
    if "tasks" not in asked.design.sensitivity.weightings:
        return
    pairs = zip(tables, observed, strict=True)
    samples = tuple(by_tasks(rows, domain.largest) for rows, domain in pairs)
    yield _judged("families weighted by their tasks", asked, tables, samples)


def _by_selection(asked: _Asked, observed: tuple[ObservedDomain, ...]) -> Iterator[tuple[str, Verdict]]:
    for changed, selection in _selections(asked.design, observed):
        tables = tuple(tabulate(each, asked.design, selection) for each in observed)
        yield _judged(changed, asked, tables, tuple(map(sample, tables)))


def _selections(design: Design, observed: tuple[ObservedDomain, ...]) -> Iterator[tuple[str, Selection]]:
    grid = design.sensitivity
    for source in grid.sources:
        yield f"human times by {source} alone", Selection(source=source)
    for benchmark in _benchmarks(observed) if grid.leave_one_benchmark_out else ():
        yield f"without the benchmark {benchmark}", Selection(without=benchmark)
    for scaffold in grid.scaffolds:
        yield f"the scaffold {scaffold} alone", Selection(scaffold=scaffold)


def _benchmarks(observed: tuple[ObservedDomain, ...]) -> list[str]:
    tasks = (task for domain in observed for family in domain.families for task in family.tasks)
    return sorted({task.benchmark for task in tasks if task.benchmark})


def _judged(changed: str, asked: _Asked, tables: Tables, samples: tuple[Sample, ...]) -> tuple[str, Verdict]:
    firsts = asked.firsts_of(tables)
    if not any(firsts):
        return f"{changed} (too few families to compute it)", Verdict.INDETERMINATE
    given = paths(asked.design, samples, asked.thresholds, firsts)
    return changed, VERDICTS[settle(asked.design, given, 1, asked.stage).verdicts[0]]


def _without_families(asked: _Asked, tables: Tables) -> Iterator[tuple[str, Verdict]]:
    if not asked.design.sensitivity.leave_one_family_out:
        return
    samples = without_each(tuple(map(sample, tables)))
    variants = paths(asked.design, samples, asked.thresholds, asked.firsts_of(tables))
    verdicts = iter(settle(asked.design, variants, 1, asked.stage).verdicts)
    for domain, rows, first in zip(asked.design.domains, tables, asked.firsts, strict=True):
        for row in rows:
            verdict = VERDICTS[next(verdicts)]
            changed = f"without family {row.name} of {domain.name}"
            if len(rows) <= FEWEST:
                changed, verdict = f"{changed} (too few families to compute it)", Verdict.INDETERMINATE
            if first is not None:
                yield changed, verdict
