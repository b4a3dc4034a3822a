"""Which task was shown to which model, at which host, and when; and which tasks are worn out.

The ledger is an append-only log (:mod:`clearinghouse.evaluation.ledger.chain`) beside the pool, or wherever runs are.
It names tasks by their commitments, so it can be shown to anybody.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.ledger.chain import Chain, Log
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.manifest import Manifest, TaskRecord
from clearinghouse.evaluation.pools.sealed import PoolTask
from clearinghouse.evaluation.tasks.custody import demand
from clearinghouse.evaluation.tasks.task import Task

LEDGER = "exposure.jsonl"
EXPOSED, RETIRED = "task exposed", "task retired"
"""What an entry says."""
NOBODY = "not named"
"""The host of a model that is none, or that nobody named and that saw public tasks only."""


class Wear(msgspec.Struct, frozen=True):
    """How worn a task is.

    Attributes:
        leaf: its commitment. exposures: how often it was shown, in this version and those before, once for each model
            and host that saw it. attempts: how often it was shown at all. retired: why it is not used any more; empty
            where it is.
    """

    leaf: str
    exposures: int
    attempts: int
    retired: str = ""


def expose(
    ledger: Path,
    tasks: Mapping[str, Task],
    *,
    model: str,
    host: str,
    run: str,
    who: str,
    now: dt.datetime,
    purpose: str = "",
) -> None:
    """Write down that tasks are about to be shown to a model; call it before they are.

    Args:
        ledger: the file of it. tasks: by the commitments to them. model: with its state, as the plan names it.
            host: who operates the machine that the model runs on, and so can see the task; empty where nobody does.
            run: which one. who: started it. now: with a zone. purpose: of the run, where it is of no assessment.

    Raises:
        WithheldError: a task may not be shown at this host: it is not public, and the consents to it are not with it,
            do not name the host, or are over. LedgerError: the ledger cannot be written. TamperedLogError: it was
            changed.
    """
    for each in tasks.values():
        demand(each, host, now.astimezone(dt.UTC).date())
    log = Chain(ledger)
    facts = {"model": model, "host": host or NOBODY, "run": run} | ({"purpose": purpose} if purpose else {})
    for leaf in tasks:
        log.append(EXPOSED, leaf, who=who, now=now, facts=facts)


def retire(ledger: Path, manifest: Manifest, leaf: str, *, reason: str, who: str, now: dt.datetime) -> None:
    """Take a task out of use, by hand.

    Raises:
        PoolError: it is none of the pool, or no reason is given. LedgerError: the ledger cannot be written.
    """
    if leaf not in manifest.leaves:
        raise PoolError(f"the pool has no task {leaf[:16]}…", "name it by its commitment, as the manifest lists it")
    if not reason.strip():
        raise PoolError("it is not said why the task is retired", "give a reason")
    Chain(ledger).append(RETIRED, leaf, who=who, now=now, facts={"reason": reason})


def wear(log: Log, manifest: Manifest, others: Sequence[Log] = ()) -> dict[str, Wear]:
    """Return how worn each task of a pool is, by its commitment.

    Args:
        log: the ledger of this version. others: ledgers of assessments that ran its tasks.
    """
    shown = [each for ledger in (log, *others) for each in ledger.find(EXPOSED)]
    pairs = {(each.digest, each.facts.get("model", ""), each.facts.get("host", "")) for each in shown}
    models = Counter(leaf for leaf, _, _ in pairs)
    seen = Counter(each.digest for each in shown)
    by_hand = {each.digest: each.facts.get("reason", "") for each in log.find(RETIRED)}
    before = {each.now: each.exposures for each in manifest.header.anchors}
    most = manifest.header.policy.retire_after
    found = {}
    for leaf in manifest.leaves:
        count = models[leaf] + before.get(leaf, 0)
        worn = f"it was shown to {count} models, and the policy says {most}" if most and count >= most else ""
        found[leaf] = Wear(leaf, count, seen[leaf], by_hand.get(leaf, worn))
    return found


def record_of(task: PoolTask) -> TaskRecord:
    """Return what is committed to of a task."""
    record = task.revealed.record
    if not isinstance(record, TaskRecord):
        raise TypeError("a family where a task belongs")
    return record
