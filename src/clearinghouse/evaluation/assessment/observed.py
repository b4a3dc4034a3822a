"""What the rule is given: attempts at drawn families within the registered budget, in drawn order."""

from collections import defaultdict
from collections.abc import Sequence

from clearinghouse.evaluation.assessment.drawn import DrawnDomain, DrawnFamily
from clearinghouse.evaluation.assessment.gathered import Gathered
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.rule.observations import ObservedAttempt, ObservedDomain, ObservedFamily, ObservedTask

By = dict[tuple[str, str], list[Row]]


def decisive(gathered: Gathered, stage: int | None = None) -> tuple[Row, ...]:
    """Return the attempts at drawn families with the registered budget and the plan's first scaffold.

    Only these decide. Were those with another scaffold counted with them, it could be tried where the first one failed.

    Args:
        stage: of the draw, from 1; None takes all.
    """
    tokens = gathered.plan.design.budget.tokens
    drawn = {
        (domain.name, family.name)
        for domain in gathered.domains.values()
        for at, families in enumerate(domain.stages, 1)
        for family in families
        if stage in (None, at)
    }
    scaffold = gathered.plan.scaffolds[0]
    return tuple(
        row
        for row in gathered.rows
        if (row.budget, row.scaffold) == (tokens, scaffold) and (row.domain, row.task_family) in drawn
    )


def observed(gathered: Gathered, stage: int) -> tuple[ObservedDomain, ...]:
    """Return what was observed of one draw of each domain. A task that nobody tried is there, without attempts."""
    by_task: By = defaultdict(list)
    for row in decisive(gathered, stage):
        by_task[row.domain, row.task_id].append(row)
    return tuple(
        ObservedDomain(
            name=domain.name,
            families=tuple(_family(domain.name, each, by_task) for each in _stage(domain, stage)),
            largest=domain.largest,
        )
        for domain in gathered.domains.values()
    )


def _stage(domain: DrawnDomain, stage: int) -> Sequence[DrawnFamily]:
    return domain.stages[stage - 1] if stage <= len(domain.stages) else ()


def _family(domain: str, family: DrawnFamily, by_task: By) -> ObservedFamily:
    tasks = tuple(
        ObservedTask(
            name=each.id,
            minutes=each.times,
            benchmark=each.benchmark,
            attempts=tuple(
                ObservedAttempt(solved=row.solved, scaffold=row.scaffold, refused_in_words=row.refused_in_words)
                for row in sorted(by_task.get((domain, each.id), ()), key=lambda row: (row.scaffold, row.epoch))
            ),
        )
        for each in family.tasks
    )
    return ObservedFamily(name=family.name, tasks=tasks)
