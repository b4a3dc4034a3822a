"""Whether the judges of the tasks that were drawn can be believed: what was tried on each, and what came of it.

``verifier.json`` is signed by the operator or the assessor (``verifier.dsse.json``), and the log has its digest.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.assessment.folder import VERIFIER
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.fields import Plan, Role
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.evaluation.tasks.check import LEAST_CHEATS, Checked
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, sign, verify
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import NotStrictError, Sha256, Statement, decode_strictly

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

LARGEST = 16 << 20
PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-verifier:v1"
CHECKED = "judges checked"
"""What the log says. The digest is that of ``verifier.json``."""
SIGNERS = (Role.OPERATOR, Role.ASSESSOR)
KIND = "verifier"
_AGAIN = "take the file as it was written; if that is lost, begin another assessment"
LEAST_TRIED = 2 + LEAST_CHEATS
"""Solutions of a task that must have been tried: the reference, doing nothing, and the cheats."""


_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Sound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task.

    Attributes:
        sha256: of its bytes. tried: solutions. false_accepts, false_rejects: of them. wrong: everything that was wrong.
    """

    sha256: Sha256
    tried: _Count
    false_accepts: _Count
    false_rejects: _Count
    wrong: _Count


_SAME = "have whoever checked judges before check these, too, with the same key"


class _Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tasks: Annotated[tuple[Sound, ...], msgspec.Meta(max_length=200_000)]


_READER = msgspec.json.Decoder(_Whole)


def signature_of(folder: Path) -> Path:
    """Return where the signature over what was found is."""
    return (folder / VERIFIER).with_suffix(".dsse.json")


def demand_signer(plan: Plan, keyids: Iterable[str]) -> None:
    """Refuse keys among which is none of those whose owners may say which judges were checked.

    Raises:
        AssessmentError: so it is.
    """
    named = plan.ids(*SIGNERS)
    if named and not named & set(keyids):
        what = "which judges were checked is signed neither by the operator nor by the assessor whom the plan names"
        raise AssessmentError(what, "have one of them check, and sign")


def add(folder: Path, checked: Iterable[tuple[Task, Checked]], signer: "Signer", *, who: str, now: dt.datetime) -> None:
    """Add what was found of tasks to the folder of an assessment; of a task that is there the worse counts.

    Args:
        signer: of the operator or the assessor. who: does it, for the log. now: with a zone.

    Raises:
        AssessmentError: what is there is nothing of that kind, or not what the log says. LedgerError: it cannot be
            written. SignerError: the key does not sign.
    """
    keep(folder, (_sound(task, each) for task, each in checked), signer, who=who, now=now)


def keep(folder: Path, sound: Iterable[Sound], signer: "Signer", *, who: str, now: dt.datetime) -> None:
    """Add what is known of tasks, as :func:`add` does.

    Raises:
        AssessmentError, LedgerError, SignerError: see there.
    """
    path = folder / VERIFIER
    log = Chain(folder / LOG)
    signature = _signature_over(folder, signer) if path.exists() else b""
    told = {each.digest for each in log.read().find(CHECKED)}
    was_killed = path.exists() and _sha256(path) not in told  # before the log had it
    if not was_killed:
        _demand_logged(folder)
    found = {each.sha256: each for each in _read(path)} if path.exists() else {}
    for new in sound:
        found[new.sha256] = max(found.get(new.sha256, new), new, key=lambda each: (each.wrong, each.tried))
    whole = [msgspec.to_builtins(found[name]) for name in sorted(found)]
    data = canonical({"tasks": whole}) + b"\n"
    sha256 = hashlib.sha256(data).hexdigest()
    says = {"tasks": len(whole), "signed": stamp(now)}
    envelope = sign(Statement.of([(VERIFIER, sha256)], PREDICATE_TYPE, says), [signer])
    # In this order, who is killed anywhere finds a signature over the file that is there, and can do all of it again.
    if signature:
        files.write(_former(folder), signature)
    files.write(signature_of(folder), envelope.to_bytes())
    files.write(path, data)
    log.append(CHECKED, sha256, who=who, now=now, facts={"tasks": str(len(whole))})
    keep_head(log, signer)
    _former(folder).unlink(missing_ok=True)


