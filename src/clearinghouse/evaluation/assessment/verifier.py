"""Whether the judges of the tasks that were drawn can be believed: what was tried on each, and what came of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.assessment.folder import VERIFIER
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.tasks.check import LEAST_CHEATS, Checked
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

LARGEST = 16 << 20
KIND = "verifier"
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


class _Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tasks: Annotated[tuple[Sound, ...], msgspec.Meta(max_length=200_000)]


_READER = msgspec.json.Decoder(_Whole)


def add(folder: Path, checked: Iterable[tuple[Task, Checked]]) -> None:
    """Add what was found of tasks to the folder of an assessment; of a task that is there the worse counts.

    Raises:
        AssessmentError: what is there is nothing of that kind. LedgerError: it cannot be written.
    """
    path = folder / VERIFIER
    found = {each.sha256: each for each in _read(path)} if path.exists() else {}
    for task, each in checked:
        now = _sound(task, each)
        found[now.sha256] = max(found.get(now.sha256, now), now, key=lambda sound: (sound.wrong, sound.tried))
    whole = [msgspec.to_builtins(found[name]) for name in sorted(found)]
    files.write(path, canonical({"tasks": whole}) + b"\n")


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
