"""Attempts are written down as they begin, too: one that somebody broke off before it was sealed leaves a trace, and so
does each one that the machine lost and that was made again.

It is an append-only log (:mod:`clearinghouse.evaluation.ledger.chain`) beside the logs of a run, whose root stands in
the statement over it. Who throws the whole folder away throws this away as well.
"""

import datetime as dt
from collections import Counter
from pathlib import Path

from clearinghouse.evaluation.ledger.chain import Chain, Log
from clearinghouse.evaluation.running.errors import SealError
from clearinghouse.records import ClearinghouseError

NAME = "begun.jsonl"
BEGUN = "attempt begun"
_WHO = "the runner"


def note(folder: Path, run: str, task: str, epoch: int) -> None:
    """Write down that an attempt begins.

    Args:
        folder: of the run. run: SHA-256 of what was asked for. task: its id.

    Raises:
        LedgerError: it cannot be written. TamperedLogError: what stands there is not as it was.
    """
    facts = {"task": task, "epoch": str(epoch)}
    Chain(folder / NAME).append(BEGUN, run, who=_WHO, now=dt.datetime.now(dt.UTC), facts=facts)


def read(folder: Path, run: str) -> Log:
    """Return what was written down; nothing where there is none, as in runs of before.

    Raises:
        SealError: it was changed, or is of another run.
    """
    try:
        log = Chain(folder / NAME).read()
    except ClearinghouseError as error:
        raise SealError(error.what, error.remedy, source=str(folder / NAME)) from None
    if any((each.what, each.digest) != (BEGUN, run) for each in log.entries):
        raise SealError(f"{NAME} is of another run", "take the folder as the run left it", source=str(folder / NAME))
    return log


def attempts_in(log: Log) -> Counter[tuple[str, str]]:
    """Return how often an attempt began, by its task and its epoch."""
    return Counter((each.facts.get("task", ""), each.facts.get("epoch", "")) for each in log.entries)
