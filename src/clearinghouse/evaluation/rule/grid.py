"""Rule R8: the verdict computed in other ways.

Each cell asks the whole rule again, with its looks. A family, a benchmark, a source of human times or a scaffold that
is left out is taken out of the sequence, and the rest keeps its order: it is what would have been drawn had it never
been there. At the look at which sequential evidence is just enough, hardly any family can be spared, so that most cells
differ; a few families later they do not. To stop only where the verdict stands after the grid is therefore part of the
rule, and since evidence may be read at every look, it costs families and no error.

Weighting by tasks asks about the success at a task of the population instead of that in a family. Evidence is then
about each family's tasks times its distance from the threshold, so that it holds for families of any size
(:func:`~clearinghouse.evaluation.rule.tables.by_tasks`).

A cell with fewer than two families in a domain cannot be computed. It is INDETERMINATE, and is shown.
"""

from collections.abc import Iterator

from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Cell, Verdict
from clearinghouse.evaluation.rule.observations import ObservedDomain
from clearinghouse.evaluation.rule.settle import VERDICTS, paths, settle
from clearinghouse.evaluation.rule.tables import Row, Sample, Selection, by_tasks, sample, tabulate, without_each

FEWEST = 2
"""Families of a domain below which a cell cannot be computed."""

Tables = tuple[tuple[Row, ...], ...]


def cells(
    design: Design,
    observed: tuple[ObservedDomain, ...],
    thresholds: tuple[float, ...],
    before: Verdict,
    stage: int,
) -> tuple[Cell, ...]:
    """Every cell of the registered grid.

    Args:
        observed: in the order of the design. thresholds: of each domain. before: the verdict that cells are held
            against.
    """
    tables = tuple(tabulate(each, design) for each in observed)
    told = [
        *_by_weighting(design, observed, tables, thresholds, stage),
        *_by_selection(design, observed, thresholds, stage),
        *_without_families(design, tables, thresholds, stage),
    ]
    return tuple(Cell(changed=changed, verdict=verdict, flips=verdict is not before) for changed, verdict in told)


def opposite(grid: tuple[Cell, ...], before: Verdict) -> tuple[Cell, ...]:
    """Return the cells that come to the opposite of a definite verdict. One is enough, whatever the others say."""
    definite = {Verdict.COVERED, Verdict.NOT_COVERED}
    return tuple(each for each in grid if before in definite and each.verdict in definite - {before})


def first_look(design: Design, tables: Tables) -> int:
    """When every domain has its fewest families, or all that there are."""
    pairs = zip(design.domains, tables, strict=True)
    return max(1, *(min(domain.families, len(rows)) for domain, rows in pairs))


def _by_weighting(
    design: Design,
    observed: tuple[ObservedDomain, ...],
    tables: Tables,
    thresholds: tuple[float, ...],
    stage: int,
) -> Iterator[tuple[str, Verdict]]:
    if "tasks" not in design.sensitivity.weightings:
        return
    pairs = zip(tables, observed, strict=True)
    samples = tuple(by_tasks(rows, domain.largest) for rows, domain in pairs)
    yield _judged("families weighted by their tasks", design, tables, samples, thresholds, stage)


def _by_selection(
    design: Design, observed: tuple[ObservedDomain, ...], thresholds: tuple[float, ...], stage: int
) -> Iterator[tuple[str, Verdict]]:
    for changed, selection in _selections(design, observed):
        tables = tuple(tabulate(each, design, selection) for each in observed)
        yield _judged(changed, design, tables, tuple(map(sample, tables)), thresholds, stage)


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


def _judged(
    changed: str,
    design: Design,
    tables: Tables,
    samples: tuple[Sample, ...],
    thresholds: tuple[float, ...],
    stage: int,
) -> tuple[str, Verdict]:
    if min(map(len, tables)) < FEWEST:
        return f"{changed} (too few families to compute it)", Verdict.INDETERMINATE
    settled = settle(design, paths(design, samples, thresholds), first_look(design, tables), stage)
    return changed, VERDICTS[settled.verdicts[0]]


def _without_families(
    design: Design, tables: Tables, thresholds: tuple[float, ...], stage: int
) -> Iterator[tuple[str, Verdict]]:
    if not design.sensitivity.leave_one_family_out:
        return
    variants = paths(design, without_each(tuple(map(sample, tables))), thresholds)
    verdicts = iter(settle(design, variants, first_look(design, tables), stage).verdicts)
    for domain, rows in zip(design.domains, tables, strict=True):
        for row in rows:
            verdict = VERDICTS[next(verdicts)]
            changed = f"without family {row.name} of {domain.name}"
            few = len(rows) <= FEWEST
            yield (
                (f"{changed} (too few families to compute it)", Verdict.INDETERMINATE) if few else (changed, verdict)
            )
