"""An assessment from its table, for whoever is not given the logs: they show tasks, and the table does not.

Plan, pools and draws are verified as they are with the logs, and every row must be an attempt at a task that was drawn
or is for development. What only the logs could show is believed as the assessment tells it: how far runs were isolated,
whether a model ran, whether seals are whole, and what a search for canaries came to.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Protocol

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.drawn import DrawnDomain, DrawnTask, drawn_domain
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Contamination, Flag
from clearinghouse.evaluation.assessment.flags import raised_in
from clearinghouse.evaluation.assessment.gathered import SEALING, Gathered
from clearinghouse.evaluation.assessment.logged import demand_heads
from clearinghouse.evaluation.assessment.parts import with_parts
from clearinghouse.evaluation.assessment.rows import LARGEST, Row, read_table
from clearinghouse.evaluation.assessment.verifier import demand_believed
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.signing import check
from clearinghouse.trust.keys import KeyRing


class Told(Protocol):
    """What an assessment tells that only logs could show: all of it, or as much as somebody is shown."""

    @property
    def logs(self) -> dict[str, str]:
        """SHA-256 of each log by its name."""

    @property
    def tier_reached(self) -> str:
        """The least isolation that a run reached."""

    @property
    def scripted(self) -> bool:
        """Whether a scripted agent ran."""

    @property
    def answered(self) -> tuple[str, ...]:
        """As which models the provider answered."""

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All of them."""

    @property
    def contamination(self) -> Contamination:
        """What screens for it came to."""


def gather_table(folder: Path, keys: KeyRing, told: Told) -> Gathered:
    """Read the folder of an assessment without its logs.

    Args:
        keys: that are believed: those of the plan and of the draws. told: the assessment, for what only logs show.

    Raises:
        AssessmentError: the table has an attempt that does not belong there; and whatever the rooms of plans and pools
            raise where something of theirs was changed.
    """
    signed, *_ = versions = check(folder, keys).versions
    plan = signed.plan
    names = [each.name for each in plan.design.domains]
    domains = {name: drawn_domain(folder, versions, name, keys) for name in names}
    known = {
        (name, family.name, task.id): task
        for name, domain in domains.items()
        for families in (domain.development, *domain.stages)
        for family in families
        for task in family.tasks
    }
    rows = read_table(files.read(folder / places.TABLE, LARGEST), places.TABLE)
    for wrong in chain(_wrong(rows, plan, known), _misplaced(rows, plan, domains)):
        raise AssessmentError(f"{places.TABLE}: {wrong}", "do not rely on it; ask who made it for the logs")
    demand_believed(folder, plan, keys)
    demand_heads(folder, plan, keys)
    own = plan.own_names
    return Gathered(
        folder=folder,
        signed=signed,
        domains=domains,
        rows=tuple(row for row in rows if row.model in own),
        references=tuple(row for row in rows if row.model not in own),
        logs=told.logs,
        tier=told.tier_reached,
        scripted=told.scripted,
        answered=told.answered,
        unsigned=(),
        broken={},
        raised=tuple(each.flag for each in raised_in(folder, plan, keys)),
        told=tuple(each for each in told.flags if each.kind == SEALING),
        canaries=told.contamination.canaries,
    )


def _wrong(rows: tuple[Row, ...], plan: Plan, known: dict[tuple[str, str, str], DrawnTask]) -> Iterator[str]:
    """Yield what is wrong with rows: they are sealed nowhere, so each is held against what was drawn."""
    runs: dict[tuple[str, str, str, int], str] = {}
    seen: set[tuple[str, str, int]] = set()
    for row in rows:
        task = known.get((row.domain, row.task_family, row.task_id))
        if task is None:
            yield f"the task {row.task_id[:80]} was not drawn"
        elif task.time(plan.design.band.sources) != (row.human_minutes, row.human_source):
            yield f"the task {row.task_id[:80]} has another human time than was committed to"
        if row.scaffold not in plan.scaffolds or row.budget > plan.design.budget.tokens:
            yield f"an attempt at {row.task_id[:80]} was not made as the plan says"
        if runs.setdefault((row.model, row.task_id, row.scaffold, row.budget), row.run) != row.run:
            yield f"the task {row.task_id[:80]} was run twice"
        if row.model not in plan.own_names | plan.reference_names:
            yield f"the plan names no model {row.model[:80]}"
        if (row.run, row.task_id, row.epoch) in seen:
            yield f"an attempt at {row.task_id[:80]} stands there twice"
        seen.add((row.run, row.task_id, row.epoch))


def _misplaced(rows: tuple[Row, ...], plan: Plan, domains: Mapping[str, DrawnDomain]) -> Iterator[str]:
    """Yield which rows say that they are of another part than follows from plan and draw."""
    for row, told in zip(rows, with_parts(rows, plan, domains), strict=True):
        if row != told:
            yield f"an attempt at {row.task_id[:80]} is not of the part {row.part[:20]}"
