"""What the log of an assessment has to tell: heads that those signed who acted, and every run from beginning to end."""

from collections.abc import Sequence
from pathlib import Path

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.running import BEGAN, BEGUN, ENDED, ROOT, RUN
from clearinghouse.evaluation.assessment.verifier import CHECKED
from clearinghouse.evaluation.ledger.chain import Chain, Entry, Log, check_head
from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.ledger.heads import heads_in, reach
from clearinghouse.evaluation.plan.fields import Plan, Role
from clearinghouse.evaluation.plan.signing import COMMITTED, LOG
from clearinghouse.evaluation.pools.ceremony import DRAWN
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.verify import Verified
from clearinghouse.trust.keys import KeyRing

ASSESSED = "assessed"
"""What the log says of an assessment."""
_ASK = "do not rely on it; ask who keeps the log, and compare it with another copy"
_BY = {
    COMMITTED: (Role.ASSESSOR,),
    DRAWN: (Role.ASSESSOR,),
    BEGAN: (Role.OPERATOR,),
    ENDED: (Role.OPERATOR,),
    CHECKED: (Role.ASSESSOR, Role.OPERATOR),
}
"""Who signed the head of the log, once it told this; any of them. Whose head over terms has to be there, the plan says
under which they were agreed on (:func:`clearinghouse.evaluation.pools.ceremony.check`)."""


def demand_heads(folder: Path, plan: Plan, keys: KeyRing, *, assessed: bool = False) -> int:
    """See that the log begins with every signed head, and that those who acted signed one over what they did.

    Args:
        assessed: whether the head over the last assessment is demanded as well, by the assessor.

    Raises:
        AssessmentError: a head is missing. EnvelopeError, LedgerError, TamperedLogError: see
            :func:`~clearinghouse.evaluation.ledger.heads.heads_in`.

    Returns: how many heads there are.
    """
    log = Chain(folder / LOG).read()
    heads = heads_in(folder / LOG, log, keys)
    by = {**_BY, ASSESSED: (Role.ASSESSOR,)} if assessed else _BY
    demanded = [(each, by[each.what]) for each in log.entries if each.what in by]
    for entry, roles in demanded:
        if reach(heads, plan.ids(*roles)) <= entry.number:
            whose = " or the ".join(roles)
            what = f"no head of {LOG} is signed by the {whose} over entry {entry.number}, {entry.what!a}"
            raise AssessmentError(f"{folder}: {what}", _ASK, source=str(folder / LOG))
    return len(heads)


def thrown_away(folder: Path, runs: Sequence[Verified]) -> tuple[str, ...]:
    """Return runs that began, as the log has it, and are not there, or were begun anew in the place of what was there.

    Raises:
        AssessmentError: a run is there that the log knows nothing of, or not how it ended.
    """
    log = Chain(folder / LOG).read()
    there = {each.folder.name: each for each in runs}
    for name, run in there.items():
        _demand_told(log, name, run)
    told = [each for each in log.entries if each.what in {BEGAN, ENDED}]
    models = {_name(each): each.facts.get("model", "") for each in log.find(BEGAN)}
    lost = {_name(each) for each in told if not _is_there(each, there.get(_name(each)))}
    return tuple(sorted(f"{each} ({models.get(each, '')})" for each in lost))


def _demand_told(log: Log, name: str, run: Verified) -> None:
    began = [each for each in log.find(BEGAN, run.said.run) if _name(each) == name]
    ended = [each for each in log.find(ENDED) if _name(each) == name]
    if not began:
        what = f"{run.folder} was run, and the log does not say that it began"
        raise AssessmentError(what, "take it out; runs are made with `frontier run --assessment`")
    if not ended or ended[-1].number < began[-1].number or ended[-1].digest != run.statement:
        what = f"{run.folder} is not as the log says that it ended"
        raise AssessmentError(what, "run it to its end with the same command, which writes that down")


def _is_there(entry: Entry, run: Verified | None) -> bool:
    """Whether a run is there that has every attempt that had begun when the log told of it."""
    if run is None or (entry.what == BEGAN and entry.digest != run.said.run):
        return False
    try:
        check_head(begun.read(run.folder, run.said.run), int(entry.facts.get(BEGUN, "")), entry.facts.get(ROOT, ""))
    except (LedgerError, ValueError):
        return False
    return True


def _name(entry: Entry) -> str:
    return entry.facts.get(RUN, "")
