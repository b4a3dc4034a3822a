"""Flags: what somebody saw that lessens what the evidence can support, raised and settled by named people in the log.

A flag that is open stands in the way of NOT COVERED and of nothing else (rule R5). It is settled with a reason, and
both stay in the log.
"""

import datetime as dt
import hashlib
from pathlib import Path

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.ledger.chain import Chain, Entry
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.trust.commitment import canonical

RAISED, SETTLED = "flag raised", "flag settled"
"""What the log says."""
KINDS = ("contamination", "sandbagging", "verifier", "scaffold", "isolation", "exposure", "other")


def raise_flag(folder: Path, kind: str, says: str, *, who: str, now: dt.datetime) -> str:
    """Raise a flag and return its digest, by which it can be settled.

    Raises:
        AssessmentError: it is of no known kind, says nothing, or stands there already. LedgerError.
    """
    if kind not in KINDS or not says.strip():
        raise AssessmentError(
            f"a flag of the kind {kind[:40]!a}", f"take one of {', '.join(KINDS)}, and say what is so"
        )
    digest = hashlib.sha256(canonical({"kind": kind, "says": says})).hexdigest()
    log = Chain(folder / LOG)
    if log.read().find(RAISED, digest):
        raise AssessmentError("this flag was raised before", "settle it, or say something else")
    log.append(RAISED, digest, who=who, now=now, facts={"kind": kind, "says": says})
    return digest


def settle_flag(folder: Path, digest: str, says: str, *, who: str, now: dt.datetime) -> None:
    """Settle a flag, with a reason.

    Args:
        digest: of it, or the beginning of that, if it is the only one.

    Raises:
        AssessmentError: there is no such flag, it is settled, or no reason is given. LedgerError.
    """
    log = Chain(folder / LOG)
    read = log.read()
    found = [each.digest for each in read.find(RAISED) if digest and each.digest.startswith(digest)]
    if len(found) != 1 or read.find(SETTLED, found[0]):
        raise AssessmentError(f"there is no open flag {digest[:16]!a}", "name one that `frontier flag list` shows")
    if not says.strip():
        raise AssessmentError("a flag is settled with a reason", "say why")
    log.append(SETTLED, found[0], who=who, now=now, facts={"says": says})


def raised_in(folder: Path) -> tuple[tuple[str, Flag], ...]:
    """Return the flags that were raised in a folder with their digests, in the order in which they were raised.

    Raises:
        LedgerError: the log cannot be read. TamperedLogError: it was changed.
    """
    log = Chain(folder / LOG).read()
    settled = {each.digest: each for each in log.find(SETTLED)}
    return tuple((each.digest, _flag(each, settled.get(each.digest))) for each in log.find(RAISED))


def _flag(raised: Entry, settled: Entry | None) -> Flag:
    says = raised.facts.get("says", "")
    if settled:
        says = f"{says} Settled by {settled.who}: {settled.facts.get('says', '')}"
    return Flag(kind=raised.facts.get("kind", "other"), says=says, is_open=settled is None)
