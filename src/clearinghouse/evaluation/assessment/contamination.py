"""Contamination: whether the model had seen tasks, or what solves them, before it was tried at them.

Three screens, each where what it needs is known: canaries of the pools in the logs; success at tasks that were public
before the end of the model's data beside equally hard ones from after it; success at public tasks beside their twins.

Which way it pushes. Contamination can only raise a score. So it speaks against COVERED, and takes nothing from NOT
COVERED: a score that is below the threshold though tasks were known would be lower without that. From this follows what
becomes a flag, and of what kind:

- What was *seen* is an open flag. It stands against COVERED, since what can have raised a score does not support that;
  and, as any open question of integrity does under rule R4, against NOT COVERED until somebody settles it.
- What was *not screened* is no open flag. An open one would stand against NOT COVERED, to which contamination does no
  harm. Nor does it stand against COVERED by itself: rule R5 holds evidence back that is known to be weak on one side,
  and that a date or a twin is not known says nothing of the tasks. What guards COVERED here is that tasks come from a
  sealed pool, that who was shown which is on record, and that canaries are searched for. It is said in words wherever
  the outcome is told, for the person who determines.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from clearinghouse.evaluation.assessment.drawn import DrawnTask
from clearinghouse.evaluation.assessment.facts import CanarySearch, Contamination, Flag
from clearinghouse.evaluation.assessment.gathered import Gathered
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.statistics.contamination.cutoff import Cutoff, cutoff_difference
from clearinghouse.evaluation.statistics.contamination.seen import Seen
from clearinghouse.evaluation.statistics.contamination.twins import Twins, twin_test
from clearinghouse.formats.text import plural

KIND = "contamination"
_SHOWN = 5


def contaminated(gathered: Gathered, rows: Sequence[Row]) -> Contamination:
    """Screen the attempts that decide, as far as that can be done.

    Args:
        rows: attempts at drawn tasks, with the registered budget.
    """
    tasks = {
        task.id: task
        for domain in gathered.domains.values()
        for stage in domain.stages
        for family in stage
        for task in family.tasks
    }
    end = gathered.plan.model.cutoff
    unscreened: list[str] = []
    if gathered.canaries is None:
        unscreened.append("by canaries: the logs were not searched for them")
    cutoff = _cutoff(rows, tasks, end.isoformat() if end else "", unscreened)
    twins = _twins(rows, tasks, unscreened)
    return Contamination(canaries=gathered.canaries, cutoff=cutoff, twins=twins, unscreened=tuple(unscreened))


def flags_of(found: Contamination) -> tuple[Flag, ...]:
    """Return what the screens come to, as flags; see above which of them are open."""
    return tuple(_flags(found))


def _flags(found: Contamination) -> Iterator[Flag]:
    seen = [*_of_canaries(found.canaries), *_of_cutoff(found.cutoff), *_of_twins(found.twins)]
    yield from (Flag(kind=KIND, says=says, is_open=True) for says in seen)
    if found.canaries is not None and not found.canaries.found:
        says = (
            f"No canary of another task stands in the logs of {plural(found.canaries.attempts, 'attempt')}. "
            "A model that has read a task need not say its canary, so this excludes nothing."
        )
        yield Flag(kind=KIND, says=says, is_open=False)
    if found.unscreened:
        says = (
            f"Contamination was not screened {'; nor '.join(found.unscreened)}. If there was any, scores are too high: "
            "that speaks against COVERED, and takes nothing from NOT COVERED."
        )
        yield Flag(kind=KIND, says=says, is_open=False)


def _of_canaries(found: CanarySearch | None) -> Iterator[str]:
    if found is not None and found.found:
        some = "; ".join(f"{each.of} in an attempt at {each.task_id} ({each.run})" for each in found.hits[:_SHOWN])
        more = f"; and {found.found - _SHOWN} more" if found.found > _SHOWN else ""
        yield f"Canaries of tasks that were not shown stand in logs, which chance does not do: of {some}{more}."


def _of_cutoff(found: Cutoff | None) -> Iterator[str]:
    if found is not None and found.seen is Seen.FLAG:
        yield (
            f"{plural(found.before, 'task')} that could be read before the model's data ended were solved more often "
            f"than {found.after} equally hard ones from after it: by {100 * found.advantage:.0f} points, at least "
            f"{100 * found.lower:.0f} at {found.level:.0%}."
        )


def _of_twins(found: Twins | None) -> Iterator[str]:
    if found is not None and found.seen is Seen.FLAG:
        yield (
            f"Public tasks were solved where their new twins were not: {found.only_published} of "
            f"{plural(found.pairs, 'pair')}, the other way round {found.only_twin} (p = {found.p:.2g})."
        )


def _cutoff(rows: Sequence[Row], tasks: dict[str, DrawnTask], end: str, unscreened: list[str]) -> Cutoff | None:
    """Compare tasks from before the end of the model's data with those from after it."""
    means = _means(rows)
    dated = [each for each in means if each in tasks and tasks[each].public_since]
    if not end:
        unscreened.append("by dates: the plan does not say when the model's data end (model.cutoff)")
        return None
    if not dated:
        unscreened.append("by dates: no drawn task says since when it is public")
        return None
    families = {row.task_id: (row.domain, row.task_family) for row in rows}
    minutes = {row.task_id: row.human_minutes for row in rows}
    try:
        return cutoff_difference(
            [means[each] for each in dated],
            [tasks[each].public_since < end for each in dated],
            [float(np.log2(minutes[each])) for each in dated],
            [str(families[each]) for each in dated],
        )
    except EvaluationError as error:
        unscreened.append(f"by dates: {error.what}")
        return None


def _twins(rows: Sequence[Row], tasks: dict[str, DrawnTask], unscreened: list[str]) -> Twins | None:
    """Compare public tasks with their twins by the first attempt at each, one pair for each family."""
    first: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: (row.epoch, row.run)):
        if row.solved is not None:
            first.setdefault(row.task_id, row.score)
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(rows, key=lambda row: row.task_id):
        public = tasks[row.task_id].twin_of if row.task_id in tasks else ""
        if public and public in first and row.task_id in first:
            pairs.setdefault((row.domain, row.task_family), (public, row.task_id))
    if not pairs:
        unscreened.append("by twins: no drawn task is a twin of another that was tried")
        return None
    return twin_test([first[one] for one, _ in pairs.values()], [first[other] for _, other in pairs.values()])


def _means(rows: Sequence[Row]) -> dict[str, float]:
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.solved is not None:
            scores[row.task_id].append(row.score)
    return {task: float(np.mean(found)) for task, found in sorted(scores.items())}
