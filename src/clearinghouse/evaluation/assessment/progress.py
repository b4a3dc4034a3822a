"""Steps: how far attempts at ranges come. It is secondary: nothing that is registered rests on it.

A step counts where all before it were done. An attempt that its budget, a refusal or the machine ended could have gone
on, and counts as at least so far. Intervals of one task are about further attempts at that task, and not about others.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import takewhile

from clearinghouse.evaluation.assessment.facts import RangeSteps, StepReached, Steps
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.running.ending import MISSING, Ended
from clearinghouse.evaluation.statistics.binomial import exact_interval
from clearinghouse.evaluation.statistics.ordered import Comparison, compare_steps
from clearinghouse.evaluation.statistics.steps import steps_of

_CUT_SHORT = MISSING | {Ended.BUDGET}


def progress(rows: Sequence[Row], references: Sequence[Row]) -> Steps:
    """Return how far attempts at each task with steps come, and how the model compares with others there.

    Args:
        rows: attempts that decide. references: of other models; those at the same tasks, with the same scaffold and
            budget, are compared with.
    """
    by_task: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.all_steps:
            by_task[row.domain, row.task_id].append(row)
    tasks = tuple(_task(made) for _, made in sorted(by_task.items()))
    others, without = _compared([row for made in by_task.values() for row in made], references)
    return Steps(tasks=tasks, others=others, without=without if tasks else "")


def _steps(row: Row) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the names and weights of the steps of an attempt's task."""
    pairs = [each.rpartition("=") for each in row.all_steps.split()]
    return tuple(name for name, _, _ in pairs), tuple(float(weight) for _, _, weight in pairs)


def _done(row: Row) -> int:
    done = set(row.steps.split())
    return sum(1 for _ in takewhile(done.__contains__, _steps(row)[0]))


def _task(rows: Sequence[Row]) -> RangeSteps:
    names, weights = _steps(rows[0])
    found = steps_of(
        [_done(row) for row in rows],
        len(names),
        cut_short=[row.outcome in _CUT_SHORT for row in rows],
        weights=weights,
    )
    return RangeSteps(
        task_id=rows[0].task_id,
        domain=rows[0].domain,
        attempts=found.attempts,
        cut_short=found.cut_short,
        steps=tuple(
            StepReached(
                name=name,
                weight=weight,
                seen=round(each.seen * found.attempts),
                interval=exact_interval(round(each.seen * found.attempts), found.attempts),
                reached=each.reached,
            )
            for name, weight, each in zip(names, weights, found.steps, strict=True)
        ),
        expected=found.expected,
        expected_seen=found.expected_seen,
        most=found.most,
    )


def _compared(rows: Sequence[Row], references: Sequence[Row]) -> tuple[tuple[Comparison, ...], str]:
    """Return each other model beside this one, or why none is."""
    ways = {(row.task_id, row.scaffold, row.budget) for row in rows}
    others = [row for row in references if row.all_steps and (row.task_id, row.scaffold, row.budget) in ways]
    if not others:
        return (), "no other model was tried at these tasks"
    both = [*rows, *others]
    if len({(row.domain, row.task_family) for row in both}) < 2:
        return (), "these tasks are of one family, which shows nothing of others"
    try:
        found = compare_steps(
            [_done(row) for row in both],
            [row.model for row in both],
            [f"{row.domain} {row.task_family}" for row in both],
            cut_short=[row.outcome in _CUT_SHORT for row in both],
            first=rows[0].model,
        )
    except EvaluationError as error:
        return (), error.what
    return found.others, ""
