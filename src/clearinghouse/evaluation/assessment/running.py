"""Running under a plan, which settles what a run is asked for; what it shows to whom is written down first."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.drawn import LARGEST
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.analysis import demand
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.reading import load
from clearinghouse.evaluation.plan.signing import COMMITTED, LOG
from clearinghouse.evaluation.pools.exposure import EXPOSED, LEDGER, NOBODY
from clearinghouse.evaluation.pools.exposure import expose as show
from clearinghouse.evaluation.pools.manifest import TaskRecord, read_revealed
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line


class Under(NamedTuple):
    """What a plan settles of a run: the model, the budget of each attempt, the scaffold; the plan and its SHA-256."""

    plan: Plan
    sha256: str
    model: str
    budget: Budget
    scaffold: str


def under(folder: Path, *, model: str = "", tokens: int | None = None, scaffold: str = "") -> Under:
    """Return what the plan of a folder settles.

    Args:
        model: by its provider's name; empty takes the one that the plan is about. tokens: of a rung of the ladder; None
            takes the registered budget. scaffold: empty takes the plan's first.

    Raises:
        AssessmentError: the plan is not committed, or has no such rung or scaffold. AnalysisError: it names other code.
        PlanError, LedgerError: it cannot be read.
    """
    plan, data = load(folder)
    sha256 = hashlib.sha256(data).hexdigest()
    if not Chain(folder / LOG).read().find(COMMITTED, sha256):
        raise AssessmentError(f"the plan in {folder} is not committed", "commit it before anything is run")
    demand(plan)
    budget = plan.design.budget
    rungs = (*plan.design.ladder, budget.tokens)
    if tokens is not None and tokens not in rungs:
        raise AssessmentError(f"the plan has no budget of {tokens} tokens", f"take one of {sorted(set(rungs))}")
    chosen = scaffold or plan.scaffolds[0]
    if chosen not in plan.scaffolds:
        what = f"the plan has no scaffold {clean_line(chosen, 60)}"
        raise AssessmentError(what, f"take one of {', '.join(plan.scaffolds)}")
    return Under(
        plan=plan,
        sha256=sha256,
        model=model or plan.model.access or plan.model.name,
        budget=replace(budget, tokens=tokens or budget.tokens),
        scaffold=chosen,
    )


def expose(folder: Path, tasks: Sequence[Task], *, model: str, host: str, run: str, who: str, now: dt.datetime) -> None:
    """Write down which tasks are about to be shown to a model, and at which host, by their commitments.

    It is written once for a run, however often that goes on.

    Raises:
        AssessmentError: a task is none that was opened for this assessment. WithheldError: one may not be shown at this
            host. LedgerError: it cannot be written.
    """
    leaves = _leaves(folder)
    if strange := [each.id for each in tasks if each.digest not in leaves]:
        what = f"the task {strange[0]} was not opened for this assessment"
        raise AssessmentError(what, "take the tasks that `frontier pool open --assessment` wrote")
    facts = {"model": model, "host": host or NOBODY, "run": run}
    there = {each.digest for each in Chain(folder / LEDGER).read().find(EXPOSED) if each.facts == facts}
    new = {leaves[each.digest]: each for each in tasks if leaves[each.digest] not in there}
    show(folder / LEDGER, new, model=model, host=host, run=run, who=who, now=now)


def _leaves(folder: Path) -> dict[str, str]:
    """Return the commitments to tasks that were opened, by the SHA-256 of their bytes."""
    found = {}
    for path in sorted((folder / places.REVEALED).glob("*.revealed.json")):
        for each in read_revealed(files.read(path, LARGEST), str(path)):
            if isinstance(each.record, TaskRecord):
                found[each.record.sha256] = each.commitment
    return found
