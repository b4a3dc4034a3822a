"""Running under a plan, which settles what a run is asked for; what it shows to whom is written down first.

In the log of the assessment stands when a run began and when it ended, each with how many of its attempts had begun by
then, and the root of the log of those. So a run that was thrown away, or begun anew in its place, is missed.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.drawn import LARGEST
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.plan.analysis import demand
from clearinghouse.evaluation.plan.fields import Plan, Role
from clearinghouse.evaluation.plan.reading import load
from clearinghouse.evaluation.plan.signing import COMMITTED, LOG
from clearinghouse.evaluation.pools.exposure import EXPOSED, LEDGER, NOBODY
from clearinghouse.evaluation.pools.exposure import expose as show
from clearinghouse.evaluation.pools.manifest import TaskRecord, read_revealed
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import NAME as ASKED
from clearinghouse.evaluation.running.asked import Asked
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.statement import SIGNED
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

BEGAN, ENDED = "run began", "run ended"
"""What the log says of a run. The digest is that of what was asked, and then of the statement over it."""
RUN, BEGUN, ROOT = "run", "begun", "begun root"
"""Facts of both: the run's name, how many attempts had begun, and the root of the log of those."""


class Under(NamedTuple):
    """What a plan settles of a run.

    Attributes:
        plan, sha256: it. model, budget, scaffold: of each attempt. operator: who holds the key with which it is signed;
            empty where a trial names none. prices: of the model; None where the plan has none.
    """

    plan: Plan
    sha256: str
    model: str
    budget: Budget
    scaffold: str
    operator: str = ""
    prices: tuple[float, ...] | None = None


def under(folder: Path, *, model: str = "", tokens: int | None = None, scaffold: str = "", key: str = "") -> Under:
    """Return what the plan of a folder settles.

    Args:
        model: by its provider's name; empty takes the one that the plan is about. tokens: of a rung of the ladder; None
            takes the registered budget. scaffold: empty takes the plan's first. key: the id of the key with which the
            run will be signed; it is not looked at where it is empty.

    Raises:
        AssessmentError: the plan is not committed, has no such rung, scaffold or model, or the key is not its
            operator's. AnalysisError: it names other code. PlanError, LedgerError: it cannot be read.
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
    named = model or plan.model.access or plan.model.name
    if named not in plan.own_names | plan.reference_names:
        what = f"the plan names no model {clean_line(named, 60)}, neither to be assessed nor as a reference"
        raise AssessmentError(what, "register it among the references in another version of the plan")
    if key:
        demand_operator(plan, [key], "the run")
    prices = plan.prices_of(named)
    return Under(
        plan=plan,
        sha256=sha256,
        model=named,
        budget=replace(budget, tokens=tokens or budget.tokens),
        scaffold=chosen,
        operator=plan.holder(key, Role.OPERATOR),
        prices=prices.numbers if prices else None,
    )


def demand_operator(plan: Plan, keyids: Collection[str], what: str) -> None:
    """Refuse what somebody else signs than an operator whose key the plan names; the developer is refused always.

    Raises:
        AssessmentError: so it is.
    """
    named = plan.ids(Role.OPERATOR)
    if named and not named & set(keyids):
        says = f"{what} is signed with a key that is none of an operator in the plan"
        raise AssessmentError(says, "have the operator run it and sign it whose key the plan names")
    if not named and plan.ids(Role.DEVELOPER) & set(keyids):
        raise AssessmentError(f"{what} is signed by the developer of the model", "have somebody else run it")


def note_began(folder: Path, name: str, wanted: Asked, signer: "Signer", *, who: str, now: dt.datetime) -> None:
    """Write down that a run begins, or goes on, before its next attempt is made; the operator signs the log's head.

    Raises:
        AssessmentError: another run stands in its folder. LedgerError: it cannot be written. SealError.
    """
    path = places.runs_of(folder) / name / ASKED
    if path.exists() and files.read(path, LARGEST) != wanted.to_bytes():
        raise AssessmentError(f"{path} is of a run that was asked for something else", "give this one another name")
    facts = {"model": wanted.model, **_begun(folder, name, wanted.digest)}
    _note(folder, BEGAN, wanted.digest, facts, signer, who, now)


def note_ended(folder: Path, name: str, run: str, signer: "Signer", *, who: str, now: dt.datetime) -> None:
    """Write down that a run ended, or was stopped, with the statement over it; the operator signs the log's head.

    Args:
        run: SHA-256 of what was asked.

    Raises:
        LedgerError: it cannot be written, or there is no statement. SealError.
    """
    statement = files.read(places.runs_of(folder) / name / SIGNED, LARGEST)
    _note(folder, ENDED, hashlib.sha256(statement).hexdigest(), _begun(folder, name, run), signer, who, now)


def _note(
    folder: Path, what: str, digest: str, facts: dict[str, str], signer: "Signer", who: str, now: dt.datetime
) -> None:
    log = Chain(folder / LOG)
    log.append(what, digest, who=who, now=now, facts=facts)
    keep_head(log, signer)


def _begun(folder: Path, name: str, run: str) -> dict[str, str]:
    found = begun.read(places.runs_of(folder) / name, run)
    return {RUN: name, BEGUN: str(len(found.entries)), ROOT: found.root}


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
