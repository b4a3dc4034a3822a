"""A table of runs by how its attempts were made: the parts of an assessment, scaffolds, budgets.

Success at a budget of 20,000 tokens and at one of 100,000 are two quantities, and so is success on tasks that were
drawn and on those that a scaffold was tried on. A table in which one model was tried in several ways is divided by
them, and each of these tables is measured by itself, as if there were no other.
"""

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.run import Way
from clearinghouse.evaluation.runs.table import RunTable
from clearinghouse.evaluation.statistics.arrays import Truths
from clearinghouse.formats.text import quoted

_MOST_TOLD = 20


class Only(NamedTuple):
    """What is taken of a table, by name; empty takes all."""

    part: str = ""
    scaffold: str = ""
    budget: str = ""
    run: str = ""
    domain: str = ""


def narrowed(table: RunTable, only: Only) -> RunTable:
    """Return what is asked for of a table.

    Raises:
        TableError: there is nothing of that name, or nothing is left.
    """
    keep = np.ones(len(table), dtype=bool)
    for column, name in only._asdict().items():
        if name:
            keep &= _is(table, column, name)
    if not keep.any():
        what = f"{table.source}: no attempt is of all that is asked for"
        raise TableError(what, "leave out one of the options", source=table.source)
    return table if keep.all() else _taken(table, keep)


def divided(table: RunTable) -> tuple[tuple[Way, RunTable], ...]:
    """Return the tables of attempts that were made in one way; the table itself where no model was tried in several."""
    pairs = np.unique(np.column_stack([table.model, table.way]), axis=0)
    if len(np.unique(pairs[:, 0])) == len(pairs):
        return ((table.ways[0] if len(table.ways) == 1 else Way(), table),)
    order = sorted(range(len(table.ways)), key=lambda at: _in_order(table.ways[at]))
    return tuple((table.ways[at], _taken(table, table.way == at)) for at in order)


def differing(ways: list[Way]) -> tuple[str, ...]:
    """Return the names of what these ways differ in."""
    return tuple(name for name in Way._fields if len({getattr(each, name) for each in ways}) > 1)


def _in_order(way: Way) -> tuple[str, str, int, str]:
    return way.part, way.scaffold, int(way.budget) if way.budget.isdecimal() else 0, way.budget


def _is(table: RunTable, column: str, name: str) -> Truths:
    if column == "run":
        values, at = table.runs, table.run
    elif column == "domain":
        values, at = table.domain, table.task
    else:
        values, at = tuple(getattr(each, column) for each in table.ways), table.way
    there = np.array([each == name for each in values], dtype=bool)
    if not there.any():
        known = sorted({each for each in values if each})
        what = f"{table.source}: no {column} {quoted(name)}"
        remedy = (
            f"one of {', '.join(map(quoted, known[:_MOST_TOLD]))}" if known else f"the table has no column {column}"
        )
        raise TableError(what, remedy, source=table.source)
    return np.asarray(there[at])


def _taken(table: RunTable, keep: Truths) -> RunTable:
    """Return some attempts of a table, with the models, tasks and families that these are of."""
    rows = np.flatnonzero(keep)
    models, model = np.unique(table.model[rows], return_inverse=True)
    tasks, task = np.unique(table.task[rows], return_inverse=True)
    families, family = np.unique(table.family[tasks], return_inverse=True)
    ways, way = np.unique(table.way[rows], return_inverse=True)
    runs, run = np.unique(table.run[rows], return_inverse=True)
    return replace(
        table,
        models=tuple(table.models[each] for each in models),
        tasks=tuple(table.tasks[each] for each in tasks),
        families=tuple(table.families[each] for each in families),
        family=family,
        model=model,
        task=task,
        score=table.score[rows],
        minutes=table.minutes[rows],
        weight=table.weight[rows],
        tokens=table.tokens[rows],
        seen=table.seen[rows],
        outcome=tuple(table.outcome[each] for each in rows),
        domain=tuple(table.domain[each] for each in tasks),
        ways=tuple(table.ways[each] for each in ways),
        way=way,
        runs=tuple(table.runs[each] for each in runs),
        run=run,
    )
