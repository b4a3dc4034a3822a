"""Which part of an assessment an attempt is of: whether it decides, and if so, by which draw.

drawn-1, drawn-2   at a task of the first draw, or of a fresh one; with the registered budget and scaffold: it decides
beside             at a drawn task, with another budget or scaffold: it decides nothing
development        at a task for development: a rung of the ladder
reference          of another model, which the pattern of this one is held against
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from clearinghouse.evaluation.assessment.drawn import DrawnDomain
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.plan.fields import Plan

BESIDE, DEVELOPMENT, REFERENCE = "beside", "development", "reference"


def with_parts(rows: Iterable[Row], plan: Plan, domains: Mapping[str, DrawnDomain]) -> Iterator[Row]:
    """Yield attempts, each with the part that it is of.

    Args:
        domains: what was drawn of each; every attempt is at a task of one of them.
    """
    stages = {
        (name, family.name): at
        for name, domain in domains.items()
        for at, families in enumerate((domain.development, *domain.stages))
        for family in families
    }
    for row in rows:
        yield replace(row, part=_part(row, plan, stages.get((row.domain, row.task_family), 0)))


def _part(row: Row, plan: Plan, stage: int) -> str:
    if row.model not in plan.own_names:
        return REFERENCE
    if not stage:
        return DEVELOPMENT
    decides = (row.budget, row.scaffold) == (plan.design.budget.tokens, plan.scaffolds[0])
    return f"drawn-{stage}" if decides else BESIDE