def demand_believed(folder: Path, plan: Plan, keys: KeyRing) -> None:
    """Refuse a file that the operator or the assessor did not sign, or that is not the one of the log.

    Where there is no file and the log has none nothing is refused: then nobody checked, which is a flag.

    Raises:
        AssessmentError: so it is. EnvelopeError: nobody known signed it. LedgerError: it cannot be read.
    """
    _demand_logged(folder)
    path = folder / VERIFIER
    if not path.exists():
        return
    demand_signer(plan, _keyids(path, files.read(signature_of(folder), LARGEST_ENVELOPE), keys))


def _keyids(path: Path, envelope: bytes, keys: KeyRing) -> tuple[str, ...]:
    """Return the ids of the keys that signed the file that is there."""
    verified = verify(envelope, keys)
    statement = verified.statement
    if statement.predicate_type != PREDICATE_TYPE or statement.subject[0].digest.sha256 != _sha256(path):
        raise AssessmentError(f"{path} is not what was signed", _AGAIN, source=str(path))
    return verified.keyids


def _sha256(path: Path) -> str:
    return hashlib.sha256(files.read(path, LARGEST)).hexdigest()


def _signature_over(folder: Path, signer: "Signer") -> bytes:
    """Return the envelope in which a key signed the file that is there; who signs it anew vouches for it.

    Raises:
        AssessmentError: it did not sign it.
    """
    path, ring = folder / VERIFIER, KeyRing([PublicKey(signer.public_key)])
    for place in (signature_of(folder), _former(folder)):
        try:
            data = files.read(place, LARGEST_ENVELOPE)
            if _keyids(path, data, ring):
                return data
        except ClearinghouseError:
            continue
    raise AssessmentError(f"{path} is not signed with this key", _SAME, source=str(path))


def _former(folder: Path) -> Path:
    """Return where the signature over the file waits that is about to be replaced."""
    return folder / f".{signature_of(folder).name}"


def _demand_logged(folder: Path) -> None:
    path = folder / VERIFIER
    told = [each.digest for each in Chain(folder / LOG).read().find(CHECKED)]
    there = [_sha256(path)] if path.exists() else []
    if told[-1:] != there:
        raise AssessmentError(f"{path} is not what the log says was found last", _AGAIN, source=str(path))


def _sound(task: Task, checked: Checked) -> Sound:
    return Sound(
        sha256=task.digest,
        tried=len(checked.tried),
        false_accepts=checked.false_accepts,
        false_rejects=checked.false_rejects,
        wrong=len(checked.wrong),
    )


def flags_of(path: Path, tasks: Iterable[str]) -> tuple[Flag, ...]:
    """Return the flags that follow: none is open where every drawn task was checked and nothing was wrong.

    Args:
        path: of the file; it need not be there. tasks: SHA-256 of those that were drawn.

    Raises:
        AssessmentError: it is none. LedgerError: it cannot be read.
    """
    drawn = set(tasks)
    found = {each.sha256: each for each in _read(path) if each.sha256 in drawn} if path.exists() else {}
    found = {name: each for name, each in found.items() if each.tried >= LEAST_TRIED}
    if missing := len(drawn - set(found)):
        says = f"The judges of {missing} of {len(drawn)} drawn tasks were not checked with solutions and cheats."
        return (Flag(kind=KIND, says=says, is_open=True),)
    tried = sum(each.tried for each in found.values())
    accepts = sum(each.false_accepts for each in found.values())
    wrong = sum(each.wrong > 0 for each in found.values())
    says = (
        f"The judges of all {len(drawn)} drawn tasks were tried with {tried} solutions: {accepts} were wrongly accepted"
    )
    return (Flag(kind=KIND, says=f"{says}, and {wrong} tasks have something wrong.", is_open=bool(accepts or wrong)),)


def _read(path: Path) -> tuple[Sound, ...]:
    try:
        return decode_strictly(files.read(path, LARGEST), _READER, LARGEST).tasks
    except NotStrictError as error:
        what = f"{path}: {error}"
        raise AssessmentError(what, "make it again with `frontier tasks check --record`", source=str(path)) from None
